//! Applying to sell, by oneself.

use context::Ctx;
use history::Change;
use identity::{NewUser, PasswordHash, RoleName, Team};
use kernel::{Fault as _, text};

use super::create::{CreateMerchant, checked, first_kyc, name_pages};
use super::step::rules;
use crate::actions::APPLY;
use crate::event::MerchantCreated;
use crate::model::agreement::due_at;
use crate::model::{Legal, Merchant, Profile};
use crate::{Error, repo};

/// Somebody who wants to sell.
#[derive(Debug, Clone)]
pub struct Apply {
    /// What buyers read.
    pub profile: Profile,
    /// The company behind it.
    pub legal: Legal,
    /// What kind of merchant it is; `standard` when absent.
    pub merchant_type: Option<String>,
    /// Who applies; ignored for who is signed in.
    pub applicant: Option<Applicant>,
}

/// Who applies without an account.
#[derive(Clone)]
pub struct Applicant {
    /// The address to sign in with; it has to be proved.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Applicant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Applicant").field("email", &self.email).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Applies to sell: the merchant waits for the operator, its owner is who applies. Whoever has no account gets one, and a
/// mail to prove the address; before that nobody is admitted.
///
/// # Errors
/// [`Error::RegistrationClosed`]; what is wrong with the input; taken (field `applicant.email`) when the address has an
/// account: sign in and apply with it; the database error.
pub async fn apply(ctx: &Ctx, input: Apply) -> Result<Merchant, Error> {
    ctx.authorize(APPLY)?;
    let rules = rules(ctx).await?;
    if !rules.self_registration {
        return Err(Error::RegistrationClosed);
    }
    let new = match (ctx.actor().user(), input.applicant) {
        (Some(_), _) => None,
        (None, Some(applicant)) => Some(account(applicant).await.map_err(of_applicant)?),
        (None, None) => return Err(kernel::Invalid::required("applicant").into()),
    };
    let wanted = CreateMerchant {
        profile: input.profile,
        slug: None,
        legal: input.legal,
        merchant_type: input.merchant_type,
        tier: None,
        commission_vat_ppm: None,
        approved: false,
        owner: None,
    };
    let mut merchant = checked(ctx, wanted, first_kyc(&rules))?;
    let mut tx = ctx.begin_write().await?;
    let user = match (new, ctx.actor().user()) {
        (Some(new), _) => {
            let user = identity::user_create_in_tx(ctx, &mut tx, new).await.map_err(of_applicant)?;
            identity::request_verification_in_tx(&mut tx, &user).await.map_err(of_applicant)?;
            user.id
        }
        (None, Some(user)) => identity::user_on(&*tx, user).await.map_err(of_applicant)?.id,
        (None, None) => return Err(context::Error::internal("nobody applies").into()),
    };
    merchant.applied_by = Some(user);
    let agreements = repo::agreement::all(&*tx).await?;
    merchant.agreements_due_at = due_at(&agreements, &[], &merchant.merchant_type, merchant.created_at);
    name_pages(&tx, std::slice::from_mut(&mut merchant)).await?;
    repo::insert_application(&tx, &merchant).await?;
    let change = Change::new("merchant", merchant.id, "applied").of_merchant(merchant.id);
    tx.record(change.diff(None, Some(&merchant)));
    tx.emit(&MerchantCreated { merchant: merchant.id });
    let (team, role) = (Team::Merchant(merchant.id), RoleName::MerchantOwner);
    identity::member_seat_in_tx(ctx, &mut tx, user, team, role).await.map_err(of_applicant)?;
    tx.commit().await?;
    Ok(merchant)
}

/// The account of who applies. The password is hashed before the transaction begins: that is slow on purpose.
async fn account(applicant: Applicant) -> Result<NewUser, identity::Error> {
    let email = text::email("email", &applicant.email).map_err(context::Error::from)?;
    let name = text::line("name", &applicant.name, 120).map_err(context::Error::from)?;
    let hash = PasswordHash::of("password", &applicant.password, &email, &name).await?;
    Ok(NewUser { email, name, password: Some(hash), customer: None, email_verified: false })
}

fn of_applicant(fault: identity::Error) -> Error {
    Error::Owner { field: fault.field().map(|field| format!("applicant.{field}")), fault }
}
