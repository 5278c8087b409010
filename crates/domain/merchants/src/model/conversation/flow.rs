//! Whom a conversation waits for.

use serde::{Deserialize, Serialize};

use super::{Conversation, Side, Visibility};

/// Who is to answer, as the writer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Who it is by itself: the other side.
    #[default]
    Other,
    /// Nobody.
    Nobody,
    /// This side.
    Of(Side),
}

/// What a writer cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowFault {
    /// This side cannot write for those readers.
    Visibility,
    /// That side is not there, does not read it, or writes it.
    Awaiting,
}

impl Conversation {
    /// Whom it waits for after a message; `None` inside: nobody. A note changes nothing, so there is nothing said of it.
    ///
    /// What escalated to the operator's team stays there until the team answers. A merchant that cannot answer any more
    /// (`merchant_answers`) is not waited for: the operator's team is.
    ///
    /// # Errors
    /// [`FlowFault`].
    pub fn awaiting_after(
        &self,
        side: Side,
        visibility: Visibility,
        asked: Asked,
        merchant_answers: bool,
    ) -> Result<Option<Option<Side>>, FlowFault> {
        let may_write = match (side, visibility) {
            (_, Visibility::All) => true,
            (Side::Merchant, Visibility::Team | Visibility::Merchant) => true,
            (Side::Operator, Visibility::Team) => self.merchant.is_some(),
            (Side::Operator, Visibility::Operator) => true,
            _ => false,
        };
        if !may_write {
            return Err(FlowFault::Visibility);
        }
        match asked {
            Asked::Other if visibility.is_note() => Ok(None),
            _ if visibility.is_note() => Err(FlowFault::Awaiting),
            Asked::Nobody => Ok(Some(None)),
            Asked::Other => Ok(Some(Some(self.other(side, visibility, merchant_answers)))),
            Asked::Of(meant) => {
                let there = meant == Side::Operator || self.has(meant);
                let can = there && meant != side && side != Side::Buyer && visibility.shows_to(meant);
                if can { Ok(Some(Some(meant))) } else { Err(FlowFault::Awaiting) }
            }
        }
    }

