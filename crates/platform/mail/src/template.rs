//! The built-in texts, in each language.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::{Deserialize, Serialize};

use crate::{Message, TemplateError, TemplateText};

/// The languages there are. The first one is taken when a reader's own is not among them.
pub const LOCALES: [&str; 2] = ["en", "de"];

/// Steps that a template may take: more than ten thousand lines of an order need.
const FUEL: u64 = 2_000_000;

/// Path and text of one file under `templates/`.
macro_rules! file {
    ($($part:literal),+) => {
        (concat!($($part),+), include_str!(concat!("../templates/", $($part),+)))
    };
}

macro_rules! templates {
    ($($(#[$doc:meta])* $variant:ident = $name:literal to $audience:ident, needs [$($need:literal),*], may [$($may:literal),*];)*) => {
        /// A mail that Souk writes. The crate's README names the variables of each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Template { $($(#[$doc])* $variant,)* }

        impl Template {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name of its files, and its serialized form.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Who reads it.
            #[must_use]
            pub fn audience(self) -> Audience {
                match self { $(Self::$variant => Audience::$audience,)* }
            }

            /// The variables that are always there, beside those that all templates have.
            #[must_use]
            pub fn needs(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($need),*],)* }
            }

            /// The variables that may be null.
            #[must_use]
            pub fn may(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($may),*],)* }
            }
        }

        const FILES: &[(&str, &str)] = &[
            file!("layout.html"),
            file!("parts.html"),
            $(
                file!("en/", $name, ".subject"), file!("en/", $name, ".txt"), file!("en/", $name, ".html"),
                file!("de/", $name, ".subject"), file!("de/", $name, ".txt"), file!("de/", $name, ".html"),
            )*
        ];
    };
}

/// Who reads a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// A buyer.
    Buyer,
    /// A merchant.
    Merchant,
    /// Somebody of a team, the operator's or a merchant's.
    Team,
}

/// The variables that all templates have.
pub const COMMON: [&str; 2] = ["marketplace_name", "locale"];

