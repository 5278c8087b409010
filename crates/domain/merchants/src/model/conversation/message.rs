//! A message, and who may read it.

use chrono::{DateTime, Utc};
use kernel::id::{AssetId, ConversationId, MessageId};

use super::{Person, Side, stored_names};

/// Who may read a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody who takes part.
    All,
    /// The merchant's people and the operator's, not the buyer.
    Team,
    /// The merchant's people alone.
    Merchant,
    /// The operator's people alone.
    Operator,
}

stored_names!(Visibility { All = "all", Team = "team", Merchant = "merchant", Operator = "operator" });

impl Visibility {
    /// All of them.
    pub const EACH: [Self; 4] = [Self::All, Self::Team, Self::Merchant, Self::Operator];

    /// Whether a side may read it.
    #[must_use]
    pub const fn shows_to(self, side: Side) -> bool {
        match self {
            Self::All => true,
            Self::Team => matches!(side, Side::Merchant | Side::Operator),
            Self::Merchant => matches!(side, Side::Merchant),
            Self::Operator => matches!(side, Side::Operator),
        }
    }

    /// Whether it is a note that one side writes for itself.
    #[must_use]
    pub const fn is_note(self) -> bool {
        matches!(self, Self::Merchant | Self::Operator)
    }
}

/// What a message does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// It says something.
    Words,
    /// It asks the operator's team to join.
    Invited,
    /// It closes the conversation.
    Closed,
    /// It opens the conversation again.
    Reopened,
}

stored_names!(MessageKind { Words = "words", Invited = "invited", Closed = "closed", Reopened = "reopened" });

/// Why the words of a message are gone, and who took them away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// Why.
    pub reason: String,
    /// Who, by name, where the reader may know it.
    pub author_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The file.
    pub id: AssetId,
    /// What is known of it; `None` when it was deleted.
    pub asset: Option<assets::Asset>,
}

/// A message as one side reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Its place in it, from 1.
    pub number: i64,
    /// What it does.
    pub kind: MessageKind,
    /// Who wrote it; `None`: Souk.
    pub side: Option<Side>,
    /// By name, where the reader may know it.
    pub author_name: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Who is to answer after it; `None` inside: nobody. A note says nothing about that.
    pub awaiting: Option<Option<Side>>,
    /// What it says; `None` when that was taken away or forgotten.
    pub words: Option<String>,
    /// Whether addresses and numbers in it are hidden from the reader.
    pub is_masked: bool,
    /// Its files.
    pub attachments: Vec<Attached>,
    /// Who of the writer's own people is meant.
    pub mentions: Vec<Person>,
    /// Why its words are gone.
    pub redaction: Option<Redaction>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
}
