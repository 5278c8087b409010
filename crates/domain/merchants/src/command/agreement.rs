//! Publishing agreements and accepting them.

use chrono::{DateTime, Utc};
use context::Ctx;
use history::Change;
use kernel::id::{AgreementId, MerchantId};
use kernel::{Invalid, text};
use sha2::{Digest as _, Sha256};

use super::step;
use crate::actions::{ACCEPT_AGREEMENT, PUBLISH_AGREEMENT};
use crate::event::MerchantSellingChanged;
use crate::model::agreement::due_at;
use crate::model::{Acceptance, Agreement, Merchant};
use crate::{Error, repo};

/// The longest text of an agreement.
const BODY_MAX: usize = 400_000;
const TYPES_MAX: usize = 100;

/// A new version of an agreement.
#[derive(Debug, Clone)]
pub struct PublishAgreement {
    /// Which agreement: `terms`. A new one begins with version 1.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Its words.
    pub body: String,
    /// The types of merchants that must accept it; empty: all.
    pub types: Vec<String>,
    /// What is new in it.
    pub change_note: Option<String>,
    /// From when on it counts; now when absent.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when merchants that are there sell on without having accepted it; `valid_from` when absent.
    pub grace_until: Option<DateTime<Utc>>,
}

/// Publishes a version. It never changes any more. Merchants that must accept it and are there already have the time of
/// grace; then they sell nothing until they accept.
///
/// # Errors
/// What is wrong with the input; stale when two publish at once; denied; the database error.
pub async fn publish_agreement(ctx: &Ctx, input: PublishAgreement) -> Result<Agreement, Error> {
    ctx.authorize(PUBLISH_AGREEMENT)?;
    let code = text::code("code", &input.code, 40)?;
    let body = step::words("body", &input.body, BODY_MAX)?;
    if input.types.len() > TYPES_MAX {
        return Err(Invalid::new("types", "TOO_MANY", format!("at most {TYPES_MAX}")).into());
    }
    let mut types = Vec::with_capacity(input.types.len());
    for (index, of) in input.types.iter().enumerate() {
        types.push(text::code(&format!("types.{index}"), of, 40)?);
    }
    let note = input.change_note.as_deref().filter(|note| !note.trim().is_empty());
    let mut tx = ctx.begin_write().await?;
    let valid_from = input.valid_from.unwrap_or_else(|| tx.now()).max(tx.now());
    let grace_until = input.grace_until.unwrap_or(valid_from);
    if grace_until < valid_from {
        return Err(Invalid::new("graceUntil", "OUT_OF_RANGE", "must not be before it counts").into());
    }
    let agreement = Agreement {
        id: tx.new_id(),
        number: repo::agreement::newest_number(&tx, &code).await? + 1,
        code,
        title: text::line("title", &input.title, 200)?,
        sha256: text::hex(Sha256::digest(body.as_bytes())),
        body,
        types,
        change_note: note.map(|note| text::block("changeNote", note, 4_000)).transpose()?,
        valid_from,
        grace_until,
        author_name: ctx.actor().name.clone(),
        created_at: tx.now(),
    };
    if !repo::agreement::insert(&tx, &agreement, ctx.actor().id()).await? {
        return Err(context::Error::Stale("agreement").into());
    }
    repo::agreement::announce(&tx, &agreement).await?;
    let change = Change::new("agreement", agreement.id, "published").field("code", None::<String>, &agreement.code);
    let change =
        change.field("number", None::<i64>, agreement.number).field("sha256", None::<String>, &agreement.sha256);
    tx.record(change.field("graceUntil", None::<String>, agreement.grace_until));
    tx.commit().await?;
    Ok(agreement)
}

/// Which version somebody accepts for a merchant.
#[derive(Debug, Clone)]
pub struct AcceptAgreement {
    /// The merchant.
    pub merchant: MerchantId,
    /// The version.
    pub agreement: AgreementId,
    /// The SHA-256 of the words that were shown to who accepts.
    pub sha256: String,
}

/// Accepts a version for a merchant. The words that were shown are named by their hash. Accepting what is accepted
/// answers with the first acceptance.
///
/// # Errors
/// `HASH_MISMATCH` when other words were shown; not found; denied; the database error.
pub async fn accept_agreement(ctx: &Ctx, input: AcceptAgreement) -> Result<Acceptance, Error> {
    let grant = ctx.authorize(ACCEPT_AGREEMENT)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let merchant = repo::find(&*tx, &grant, input.merchant).await?;
    let agreement = repo::agreement::find(&*tx, input.agreement).await?;
    if !agreement.sha256.eq_ignore_ascii_case(input.sha256.trim()) {
        return Err(Invalid::new("sha256", "HASH_MISMATCH", "is not the hash of the words of this version").into());
    }
    let acceptance = Acceptance {
        id: tx.new_id(),
        merchant: merchant.id,
        agreement: agreement.id,
        code: agreement.code.clone(),
        number: agreement.number,
        sha256: agreement.sha256.clone(),
        actor: ctx.actor().id(),
        actor_name: ctx.actor().name.clone(),
        ip: ctx.origin().ip.clone(),
        at: tx.now(),
    };
    if !repo::agreement::accept(&tx, &acceptance).await? {
        let known = repo::agreement::acceptance(&*tx, merchant.id, agreement.id).await?;
        return Ok(known.ok_or_else(|| context::Error::internal("an acceptance is gone"))?);
    }
    let all = repo::agreement::all(&*tx).await?;
    let accepted = repo::agreement::accepted(&*tx, merchant.id).await?;
    let due = due_at(&all, &accepted, &merchant.merchant_type, merchant.created_at);
    if due != merchant.agreements_due_at {
        let after = Merchant {
            agreements_due_at: due,
            version: merchant.version + 1,
            updated_at: tx.now(),
            ..merchant.clone()
        };
        repo::save(&tx, &grant, &after, merchant.version).await?;
        tx.emit(&MerchantSellingChanged { merchant: merchant.id });
    }
    let change = Change::new("merchant_agreement", agreement.id, "accepted").of_merchant(merchant.id);
    let change = change.field("code", None::<String>, &agreement.code).field("number", None::<i64>, agreement.number);
    tx.record(change.field("sha256", None::<String>, &agreement.sha256));
    tx.commit().await?;
    Ok(acceptance)
}
