//! Making merchants.

use std::collections::HashSet;

use access::Grant;
use context::{Ctx, WriteTx};
use history::Change;
use identity::{AddMember, MemberAccess, PasswordHash, RoleName, Team};
use kernel::id::MerchantId;
use kernel::{Fault as _, Invalid, Rate, text};
use marketplace::MerchantSettings;

use super::step::rules;
use crate::actions::CREATE;
use crate::event::MerchantCreated;
use crate::model::agreement::due_at;
use crate::model::merchant::chosen_slug;
use crate::model::{Kyc, KycState, Legal, Merchant, PayoutStanding, PayoutState, Profile, Status};
use crate::{Error, repo};

/// The most merchants made by one command.
pub const CREATE_MAX: usize = 500;

/// The tier of a merchant when nobody names one.
pub const STANDARD_TIER: &str = "standard";

/// A merchant to be made.
#[derive(Debug, Clone)]
pub struct CreateMerchant {
    /// What its staff will keep up to date.
    pub profile: Profile,
    /// The part of the address of its page; made from the name when absent.
    pub slug: Option<String>,
    /// The company behind it.
    pub legal: Legal,
    /// What kind of merchant it is; `standard` when absent.
    pub merchant_type: Option<String>,
    /// Its tier; `standard` when absent.
    pub tier: Option<String>,
    /// Its own VAT rate on commission.
    pub commission_vat_ppm: Option<Rate>,
    /// Whether it may sell at once, without a separate approval.
    pub approved: bool,
    /// The first of its staff.
    pub owner: Option<Owner>,
}

/// The person who runs a merchant.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The address to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The first password; without one the person is invited by mail.
    pub password: Option<String>,
}

/// The kind of a merchant when nobody names one.
pub const STANDARD_TYPE: &str = "standard";

/// A merchant that passed all checks, with its owner.
struct Made {
    merchant: Merchant,
    owner: Option<AddMember>,
    // What its faults are named after: empty for a single merchant, `merchants.3.` in a list.
    path: String,
}

/// Makes one merchant, and its owner if one is named.
///
/// # Errors
/// What is wrong with the input; a slug or an owner's address that is taken; denied; the database error.
pub async fn create(ctx: &Ctx, input: CreateMerchant) -> Result<Merchant, Error> {
    let grant = ctx.authorize(CREATE)?;
    let kyc = first_kyc(&rules(ctx).await?);
    let made = make(ctx, input, String::new(), kyc).await?;
    let mut merchants = insert(ctx, &grant, vec![made]).await?;
    Ok(merchants.pop().ok_or_else(|| context::Error::internal("no merchant was made"))?)
}

/// Makes up to [`CREATE_MAX`] merchants, all or none, in one statement.
///
/// # Errors
/// As [`create`]; the field names the merchant, `merchants.3.name`.
pub async fn create_many(ctx: &Ctx, inputs: Vec<CreateMerchant>) -> Result<Vec<Merchant>, Error> {
    let grant = ctx.authorize(CREATE)?;
    if inputs.is_empty() || inputs.len() > CREATE_MAX {
        let message = format!("must have 1 to {CREATE_MAX} entries");
        return Err(Invalid::new("merchants", "OUT_OF_RANGE", message).into());
    }
    let kyc = first_kyc(&rules(ctx).await?);
    let mut made = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        made.push(make(ctx, input, format!("merchants.{index}."), kyc).await?);
    }
    insert(ctx, &grant, made).await
}

/// Where the question who a new merchant is begins.
pub(super) fn first_kyc(rules: &MerchantSettings) -> KycState {
    if rules.kyc_required { KycState::PendingSubmission } else { KycState::NotRequired }
}

async fn make(ctx: &Ctx, input: CreateMerchant, path: String, kyc: KycState) -> Result<Made, Error> {
    let owner = input.owner.clone();
    let merchant =
        checked(ctx, input, kyc).map_err(|error| Invalid { field: format!("{path}{}", error.field), ..error })?;
    let owner = match owner {
        Some(owner) => Some(member(ctx, &merchant, owner).await.map_err(|error| of_owner(error, &path))?),
        None => None,
    };
    Ok(Made { merchant, owner, path })
}

/// The owner as identity takes it. The password is hashed before the transaction begins: that is slow on purpose.
async fn member(ctx: &Ctx, merchant: &Merchant, owner: Owner) -> Result<AddMember, identity::Error> {
    let team = Team::Merchant(merchant.id);
    let role = RoleName::MerchantOwner;
    if !role.may_be_granted_by(ctx.actor().seats(), Some(team)) {
        return Err(identity::Error::RoleTooWide(role.as_str()));
    }
    let access = match &owner.password {
        Some(text) => MemberAccess::Password(PasswordHash::of("password", text, &owner.email, &owner.name).await?),
        None => MemberAccess::Invite,
    };
    Ok(AddMember { email: owner.email, name: owner.name, team, role: role.into(), access })
}

