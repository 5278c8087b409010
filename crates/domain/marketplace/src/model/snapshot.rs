//! Everything of the marketplace in one immutable value.

use chrono::{DateTime, Utc};
use kernel::Rate;
use kernel::id::{CarrierId, ChannelId, DeliveryMethodId, TaxClassId};

use super::mail_text::own_text;
use super::{Carrier, Channel, CommissionRules, DeliveryMethod, MailText, Settings, TaxClass};

/// The marketplace as it was at one version.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Grows by one with every change of anything below.
    pub version: i64,
    /// Channels by code.
    pub channels: Vec<Channel>,
    /// Tax classes by code.
    pub tax_classes: Vec<TaxClass>,
    /// Delivery methods by position and code.
    pub delivery_methods: Vec<DeliveryMethod>,
    /// Carriers by code.
    pub carriers: Vec<Carrier>,
    /// Commission rules.
    pub commission: CommissionRules,
    /// Texts of mails that the operator wrote itself.
    pub mail_texts: Vec<MailText>,
    /// The settings.
    pub settings: Settings,
    /// Their own version; 0 when nobody has set any.
    pub settings_version: i64,
}

impl Snapshot {
    /// A channel, active or not.
    #[must_use]
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// A channel by its code, active or not.
    #[must_use]
    pub fn channel_by_code(&self, code: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.code == code)
    }

    /// A tax class.
    #[must_use]
    pub fn tax_class(&self, id: TaxClassId) -> Option<&TaxClass> {
        self.tax_classes.iter().find(|class| class.id == id)
    }

    /// A tax class by its code.
    #[must_use]
    pub fn tax_class_by_code(&self, code: &str) -> Option<&TaxClass> {
        self.tax_classes.iter().find(|class| class.code == code)
    }

    /// The tax rate of a class in a country at an instant. Where nobody set one, nothing is taxed.
    #[must_use]
    pub fn tax_rate(&self, class: TaxClassId, country: &str, at: DateTime<Utc>) -> Rate {
        self.tax_class(class).and_then(|class| class.rate(country, at.date_naive())).unwrap_or(Rate::ZERO)
    }

    /// A delivery method, active or not.
    #[must_use]
    pub fn delivery_method(&self, id: DeliveryMethodId) -> Option<&DeliveryMethod> {
        self.delivery_methods.iter().find(|method| method.id == id)
    }

    /// A delivery method by its code, active or not.
    #[must_use]
    pub fn delivery_method_by_code(&self, code: &str) -> Option<&DeliveryMethod> {
        self.delivery_methods.iter().find(|method| method.code == code)
    }

    /// The operator's own text of a mail for a reader of `locale`; `None`: the built-in one.
    #[must_use]
    pub fn mail_text(&self, template: mail::Template, locale: &str) -> Option<&MailText> {
        own_text(&self.mail_texts, template, locale)
    }

    /// A carrier.
    #[must_use]
    pub fn carrier(&self, id: CarrierId) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.id == id)
    }

    /// A carrier by its code.
    #[must_use]
    pub fn carrier_by_code(&self, code: &str) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.code == code)
    }
}
