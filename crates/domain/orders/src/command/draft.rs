//! Preparing orders for buyers, by hand and on the phone.

use access::Grant;
use chrono::Duration;
use context::{Ctx, WriteTx};
use history::Change;
use kernel::id::{CartLineId, CustomerId, DraftOrderId};
use kernel::{Currency, Invalid, text};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Value, json};

use super::cart::{self, CartDetails, QuantityChange, apply, check_offers, currency_of, insert_lines, set_units};
use super::company::check_company;
use super::work::market_fault;
use crate::Error;
use crate::actions::{DRIVE, EDIT_DRAFT, OVERRIDE_PRICE};
use crate::entity::{cart as cart_row, draft};
use crate::model::cart::{Cart, CartLine, LINES_MAX, NewLine, add};
use crate::model::draft::{Draft, DraftAction, DraftLine, PriceChange, allowed};
use crate::model::pickup::PickupChoices;
use crate::model::status::{CartState, DraftState};
use crate::model::types::DeliveryChoices;
use crate::repo;

/// An order to be prepared.
#[derive(Debug, Clone)]
pub struct DraftCreate {
    /// Code of the channel.
    pub channel: String,
    /// `None`: the channel's default.
    pub currency: Option<Currency>,
    /// The buyer's account; `None`: somebody without one.
    pub customer: Option<CustomerId>,
    /// The first lines.
    pub lines: Vec<DraftLine>,
    /// Address and the like; the e-mail address of the account where none is given.
    pub details: CartDetails,
    /// What the staff writes down.
    pub note: Option<String>,
}

/// A change of a draft. What is empty or absent stays.
#[derive(Debug, Clone)]
pub struct DraftEdit {
    /// The draft.
    pub draft: DraftOrderId,
    /// The version the change was made on.
    pub expected_version: i64,
    /// More lines; units of an offer that is there are added to its line.
    pub add: Vec<DraftLine>,
    /// New numbers of units; 0 takes a line out.
    pub set: Vec<QuantityChange>,
    /// Other prices.
    pub prices: Vec<PriceChange>,
    /// Address and the like.
    pub details: CartDetails,
    /// The buyer's account; `Some(None)`: somebody without one.
    pub customer: Option<Option<CustomerId>>,
    /// What the staff writes down; `Some(None)` takes it out.
    pub note: Option<Option<String>>,
}

/// The longest note.
const NOTE_MAX: usize = 2000;

