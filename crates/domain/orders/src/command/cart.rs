//! Filling a cart.

use std::collections::HashMap;

use access::Grant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use context::{Ctx, WriteTx};
use kernel::id::{CartId, CartLineId, CompanyId, DeliveryMethodId, OfferId, PickupPointId};
use kernel::{Currency, Invalid, text};
use marketplace::Channel;
use marketplace::model::coupon_code;
use offers::offers_for_sale_on;
use rand::RngCore;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use super::company::{approves, check_company, customers_fault};
use super::plan::offers_fault;
use super::work::market_fault;
use crate::Error;
use crate::actions::{EDIT_CART, QUOTE_DELIVERY};
use crate::entity::{cart, cart_line};
use crate::model::cart::{Approval, Cart, CartLine, GivenPrice, LINES_MAX, NewLine, QUANTITY_MAX, add, token_hash};
use crate::model::pickup::PickupChoices;
use crate::model::status::CartState;
use crate::model::types::{Address, DeliveryChoices};

/// The longest purchase-order number.
const PO_NUMBER_MAX: usize = 60;

/// Which cart, and the secret that opens it to somebody who is not signed in as its buyer.
#[derive(Debug, Clone)]
pub struct CartAccess {
    /// The cart.
    pub id: CartId,
    /// Its secret token.
    pub token: Option<String>,
}

/// What a cart knows beside its lines. `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct CartDetails {
    /// Where to write to.
    pub email: Option<String>,
    /// Where to send to.
    pub ship_to: Option<Address>,
    /// Delivery methods for consignments; those of other consignments stay.
    pub choices: Vec<DeliveryChoice>,
    /// A coupon's code; `Some(None)` takes it out. Whether it can be used is for the plan to say.
    pub coupon_code: Option<Option<String>>,
    /// The company that buys; `Some(None)`: none. Its buyers and the operator can name it.
    pub company: Option<Option<CompanyId>>,
    /// The company's own number of the order; `Some(None)` takes it out.
    pub po_number: Option<Option<String>>,
    /// The language the buyer reads: `de`, `pt-BR`.
    pub locale: Option<String>,
}

/// The delivery method for a consignment of the plan.
#[derive(Debug, Clone)]
pub struct DeliveryChoice {
    /// The consignment's key in the plan.
    pub consignment: String,
    /// The method.
    pub method: DeliveryMethodId,
    /// Where it is collected, for methods that go to pickup points; `None` leaves the choice as it is. Whether the
    /// method goes there is for the plan to say.
    pub pickup_point: Option<PickupPointId>,
}

/// A cart to be made.
#[derive(Debug, Clone)]
pub struct CartCreate {
    /// Code of the channel.
    pub channel: String,
    /// `None`: the channel's default.
    pub currency: Option<Currency>,
    /// The first lines.
    pub lines: Vec<NewLine>,
    /// Address and the like.
    pub details: CartDetails,
}

/// A cart that was made.
#[derive(Debug, Clone)]
pub struct CartCreated {
    /// The cart.
    pub cart: Cart,
    /// Its secret, shown this once.
    pub token: String,
}

/// A new number of units for a line; 0 takes it out.
#[derive(Debug, Clone, Copy)]
pub struct QuantityChange {
    /// The line.
    pub line: CartLineId,
    /// Units.
    pub quantity: i64,
}

/// Makes a cart. Everybody may; the token opens it again, also for the guest's order later.
///
/// # Errors
/// [`Invalid`] naming the field: unknown channel, currency, offers; quantities; too many lines.
pub async fn cart_create(ctx: &Ctx, input: CartCreate) -> Result<CartCreated, Error> {
    ctx.authorize(EDIT_CART)?;
    check_quotes(ctx, &input.lines)?;
    let market = marketplace::snapshot_on(ctx.read()).await.map_err(market_fault)?;
    let unknown = || Invalid::new("channel", "UNKNOWN", "there is no such channel");
    let channel = market.channel_by_code(&input.channel).filter(|c| c.active).ok_or_else(unknown)?;
    let currency = currency_of(channel, input.currency)?;
    let lines = add(&[], &input.lines, currency, || ctx.new_id())?;
    let mut secret = [0_u8; 32];
    rand::rng().fill_bytes(&mut secret);
    let token = URL_SAFE_NO_PAD.encode(secret);
    let mut tx = ctx.begin_write().await?;
    check_offers(&tx, &input.lines, channel, currency).await?;
    let mut made = Cart {
        id: ctx.new_id(),
        channel: channel.id,
        currency,
        customer: ctx.actor().customer(),
        email: None,
        ship_to: None,
        choices: DeliveryChoices::default(),
        pickups: PickupChoices::default(),
        locale: None,
        coupon_code: None,
        company: None,
        po_number: None,
        approval: None,
        state: CartState::Open,
        order: None,
        version: 1,
        updated_at: tx.now(),
        lines,
    };
    check_points(&tx, &input.details.choices).await?;
    check_company(&tx, input.details.company, made.customer, false).await?;
    apply(&mut made, input.details)?;
    if let (None, Some(buyer)) = (&made.locale, made.customer) {
        made.locale = customers::by_id_on(&*tx, buyer).await.map_err(customers_fault)?.locale;
    }
    let row = cart::ActiveModel {
        id: Set(made.id),
        channel_id: Set(made.channel),
        currency: Set(currency),
        customer_id: Set(made.customer),
        token_hash: Set(Some(token_hash(&token))),
        email: Set(made.email.clone()),
        ship_to: Set(made.ship_to.clone()),
        choices: Set(made.choices.clone()),
        pickups: Set(made.pickups.clone()),
        locale: Set(made.locale.clone()),
        coupon_code: Set(made.coupon_code.clone()),
        company_id: Set(made.company),
        po_number: Set(made.po_number.clone()),
        approved_by: Set(None),
        approved_version: Set(None),
        approved_minor: Set(None),
        state: Set(made.state),
        order_id: Set(None),
        version: Set(1),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    };
    cart::Entity::insert(row).exec_without_returning(&*tx).await?;
    insert_lines(&mut tx, made.id, &made.lines).await?;
    tx.commit().await?;
    Ok(CartCreated { cart: made, token })
}