    fn other(&self, side: Side, visibility: Visibility, merchant_answers: bool) -> Side {
        let escalated = self.awaiting == Some(Side::Operator);
        let to_merchant = if self.merchant.is_some() && merchant_answers { Side::Merchant } else { Side::Operator };
        match (side, visibility) {
            (Side::Merchant, Visibility::Team) => Side::Operator,
            (Side::Operator, Visibility::Team) => Side::Merchant,
            (Side::Buyer | Side::Merchant, _) if escalated => Side::Operator,
            (Side::Buyer, _) => to_merchant,
            (Side::Merchant, _) => {
                if self.buyer.is_some() {
                    Side::Buyer
                } else {
                    Side::Operator
                }
            }
            (Side::Operator, _) => {
                if self.buyer.is_some() {
                    Side::Buyer
                } else {
                    Side::Merchant
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{DateTime, Utc};
    use kernel::id::{ConversationId, CustomerId, MerchantId};
    use uuid::Uuid;

    use super::super::{Buyer, ConversationKind, Counts, Subject};
    use super::*;

    fn with(buyer: bool, merchant: bool) -> Conversation {
        let customer = Some(CustomerId(Uuid::nil()));
        Conversation {
            id: ConversationId(Uuid::nil()),
            merchant: merchant.then_some(MerchantId(Uuid::nil())),
            buyer: buyer.then(|| Buyer { customer, order: None, name: "Bea".to_owned() }),
            subject: Subject { kind: ConversationKind::General, id: String::new(), label: String::new() },
            topic: "other".to_owned(),
            title: "Hello".to_owned(),
            opened_by: Side::Buyer,
            opened_at: DateTime::<Utc>::UNIX_EPOCH,
            operator_since: None,
            merchant_assignee: None,
            operator_assignee: None,
            awaiting: None,
            awaiting_since: None,
            closed: None,
            last_number: 0,
            counts: Counts::default(),
            moved_at: DateTime::<Utc>::UNIX_EPOCH,
            buyer_moved_at: DateTime::<Utc>::UNIX_EPOCH,
            erased_at: None,
            version: 1,
        }
    }

    #[test]
    fn the_other_side_is_waited_for() {
        let both = with(true, true);
        let after = |of: &Conversation, side| of.awaiting_after(side, Visibility::All, Asked::Other, true);
        assert_eq!(after(&both, Side::Buyer), Ok(Some(Some(Side::Merchant))));
        assert_eq!(after(&both, Side::Merchant), Ok(Some(Some(Side::Buyer))));
        assert_eq!(after(&both, Side::Operator), Ok(Some(Some(Side::Buyer))));
        assert_eq!(after(&with(true, false), Side::Buyer), Ok(Some(Some(Side::Operator))));
        assert_eq!(after(&with(false, true), Side::Merchant), Ok(Some(Some(Side::Operator))));
        assert_eq!(after(&with(false, true), Side::Operator), Ok(Some(Some(Side::Merchant))));
        let gone = both.awaiting_after(Side::Buyer, Visibility::All, Asked::Other, false);
        assert_eq!(gone, Ok(Some(Some(Side::Operator))));
    }

    #[test]
    fn what_escalated_waits_for_the_operator_until_it_answers() {
        let both = Conversation { awaiting: Some(Side::Operator), ..with(true, true) };
        for side in [Side::Buyer, Side::Merchant] {
            let after = both.awaiting_after(side, Visibility::All, Asked::Other, true);
            assert_eq!(after, Ok(Some(Some(Side::Operator))), "{side:?}");
        }
        let answered = both.awaiting_after(Side::Operator, Visibility::All, Asked::Other, true);
        assert_eq!(answered, Ok(Some(Some(Side::Buyer))));
        let asked = both.awaiting_after(Side::Operator, Visibility::All, Asked::Of(Side::Merchant), true);
        assert_eq!(asked, Ok(Some(Some(Side::Merchant))));
    }

    #[test]
    fn notes_are_one_sides_own_and_change_nothing() {
        let both = with(true, true);
        let note = |side, visibility, asked| both.awaiting_after(side, visibility, asked, true);
        assert_eq!(note(Side::Merchant, Visibility::Merchant, Asked::Other), Ok(None));
        assert_eq!(note(Side::Operator, Visibility::Operator, Asked::Other), Ok(None));
        assert_eq!(note(Side::Operator, Visibility::Operator, Asked::Nobody), Err(FlowFault::Awaiting));
        for (side, visibility) in [
            (Side::Buyer, Visibility::Team),
            (Side::Buyer, Visibility::Merchant),
            (Side::Buyer, Visibility::Operator),
            (Side::Merchant, Visibility::Operator),
            (Side::Operator, Visibility::Merchant),
        ] {
            assert_eq!(note(side, visibility, Asked::Other), Err(FlowFault::Visibility), "{side:?} {visibility:?}");
        }
        let alone = with(true, false).awaiting_after(Side::Operator, Visibility::Team, Asked::Other, true);
        assert_eq!(alone, Err(FlowFault::Visibility));
    }

    #[test]
    fn nobody_is_asked_who_is_not_there_or_does_not_read_it() {
        let both = with(true, true);
        let asks = |side, visibility, whom| both.awaiting_after(side, visibility, Asked::Of(whom), true);
        assert_eq!(asks(Side::Merchant, Visibility::Team, Side::Buyer), Err(FlowFault::Awaiting));
        assert_eq!(asks(Side::Merchant, Visibility::All, Side::Merchant), Err(FlowFault::Awaiting));
        assert_eq!(asks(Side::Buyer, Visibility::All, Side::Operator), Err(FlowFault::Awaiting));
        assert_eq!(asks(Side::Merchant, Visibility::All, Side::Operator), Ok(Some(Some(Side::Operator))));
        let alone = with(false, true).awaiting_after(Side::Operator, Visibility::All, Asked::Of(Side::Buyer), true);
        assert_eq!(alone, Err(FlowFault::Awaiting));
    }
}