fn of_owner(fault: identity::Error, path: &str) -> Error {
    Error::Owner { field: fault.field().map(|field| format!("{path}owner.{field}")), fault }
}

/// The slug stays empty when the operator chose none; it is made when it is known which are free.
pub(super) fn checked(ctx: &Ctx, input: CreateMerchant, kyc: KycState) -> Result<Merchant, Invalid> {
    let invited = input.owner.as_ref().is_some_and(|owner| owner.password.is_none());
    let merchant_type = input.merchant_type.unwrap_or_else(|| STANDARD_TYPE.to_owned());
    let tier = input.tier.unwrap_or_else(|| STANDARD_TIER.to_owned());
    if let Some(vat) = input.commission_vat_ppm {
        check_vat(vat)?;
    }
    let now = ctx.now();
    Ok(Merchant {
        id: ctx.new_id(),
        slug: input.slug.as_deref().map(chosen_slug).transpose()?.unwrap_or_default(),
        merchant_type: text::code("type", &merchant_type, 40)?,
        status: match (input.approved, invited) {
            (true, _) => Status::Active,
            (false, true) => Status::Invited,
            (false, false) => Status::Applied,
        },
        status_reason: None,
        reason_code: None,
        effects: None,
        status_changed_at: now,
        kyc: Kyc { state: kyc, reason: None, expires_at: None },
        payout: PayoutStanding { state: PayoutState::None, reason: None },
        closings: Vec::new(),
        agreements_due_at: None,
        applied_by: None,
        profile: input.profile.checked()?,
        legal: input.legal.checked()?,
        bank: None,
        tier: text::code("tier", &tier, 40)?,
        commission_vat_ppm: input.commission_vat_ppm,
        reserve_ppm: None,
        operator_remits_tax: false,
        calendar: None,
        stars: None,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

pub(super) fn check_vat(vat: Rate) -> Result<(), Invalid> {
    check_share("commissionVatPpm", vat)
}

pub(super) fn check_share(field: &str, rate: Rate) -> Result<(), Invalid> {
    if (0..=Rate::ONE_PPM).contains(&rate.ppm()) {
        return Ok(());
    }
    Err(Invalid::range(field, 0, Rate::ONE_PPM))
}

async fn insert(ctx: &Ctx, grant: &Grant, made: Vec<Made>) -> Result<Vec<Merchant>, Error> {
    let mut tx = ctx.begin_write_for(grant).await?;
    let mut merchants = Vec::with_capacity(made.len());
    let mut owners = Vec::new();
    for Made { merchant, owner, path } in made {
        merchants.push(merchant);
        owners.extend(owner.map(|owner| (owner, path)));
    }
    let agreements = repo::agreement::all(&*tx).await?;
    for merchant in &mut merchants {
        merchant.agreements_due_at = due_at(&agreements, &[], &merchant.merchant_type, merchant.created_at);
    }
    name_pages(&tx, &mut merchants).await?;
    repo::insert_many(&tx, grant, &merchants).await?;
    for merchant in &merchants {
        let change = Change::new("merchant", merchant.id, "created").of_merchant(merchant.id);
        tx.record(change.diff(None, Some(merchant)));
        tx.emit(&MerchantCreated { merchant: merchant.id });
    }
    for (owner, path) in owners {
        identity::member_add_in_tx(ctx, &mut tx, owner).await.map_err(|error| of_owner(error, &path))?;
    }
    tx.commit().await?;
    Ok(merchants)
}

/// Gives a slug to those that have none: the name, and a part of the id where the name is taken.
pub(super) async fn name_pages(tx: &WriteTx, merchants: &mut [Merchant]) -> Result<(), Error> {
    let mut used: HashSet<String> = merchants.iter().map(|m| m.slug.clone()).collect();
    let wanted: Vec<String> = merchants.iter().filter(|m| m.slug.is_empty()).map(slug_of_name).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    used.extend(repo::slugs_in_use(tx, wanted).await?);
    for merchant in merchants.iter_mut().filter(|m| m.slug.is_empty()) {
        let mut slug = slug_of_name(merchant);
        if used.contains(&slug) {
            slug = format!("{slug}-{}", tail(merchant.id));
        }
        used.insert(slug.clone());
        merchant.slug = slug;
    }
    Ok(())
}

fn slug_of_name(merchant: &Merchant) -> String {
    text::slugify(&merchant.profile.name)
}

/// The random end of an id.
fn tail(id: MerchantId) -> String {
    let text = id.to_string();
    text[text.len() - 8..].to_owned()
}
