//! Asking for prices.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};
use context::{Ctx, Idempotent, WriteTx};
use kernel::id::{CartId, CartLineId, CompanyId, CustomerId, MerchantId, QuoteId, QuoteRequestId};
use kernel::{Currency, Invalid};
use marketplace::{Channel, Snapshot};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Said, buyer, limit, note, tell};
use crate::Error;
use crate::actions::REQUEST_QUOTE;
use crate::command::cart::{self, CartAccess, CartDetails, apply, currency_of};
use crate::command::company::{check_company, customers_fault};
use crate::command::draft::note as checked_note;
use crate::command::plan::{Reading, read};
use crate::command::work::market_fault;
use crate::entity::{quote, quote_line};
use crate::error::rejection_code;
use crate::model::cart::{Cart, CartLine};
use crate::model::number::quote_number;
use crate::model::pickup::PickupChoices;
use crate::model::plan::ForSale;
use crate::model::quote::{Party, QuoteState, QuoteStepKind, SeenQuote, WantedLine, check_wanted};
use crate::model::status::CartState;
use crate::model::types::{Address, DeliveryChoices};
use crate::repo::{CHUNK, quote as repo};

/// How far ahead goods may be wished for.
const WISHED_DAYS_MAX: i64 = 730;

/// What a buyer asks for: what is in a cart, or lines.
#[derive(Debug, Clone)]
pub struct QuoteRequest {
    /// Chosen by the client; the same key again gives the same answer.
    pub idempotency_key: String,
    /// A cart whose lines, address and company are taken; it stays as it is.
    pub cart: Option<CartAccess>,
    /// Code of the channel, without a cart.
    pub channel: Option<String>,
    /// The currency, without a cart; `None`: the channel's default.
    pub currency: Option<Currency>,
    /// What is wanted, without a cart.
    pub lines: Vec<WantedLine>,
    /// The company that asks; `None`: the cart's.
    pub company: Option<CompanyId>,
    /// The company's own number; `None`: the cart's.
    pub po_number: Option<String>,
    /// Where it goes; `None`: where the cart goes.
    pub ship_to: Option<Address>,
    /// By when the buyer would like to have it.
    pub wished_on: Option<NaiveDate>,
    /// To the merchants.
    pub note: Option<String>,
}

/// What tells a retry from a new request.
#[derive(Serialize)]
struct KeyedInput<'a> {
    cart: Option<CartId>,
    channel: Option<&'a str>,
    currency: Option<Currency>,
    lines: &'a [WantedLine],
    company: Option<CompanyId>,
    po_number: Option<&'a str>,
    ship_to: Option<&'a Address>,
    wished_on: Option<NaiveDate>,
    note: Option<&'a str>,
}

/// What is kept under the key.
#[derive(Serialize, Deserialize)]
struct Answer {
    request: QuoteRequestId,
}

/// A line of the request, and what is sold by it.
struct Found {
    wanted: WantedLine,
    sale: ForSale,
}

/// Asks the merchants of offers for prices: one quote for each merchant, which sees its own part only.
///
/// # Errors
/// [`Error::CompanyNeeded`] where only companies may ask; [`Invalid`] naming the field: neither or both of cart and lines,
/// unknown channel, currency, company or offer, what is not for sale, quantities, wished prices, address, day; not found
/// for a foreign cart; [`Error::CartOrdered`], [`Error::CartEmpty`]; `IDEMPOTENCY_KEY_REUSED`.
pub async fn quote_request(ctx: &Ctx, input: QuoteRequest) -> Result<Vec<SeenQuote>, Error> {
    let grant = ctx.authorize(REQUEST_QUOTE)?;
    let customer = buyer(ctx, &grant)?;
    let mut tx = ctx.begin_write_for(&grant).await?;
    let keyed = KeyedInput {
        cart: input.cart.as_ref().map(|cart| cart.id),
        channel: input.channel.as_deref(),
        currency: input.currency,
        lines: &input.lines,
        company: input.company,
        po_number: input.po_number.as_deref(),
        ship_to: input.ship_to.as_ref(),
        wished_on: input.wished_on,
        note: input.note.as_deref(),
    };
    match tx.idempotent::<Answer, _>(ctx.actor().id(), "quote_request", &input.idempotency_key, &keyed).await? {
        Idempotent::Replay(answer) => return of_request(&tx, answer.request).await,
        Idempotent::Proceed => {}
    }
    let market = marketplace::snapshot_on(&*tx).await.map_err(market_fault)?;
    let words = checked_note(input.note.clone())?;
    let wished_on = input.wished_on.map(|day| check_day(day, tx.now().date_naive())).transpose()?;
    let of_cart = match &input.cart {
        Some(access) => Some(cart_of(&tx, ctx, &grant, access).await?),
        None => None,
    };
    let (cart, wanted) = basket(ctx, &tx, &market, customer, of_cart, input).await?;
    let by_merchant = for_sale(&tx, &cart, wanted, &market).await?;
    let company = match cart.company {
        Some(company) => Some(customers::company_on(&*tx, company).await.map_err(customers_fault)?),
        None if market.settings.private_quotes => None,
        None => return Err(Error::CompanyNeeded),
    };
    let account = customers::by_id_on(&*tx, customer).await.map_err(customers_fault)?;
    let request = Request {
        id: ctx.new_id(),
        cart,
        customer,
        buyer_name: account.name,
        company_name: company.map(|company| company.name),
        wished_on,
        words,
        answer_days: market.settings.quote_answer_days,
    };
    limit::check(&tx, &market.settings, customer, request.cart.company, by_merchant.len()).await?;
    for (merchant, (name, lines)) in by_merchant {
        request.ask(&mut tx, ctx, merchant, name, lines).await?;
    }
    let made = of_request(&tx, request.id).await?;
    tx.commit_with_answer(&Answer { request: request.id }).await?;
    Ok(made)
}