templates! {
    /// To the buyer: the order is in.
    OrderPlaced = "order_placed" to Buyer, needs ["buyer_name", "order_number", "lines", "total", "order_url"], may ["po_number"];
    /// To the buyer: the money is in.
    PaymentReceived = "payment_received" to Buyer, needs ["buyer_name", "order_number", "amount", "order_url"], may [];
    /// To the buyer: the payment was declined.
    PaymentFailed = "payment_failed" to Buyer, needs ["buyer_name", "order_number", "amount", "order_url"], may ["reason"];
    /// To the buyer: money came when the goods were sold to somebody else.
    PaymentTooLate = "payment_too_late" to Buyer, needs ["buyer_name", "order_number", "amount", "order_url"], may [];
    /// To the buyer: the link by which an order is paid.
    PaymentLink = "payment_link" to Buyer, needs ["buyer_name", "order_number", "amount", "pay_url"], may ["expires_on"];
    /// To the merchant: there is something to accept and to ship.
    MerchantNewOrder = "merchant_new_order" to Merchant, needs ["merchant_name", "order_number", "lines", "total", "order_url"], may ["po_number"];
    /// To the merchant: an order is about to be refused by itself.
    AcceptanceReminder = "acceptance_reminder" to Merchant, needs ["merchant_name", "order_number", "accept_by", "order_url"], may [];
    /// To the merchant: goods did not leave in time.
    ShipmentLate = "shipment_late" to Merchant, needs ["merchant_name", "order_number", "ship_by", "order_url"], may [];
    /// To the merchant: an order was changed at the buyer's request.
    MerchantOrderChanged = "merchant_order_changed" to Merchant, needs ["merchant_name", "order_number", "lines", "address_changed", "delivery_changed", "order_url"], may [];
    /// To the buyer: a merchant cannot deliver some lines.
    OrderRefused = "order_refused" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "lines", "amount", "order_url"], may ["reason", "refund"];
    /// To the buyer: a parcel has left.
    Shipped = "shipped" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "parcel_index", "parcel_count", "lines", "order_url"], may ["tracking_number", "tracking_url", "po_number"];
    /// To the buyer: a parcel comes today.
    OutForDelivery = "out_for_delivery" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "parcel_index", "parcel_count", "lines", "order_url"], may ["tracking_number", "tracking_url"];
    /// To the buyer: goods lie ready to be collected.
    ReadyForPickup = "ready_for_pickup" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "lines", "order_url"], may ["place_name", "place_address", "place_hours"];
    /// To the buyer: a parcel has arrived.
    Delivered = "delivered" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "parcel_index", "parcel_count", "lines", "order_url"], may ["tracking_number", "tracking_url"];
    /// To the buyer: some lines were canceled.
    Canceled = "canceled" to Buyer, needs ["buyer_name", "order_number", "lines", "whole", "amount", "order_url"], may ["reason", "refund"];
    /// To the buyer: money was sent back.
    RefundIssued = "refund_issued" to Buyer, needs ["buyer_name", "order_number", "amount", "order_url"], may ["reason"];
    /// To the buyer: goods bought on account have left and are billed.
    InvoiceIssued = "invoice_issued" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "invoice_number", "amount", "payee_name", "order_url"], may ["due_on", "po_number"];
    /// To the buyer: what was bought on account is not paid in time.
    InvoiceOverdue = "invoice_overdue" to Buyer, needs ["buyer_name", "order_number", "amount", "due_on", "step", "payee_name", "order_url"], may ["po_number"];
    /// To the buyer: what was bought on account is paid.
    InvoicePaid = "invoice_paid" to Buyer, needs ["buyer_name", "order_number", "amount", "order_url"], may ["po_number"];
    /// To the buyer: the goods may be sent back.
    ReturnApproved = "return_approved" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "return_number", "lines", "order_url"], may ["label"];
    /// To the buyer: the goods cannot be sent back.
    ReturnRejected = "return_rejected" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "return_number", "order_url"], may ["reason"];
    /// To the buyer: what was sent back has arrived.
    ReturnReceived = "return_received" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "return_number", "lines", "order_url"], may [];
    /// To the buyer: how was it.
    ReviewRequest = "review_request" to Buyer, needs ["buyer_name", "order_number", "merchant_name", "lines", "order_url"], may [];
    /// To the merchant: a buyer asks for prices, or for another offer.
    QuoteRequested = "quote_requested" to Merchant, needs ["merchant_name", "buyer_name", "quote_number", "change_asked", "lines", "quote_url"], may ["answer_by"];
    /// To the buyer: a merchant has made an offer, or a new version of it.
    QuoteOffered = "quote_offered" to Buyer, needs ["buyer_name", "merchant_name", "quote_number", "lines", "goods", "valid_until", "quote_url"], may ["delivery"];
    /// To the buyer: a merchant makes no offer, or took it back.
    QuoteRefused = "quote_refused" to Buyer, needs ["buyer_name", "merchant_name", "quote_number", "quote_url"], may [];
    /// To the buyer: a merchant or the marketplace wrote in a conversation.
    ConversationReply = "conversation_reply" to Buyer, needs ["buyer_name", "sender_name", "title", "words", "conversation_url"], may [];
    /// To a merchant, and to the operator when it is asked: somebody wrote in a conversation.
    ConversationMessage = "conversation_message" to Team, needs ["recipient_name", "sender_name", "title", "words", "conversation_url"], may [];
    /// To the operator, and to the merchant it is about: a payment is disputed.
    DisputeOpened = "dispute_opened" to Team, needs ["recipient_name", "order_number", "amount", "order_url"], may [];
    /// To a merchant: open your shop.
    MerchantInvited = "merchant_invited" to Team, needs ["merchant_name", "accept_url", "expires_on"], may [];
    /// To a merchant: nothing new can be ordered from it.
    MerchantBlocked = "merchant_blocked" to Merchant, needs ["merchant_name", "reason", "open_orders", "payouts_held", "shop_url"], may ["appeal_until"];
    /// To a merchant: it is rated too low, and what happens if it stays so.
    RatingWarning = "rating_warning" to Merchant, needs ["merchant_name", "rating", "below", "restrict_on", "reasons", "shop_url"], may [];
    /// To a merchant: its appeal was decided.
    AppealDecided = "appeal_decided" to Merchant, needs ["merchant_name", "granted", "answer", "shop_url"], may [];
    /// To a merchant: it comes, may sell, may not, may sell again or is closed.
    MerchantStanding = "merchant_standing" to Merchant, needs ["merchant_name", "standing", "shop_url"], may ["reason"];
    /// To the owner of an endpoint of webhooks: nothing is sent there any more.
    WebhookDisabled = "webhook_disabled" to Team, needs ["recipient_name", "endpoint", "gone", "endpoint_url"], may [];
    /// To a merchant: something that it brought was not taken.
    OnboardingReturned = "onboarding_returned" to Merchant, needs ["merchant_name", "missing", "reason", "shop_url"], may ["document"];
    /// To whoever is offered a place in a company that buys.
    CompanyInvited = "company_invited" to Buyer, needs ["company_name", "join_url"], may [];
    /// To a new buyer: is this address yours.
    EmailVerification = "email_verification" to Buyer, needs ["buyer_name", "verify_url", "expires_on"], may [];
    /// To somebody who forgot the password.
    PasswordReset = "password_reset" to Team, needs ["user_name", "reset_url", "expires_on"], may [];
    /// To somebody whose password was changed.
    PasswordChanged = "password_changed" to Team, needs ["user_name"], may [];
    /// To somebody whose second factor or identity at a provider was changed.
    SignInChanged = "sign_in_changed" to Team, needs ["user_name", "change"], may ["provider"];
}

