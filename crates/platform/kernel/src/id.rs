//! Typed ids: a prefix for people and logs, a UUIDv7 inside, a type of its own each.
//!
//! The text form follows the TypeID specification: prefix, underscore, 26 characters of Crockford's base 32.

use uuid::Uuid;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_…")]
pub struct BadId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// Encodes a UUID as 26 characters of base 32.
#[must_use]
pub fn encode(uuid: Uuid) -> String {
    let mut value = uuid.as_u128();
    let mut text = [0_u8; LENGTH];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    text.iter().map(|b| char::from(*b)).collect()
}

/// Decodes 26 characters of base 32; `None` when it is not one.
#[must_use]
pub fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || bytes[0] > b'7' {
        return None;
    }
    let mut value = 0_u128;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|a| a == byte)?;
        value = (value << 5) | digit as u128;
    }
    Some(Uuid::from_u128(value))
}

/// What all typed ids share.
pub trait TypedId: Copy + Send + Sync + 'static {
    /// The prefix of the text form, without underscore.
    const PREFIX: &'static str;
    /// Wraps a UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::DeriveValueType)]
        pub struct $name(pub Uuid);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }
        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_")).and_then(decode).map(Self).ok_or(BadId { prefix: $prefix })
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

typed_ids! {
    /// A person who can sign in.
    UserId = "usr";
    /// A signed-in session.
    SessionId = "ses";
    /// A key with which a program signs in.
    ApiKeyId = "key";
    /// A person's identity at a provider of sign-in.
    IdentityLinkId = "idl";
    /// An attempt to sign in by a provider.
    SignInAttemptId = "sia";
    /// An invitation of a person to a merchant or to the operator's team.
    InvitationId = "inv";
    /// What a user may act for: the operator, a merchant or itself.
    MembershipId = "mbr";
    /// A role that the operator or a merchant made.
    CustomRoleId = "rol";
    /// A sales channel of the marketplace.
    ChannelId = "chn";
    /// A class of goods for tax.
    TaxClassId = "tax";
    /// A way of delivery.
    DeliveryMethodId = "dlv";
    /// A company that carries parcels.
    CarrierId = "car";
    /// A parcel shop or locker of a carrier.
    PickupPointId = "pup";
    /// A rule by which the operator earns.
    CommissionRuleId = "com";
    /// A code that makes goods cheaper at the marketplace's expense.
    CouponId = "cpn";
    /// A merchant.
    MerchantId = "mer";
    /// A step of a merchant's life, identification or payout account.
    MerchantStepId = "mst";
    /// A merchant's appeal against its block.
    AppealId = "apl";
    /// A document that a merchant handed in.
    MerchantDocumentId = "mdc";
    /// A note of the operator about a merchant.
    MerchantNoteId = "mno";
    /// A conversation between a buyer, a merchant and the operator's team.
    ConversationId = "cnv";
    /// A message of a conversation.
    MessageId = "msg";
    /// A rating of a merchant, as it was computed once.
    MerchantScoreId = "msc";
    /// A time in which a merchant was rated too low.
    RatingFallId = "fal";
    /// A version of an agreement between merchants and the operator.
    AgreementId = "agr";
    /// A merchant's acceptance of such a version.
    AcceptanceId = "acp";
    /// A buyer's account.
    CustomerId = "cus";
    /// A stored address of a buyer.
    AddressId = "adr";
    /// A company that buys.
    CompanyId = "cpy";
    /// A buyer's place in a company.
    CompanyMemberId = "cmb";
    /// A company's credit at the marketplace in one currency.
    CreditLineId = "cln";
    /// A change of a company's credit.
    CreditLineEntryId = "cle";
    /// What a buyer owes for goods that left.
    ReceivableId = "rvb";
    /// What a buyer owes and is not expected to pay any more.
    WriteOffId = "wof";
    /// What a buyer asks one or several merchants at once.
    QuoteRequestId = "qrq";
    /// Prices that a buyer asks for.
    QuoteId = "quo";
    /// A line of them.
    QuoteLineId = "qln";
    /// A file in object storage with its metadata.
    AssetId = "ast";
    /// A category of the catalog.
    CategoryId = "cat";
    /// A typed property of products.
    AttributeId = "atr";
    /// A product card.
    ProductId = "prd";
    /// A buyable variant of a product.
    VariantId = "var";
    /// What a merchant sells a variant for.
    OfferId = "off";
    /// A price of an offer.
    PriceId = "prc";
    /// A stock location of a merchant.
    LocationId = "loc";
    /// A merchant's article in stock; see [`StockItemId::of`].
    StockItemId = "stk";
    /// Stock of one article at one location.
    StockLevelId = "lvl";
    /// A change of stock on hand.
    MovementId = "mov";
    /// Stock promised to an order line.
    ReservationId = "rsv";
    /// A buyer's cart.
    CartId = "crt";
    /// A line of a cart.
    CartLineId = "crl";
    /// An order that is being prepared for a buyer.
    DraftOrderId = "drf";
    /// A buyer's order.
    OrderId = "ord";
    /// A line of an order.
    OrderLineId = "orl";
    /// One merchant's part of an order.
    MerchantOrderId = "mor";
    /// What one location sends for a merchant order.
    FulfillmentOrderId = "ful";
    /// A line of a fulfillment order.
    FulfillmentLineId = "fln";
    /// A parcel.
    ShipmentId = "shp";
    /// Money given back to a buyer.
    RefundId = "ref";
    /// Goods that a buyer sends back.
    ReturnId = "rma";
    /// Something that went wrong with a merchant order.
    IncidentId = "inc";
    /// Something a carrier told of a parcel.
    TrackingEventId = "trk";
    /// A payment of an order.
    PaymentId = "pay";
    /// One request to a payment provider.
    PaymentOperationId = "pop";
    /// Something a payment provider told.
    PaymentEventId = "pev";
    /// Money of a buyer that reached the operator's bank account.
    BankReceiptId = "rcp";
    /// Credit of a buyer at the marketplace: store credit or a gift card.
    CreditAccountId = "cra";
    /// A change of a buyer's credit.
    CreditEntryId = "cre";
    /// Money at a payment provider that no payment asked for.
    OrphanId = "orp";
    /// An account of the ledger.
    LedgerAccountId = "lac";
    /// A transaction of the ledger.
    LedgerTxId = "ltx";
    /// An entry of a ledger transaction.
    LedgerEntryId = "len";
    /// Earned money that waits for its release.
    HoldId = "hld";
    /// Money sent to a merchant.
    PayoutId = "pot";
    /// A run that makes payouts.
    PayoutRunId = "run";
    /// A chargeback at a payment provider.
    DisputeId = "dsp";
    /// A manual entry of the ledger that somebody asked for.
    ManualEntryId = "men";
    /// What a merchant owes the operator.
    DebtId = "dbt";
    /// A merchant's balance that somebody has to look at.
    CriticalBalanceId = "crb";
    /// A merchant's statement of a period.
    StatementId = "stm";
    /// An invoice or a credit note of the operator to a merchant.
    InvoiceId = "doc";
    /// An invoice or a credit note of a merchant to a company that bought on account.
    SaleInvoiceId = "siv";
    /// A file of a bank or a payment provider that was compared with the ledger.
    ReconciliationId = "rec";
    /// What came out of comparing one line of it.
    FindingId = "fnd";
    /// An event of the outbox.
    EventId = "evt";
    /// A job.
    JobId = "job";
    /// A row of the change history.
    ChangeId = "chg";
    /// Where another system is told of changes.
    WebhookEndpointId = "whe";
    /// A message to such an endpoint.
    WebhookDeliveryId = "whd";
    /// A try to deliver it.
    WebhookAttemptId = "wha";
    /// Another system that tells what it knows of merchants.
    SyncSystemId = "sys";
    /// A message of such a system.
    SyncMessageId = "smg";
    /// Something that somebody has to do in time.
    TaskId = "tsk";
    /// A way to look at tasks that somebody keeps.
    TaskViewId = "tvw";
    /// A load of products from a file.
    ImportId = "imp";
    /// Something that a person is told in Souk itself.
    NotificationId = "ntf";
    /// A rule that says who is told of what, and how.
    NotificationRuleId = "nrl";
    /// One event told to one recipient by one channel.
    NotificationDeliveryId = "ntd";
}

/// Namespace of the name-based stock item ids.
const STOCK_ITEM_NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_6ad1_7c3e_4c5b_9a41_0d6e_2b7f_9d10);

impl StockItemId {
    /// The article `sku` of `merchant`: a name-based id, so that offers and stock agree on it without asking each other.
    #[must_use]
    pub fn of(merchant: MerchantId, sku: &str) -> Self {
        let mut name = merchant.0.as_bytes().to_vec();
        name.extend_from_slice(sku.as_bytes());
        Self(Uuid::new_v5(&STOCK_ITEM_NAMESPACE, &name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_prefixes_do_not_mix() {
        let id = MerchantId(Uuid::from_u128(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881));
        let text = id.to_string();
        assert_eq!(text, "mer_01h2xcejqtf2nbrexx3vqjhp41");
        assert_eq!(text.parse(), Ok(id));
        assert!(text.parse::<OrderId>().is_err());
        for bad in [
            "",
            "mer_",
            "mer_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "mer_01h2xcejqtf2nbrexx3vqjhp4",
            "mer_01h2xcejqtf2nbrexx3vqjhpu1",
        ] {
            assert!(bad.parse::<MerchantId>().is_err(), "{bad}");
        }
    }
}
