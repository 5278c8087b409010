//! What orders can fail with.

use kernel::id::{CartLineId, OfferId};
use kernel::{Currency, Fault, FaultKind, Invalid, Money};
use sea_orm::DbErr;
use serde::Serialize;
use serde_json::{Value, json};

use crate::model::edit::EditPreview;
use crate::model::plan::SplitPlan;

/// Whose open quotes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuoteOwner {
    /// The buyer's.
    Buyer,
    /// Those of everybody in the company.
    Company,
}

/// What is left of the article of a cart line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOfLine {
    /// The cart line.
    pub line: CartLineId,
    /// Its offer.
    pub offer: OfferId,
    /// Units wanted.
    pub wanted: i64,
    /// Units that can be had.
    pub available: i64,
}

/// The faults of carts and orders.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A fault that every domain has.
    #[error(transparent)]
    Core(#[from] context::Error),
    /// A payment cannot be opened or moved.
    #[error(transparent)]
    Payment(#[from] payments::Error),
    /// Stock cannot be moved.
    #[error(transparent)]
    Stock(#[from] inventory::Error),
    /// A conversation cannot be opened or gone on with.
    #[error(transparent)]
    Conversation(#[from] merchants::Error),
    /// The cart became an order already.
    #[error("this cart was ordered")]
    CartOrdered,
    /// Nothing is in the cart.
    #[error("the cart is empty")]
    CartEmpty,
    /// The cart lacks something that placing needs.
    #[error("the cart has no {0}")]
    CartIncomplete(&'static str),
    /// The plan is not the one the buyer saw.
    #[error("prices, stock or delivery changed; look at the new plan")]
    PlanChanged(Box<SplitPlan>),
    /// The plan has a line or consignment that cannot be served.
    #[error("{text}")]
    NotPlaceable {
        /// The code of the first rejection.
        code: &'static str,
        /// Its sentence.
        text: String,
        /// The whole plan.
        plan: Box<SplitPlan>,
    },
    /// Not enough is left.
    #[error("not enough is left")]
    OutOfStock(Vec<LeftOfLine>),
    /// A chosen delivery method cannot be paid at the door.
    #[error("{0} cannot be paid on delivery")]
    CashNotAccepted(String),
    /// Somebody used the coupon for the last time meanwhile.
    #[error("the coupon has been used up")]
    CouponUsedUp,
    /// Who orders has no place in the company any more.
    #[error("the buyer does not buy for this company")]
    NotInCompany,
    /// Who asks may not approve what others of the company buy.
    #[error("only an approver of the company may do this")]
    ApproverNeeded,
    /// Somebody of the company has to approve the cart first.
    #[error("orders above {limit} need the approval of somebody else of the company")]
    SpendingLimitExceeded {
        /// The limit of who orders.
        limit: Money,
    },
    /// The merchant is blocked, and the reason takes this from it.
    #[error("the merchant is blocked; {0}")]
    MerchantBlocked(&'static str),
    /// Only companies may ask for quotes here.
    #[error("quotes are for companies; name one of yours")]
    CompanyNeeded,
    /// More quotes would be open than the marketplace wants.
    #[error("at most {limit} quotes may be open, {open} are")]
    QuotesLimit {
        /// Whose they are.
        owner: QuoteOwner,
        /// How many may be.
        limit: u32,
        /// How many are.
        open: u64,
    },
    /// The offer has a newer version.
    #[error("the offer was revised; look at version {newest}")]
    OfferRevised {
        /// The newest version.
        newest: i64,
    },
    /// The state does not allow it.
    #[error("{action} is not possible in state {state}")]
    InvalidTransition {
        /// What was tried.
        action: &'static str,
        /// The state.
        state: &'static str,
        /// What is possible.
        allowed: Vec<&'static str>,
    },
    /// Lines are missing from the decision.
    #[error("{0} lines are not decided")]
    LinesUndecided(usize),
    /// More units than there are.
    #[error("only {available} units can be taken")]
    TooManyUnits {
        /// The input field.
        field: String,
        /// Units there are.
        available: i64,
    },
    /// The delivery method wants a tracking number.
    #[error("this delivery method needs a carrier and a tracking number")]
    TrackingRequired,
    /// More money than is left to give back.
    #[error("only {} can be given back", Money::new(*available_minor, *currency))]
    ExceedsRefundable {
        /// What is left, in minor units.
        available_minor: i64,
        /// The currency.
        currency: Currency,
    },
    /// The marketplace does not let this actor give this reason.
    #[error("{reason} is not a reason that can be given here")]
    ReasonNotAllowed {
        /// The reason.
        reason: &'static str,
        /// Those that can be given.
        allowed: Vec<String>,
    },
    /// Whoever asked for something cannot approve it.
    #[error("another person has to decide")]
    OwnRequest,
    /// What was asked for would be another amount now.
    #[error("what is left has changed; ask for it anew")]
    RequestOutdated,
    /// The time to send goods back is over.
    #[error("goods could be sent back for {days} days")]
    ReturnWindowClosed {
        /// The days.
        days: u32,
    },
    /// The fulfillment orders do not belong together.
    #[error("only fulfillment orders of one merchant order, location and delivery method can be put together")]
    NotMergeable,
    /// There is nothing to give back.
    #[error("there is nothing to give back")]
    NothingToRefund,
    /// A change of an order would do something else now.
    #[error("the change would do something else now; look at the new preview")]
    EditChanged(Box<EditPreview>),
    /// Another way of delivery costs more than the one that was agreed to.
    #[error("this delivery costs {} more than the one that was agreed to", Money::new(*more_minor, *currency))]
    DeliveryDearer {
        /// How much more, in minor units.
        more_minor: i64,
        /// The currency.
        currency: Currency,
    },
    /// The money is being captured at this moment.
    #[error("the payment is being captured; try again in a moment")]
    PaymentInFlight,
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Core(error.into())
    }
}

impl From<Invalid> for Error {
    fn from(error: Invalid) -> Self {
        Self::Core(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Core(error.into())
    }
}

impl Error {
    /// The plan as it is now, where that is why a cart was not placed.
    #[must_use]
    pub fn plan(&self) -> Option<&SplitPlan> {
        match self {
            Self::PlanChanged(plan) | Self::NotPlaceable { plan, .. } => Some(plan),
            _ => None,
        }
    }
}

/// The codes of rejections as they reach clients.
pub(crate) fn rejection_code(code: &str) -> &'static str {
    [
        "OUT_OF_STOCK",
        "OFFER_NOT_FOR_SALE",
        "PRODUCT_NOT_PUBLISHED",
        "CURRENCY_NOT_PRICED",
        "MERCHANT_CANNOT_SELL",
        "QUANTITY_TOO_LOW",
        "QUANTITY_TOO_HIGH",
        "AMOUNT_TOO_LARGE",
        "NO_DELIVERY_METHOD",
        "PICKUP_POINT_REQUIRED",
        "PICKUP_POINT_GONE",
        "PICKUP_POINT_NOT_SERVED",
    ]
    .into_iter()
    .find(|known| *known == code)
    .unwrap_or("NOT_PLACEABLE")
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Core(error) => error.kind(),
            Self::Payment(error) => error.kind(),
            Self::Stock(error) => error.kind(),
            Self::Conversation(error) => error.kind(),
            Self::PlanChanged(_) | Self::OutOfStock(_) | Self::PaymentInFlight => FaultKind::Conflict,
            Self::RequestOutdated | Self::EditChanged(_) | Self::OfferRevised { .. } => FaultKind::Conflict,
            Self::TooManyUnits { .. }
            | Self::CartIncomplete(_)
            | Self::ExceedsRefundable { .. }
            | Self::CompanyNeeded
            | Self::MerchantBlocked(_)
            | Self::QuotesLimit { .. }
            | Self::ReasonNotAllowed { .. } => FaultKind::Invalid,
            Self::CartOrdered
            | Self::CartEmpty
            | Self::NotPlaceable { .. }
            | Self::CashNotAccepted(_)
            | Self::CouponUsedUp
            | Self::NotInCompany
            | Self::ApproverNeeded
            | Self::SpendingLimitExceeded { .. }
            | Self::InvalidTransition { .. }
            | Self::LinesUndecided(_)
            | Self::TrackingRequired
            | Self::OwnRequest
            | Self::ReturnWindowClosed { .. }
            | Self::NotMergeable
            | Self::DeliveryDearer { .. }
            | Self::NothingToRefund => FaultKind::RuleBroken,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Core(error) => error.code(),
            Self::Payment(error) => error.code(),
            Self::Stock(error) => error.code(),
            Self::Conversation(error) => error.code(),
            Self::CartOrdered => "CART_ORDERED",
            Self::CartEmpty => "CART_EMPTY",
            Self::CartIncomplete(_) => "REQUIRED",
            Self::PlanChanged(_) => "PLAN_CHANGED",
            Self::NotPlaceable { code, .. } => code,
            Self::OutOfStock(_) => "OUT_OF_STOCK",
            Self::CashNotAccepted(_) => "CASH_NOT_ACCEPTED",
            Self::CouponUsedUp => "COUPON_USED_UP",
            Self::NotInCompany => "NOT_IN_COMPANY",
            Self::ApproverNeeded => "APPROVER_NEEDED",
            Self::SpendingLimitExceeded { .. } => "SPENDING_LIMIT_EXCEEDED",
            Self::CompanyNeeded => "COMPANY_NEEDED",
            Self::MerchantBlocked(_) => "MERCHANT_BLOCKED",
            Self::QuotesLimit { .. } => "QUOTES_LIMIT",
            Self::OfferRevised { .. } => "STALE_VERSION",
            Self::InvalidTransition { .. } => "INVALID_TRANSITION",
            Self::LinesUndecided(_) => "LINES_UNDECIDED",
            Self::TooManyUnits { .. } => "TOO_MANY_UNITS",
            Self::TrackingRequired => "TRACKING_REQUIRED",
            Self::ExceedsRefundable { .. } => "EXCEEDS_REFUNDABLE",
            Self::ReasonNotAllowed { .. } => "REASON_NOT_ALLOWED",
            Self::OwnRequest => "OWN_REQUEST",
            Self::RequestOutdated => "REQUEST_OUTDATED",
            Self::ReturnWindowClosed { .. } => "RETURN_WINDOW_CLOSED",
            Self::NotMergeable => "NOT_MERGEABLE",
            Self::NothingToRefund => "NOTHING_TO_REFUND",
            Self::EditChanged(_) => "PREVIEW_CHANGED",
            Self::DeliveryDearer { .. } => "DELIVERY_DEARER",
            Self::PaymentInFlight => "PAYMENT_IN_FLIGHT",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Core(error) => error.field(),
            Self::Payment(error) => error.field(),
            Self::Stock(error) => error.field(),
            Self::Conversation(error) => error.field(),
            Self::CartIncomplete(what) => Some((*what).to_owned()),
            Self::CompanyNeeded => Some("companyId".to_owned()),
            Self::OfferRevised { .. } => Some("offerVersion".to_owned()),
            Self::TooManyUnits { field, .. } => Some(field.clone()),
            Self::ExceedsRefundable { .. } => Some("amount".to_owned()),
            Self::ReasonNotAllowed { .. } => Some("reason".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<Value> {
        match self {
            Self::Core(error) => error.details(),
            Self::Payment(error) => error.details(),
            Self::SpendingLimitExceeded { limit } => {
                Some(json!({ "limit": { "amount": limit.amount(), "currency": limit.currency.code() } }))
            }
            Self::Stock(error) => error.details(),
            Self::Conversation(error) => error.details(),
            Self::OutOfStock(lines) => Some(json!({ "lines": lines })),
            Self::InvalidTransition { state, allowed, .. } => Some(json!({ "state": state, "allowed": allowed })),
            Self::OfferRevised { newest } => Some(json!({ "offerVersion": newest })),
            Self::QuotesLimit { owner, limit, open } => Some(json!({ "of": owner, "limit": limit, "open": open })),
            Self::TooManyUnits { available, .. } => Some(json!({ "available": available })),
            Self::ExceedsRefundable { available_minor, currency } => {
                Some(json!({ "available": Money::new(*available_minor, *currency).amount() }))
            }
            Self::ReasonNotAllowed { allowed, .. } => Some(json!({ "allowed": allowed })),
            Self::EditChanged(preview) => Some(json!({ "hash": preview.hash })),
            Self::DeliveryDearer { more_minor, currency } => {
                Some(json!({ "more": Money::new(*more_minor, *currency).amount() }))
            }
            Self::ReturnWindowClosed { days } => Some(json!({ "days": days })),
            _ => None,
        }
    }
}
