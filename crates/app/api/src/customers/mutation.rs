//! Registering, profiles, addresses, erasure.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use customers::{AddressCreate, AddressUpdate, CustomerErase, ProfileUpdate, Register};

use super::{Address, AddressInput, Customer};
use crate::error::{Gql, ctx, respond};
use crate::identity::User;
use crate::{input, payload};

/// Somebody who wants to buy with an account.
#[derive(InputObject)]
pub struct CustomerRegisterInput {
    /// The address to sign in with.
    pub email: String,
    /// As shown.
    pub name: String,
    /// The password: 10 to 128 characters that are not easy to guess.
    pub password: String,
    /// Language of mails: `de`, `pt-BR`.
    pub locale: Option<String>,
}

/// A new buyer.
#[derive(SimpleObject)]
pub struct RegisteredCustomer {
    /// The account to sign in with.
    pub user: User,
    /// The buyer.
    pub customer: Customer,
}

/// The new profile; what is absent stays, an empty text removes.
#[derive(InputObject)]
pub struct CustomerUpdateInput {
    /// Whose; oneself if absent.
    pub id: Option<ID>,
    /// As shown.
    pub name: Option<String>,
    /// For carriers and support.
    pub phone: Option<String>,
    /// Language of mails.
    pub locale: Option<String>,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Whom to forget.
#[derive(InputObject)]
pub struct CustomerEraseInput {
    /// Whom; oneself if absent.
    pub id: Option<ID>,
    /// Why, for the history, where it stays: it should name nobody.
    pub reason: String,
}

/// An address to keep.
#[derive(InputObject)]
pub struct AddressCreateInput {
    /// Whose; one's own if absent.
    pub customer_id: Option<ID>,
    /// The address.
    pub address: AddressInput,
    /// Whether checkout is to propose it. The first address is proposed anyhow.
    #[graphql(default)]
    pub is_default: bool,
}

/// What an address is to say from now on.
#[derive(InputObject)]
pub struct AddressUpdateInput {
    /// The address.
    pub id: ID,
    /// The whole new address.
    pub address: AddressInput,
    /// The version that the caller saw.
    pub expected_version: i64,
}

/// Which address checkout is to propose.
#[derive(InputObject)]
pub struct AddressSetDefaultInput {
    /// The address.
    pub id: ID,
}

/// Which address to forget.
#[derive(InputObject)]
pub struct AddressDeleteInput {
    /// The address.
    pub id: ID,
}

payload! {
    /// What became of `customerRegister`.
    CustomerRegisterPayload { /// The new buyer. Sign in next.
        registered: RegisteredCustomer }
    /// What became of `customerOpen`.
    CustomerOpenPayload { /// The new buyer.
        customer: Customer }
    /// What became of `customerUpdate`.
    CustomerUpdatePayload { /// The buyer.
        customer: Customer }
    /// What became of `customerErase`.
    CustomerErasePayload { /// What is left of the buyer.
        customer: Customer }
    /// What became of `addressCreate`.
    AddressCreatePayload { /// The address.
        address: Address }
    /// What became of `addressUpdate`.
    AddressUpdatePayload { /// The address.
        address: Address }
    /// What became of `addressSetDefault`.
    AddressSetDefaultPayload { /// The address.
        address: Address }
    /// What became of `addressDelete`.
    AddressDeletePayload { /// The address that is no more.
        address: Address }
}

/// Registering, profiles, addresses, erasure.
#[derive(Default)]
pub struct CustomersMutation;

#[Object]
impl CustomersMutation {
    /// Makes an account and its buyer. A mail asks for proof of the address.
    async fn customer_register(&self, gql: &Context<'_>, input: CustomerRegisterInput) -> Gql<CustomerRegisterPayload> {
        let CustomerRegisterInput { email, name, password, locale } = input;
        let done = customers::register(ctx(gql)?, Register { email, name, password, locale }).await;
        let done = done.map(|made| RegisteredCustomer { user: User(made.user), customer: Customer(made.customer) });
        respond(gql, done)
    }

    /// Gives somebody who is signed in, as the staff of a merchant, a buyer's account too.
    async fn customer_open(&self, gql: &Context<'_>) -> Gql<CustomerOpenPayload> {
        respond(gql, customers::become_buyer(ctx(gql)?).await.map(Customer))
    }

    /// Changes name, phone and language of a buyer.
    async fn customer_update(&self, gql: &Context<'_>, input: CustomerUpdateInput) -> Gql<CustomerUpdatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let customer = input::optional_id("id", input.id.as_ref())?;
            let CustomerUpdateInput { name, phone, locale, expected_version, .. } = input;
            let expected_version = Some(expected_version);
            customers::profile_update(ctx, ProfileUpdate { customer, name, phone, locale, expected_version }).await
        };
        respond(gql, Box::pin(done).await.map(Customer))
    }

    /// Erases the personal data of a buyer. Orders and books stay, without name and address of the account.
    async fn customer_erase(&self, gql: &Context<'_>, input: CustomerEraseInput) -> Gql<CustomerErasePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let customer = input::optional_id("id", input.id.as_ref())?;
            customers::erase(ctx, CustomerErase { customer, reason: input.reason }).await
        };
        respond(gql, Box::pin(done).await.map(Customer))
    }

    /// Keeps an address of a buyer.
    async fn address_create(&self, gql: &Context<'_>, input: AddressCreateInput) -> Gql<AddressCreatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let customer = input::optional_id("customerId", input.customer_id.as_ref())?;
            let (address, is_default) = (input.address.into(), input.is_default);
            customers::address_create(ctx, AddressCreate { customer, address, is_default }).await
        };
        respond(gql, Box::pin(done).await.map(Address::from))
    }

    /// Replaces an address. Orders keep what it said when they were placed.
    async fn address_update(&self, gql: &Context<'_>, input: AddressUpdateInput) -> Gql<AddressUpdatePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let id = input::id("id", &input.id)?;
            let (address, expected_version) = (input.address.into(), input.expected_version);
            customers::address_update(ctx, AddressUpdate { id, address, expected_version }).await
        };
        respond(gql, Box::pin(done).await.map(Address::from))
    }

    /// Makes checkout propose this address.
    async fn address_set_default(
        &self,
        gql: &Context<'_>,
        input: AddressSetDefaultInput,
    ) -> Gql<AddressSetDefaultPayload> {
        let ctx = ctx(gql)?;
        let done = async { customers::address_set_default(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(Address::from))
    }

    /// Forgets an address.
    async fn address_delete(&self, gql: &Context<'_>, input: AddressDeleteInput) -> Gql<AddressDeletePayload> {
        let ctx = ctx(gql)?;
        let done = async { customers::address_delete(ctx, input::id("id", &input.id)?).await };
        respond(gql, Box::pin(done).await.map(Address::from))
    }
}