fn check_day(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Invalid> {
    if (0..=WISHED_DAYS_MAX).contains(&(day - today).num_days()) {
        return Ok(day);
    }
    Err(Invalid::new("wishedOn", "OUT_OF_RANGE", format!("must be within {WISHED_DAYS_MAX} days from today on")))
}

async fn cart_of(tx: &WriteTx, ctx: &Ctx, grant: &access::Grant, access: &CartAccess) -> Result<Cart, Error> {
    let cart = cart::find(&**tx, ctx, grant, access, false).await?;
    match cart.state {
        CartState::Ordered => Err(Error::CartOrdered),
        _ if cart.lines.is_empty() => Err(Error::CartEmpty),
        _ => Ok(cart),
    }
}

/// What is asked for as a cart of its own, and its lines as they were wanted.
async fn basket(
    ctx: &Ctx,
    tx: &WriteTx,
    market: &Snapshot,
    customer: CustomerId,
    of_cart: Option<Cart>,
    input: QuoteRequest,
) -> Result<(Cart, Vec<WantedLine>), Error> {
    let (channel, currency) = channel_of(market, of_cart.as_ref(), &input)?;
    let wanted = match &of_cart {
        Some(cart) => merged(cart),
        None => input.lines,
    };
    let wanted = check_wanted(wanted, currency)?;
    check_company(tx, input.company.map(Some), Some(customer), false).await?;
    let lines = wanted.iter().zip(1..);
    let mut basket = Cart {
        id: ctx.new_id(),
        channel: channel.id,
        currency,
        customer: Some(customer),
        email: None,
        locale: None,
        ship_to: of_cart.as_ref().and_then(|cart| cart.ship_to.clone()),
        choices: DeliveryChoices::default(),
        pickups: PickupChoices::default(),
        coupon_code: None,
        company: of_cart.as_ref().and_then(|cart| cart.company),
        po_number: of_cart.and_then(|cart| cart.po_number),
        approval: None,
        state: CartState::Open,
        order: None,
        version: 1,
        updated_at: tx.now(),
        lines: lines.map(|(line, position)| cart_line(ctx.new_id(), position, line)).collect(),
    };
    let details = CartDetails {
        ship_to: input.ship_to,
        company: input.company.map(Some),
        po_number: input.po_number.map(Some),
        ..CartDetails::default()
    };
    apply(&mut basket, details)?;
    if basket.ship_to.is_none() {
        return Err(Error::CartIncomplete("shipTo"));
    }
    // A cart may have been filled for a company that its buyer left since.
    check_company(tx, basket.company.map(Some), Some(customer), false).await?;
    Ok((basket, wanted))
}

fn cart_line(id: CartLineId, position: i64, line: &WantedLine) -> CartLine {
    let WantedLine { offer, quantity, .. } = *line;
    CartLine { id, position, offer, quantity, delivery_quote_minor: None, price: None }
}

fn channel_of<'a>(
    market: &'a Snapshot,
    cart: Option<&Cart>,
    input: &QuoteRequest,
) -> Result<(&'a Channel, Currency), Error> {
    if let Some(cart) = cart {
        if !input.lines.is_empty() || input.channel.is_some() || input.currency.is_some() {
            return Err(Invalid::new("cartId", "NOT_TOGETHER", "a cart brings its lines, channel and currency").into());
        }
        let channel = market.channel(cart.channel).ok_or_else(|| context::Error::internal("channel is gone"))?;
        return Ok((channel, cart.currency));
    }
    let code = input.channel.as_deref().ok_or_else(|| Invalid::required("channel"))?;
    let unknown = || Invalid::new("channel", "UNKNOWN", "there is no such channel");
    let channel = market.channel_by_code(code).filter(|channel| channel.active).ok_or_else(unknown)?;
    Ok((channel, currency_of(channel, input.currency)?))
}

