//! Making merchants.

use std::collections::HashSet;

use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::MerchantId;
use kernel::{Invalid, Rate, text};

use crate::actions::CREATE;
use crate::event::MerchantCreated;
use crate::model::merchant::chosen_slug;
use crate::model::{Legal, Merchant, Profile, Status};
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
    /// Its tier; `standard` when absent.
    pub tier: Option<String>,
    /// Its own VAT rate on commission.
    pub commission_vat_ppm: Option<Rate>,
    /// Whether it may sell at once, without a separate approval.
    pub approved: bool,
}

/// Makes one merchant.
///
/// # Errors
/// What is wrong with the input; a slug that is taken; denied; the database error.
pub async fn create(ctx: &Ctx, input: CreateMerchant) -> Result<Merchant, Error> {
    let grant = ctx.authorize(CREATE)?;
    let mut tx = ctx.begin_write().await?;
    let merchant = make(ctx, &tx, input).map_err(Error::from)?;
    let merchants = insert(&mut tx, &grant, vec![merchant]).await?;
    tx.commit().await?;
    one(merchants)
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
    let mut tx = ctx.begin_write().await?;
    let mut merchants = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        let made = make(ctx, &tx, input);
        merchants.push(made.map_err(|error| Invalid { field: format!("merchants.{index}.{}", error.field), ..error })?);
    }
    let merchants = insert(&mut tx, &grant, merchants).await?;
    tx.commit().await?;
    Ok(merchants)
}

fn one(merchants: Vec<Merchant>) -> Result<Merchant, Error> {
    Ok(merchants.into_iter().next().ok_or_else(|| context::Error::internal("no merchant was made"))?)
}

/// A slug that the operator chose stays as it is; an empty one is made from the name when it is known to be free.
fn make(ctx: &Ctx, tx: &WriteTx, input: CreateMerchant) -> Result<Merchant, Invalid> {
    let tier = input.tier.unwrap_or_else(|| STANDARD_TIER.to_owned());
    if let Some(vat) = input.commission_vat_ppm {
        check_vat(vat)?;
    }
    Ok(Merchant {
        id: ctx.new_id(),
        slug: input.slug.as_deref().map(chosen_slug).transpose()?.unwrap_or_default(),
        status: if input.approved { Status::Active } else { Status::Applied },
        status_reason: None,
        status_changed_at: tx.now(),
        profile: input.profile.checked()?,
        legal: input.legal.checked()?,
        bank: None,
        tier: text::code("tier", &tier, 40)?,
        commission_vat_ppm: input.commission_vat_ppm,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    })
}

pub(super) fn check_vat(vat: Rate) -> Result<(), Invalid> {
    if (0..=Rate::ONE_PPM).contains(&vat.ppm()) {
        return Ok(());
    }
    Err(Invalid::range("commissionVatPpm", 0, Rate::ONE_PPM))
}

async fn insert(tx: &mut WriteTx, grant: &access::Grant, mut merchants: Vec<Merchant>) -> Result<Vec<Merchant>, Error> {
    name_pages(tx, &mut merchants).await?;
    repo::insert_many(tx, grant, &merchants).await?;
    for merchant in &merchants {
        let change = Change::new("merchant", merchant.id, "created").of_merchant(merchant.id);
        tx.record(change.diff(None, Some(merchant)));
        tx.emit(&MerchantCreated { merchant: merchant.id });
    }
    Ok(merchants)
}

/// Gives a slug to those that have none: the name, and a part of the id where the name is taken.
async fn name_pages(tx: &WriteTx, merchants: &mut [Merchant]) -> Result<(), Error> {
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