/// Adds lines; units of an offer that is there already are added to its line.
///
/// # Errors
/// Not found for a foreign cart; [`Error::CartOrdered`]; [`Invalid`] naming the line. Nothing was added then.
pub async fn cart_lines_add(ctx: &Ctx, access: &CartAccess, lines: Vec<NewLine>) -> Result<Cart, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    check_quotes(ctx, &lines)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = open(&tx, ctx, &grant, access).await?;
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let channel = market.channel(before.channel).ok_or_else(|| context::Error::internal("channel is gone"))?;
    check_offers(&tx, &lines, channel, before.currency).await?;
    let mut after = before.clone();
    after.lines = add(&before.lines, &lines, before.currency, || ctx.new_id())?;
    save(tx, ctx, &before, after).await
}

/// Sets the units of lines; 0 takes a line out.
///
/// # Errors
/// Not found for a foreign cart or line; [`Error::CartOrdered`]; [`Invalid`] naming the line.
pub async fn cart_lines_set(ctx: &Ctx, access: &CartAccess, changes: Vec<QuantityChange>) -> Result<Cart, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = open(&tx, ctx, &grant, access).await?;
    let mut after = before.clone();
    set_units(&mut after.lines, &changes, "lines")?;
    save(tx, ctx, &before, after).await
}

/// Sets the units of lines in memory; `path` is the input field they came in by.
pub(super) fn set_units(lines: &mut Vec<CartLine>, changes: &[QuantityChange], path: &str) -> Result<(), Error> {
    for (index, change) in changes.iter().enumerate() {
        if !(0..=QUANTITY_MAX).contains(&change.quantity) {
            return Err(Invalid::range(format!("{path}.{index}.quantity"), 0, QUANTITY_MAX).into());
        }
        let line = lines.iter_mut().find(|line| line.id == change.line);
        line.ok_or(context::Error::NotFound("cart line"))?.quantity = change.quantity;
    }
    lines.retain(|line| line.quantity > 0);
    Ok(())
}

/// Sets address, e-mail and delivery choices.
///
/// # Errors
/// Not found for a foreign cart; [`Error::CartOrdered`]; [`Invalid`] naming the field.
pub async fn cart_edit(ctx: &Ctx, access: &CartAccess, details: CartDetails) -> Result<Cart, Error> {
    let grant = ctx.authorize(EDIT_CART)?;
    let tx = ctx.begin_write_for(&grant).await?;
    let before = open(&tx, ctx, &grant, access).await?;
    check_points(&tx, &details.choices).await?;
    let mut after = before.clone();
    let buyer = before.customer.or(ctx.actor().customer());
    check_company(&tx, details.company, buyer, grant.is_wide()).await?;
    apply(&mut after, details)?;
    save(tx, ctx, &before, after).await
}