/// The lines of a cart; an offer that stands in several is asked for once.
fn merged(cart: &Cart) -> Vec<WantedLine> {
    let mut wanted: Vec<WantedLine> = Vec::with_capacity(cart.lines.len());
    for line in &cart.lines {
        match wanted.iter_mut().find(|known| known.offer == line.offer) {
            Some(known) => known.quantity += line.quantity,
            None => wanted.push(WantedLine { offer: line.offer, quantity: line.quantity, wished: None, note: None }),
        }
    }
    wanted
}

type ByMerchant = BTreeMap<MerchantId, (String, Vec<Found>)>;

/// The lines by who sells them. How many are in stock, and how many are sold at once, is for the merchant to say.
async fn for_sale(
    tx: &WriteTx,
    cart: &Cart,
    wanted: Vec<WantedLine>,
    market: &std::sync::Arc<Snapshot>,
) -> Result<ByMerchant, Error> {
    let Reading { input, terms, .. } = read(&**tx, cart, market, tx.now()).await?;
    let mut found = ByMerchant::new();
    for (index, (line, wanted)) in input.lines.into_iter().zip(wanted).enumerate() {
        let refused =
            |code: &str, text: &str| Invalid::new(format!("lines.{index}.offerId"), rejection_code(code), text);
        let sale = line.sale.map_err(|(code, text)| refused(code, &text))?;
        let sells = terms.get(&sale.merchant).filter(|terms| terms.sells_at(tx.now()));
        let sells = sells.ok_or_else(|| refused("MERCHANT_CANNOT_SELL", "the merchant does not sell at the moment"))?;
        let of_merchant = found.entry(sale.merchant).or_insert_with(|| (sells.name.clone(), Vec::new()));
        of_merchant.1.push(Found { wanted, sale });
    }
    Ok(found)
}

/// What all quotes of a request share.
struct Request {
    id: QuoteRequestId,
    cart: Cart,
    customer: CustomerId,
    buyer_name: String,
    company_name: Option<String>,
    wished_on: Option<NaiveDate>,
    words: Option<String>,
    answer_days: u32,
}

impl Request {
    /// Writes the quote of one merchant.
    async fn ask(
        &self,
        tx: &mut WriteTx,
        ctx: &Ctx,
        merchant: MerchantId,
        merchant_name: String,
        lines: Vec<Found>,
    ) -> Result<(), Error> {
        let id: QuoteId = ctx.new_id();
        let row = quote::Model {
            id,
            number: quote_number(id, tx.now()),
            request_id: self.id,
            channel_id: self.cart.channel,
            currency: self.cart.currency,
            customer_id: self.customer,
            buyer_name: self.buyer_name.clone(),
            company_id: self.cart.company,
            company_name: self.company_name.clone(),
            merchant_id: merchant,
            merchant_name,
            ship_to: self.cart.ship_to.clone().unwrap_or_default(),
            wished_on: self.wished_on,
            po_number: self.cart.po_number.clone(),
            note: self.words.clone(),
            state: QuoteState::Requested,
            offer_version: 0,
            due_at: Some(tx.now() + Duration::days(self.answer_days.into())),
            approved_by: None,
            approved_version: None,
            approved_minor: None,
            order_id: None,
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        quote::Entity::insert(row.clone().into_active_model()).exec_without_returning(&**tx).await?;
        let count = lines.len();
        let lines = lines.into_iter().zip(1..).map(|(found, position)| row_of(ctx.new_id(), id, position, found));
        let lines: Vec<quote_line::Model> = lines.collect();
        for chunk in lines.chunks(CHUNK) {
            let rows = chunk.iter().cloned().map(IntoActiveModel::into_active_model);
            quote_line::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
        }
        note(tx, ctx, &row, QuoteStepKind::Requested, Said::default()).await?;
        let change = history::Change::new("quote", id, "requested").of_merchant(merchant);
        tx.record(change.field("number", (), &row.number).field("lines", (), json!(count)));
        tell(tx, &row);
        Ok(())
    }
}

fn row_of(id: kernel::id::QuoteLineId, quote_id: QuoteId, position: i64, found: Found) -> quote_line::Model {
    let Found { wanted, sale } = found;
    quote_line::Model {
        id,
        quote_id,
        position,
        offer_id: wanted.offer,
        sku: sale.sku,
        title: sale.title,
        variant_title: sale.variant_title,
        quantity: wanted.quantity,
        list_price_minor: Some(sale.unit_price),
        wished_minor: wanted.wished.map(|wished| wished.minor),
        note: wanted.note,
    }
}

/// The quotes of a request, for who made it.
async fn of_request(tx: &WriteTx, id: QuoteRequestId) -> Result<Vec<SeenQuote>, Error> {
    let rows = quote::Entity::find()
        .filter(quote::Column::RequestId.eq(id))
        .order_by_asc(quote::Column::Id)
        .all(&**tx)
        .await?;
    let quotes = repo::with_lines(&**tx, rows).await?;
    Ok(quotes.into_iter().map(|quote| SeenQuote { quote, party: Party::Buyer }).collect())
}
