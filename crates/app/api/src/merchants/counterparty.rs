//! What is known of merchants as counterparties: addresses, people to speak to, tax ids.

use access::Masks;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use merchants::{Counterparty, EditCounterparty, PartyAddress, PartyContact, TaxId};

use crate::error::{Gql, ctx, respond};
use crate::input;
use crate::payload;

/// What an address of a merchant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::AddressPurpose")]
pub enum MerchantAddressPurpose {
    /// Letters.
    Correspondence,
    /// Invoices.
    Billing,
    /// What buyers send back.
    Returns,
    /// Goods.
    Warehouse,
}

/// What somebody of a merchant is spoken to about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::ContactTopic")]
pub enum MerchantContactTopic {
    /// Anything.
    General,
    /// Orders and parcels.
    Orders,
    /// Products and offers.
    Catalog,
    /// Statements, invoices, payouts.
    Finance,
    /// Agreements, complaints of authorities.
    Legal,
    /// Programs that are connected.
    Technical,
}

/// Who gave a tax id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::TaxIdKind")]
pub enum TaxIdKind {
    /// For value added tax; pattern and check digits are checked.
    Vat,
    /// Any other number of a tax office.
    National,
}

/// An address of a merchant beside its seat.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "MerchantAddressInput")]
pub struct MerchantAddress {
    /// What it is for.
    pub purpose: MerchantAddressPurpose,
    /// Who receives there, when it is not the company.
    pub name: Option<String>,
    /// Street and number.
    pub line1: String,
    /// Whatever else finds the door.
    pub line2: Option<String>,
    /// The postal code; empty where the country has none.
    pub postal_code: String,
    /// The town.
    pub city: String,
    /// State, province or county.
    pub region: Option<String>,
    /// The country, by ISO 3166-1.
    pub country: String,
}

impl From<PartyAddress> for MerchantAddress {
    fn from(of: PartyAddress) -> Self {
        let PartyAddress { purpose, name, line1, line2, postal_code, city, region, country } = of;
        Self { purpose: purpose.into(), name, line1, line2, postal_code, city, region, country }
    }
}

impl From<MerchantAddress> for PartyAddress {
    fn from(of: MerchantAddress) -> Self {
        let MerchantAddress { purpose, name, line1, line2, postal_code, city, region, country } = of;
        Self { purpose: purpose.into(), name, line1, line2, postal_code, city, region, country }
    }
}

/// Somebody of a merchant to speak to.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "MerchantContactInput")]
pub struct MerchantContact {
    /// About what.
    pub topic: MerchantContactTopic,
    /// The person, or the desk.
    pub name: String,
    /// The e-mail address; this or a phone number is there.
    pub email: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
}

impl From<PartyContact> for MerchantContact {
    fn from(of: PartyContact) -> Self {
        Self { topic: of.topic.into(), name: of.name, email: of.email, phone: of.phone }
    }
}

impl From<MerchantContact> for PartyContact {
    fn from(of: MerchantContact) -> Self {
        Self { topic: of.topic.into(), name: of.name, email: of.email, phone: of.phone }
    }
}

/// A number by which a tax office knows a merchant.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "MerchantTaxIdInput")]
pub struct MerchantTaxId {
    /// Who gave it.
    pub kind: TaxIdKind,
    /// The country that gave it, by ISO 3166-1.
    pub country: String,
    /// The number.
    pub number: String,
}

impl From<TaxId> for MerchantTaxId {
    fn from(of: TaxId) -> Self {
        Self { kind: of.kind.into(), country: of.country, number: of.number }
    }
}

impl From<MerchantTaxId> for TaxId {
    fn from(of: MerchantTaxId) -> Self {
        Self { kind: of.kind.into(), country: of.country, number: of.number }
    }
}

/// What is known of a merchant beside its seat.
#[derive(Debug, Clone)]
pub struct MerchantCounterparty(pub(super) Counterparty);

/// What is known of a merchant beside its seat.
#[Object]
impl MerchantCounterparty {
    /// All of them: its addresses beside the seat.
    fn addresses(&self) -> Vec<MerchantAddress> {
        self.0.addresses.iter().cloned().map(MerchantAddress::from).collect()
    }
    /// All of them: people to speak to; null for whom personal data is hidden from.
    fn contacts(&self, gql: &Context<'_>) -> Gql<Option<Vec<MerchantContact>>> {
        if ctx(gql)?.hides(merchants::actions::READ, Masks::PERSONAL_DATA) {
            return Ok(None);
        }
        Ok(Some(self.0.contacts.iter().cloned().map(MerchantContact::from).collect()))
    }
    /// All of them: its tax ids.
    fn tax_ids(&self) -> Vec<MerchantTaxId> {
        self.0.tax_ids.iter().cloned().map(MerchantTaxId::from).collect()
    }
    /// Grows by one with every change; send it as `expectedVersion`.
    fn version(&self) -> i64 {
        self.0.version
    }
}

impl From<Counterparty> for MerchantCounterparty {
    fn from(of: Counterparty) -> Self {
        Self(of)
    }
}

/// What is known of a merchant: what is absent stays, what is there takes the place of what was.
#[derive(Debug, InputObject)]
pub struct MerchantCounterpartyEditInput {
    /// The merchant; its own staff may leave it out.
    pub merchant_id: Option<ID>,
    /// The version that was read; 0 when nothing was said before.
    pub expected_version: i64,
    /// Its addresses beside the seat.
    pub addresses: Option<Vec<MerchantAddress>>,
    /// People to speak to.
    pub contacts: Option<Vec<MerchantContact>>,
    /// Its tax ids.
    pub tax_ids: Option<Vec<MerchantTaxId>>,
}

impl MerchantCounterpartyEditInput {
    fn read(self) -> Result<EditCounterparty, context::Error> {
        Ok(EditCounterparty {
            merchant: input::optional_id("merchantId", self.merchant_id.as_ref())?,
            expected_version: self.expected_version,
            addresses: self.addresses.map(|of| of.into_iter().map(PartyAddress::from).collect()),
            contacts: self.contacts.map(|of| of.into_iter().map(PartyContact::from).collect()),
            tax_ids: self.tax_ids.map(|of| of.into_iter().map(TaxId::from).collect()),
        })
    }
}

payload! {
    /// What became of `merchantCounterpartyEdit`.
    MerchantCounterpartyEditPayload {
        /// What is known now.
        counterparty: MerchantCounterparty }
}

/// Changes of what is known of merchants.
#[derive(Default)]
pub struct CounterpartyMutation;

#[Object]
impl CounterpartyMutation {
    /// Changes addresses, contacts and tax ids of a merchant. VAT ids are checked by their country's rules.
    async fn merchant_counterparty_edit(
        &self,
        gql: &Context<'_>,
        input: MerchantCounterpartyEditInput,
    ) -> Gql<MerchantCounterpartyEditPayload> {
        let ctx = ctx(gql)?;
        let done = async { merchants::edit_counterparty(ctx, input.read()?).await };
        respond(gql, Box::pin(done).await.map(MerchantCounterparty::from))
    }
}
