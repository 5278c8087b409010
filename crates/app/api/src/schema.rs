//! The schema, put together from one query and one mutation object a domain.

use std::future::Future;
use std::sync::Arc;

use assets::Urls;
use async_graphql::{Data, Executor, MergedObject, Request, Response, Schema};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use identity::SignInProviders;
use kernel::SandboxClock;

use crate::live::{Live, Subscription};
use crate::system::SystemQuery;

/// How deep a document may nest.
pub const DEPTH_MAX: usize = 16;
/// How much a document may cost: a field counts 1, a list its page size times what is asked of each row.
pub const COMPLEXITY_MAX: usize = 20_000;
/// How many directives a document may carry on one field.
const DIRECTIVES_MAX: usize = 8;

/// The schema of Souk, ready to execute requests.
///
/// What it returns is boxed: closures and futures are compiled wherever they are reached, so that without this wall
/// every crate and test that executes a request would compile all resolvers once more.
#[derive(Clone)]
pub struct SoukSchema(Schema<Query, Mutation, Subscription>);

impl SoukSchema {
    /// Executes a request, which carries its `Ctx` as data.
    pub fn execute(&self, request: impl Into<Request>) -> BoxFuture<'static, Response> {
        self.boxed(request.into())
    }

    fn boxed(&self, request: Request) -> BoxFuture<'static, Response> {
        let schema = self.0.clone();
        Box::pin(async move { schema.execute(request).await })
    }

    /// The schema as SDL.
    #[must_use]
    pub fn sdl(&self) -> String {
        self.0.sdl()
    }
}

impl Executor for SoukSchema {
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send {
        self.boxed(request)
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        self.0.execute_stream_with_session_data(request, session.unwrap_or_default())
    }
}

// In groups: a field is looked up through a list one by one, and in a debug build each step takes its part of the stack.
/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(PeopleQuery, MarketQuery, GoodsQuery, TradeQuery);

/// Who is there.
#[derive(MergedObject, Default)]
pub struct PeopleQuery(
    SystemQuery,
    crate::node::NodeQuery,
    crate::identity::IdentityQuery,
    crate::identity::RoleQuery,
    crate::identity::SecurityQuery,
    crate::identity::OidcQuery,
    crate::customers::CustomersQuery,
    crate::customers::CompanyQuery,
);

/// What the marketplace is made of, and its money.
#[derive(MergedObject, Default)]
pub struct MarketQuery(
    crate::marketplace::MarketplaceQuery,
    crate::merchants::MerchantsQuery,
    crate::merchants::MerchantDeliveryQuery,
    crate::merchants::MerchantLifeQuery,
    crate::merchants::MerchantAppealQuery,
    crate::merchants::AgreementQuery,
    crate::merchants::MerchantNoteQuery,
    crate::merchants::OnboardingQuery,
    crate::merchants::MerchantPapersQuery,
    crate::merchants::RatingQuery,
    crate::merchants::SyncQuery,
    crate::merchants::ConversationQuery,
    crate::billing::BillingQuery,
    crate::billing::PapersQuery,
    crate::billing::SaleQuery,
    crate::billing::WriteOffQuery,
);

/// What can be sold.
#[derive(MergedObject, Default)]
pub struct GoodsQuery(
    crate::assets::AssetsQuery,
    crate::catalog::CatalogQuery,
    crate::offers::OffersQuery,
    crate::inventory::InventoryQuery,
);

/// How it is sold.
#[derive(MergedObject, Default)]
pub struct TradeQuery(
    crate::storefront::StorefrontQuery,
    crate::orders::OrdersQuery,
    crate::orders::CareQuery,
    crate::orders::DeskQuery,
    crate::orders::QuoteQuery,
    crate::payments::PaymentsQuery,
    crate::payments::DisputeQuery,
    crate::payments::LinkQuery,
    crate::payments::InvoiceQuery,
);

/// Everything that can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(PeopleMutation, MarketMutation, GoodsMutation, TradeMutation);

/// Who is there.
#[derive(MergedObject, Default)]
pub struct PeopleMutation(
    crate::system::SystemMutation,
    crate::identity::IdentityMutation,
    crate::customers::CustomersMutation,
    crate::customers::CompanyMutation,
);