/// The cart that `access` opens: by its token, to its buyer, or to the operator.
pub(crate) async fn find<C: ConnectionTrait>(
    conn: &C,
    ctx: &Ctx,
    grant: &Grant,
    access: &CartAccess,
    lock: bool,
) -> Result<Cart, Error> {
    let find = cart::Entity::find_by_id(access.id);
    let find = if lock { find.lock_exclusive() } else { find };
    let row = find.one(conn).await?.ok_or(context::Error::NotFound("cart"))?;
    let by_token = access.token.as_deref().is_some_and(|token| row.token_hash.as_deref() == Some(&token_hash(token)));
    let by_buyer = row.customer_id.is_some() && row.customer_id == ctx.actor().customer();
    // What staff prepares is for staff, until it is an order.
    let prepared = matches!(row.state, CartState::Draft | CartState::Dropped);
    let reached = by_token || by_buyer || grant.is_wide() || approves(conn, ctx, row.company_id).await?;
    if prepared || !reached {
        return Err(context::Error::NotFound("cart").into());
    }
    let lines = cart_line::Entity::find()
        .filter(cart_line::Column::CartId.eq(access.id))
        .order_by_asc(cart_line::Column::Position)
        .all(conn)
        .await?;
    Ok(from_rows(row, lines))
}

async fn open(tx: &WriteTx, ctx: &Ctx, grant: &Grant, access: &CartAccess) -> Result<Cart, Error> {
    let cart = find(&**tx, ctx, grant, access, true).await?;
    if cart.state == CartState::Open { Ok(cart) } else { Err(Error::CartOrdered) }
}

pub(crate) fn from_rows(row: cart::Model, lines: Vec<cart_line::Model>) -> Cart {
    Cart {
        id: row.id,
        channel: row.channel_id,
        currency: row.currency,
        customer: row.customer_id,
        email: row.email,
        ship_to: row.ship_to,
        choices: row.choices,
        pickups: row.pickups,
        locale: row.locale,
        coupon_code: row.coupon_code,
        company: row.company_id,
        po_number: row.po_number,
        approval: row
            .approved_by
            .zip(row.approved_minor)
            .filter(|_| row.approved_version == Some(row.version))
            .map(|(by, total_minor)| Approval { by, total_minor }),
        state: row.state,
        order: row.order_id,
        version: row.version,
        updated_at: row.updated_at,
        lines: lines
            .into_iter()
            .map(|line| CartLine {
                id: line.id,
                position: line.position,
                offer: line.offer_id,
                quantity: line.quantity,
                delivery_quote_minor: line.delivery_quote_minor,
                price: given_price(line.price_minor, line.price_reason, line.price_by),
            })
            .collect(),
    }
}

fn given_price(unit_minor: Option<i64>, reason: Option<String>, by: Option<String>) -> Option<GivenPrice> {
    Some(GivenPrice { unit_minor: unit_minor?, reason: reason?, by: by?, quote: None })
}

pub(super) fn currency_of(channel: &Channel, wanted: Option<Currency>) -> Result<Currency, Invalid> {
    let currency = wanted.unwrap_or(channel.default_currency);
    if channel.sells_in(currency) {
        return Ok(currency);
    }
    Err(Invalid::new("currency", "NOT_IN_CHANNEL", format!("the channel does not sell in {currency}")))
}

fn check_quotes(ctx: &Ctx, lines: &[NewLine]) -> Result<(), Error> {
    if lines.len() > LINES_MAX {
        return Err(Invalid::new("lines", "TOO_MANY", format!("a cart holds at most {LINES_MAX} lines")).into());
    }
    if lines.iter().any(|line| line.delivery_quote.is_some()) {
        ctx.authorize(QUOTE_DELIVERY)?;
    }
    Ok(())
}

/// Refuses offers that do not exist. Whether they can be sold is for the plan to say.
pub(super) async fn check_offers(
    tx: &WriteTx,
    lines: &[NewLine],
    channel: &Channel,
    currency: Currency,
) -> Result<(), Error> {
    let mut ids: Vec<OfferId> = lines.iter().map(|line| line.offer).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let known = offers_for_sale_on(&**tx, &ids, channel.id, currency).await.map_err(offers_fault)?;
    match lines.iter().position(|line| !known.contains_key(&line.offer)) {
        Some(index) => Err(Invalid::new(format!("lines.{index}.offerId"), "UNKNOWN", "there is no such offer").into()),
        None => Ok(()),
    }
}

/// Refuses pickup points that do not exist.
pub(super) async fn check_points(tx: &WriteTx, choices: &[DeliveryChoice]) -> Result<(), Error> {
    let ids: Vec<PickupPointId> = choices.iter().filter_map(|choice| choice.pickup_point).collect();
    let known = marketplace::pickup_points_on(&**tx, &ids).await.map_err(market_fault)?;
    let unknown = |choice: &DeliveryChoice| choice.pickup_point.is_some_and(|id| !known.contains_key(&id));
    match choices.iter().position(unknown) {
        Some(index) => {
            let field = format!("delivery.{index}.pickupPointId");
            Err(Invalid::new(field, "UNKNOWN", "there is no such pickup point").into())
        }
        None => Ok(()),
    }
}

