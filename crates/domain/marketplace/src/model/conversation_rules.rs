//! How people of the marketplace write to each other.

use kernel::{Invalid, text};
use serde::{Deserialize, Serialize};

use super::bounded;

/// What a conversation may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// A merchant order.
    Order,
    /// A product of a merchant.
    Product,
    /// The merchant itself.
    Merchant,
    /// An incident of a merchant order.
    Incident,
    /// Nothing of the kind.
    General,
}

/// Which files may be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// Pictures.
    Image,
    /// Films.
    Video,
    /// Models in three dimensions.
    Model,
    /// Documents.
    Document,
}

/// How people of the marketplace write to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ConversationSettings {
    /// Whether buyers and merchants get each other's addresses, numbers and links hidden.
    pub mask_contacts: bool,
    /// Hours in which a merchant is to answer a buyer.
    pub answer_hours: u32,
    /// How many files a message may have; 0: none.
    pub attachments_max: u32,
    /// Of which kinds.
    pub attachment_kinds: Vec<AttachmentKind>,
    /// Days after which a conversation in which nobody is waited for is closed; 0: never.
    pub close_idle_days: u32,
    /// Whether a message opens a closed conversation again; otherwise it is refused.
    pub message_reopens: bool,
    /// How many conversations a buyer may open within a day; 0: any number.
    pub buyer_opens_per_day: u32,
    /// What buyers may open conversations about.
    pub buyers_open: Vec<ConversationKind>,
    /// What merchants may open conversations about.
    pub merchants_open: Vec<ConversationKind>,
    /// What conversations may be for, as codes: `delivery`.
    pub topics: Vec<String>,
}

impl Default for ConversationSettings {
    fn default() -> Self {
        use ConversationKind::{General, Incident, Merchant, Order, Product};
        let topics = ["question", "delivery", "product", "refund", "invoice", "account", "other"];
        Self {
            mask_contacts: true,
            answer_hours: 24,
            attachments_max: 5,
            attachment_kinds: vec![AttachmentKind::Image, AttachmentKind::Document],
            close_idle_days: 30,
            message_reopens: true,
            buyer_opens_per_day: 20,
            buyers_open: vec![Order, Product, Merchant, Incident, General],
            merchants_open: vec![Order, Product, Merchant, Incident, General],
            topics: topics.map(str::to_owned).to_vec(),
        }
    }
}

impl ConversationSettings {
    pub(super) fn checked(mut self) -> Result<Self, Invalid> {
        let within = |field: &str, value: u32, min: u32, max: u32| {
            let field = format!("conversations.{field}");
            if (min..=max).contains(&value) { Ok(()) } else { Err(Invalid::range(field, min.into(), max.into())) }
        };
        within("answerHours", self.answer_hours, 1, 24 * 30)?;
        within("attachmentsMax", self.attachments_max, 0, 20)?;
        within("closeIdleDays", self.close_idle_days, 0, 365)?;
        within("buyerOpensPerDay", self.buyer_opens_per_day, 0, 1_000)?;
        bounded("conversations.attachmentKinds", self.attachment_kinds.len())?;
        bounded("conversations.buyersOpen", self.buyers_open.len())?;
        bounded("conversations.merchantsOpen", self.merchants_open.len())?;
        bounded("conversations.topics", self.topics.len())?;
        if self.topics.is_empty() {
            return Err(Invalid::required("conversations.topics"));
        }
        for index in 0..self.topics.len() {
            let field = format!("conversations.topics.{index}");
            let topic = text::code(&field, &self.topics[index], 40)?;
            if self.topics[..index].contains(&topic) {
                return Err(Invalid::new(field, "DUPLICATE", "is there twice"));
            }
            self.topics[index] = topic;
        }
        Ok(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_field_is_named() {
        let good = ConversationSettings::default;
        assert!(good().checked().is_ok());
        let topics = |topics: &[&str]| ConversationSettings {
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            ..good()
        };
        for (bad, field) in [
            (ConversationSettings { answer_hours: 0, ..good() }, "answerHours"),
            (ConversationSettings { attachments_max: 21, ..good() }, "attachmentsMax"),
            (ConversationSettings { close_idle_days: 366, ..good() }, "closeIdleDays"),
            (ConversationSettings { buyer_opens_per_day: 1_001, ..good() }, "buyerOpensPerDay"),
            (topics(&[]), "topics"),
            (topics(&["delivery", "delivery"]), "topics.1"),
            (topics(&["Not a code!"]), "topics.0"),
        ] {
            assert_eq!(bad.checked().unwrap_err().field, format!("conversations.{field}"));
        }
    }
}