/// What the marketplace is made of, and its money.
#[derive(MergedObject, Default)]
pub struct MarketMutation(
    crate::marketplace::MarketplaceMutation,
    crate::merchants::MerchantsMutation,
    crate::merchants::MerchantDeliveryMutation,
    crate::merchants::MerchantLifeMutation,
    crate::merchants::MerchantKycMutation,
    crate::merchants::MerchantAppealMutation,
    crate::merchants::AgreementMutation,
    crate::merchants::CounterpartyMutation,
    crate::merchants::MerchantNoteMutation,
    crate::merchants::OnboardingMutation,
    crate::merchants::MerchantPapersMutation,
    crate::merchants::RatingMutation,
    crate::merchants::SyncMutation,
    crate::merchants::ConversationMutation,
    crate::billing::BillingMutation,
    crate::billing::PapersMutation,
    crate::billing::WriteOffMutation,
);

/// What can be sold.
#[derive(MergedObject, Default)]
pub struct GoodsMutation(
    crate::assets::AssetsMutation,
    crate::catalog::CatalogMutation,
    crate::offers::OffersMutation,
    crate::inventory::InventoryMutation,
);

/// How it is sold.
#[derive(MergedObject, Default)]
pub struct TradeMutation(
    crate::orders::CheckoutMutation,
    crate::orders::OrdersMutation,
    crate::orders::ReturnsMutation,
    crate::orders::CareMutation,
    crate::orders::DeskMutation,
    crate::orders::QuoteMutation,
    crate::orders::PickupMutation,
    crate::payments::PaymentsMutation,
    crate::payments::DisputeMutation,
    crate::payments::LinkMutation,
    crate::payments::InvoiceMutation,
    crate::payments::CompanyCreditMutation,
);

/// What resolvers need beside the context of the request. Shared by all requests.
#[derive(Clone, Default)]
pub struct Services {
    urls: Option<Urls>,
    clock: Option<Arc<SandboxClock>>,
    sign_in: SignInProviders,
    live: Option<Live>,
}

impl Services {
    /// With object storage. Without it ([`Services::default`]) files are unavailable; enough to print the schema.
    #[must_use]
    pub fn with_assets(urls: Urls) -> Self {
        Self { urls: Some(urls), ..Self::default() }
    }

    /// With a clock that operators may put forward, in a sandbox.
    #[must_use]
    pub fn with_clock(mut self, clock: Option<Arc<SandboxClock>>) -> Self {
        self.clock = clock;
        self
    }

    /// With providers by which staff can sign in.
    #[must_use]
    pub fn with_sign_in(mut self, providers: SignInProviders) -> Self {
        self.sign_in = providers;
        self
    }

    /// With what happens, as it happens. Without it subscriptions are unavailable.
    #[must_use]
    pub fn with_live(mut self, live: Live) -> Self {
        self.live = Some(live);
        self
    }

    /// What happens, as it happens.
    ///
    /// # Errors
    /// Unavailable when there is none.
    pub fn live(&self) -> Result<&Live, context::Error> {
        self.live.as_ref().ok_or(context::Error::Unavailable("the live feed"))
    }

    /// The providers by which staff can sign in.
    #[must_use]
    pub fn sign_in(&self) -> &SignInProviders {
        &self.sign_in
    }

    /// The clock of the sandbox; `None` where the clock is the machine's.
    #[must_use]
    pub fn clock(&self) -> Option<&SandboxClock> {
        self.clock.as_deref()
    }

    /// The addresses of files, and the storage behind them.
    ///
    /// # Errors
    /// Unavailable when there is none.
    pub fn urls(&self) -> Result<&Urls, context::Error> {
        self.urls.as_ref().ok_or(context::Error::Unavailable("the object storage"))
    }
}

/// Builds the schema with its limits.
#[must_use]
pub fn build(services: Services) -> SoukSchema {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription)
        .data(services)
        .limit_depth(DEPTH_MAX)
        .limit_complexity(COMPLEXITY_MAX)
        .limit_directives(DIRECTIVES_MAX);
    SoukSchema(schema.finish())
}