impl Template {
    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.name() == name)
    }
}

/// A template filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line, without control characters.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The HTML; every variable in it is escaped.
    pub html: String,
}

impl Rendered {
    /// The mail to `to`; `message_id` as in [`Message`].
    #[must_use]
    pub fn into_message(self, to: String, to_name: Option<String>, message_id: String) -> Message {
        Message {
            to,
            to_name,
            subject: self.subject,
            text: self.text,
            html: Some(self.html),
            reply_to: None,
            message_id,
        }
    }
}

/// The built-in templates, compiled.
#[derive(Debug)]
pub struct Templates(pub(crate) Environment<'static>);

impl Templates {
    /// Compiles the built-in templates.
    ///
    /// # Errors
    /// When one of them does not parse; the tests of this crate make sure that all do.
    pub fn builtin() -> Result<Self, TemplateError> {
        let mut env = Environment::new();
        // A text of the operator's own that never ends is ended.
        env.set_fuel(Some(FUEL));
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
        // A line that is only a tag leaves nothing behind in the text mails.
        env.set_trim_blocks(true);
        env.set_lstrip_blocks(true);
        for (name, text) in FILES {
            env.add_template(name, text).map_err(|e| TemplateError::new(*name, &e))?;
        }
        Ok(Self(env))
    }

    /// Fills in `template` in the language of `locale`: of `de-AT` the German one, of `fr` the English one.
    ///
    /// # Errors
    /// When a variable is missing. One that may be absent must be there as null.
    pub fn render(
        &self,
        template: Template,
        locale: &str,
        variables: impl Serialize,
    ) -> Result<Rendered, TemplateError> {
        let locale = language(locale);
        let variables = context! { locale, ..Value::from_serialize(variables) };
        let part = |kind: &str| {
            let name = format!("{locale}/{}.{kind}", template.name());
            let rendered = self.0.get_template(&name).and_then(|t| t.render(&variables));
            rendered.map_err(|e| TemplateError::new(name, &e))
        };
        Ok(Rendered { subject: one_line(&part("subject")?), text: part("txt")?, html: part("html")? })
    }

    /// The built-in texts of `template` in the language of `locale`, as a start for one's own.
    #[must_use]
    pub fn source(template: Template, locale: &str) -> TemplateText {
        let part = |kind: &str| {
            let path = format!("{}/{}.{kind}", language(locale), template.name());
            let file = FILES.iter().find(|(name, _)| *name == path);
            file.map(|(_, text)| (*text).to_owned()).unwrap_or_default()
        };
        TemplateText { subject: part("subject").trim_end().to_owned(), text: part("txt"), html: part("html") }
    }
}

/// The built-in language for a locale such as `de-AT` or `de_CH`.
pub(crate) fn language(locale: &str) -> &'static str {
    let wanted = locale.split(['-', '_']).next().unwrap_or_default();
    LOCALES.into_iter().find(|l| l.eq_ignore_ascii_case(wanted)).unwrap_or(LOCALES[0])
}

/// A subject is a header: a line break in a variable must not end it.
pub(crate) fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