pub(super) fn apply(cart: &mut Cart, details: CartDetails) -> Result<(), Invalid> {
    if let Some(email) = details.email {
        cart.email = Some(text::email("email", &email)?);
    }
    if let Some(address) = details.ship_to {
        cart.ship_to = Some(address.checked("shipTo")?);
    }
    for (index, choice) in details.choices.into_iter().enumerate() {
        let key = text::line(&format!("choices.{index}.consignment"), &choice.consignment, 200)?;
        if let Some(point) = choice.pickup_point {
            cart.pickups.0.insert(key.clone(), point);
        }
        cart.choices.0.insert(key, choice.method);
    }
    if let Some(locale) = details.locale {
        cart.locale = Some(customers::locale("locale", &locale)?);
    }
    if let Some(code) = details.coupon_code {
        cart.coupon_code = code.map(|code| coupon_code("couponCode", &code)).transpose()?;
    }
    if let Some(company) = details.company {
        cart.company = company;
    }
    if let Some(number) = details.po_number {
        let number = number.filter(|number| !number.trim().is_empty());
        cart.po_number = number.map(|number| text::line("poNumber", &number, PO_NUMBER_MAX)).transpose()?;
    }
    // Keys of consignments that are gone stay harmless; more than there can be consignments is abuse.
    if cart.choices.0.len() > 2 * LINES_MAX {
        return Err(Invalid::new("choices", "TOO_MANY", "has too many delivery choices"));
    }
    Ok(())
}

pub(super) async fn insert_lines(tx: &mut WriteTx, cart: CartId, lines: &[CartLine]) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    let rows = lines.iter().map(|line| cart_line::ActiveModel {
        id: Set(line.id),
        cart_id: Set(cart),
        position: Set(line.position),
        offer_id: Set(line.offer),
        quantity: Set(line.quantity),
        delivery_quote_minor: Set(line.delivery_quote_minor),
        price_minor: Set(line.price.as_ref().map(|price| price.unit_minor)),
        price_reason: Set(line.price.as_ref().map(|price| price.reason.clone())),
        price_by: Set(line.price.as_ref().map(|price| price.by.clone())),
    });
    cart_line::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes the difference of two states of a cart. A buyer who is signed in takes a guest's cart over.
async fn save(mut tx: WriteTx, ctx: &Ctx, before: &Cart, mut after: Cart) -> Result<Cart, Error> {
    after.customer = after.customer.or(ctx.actor().customer());
    store(&mut tx, before, &mut after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Writes the difference of two states of a cart.
pub(super) async fn store(tx: &mut WriteTx, before: &Cart, after: &mut Cart) -> Result<(), Error> {
    let known: HashMap<CartLineId, &CartLine> = before.lines.iter().map(|line| (line.id, line)).collect();
    let gone: Vec<CartLineId> =
        before.lines.iter().map(|line| line.id).filter(|id| after.lines.iter().all(|line| line.id != *id)).collect();
    if !gone.is_empty() {
        cart_line::Entity::delete_many()
            .filter(cart_line::Column::Id.is_in(db::dialect::pad(gone)))
            .exec(&**tx)
            .await?;
    }
    let changed: Vec<&CartLine> =
        after.lines.iter().filter(|line| known.get(&line.id).is_some_and(|known| *known != *line)).collect();
    for line in changed {
        cart_line::Entity::update_many()
            .col_expr(cart_line::Column::Quantity, Expr::value(line.quantity))
            .col_expr(cart_line::Column::PriceMinor, Expr::value(line.price.as_ref().map(|price| price.unit_minor)))
            .col_expr(cart_line::Column::PriceReason, Expr::value(line.price.as_ref().map(|p| p.reason.clone())))
            .col_expr(cart_line::Column::PriceBy, Expr::value(line.price.as_ref().map(|p| p.by.clone())))
            .filter(cart_line::Column::Id.eq(line.id))
            .exec(&**tx)
            .await?;
    }
    let new: Vec<CartLine> = after.lines.iter().filter(|line| !known.contains_key(&line.id)).cloned().collect();
    insert_lines(tx, after.id, &new).await?;
    after.version += 1;
    // What was approved was another cart.
    after.approval = None;
    after.updated_at = tx.now();
    let mut row = cart::ActiveModel { id: Set(after.id), ..Default::default() };
    row.customer_id = Set(after.customer);
    row.email = Set(after.email.clone());
    row.ship_to = Set(after.ship_to.clone());
    row.choices = Set(after.choices.clone());
    row.pickups = Set(after.pickups.clone());
    row.locale = Set(after.locale.clone());
    row.coupon_code = Set(after.coupon_code.clone());
    row.company_id = Set(after.company);
    row.po_number = Set(after.po_number.clone());
    row.version = Set(after.version);
    row.updated_at = Set(after.updated_at);
    cart::Entity::update_many().set(row.into_active_model()).filter(cart::Column::Id.eq(after.id)).exec(&**tx).await?;
    Ok(())
}