/// Begins an order for a buyer. Nothing is reserved or promised before it is placed.
///
/// # Errors
/// [`Invalid`] naming the field: unknown channel, currency, offer or buyer, quantities, prices; a price without the
/// right to give one.
pub async fn draft_create(ctx: &Ctx, input: DraftCreate) -> Result<Draft, Error> {
    let grant = ctx.authorize(EDIT_DRAFT)?;
    wide(&grant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let unknown = || Invalid::new("channel", "UNKNOWN", "there is no such channel");
    let channel = market.channel_by_code(&input.channel).filter(|c| c.active).ok_or_else(unknown)?;
    let currency = currency_of(channel, input.currency)?;
    let lines = with_lines(ctx, &[], input.lines, currency, "lines", || ctx.new_id())?;
    check_offers(&tx, &plain(&lines), channel, currency).await?;
    let mut made = Cart {
        id: ctx.new_id(),
        channel: channel.id,
        currency,
        customer: None,
        email: None,
        ship_to: None,
        choices: DeliveryChoices::default(),
        pickups: PickupChoices::default(),
        locale: None,
        company: None,
        po_number: None,
        approval: None,
        coupon_code: None,
        state: CartState::Draft,
        order: None,
        version: 1,
        updated_at: tx.now(),
        lines,
    };
    for_buyer(&tx, &mut made, input.customer).await?;
    check_company(&tx, input.details.company, made.customer, true).await?;
    apply(&mut made, input.details)?;
    let row = draft::Model {
        id: ctx.new_id(),
        cart_id: made.id,
        state: DraftState::Open,
        note: note(input.note)?,
        order_id: None,
        created_by: ctx.actor().id(),
        created_by_name: ctx.actor().name.clone(),
        expires_at: tx.now() + Duration::days(market.settings.cart_ttl_days.into()),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    insert_cart(&mut tx, &made).await?;
    draft::Entity::insert(row.clone().into_active_model()).exec_without_returning(&*tx).await?;
    let made = repo::draft_of(row, made);
    let change = Change::new("draft_order", made.id, "created");
    tx.record(change.diff(None, Some(&shown(&made))));
    tx.commit().await?;
    Ok(made)
}

/// Changes a draft.
///
/// # Errors
/// Not found; stale version; [`Error::InvalidTransition`] when it is no draft any more; as [`draft_create`].
pub async fn draft_edit(ctx: &Ctx, input: DraftEdit) -> Result<Draft, Error> {
    let grant = ctx.authorize(EDIT_DRAFT)?;
    wide(&grant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let before = open(&tx, input.draft, Some(input.expected_version), DraftAction::Edit).await?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let mut after = before.clone();
    let cart = &mut after.cart;
    if !input.add.is_empty() {
        let channel = market.channel(cart.channel).ok_or_else(|| context::Error::internal("channel is gone"))?;
        let wanted: Vec<NewLine> = input.add.iter().map(new_line).collect();
        check_offers(&tx, &wanted, channel, cart.currency).await.map_err(|e| named(e, "add"))?;
        cart.lines = with_lines(ctx, &cart.lines, input.add, cart.currency, "add", || ctx.new_id())?;
    }
    set_units(&mut cart.lines, &input.set, "set")?;
    give_prices(ctx, cart, input.prices)?;
    if let Some(customer) = input.customer {
        for_buyer(&tx, cart, customer).await?;
    }
    check_company(&tx, input.details.company, cart.customer, true).await?;
    apply(cart, input.details)?;
    if let Some(words) = input.note {
        after.note = note(words)?;
    }
    cart::store(&mut tx, &before.cart, &mut after.cart).await?;
    after.version += 1;
    after.updated_at = tx.now();
    after.expires_at = tx.now() + Duration::days(market.settings.cart_ttl_days.into());
    save(&tx, &after).await?;
    let change = Change::new("draft_order", after.id, "changed");
    tx.record(change.diff(Some(&shown(&before)), Some(&shown(&after))));
    tx.commit().await?;
    Ok(after)
}

/// Gives a draft up.
///
/// # Errors
/// Not found; stale version; [`Error::InvalidTransition`] when it is no draft any more.
pub async fn draft_delete(ctx: &Ctx, id: DraftOrderId, expected_version: i64) -> Result<Draft, Error> {
    let grant = ctx.authorize(EDIT_DRAFT)?;
    wide(&grant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let draft = open(&tx, id, Some(expected_version), DraftAction::Delete).await?;
    let draft = drop_draft(&mut tx, draft, DraftState::Deleted, "deleted").await?;
    tx.commit().await?;
    Ok(draft)
}

/// Gives up drafts that nobody touched for as long as the settings say, each in a transaction of its own. Returns how
/// many; run by a schedule.
///
/// # Errors
/// The right may be missing; the database error. Those before it stay given up.
pub async fn drafts_expire(ctx: &Ctx, limit: u64) -> Result<u64, Error> {
    ctx.authorize(DRIVE)?;
    let due: Vec<DraftOrderId> = draft::Entity::find()
        .select_only()
        .column(draft::Column::Id)
        .filter(draft::Column::State.eq(DraftState::Open))
        .filter(draft::Column::ExpiresAt.lt(ctx.now()))
        .order_by_asc(draft::Column::ExpiresAt)
        .limit(limit)
        .into_tuple()
        .all(ctx.read())
        .await?;
    let mut count = 0;
    for id in due {
        let mut tx = ctx.begin_write().await?;
        let draft = repo::draft(&*tx, id, true).await?;
        // Somebody may have touched or placed it since it was read.
        if draft.state == DraftState::Open && draft.expires_at < tx.now() {
            drop_draft(&mut tx, draft, DraftState::Expired, "expired").await?;
            tx.commit().await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Drafts are the operator's.
pub(crate) fn wide(grant: &Grant) -> Result<(), Error> {
    if grant.is_wide() { Ok(()) } else { Err(context::Error::NotFound("draft").into()) }
}

/// A draft under its lock, in a state that allows `action`.
pub(super) async fn open(
    tx: &WriteTx,
    id: DraftOrderId,
    version: Option<i64>,
    action: DraftAction,
) -> Result<Draft, Error> {
    let draft = repo::draft(&**tx, id, true).await?;
    let can = allowed(draft.state);
    if !can.contains(&action) {
        let allowed = can.iter().map(|action| action.as_str()).collect();
        return Err(Error::InvalidTransition { action: action.as_str(), state: draft.state.as_str(), allowed });
    }
    if version.is_some_and(|version| version != draft.version) {
        return Err(context::Error::Stale("draft").into());
    }
    Ok(draft)
}

/// Writes a locked draft, its cart aside.
pub(super) async fn save(tx: &WriteTx, draft: &Draft) -> Result<(), Error> {
    draft::Entity::update_many()
        .col_expr(draft::Column::State, Expr::value(draft.state))
        .col_expr(draft::Column::Note, Expr::value(draft.note.clone()))
        .col_expr(draft::Column::OrderId, Expr::value(draft.order))
        .col_expr(draft::Column::ExpiresAt, Expr::value(draft.expires_at))
        .col_expr(draft::Column::Version, Expr::value(draft.version))
        .col_expr(draft::Column::UpdatedAt, Expr::value(draft.updated_at))
        .filter(draft::Column::Id.eq(draft.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

async fn drop_draft(tx: &mut WriteTx, mut draft: Draft, state: DraftState, word: &'static str) -> Result<Draft, Error> {
    cart_row::Entity::update_many()
        .col_expr(cart_row::Column::State, Expr::value(CartState::Dropped))
        .filter(cart_row::Column::Id.eq(draft.cart.id))
        .exec(&**tx)
        .await?;
    let before = draft.state;
    draft.state = state;
    draft.version += 1;
    draft.updated_at = tx.now();
    save(tx, &draft).await?;
    tx.record(Change::new("draft_order", draft.id, word).field("state", before, state));
    Ok(draft)
}

async fn insert_cart(tx: &mut WriteTx, made: &Cart) -> Result<(), Error> {
    let row = cart_row::ActiveModel {
        id: Set(made.id),
        channel_id: Set(made.channel),
        currency: Set(made.currency),
        customer_id: Set(made.customer),
        token_hash: Set(None),
        email: Set(made.email.clone()),
        ship_to: Set(made.ship_to.clone()),
        choices: Set(made.choices.clone()),
        pickups: Set(made.pickups.clone()),
        locale: Set(made.locale.clone()),
        company_id: Set(made.company),
        po_number: Set(made.po_number.clone()),
        approved_by: Set(None),
        approved_version: Set(None),
        approved_minor: Set(None),
        coupon_code: Set(made.coupon_code.clone()),
        state: Set(made.state),
        order_id: Set(None),
        version: Set(1),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    };
    cart_row::Entity::insert(row).exec_without_returning(&**tx).await?;
    insert_lines(tx, made.id, &made.lines).await
}

/// Whose order it will be. The address to write to is the account's until another one is given.
async fn for_buyer(tx: &WriteTx, cart: &mut Cart, customer: Option<CustomerId>) -> Result<(), Error> {
    cart.customer = customer;
    let Some(id) = customer else { return Ok(()) };
    let unknown = || Invalid::new("customerId", "UNKNOWN", "there is no such buyer");
    let buyer = match customers::by_id_on(&**tx, id).await {
        Ok(buyer) if buyer.erased_at.is_none() => buyer,
        Ok(_) | Err(customers::Error::Core(context::Error::NotFound(_))) => return Err(unknown().into()),
        Err(customers::Error::Core(core)) => return Err(core.into()),
        Err(other) => return Err(context::Error::internal(other).into()),
    };
    cart.email = Some(buyer.email);
    cart.locale = buyer.locale;
    Ok(())
}

pub(super) fn note(words: Option<String>) -> Result<Option<String>, Invalid> {
    let words = words.map(|words| text::block("note", &words, NOTE_MAX)).transpose()?;
    Ok(words.filter(|words| !words.is_empty()))
}

pub(super) fn new_line(line: &DraftLine) -> NewLine {
    NewLine { offer: line.offer, quantity: line.quantity, delivery_quote: None }
}

fn plain(lines: &[CartLine]) -> Vec<NewLine> {
    let line = |line: &CartLine| NewLine { offer: line.offer, quantity: line.quantity, delivery_quote: None };
    lines.iter().map(line).collect()
}

/// A fault of the lines of a cart, said of the field they came in by.
pub(super) fn named(error: Error, path: &str) -> Error {
    match error {
        Error::Core(context::Error::Invalid(fault)) => renamed(fault, path).into(),
        other => other,
    }
}

fn renamed(mut fault: Invalid, path: &str) -> Invalid {
    if let Some(rest) = fault.field.strip_prefix("lines") {
        fault.field = format!("{path}{rest}");
    }
    fault
}

/// `lines` with `new` ones, and the prices that staff gave them; `path` is the input field they came in by.
pub(super) fn with_lines(
    ctx: &Ctx,
    lines: &[CartLine],
    new: Vec<DraftLine>,
    currency: Currency,
    path: &str,
    id: impl FnMut() -> CartLineId,
) -> Result<Vec<CartLine>, Error> {
    if new.len() > LINES_MAX {
        return Err(Invalid::new(path, "TOO_MANY", format!("an order holds at most {LINES_MAX} lines")).into());
    }
    let wanted: Vec<NewLine> = new.iter().map(new_line).collect();
    let mut result = add(lines, &wanted, currency, id).map_err(|fault| renamed(fault, path))?;
    for (index, line) in new.into_iter().enumerate() {
        let Some(price) = line.price else { continue };
        ctx.authorize(OVERRIDE_PRICE)?;
        let given = price.given(&format!("{path}.{index}.price"), currency, ctx.actor().id())?;
        if let Some(of) = result.iter_mut().find(|of| of.offer == line.offer) {
            of.price = Some(given);
        }
    }
    Ok(result)
}

fn give_prices(ctx: &Ctx, cart: &mut Cart, prices: Vec<PriceChange>) -> Result<(), Error> {
    for (index, change) in prices.into_iter().enumerate() {
        ctx.authorize(OVERRIDE_PRICE)?;
        let line = cart.lines.iter_mut().find(|line| line.id == change.line);
        let line = line.ok_or(context::Error::NotFound("draft line"))?;
        let path = format!("prices.{index}.price");
        line.price = change.price.map(|price| price.given(&path, cart.currency, ctx.actor().id())).transpose()?;
    }
    Ok(())
}

/// What the history shows of a draft. It is append-only: addresses and words could not be erased from it, so it tells
/// only that they are there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    state: DraftState,
    customer: Option<CustomerId>,
    has_email: bool,
    has_address: bool,
    has_note: bool,
    choices: Value,
    coupon_code: Option<String>,
    lines: Vec<Value>,
}

fn shown(draft: &Draft) -> Shown {
    let cart = &draft.cart;
    let line = |line: &CartLine| -> Value {
        json!({ "line": line.id, "offer": line.offer, "quantity": line.quantity, "price": line.price })
    };
    Shown {
        state: draft.state,
        customer: cart.customer,
        has_email: cart.email.is_some(),
        has_address: cart.ship_to.is_some(),
        has_note: draft.note.is_some(),
        choices: json!(cart.choices),
        coupon_code: cart.coupon_code.clone(),
        lines: cart.lines.iter().map(line).collect(),
    }
}
