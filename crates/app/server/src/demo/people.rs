//! The operator's team, eight merchants with their staff, six buyers.

use context::Ctx;
use customers::{AddressCreate, AddressFields, Register};
use identity::{AddMember, MemberAccess, PasswordHash, RoleName, Team};
use kernel::PageArgs;
use kernel::id::{CustomerId, MerchantId};
use merchants::{BankAccount, CreateMerchant, EditBank, Iban, Legal, Profile};

use super::content::{BUYERS, DemoMerchant, MERCHANTS};
use super::{PASSWORD, SeedError, Stage};

/// A merchant that was made.
pub(super) struct MadeMerchant {
    pub(super) id: MerchantId,
    pub(super) about: &'static DemoMerchant,
}

/// Who was made.
pub(super) struct People {
    pub(super) merchants: Vec<MadeMerchant>,
    pub(super) buyers: Vec<CustomerId>,
}

/// Whether there is no merchant yet.
pub(super) async fn is_empty(operator: &Ctx) -> Result<bool, SeedError> {
    let found = merchants::list(operator, &merchants::Filter::default(), &PageArgs::first(1)).await;
    Ok(found.map_err(SeedError::new)?.items.is_empty())
}

pub(super) async fn make(stage: &Stage) -> Result<People, SeedError> {
    team(stage).await?;
    let mut merchants = Vec::new();
    for about in &MERCHANTS {
        merchants.push(MadeMerchant { id: merchant(stage, about).await?, about });
    }
    let mut buyers = Vec::new();
    for buyer in BUYERS {
        buyers.push(register(stage, buyer).await?);
    }
    Ok(People { merchants, buyers })
}

async fn team(stage: &Stage) -> Result<(), SeedError> {
    let people = [
        ("operations", "Otto Operations", RoleName::OperatorOperations),
        ("finance", "Fina Finance", RoleName::OperatorFinance),
        ("catalog", "Cato Catalog", RoleName::OperatorCatalog),
        ("support", "Sanna Support", RoleName::OperatorSupport),
    ];
    for (local, name, role) in people {
        member(stage, format!("{local}@souk.example"), name, Team::Operator, role).await?;
    }
    Ok(())
}

async fn member(stage: &Stage, email: String, name: &str, team: Team, role: RoleName) -> Result<(), SeedError> {
    let hash = PasswordHash::of("password", PASSWORD, &email, name).await.map_err(SeedError::new)?;
    let access = MemberAccess::Password(hash);
    let input = AddMember { email, name: name.to_owned(), team, role: role.into(), access };
    identity::member_add(&stage.operator(), input).await.map_err(SeedError::new)?;
    Ok(())
}

async fn merchant(stage: &Stage, about: &DemoMerchant) -> Result<MerchantId, SeedError> {
    let operator = stage.operator();
    let slug = kernel::text::slugify(about.name);
    let input = CreateMerchant {
        profile: Profile {
            name: about.name.to_owned(),
            contact_email: format!("orders@{slug}.example"),
            country: about.country.to_owned(),
            handling_days: about.handling_days,
            auto_accept: about.auto_accept,
        },
        slug: None,
        legal: Legal {
            legal_name: format!("{} Ltd", about.name),
            tax_id: Some(about.vat_id.to_owned()),
            registration_number: None,
            street: Some(about.street.to_owned()),
            postal_code: Some(about.postal_code.to_owned()),
            city: Some(about.city.to_owned()),
            country: about.country.to_owned(),
        },
        merchant_type: None,
        tier: None,
        commission_vat_ppm: None,
        approved: true,
        owner: None,
    };
    let made = merchants::create(&operator, input).await.map_err(SeedError::new)?;
    let iban = Iban::parse("account.iban", about.iban).map_err(SeedError::new)?;
    let account = Some(BankAccount { iban, holder: format!("{} Ltd", about.name) });
    let edit = EditBank { id: made.id, expected_version: made.version, account };
    merchants::edit_bank(&operator, edit).await.map_err(SeedError::new)?;
    let team = Team::Merchant(made.id);
    for (local, role) in [("owner", RoleName::MerchantOwner), ("warehouse", RoleName::MerchantFulfillment)] {
        let name = format!("{} {local}", about.name);
        member(stage, format!("{local}@{slug}.example"), &name, team, role).await?;
    }
    Ok(made.id)
}

async fn register(stage: &Stage, buyer: (&str, &str, &str, &str, &str)) -> Result<CustomerId, SeedError> {
    let (name, email, street, postal_code, city) = buyer;
    let anonymous = stage.ctx(access::Actor::anonymous());
    let input = Register {
        email: email.to_owned(),
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        locale: Some("en".to_owned()),
    };
    let id = customers::register(&anonymous, input).await.map_err(SeedError::new)?.customer.id;
    let address = AddressFields {
        name: name.to_owned(),
        company: None,
        line1: street.to_owned(),
        line2: None,
        city: city.to_owned(),
        region: None,
        postal_code: postal_code.to_owned(),
        country: "DE".to_owned(),
        phone: None,
    };
    let input = AddressCreate { customer: None, address, is_default: true };
    customers::address_create(&stage.buyer(id, name), input).await.map_err(SeedError::new)?;
    Ok(id)
}
