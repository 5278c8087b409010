//! Codes as people read them.

use orders::model::status::{CancelReason, ReturnRejection};

use super::is_german;

type Words = (&'static str, &'static str);

fn of((english, german): Words, locale: &str) -> String {
    if is_german(locale) { german } else { english }.to_owned()
}

/// A product and which of its variants.
pub(super) fn goods(title: &str, variant_title: &str) -> String {
    if variant_title.is_empty() { title.to_owned() } else { format!("{title} ({variant_title})") }
}

/// Why units were canceled; `None` where there is nothing to say to the buyer.
pub(super) fn cancel_reason(reason: CancelReason, locale: &str) -> Option<String> {
    let words = match reason {
        CancelReason::BuyerRequest => ("you asked for it", "Ihr Wunsch"),
        CancelReason::OutOfStock => ("out of stock", "nicht mehr vorrätig"),
        CancelReason::AddressProblem => {
            ("the address cannot be delivered to", "an die Adresse kann nicht geliefert werden")
        }
        CancelReason::PriceError => ("the price was wrong", "der Preis war falsch"),
        CancelReason::PaymentFailed => ("the payment did not arrive", "die Zahlung ist nicht eingegangen"),
        CancelReason::Expired => {
            ("the merchant did not answer in time", "der Händler hat nicht rechtzeitig geantwortet")
        }
        CancelReason::Fraud | CancelReason::Refused | CancelReason::Other => return None,
    };
    Some(of(words, locale))
}

/// Why goods cannot be sent back.
pub(super) fn rejection(reason: ReturnRejection, locale: &str) -> String {
    let words = match reason {
        ReturnRejection::NotEligible => {
            ("these goods cannot be returned", "diese Ware kann nicht zurückgegeben werden")
        }
        ReturnRejection::NotNeeded => ("the matter was settled otherwise", "die Angelegenheit ist anders geregelt"),
        ReturnRejection::WindowClosed => ("the time to return them is over", "die Frist zur Rückgabe ist vorbei"),
    };
    of(words, locale)
}

/// What a payment provider says; a code that is not known is shown as it is.
pub(super) fn decline(code: &str, locale: &str) -> String {
    let words = match code {
        "card_declined" => ("the card was declined", "die Karte wurde abgelehnt"),
        "card_expired" | "expired_card" => ("the card has expired", "die Karte ist abgelaufen"),
        "insufficient_funds" => ("there is not enough money in the account", "das Konto ist nicht gedeckt"),
        "authentication_failed" => ("the payment was not confirmed", "die Zahlung wurde nicht bestätigt"),
        "buyer_canceled" | "canceled" => ("the payment was given up", "die Zahlung wurde abgebrochen"),
        _ => return code.replace('_', " "),
    };
    of(words, locale)
}
