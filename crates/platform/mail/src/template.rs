//! The built-in texts, in each language.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::{Deserialize, Serialize};

use crate::{Message, TemplateError};

/// The languages there are. The first one is taken when a reader's own is not among them.
pub const LOCALES: [&str; 2] = ["en", "de"];

/// Path and text of one file under `templates/`.
macro_rules! file {
    ($($part:literal),+) => {
        (concat!($($part),+), include_str!(concat!("../templates/", $($part),+)))
    };
}

macro_rules! templates {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
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

templates! {
    /// To the buyer: the order is in.
    OrderPlaced = "order_placed";
    /// To the buyer: the money is in.
    PaymentReceived = "payment_received";
    /// To the buyer: the payment was declined.
    PaymentFailed = "payment_failed";
    /// To the buyer: the link by which an order is paid.
    PaymentLink = "payment_link";
    /// To the merchant: there is something to accept and to ship.
    MerchantNewOrder = "merchant_new_order";
    /// To the merchant: an order was changed at the buyer's request.
    MerchantOrderChanged = "merchant_order_changed";
    /// To the buyer: a merchant cannot deliver some lines.
    OrderRefused = "order_refused";
    /// To the buyer: a parcel has left.
    Shipped = "shipped";
    /// To the buyer: a parcel has arrived.
    Delivered = "delivered";
    /// To the buyer: some lines were canceled.
    Canceled = "canceled";
    /// To the buyer: money was sent back.
    RefundIssued = "refund_issued";
    /// To a merchant: open your shop.
    MerchantInvited = "merchant_invited";
    /// To a new buyer: is this address yours.
    EmailVerification = "email_verification";
    /// To somebody who forgot the password.
    PasswordReset = "password_reset";
    /// To somebody whose password was changed.
    PasswordChanged = "password_changed";
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
pub struct Templates(Environment<'static>);

impl Templates {
    /// Compiles the built-in templates.
    ///
    /// # Errors
    /// When one of them does not parse; the tests of this crate make sure that all do.
    pub fn builtin() -> Result<Self, TemplateError> {
        let mut env = Environment::new();
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
}

/// The built-in language for a locale such as `de-AT` or `de_CH`.
fn language(locale: &str) -> &'static str {
    let wanted = locale.split(['-', '_']).next().unwrap_or_default();
    LOCALES.into_iter().find(|l| l.eq_ignore_ascii_case(wanted)).unwrap_or(LOCALES[0])
}

/// A subject is a header: a line break in a variable must not end it.
fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}
