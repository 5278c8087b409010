//! The states of a quote: who may do what in which, and where it leads.

use serde::Serialize;

use super::status::QuoteState;

/// Whose part somebody takes in a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The buyer who asked.
    Buyer,
    /// Somebody else of the company, who may approve for it.
    Approver,
    /// The merchant.
    Merchant,
    /// The operator, in the merchant's place.
    Operator,
}

impl Party {
    /// All parties.
    pub const ALL: [Self; 4] = [Self::Buyer, Self::Approver, Self::Merchant, Self::Operator];

    /// Whether it stands on the side of who buys.
    #[must_use]
    pub const fn buys(self) -> bool {
        matches!(self, Self::Buyer | Self::Approver)
    }
}

/// Something that can be done with a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuoteAction {
    /// Make an offer, or a new version of it.
    Offer,
    /// Make none, or take it back.
    Refuse,
    /// Turn the offer into an order.
    Accept,
    /// The same at the order desk, for the buyer.
    AcceptFor,
    /// Ask for another offer.
    AskChange,
    /// Not take the offer.
    Decline,
    /// Give it up before there is an offer.
    Withdraw,
    /// Agree that somebody of one's company spends more than the limit.
    Approve,
}

impl QuoteAction {
    /// All actions.
    pub const ALL: [Self; 8] = [
        Self::Offer,
        Self::Refuse,
        Self::Accept,
        Self::AcceptFor,
        Self::AskChange,
        Self::Decline,
        Self::Withdraw,
        Self::Approve,
    ];

    /// The name shown to clients.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "OFFER",
            Self::Refuse => "REFUSE",
            Self::Accept => "ACCEPT",
            Self::AcceptFor => "ACCEPT_FOR",
            Self::AskChange => "ASK_CHANGE",
            Self::Decline => "DECLINE",
            Self::Withdraw => "WITHDRAW",
            Self::Approve => "APPROVE",
        }
    }

    /// Where it leads.
    #[must_use]
    pub const fn leads_to(self) -> QuoteState {
        match self {
            Self::Offer | Self::Approve => QuoteState::Offered,
            Self::Refuse => QuoteState::Refused,
            Self::Accept | Self::AcceptFor => QuoteState::Accepted,
            Self::AskChange => QuoteState::ChangeAsked,
            Self::Decline => QuoteState::Declined,
            Self::Withdraw => QuoteState::Withdrawn,
        }
    }
}

/// What a party can do in a state; the guards of the commands and `allowedActions` ask this very function.
#[must_use]
pub const fn allowed(state: QuoteState, party: Party) -> &'static [QuoteAction] {
    use QuoteAction as A;
    use QuoteState as S;
    match (state, party) {
        (S::Offered, Party::Operator) => &[A::Offer, A::Refuse, A::AcceptFor],
        (S::Requested | S::ChangeAsked | S::Offered, Party::Merchant | Party::Operator) => &[A::Offer, A::Refuse],
        (S::Requested | S::ChangeAsked, Party::Buyer | Party::Approver) => &[A::Withdraw],
        (S::Offered, Party::Buyer) => &[A::Accept, A::AskChange, A::Decline],
        (S::Offered, Party::Approver) => &[A::Accept, A::AskChange, A::Decline, A::Approve],
        (S::Accepted | S::Declined | S::Refused | S::Withdrawn | S::Expired, _) => &[],
    }
}

/// Whether somebody still has to answer.
#[must_use]
pub const fn is_open(state: QuoteState) -> bool {
    matches!(state, QuoteState::Requested | QuoteState::Offered | QuoteState::ChangeAsked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_states() {
        use QuoteAction as A;
        use QuoteState as S;
        for state in S::ALL.iter().copied() {
            for party in Party::ALL {
                let can = allowed(state, party);
                let expected: &[A] = match (state, party) {
                    (S::Offered, Party::Operator) => &[A::Offer, A::Refuse, A::AcceptFor],
                    (S::Requested | S::Offered | S::ChangeAsked, Party::Merchant | Party::Operator) => {
                        &[A::Offer, A::Refuse]
                    }
                    (S::Requested | S::ChangeAsked, _) => &[A::Withdraw],
                    (S::Offered, Party::Approver) => &[A::Accept, A::AskChange, A::Decline, A::Approve],
                    (S::Offered, _) => &[A::Accept, A::AskChange, A::Decline],
                    _ => &[],
                };
                assert_eq!(can, expected, "{state} {party:?}");
            }
        }
    }

    #[test]
    fn ends_are_ends_and_every_open_state_leads_to_one_for_both_sides() {
        for state in QuoteState::ALL.iter().copied() {
            for party in Party::ALL {
                let can = allowed(state, party);
                assert_eq!(can.is_empty(), !is_open(state), "{state} {party:?}");
                let ends = can.iter().filter(|action| !is_open(action.leads_to())).count();
                assert_eq!(ends > 0, is_open(state), "{state} {party:?} can get out");
            }
        }
    }

    #[test]
    fn no_side_does_what_is_the_others() {
        for action in QuoteAction::ALL.into_iter().filter(|action| *action != QuoteAction::AcceptFor) {
            let done_by = |party: Party| QuoteState::ALL.iter().any(|s| allowed(*s, party).contains(&action));
            assert_ne!(done_by(Party::Merchant), done_by(Party::Buyer) || done_by(Party::Approver), "{action:?}");
            assert_eq!(done_by(Party::Merchant), done_by(Party::Operator), "{action:?}");
        }
        assert!(!QuoteState::ALL.iter().any(|s| allowed(*s, Party::Buyer).contains(&QuoteAction::Approve)));
        // The desk accepts for buyers, merchants never do.
        assert!(!QuoteState::ALL.iter().any(|s| allowed(*s, Party::Merchant).contains(&QuoteAction::AcceptFor)));
    }
}
