//! How merchants come: applications, the checklist, waivers.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use merchants::{Applicant, Apply, EditPlan, Item, Legal, Profile, WaiveItem};

use super::input::MerchantLegalInput;
use super::object::{Merchant, MerchantStatus};
use crate::error::{Gql, answer, ctx, respond};
use crate::input;
use crate::page::{connection, page_args};
use crate::payload;

/// What an item of a checklist looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::ItemKind")]
pub enum OnboardingItemKind {
    /// Name, address and register of the company are there.
    Profile,
    /// The newest version of an agreement is accepted; `subject` names it.
    Agreement,
    /// A document is reviewed and good; `subject` names its kind.
    Document,
    /// The account for payouts is verified.
    BankAccount,
    /// There is a VAT id whose check digits are right, or a tax number where there are no VAT ids.
    TaxId,
    /// It is known who the merchant is.
    Kyc,
    /// There is a place that it sends from.
    Delivery,
    /// So many products are loaded; `count` says how many.
    ProductsLoaded,
    /// So many products are accepted; `count` says how many.
    ProductsAccepted,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "merchants::ItemState")]
pub enum OnboardingItemState {
    /// The merchant has to bring it.
    Missing,
    /// The operator did not take what was brought; the merchant has to bring it anew.
    Refused,
    /// The operator has to look at it.
    Waiting,
    /// It is there.
    Done,
    /// Somebody of the operator asks for it no more.
    Waived,
}

/// One thing that onboarding asks for.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "OnboardingItemInput")]
pub struct OnboardingItem {
    /// The code, by which it is waived.
    pub code: String,
    /// What it looks at.
    pub kind: OnboardingItemKind,
    /// What people read.
    pub title: String,
    /// Whether nothing is approved without it.
    #[graphql(default = true)]
    pub required: bool,
    /// Which agreement or document.
    pub subject: Option<String>,
    /// How many products; 1 when absent.
    pub count: Option<i64>,
}

impl From<Item> for OnboardingItem {
    fn from(item: Item) -> Self {
        let Item { code, kind, title, required, subject, count } = item;
        Self { code, kind: kind.into(), title, required, subject, count }
    }
}

impl From<OnboardingItem> for Item {
    fn from(item: OnboardingItem) -> Self {
        let OnboardingItem { code, kind, title, required, subject, count } = item;
        Self { code, kind: kind.into(), title, required, subject, count }
    }
}

/// What onboarding asks of a type of merchants.
#[derive(Debug, Clone, SimpleObject)]
pub struct OnboardingPlan {
    /// The type of merchants.
    #[graphql(name = "type")]
    pub merchant_type: String,
    /// All of them: what is asked, in order.
    pub items: Vec<OnboardingItem>,
    /// Counts up from 1; send it as `expectedVersion`.
    pub version: i64,
}

impl From<merchants::Plan> for OnboardingPlan {
    fn from(plan: merchants::Plan) -> Self {
        let items = plan.items.into_iter().map(OnboardingItem::from).collect();
        Self { merchant_type: plan.merchant_type, items, version: plan.version }
    }
}

/// An item of a merchant's checklist and how far it is.
#[derive(Debug, Clone, SimpleObject)]
pub struct OnboardingStep {
    /// The item.
    pub item: OnboardingItem,
    /// How far it is.
    pub state: OnboardingItemState,
    /// What there is to be told: what is missing, why it was refused, who waived it.
    pub detail: Option<String>,
}

impl From<merchants::Checked> for OnboardingStep {
    fn from(checked: merchants::Checked) -> Self {
        Self { item: checked.item.into(), state: checked.state.into(), detail: checked.detail }
    }
}

/// A merchant that comes, and what is open.
#[derive(Debug, Clone, SimpleObject)]
pub struct ComingMerchant {
    /// The merchant.
    pub merchant: Merchant,
    /// All of them: the required items that are neither done nor waived.
    pub open: Vec<OnboardingStep>,
}

impl From<merchants::Coming> for ComingMerchant {
    fn from(coming: merchants::Coming) -> Self {
        let open = coming.open.into_iter().map(OnboardingStep::from).collect();
        Self { merchant: coming.merchant.into(), open }
    }
}

/// How many of the merchants that come are held up by an item.
#[derive(Debug, Clone, SimpleObject)]
pub struct OnboardingHoldup {
    /// The type of merchants.
    #[graphql(name = "type")]
    pub merchant_type: String,
    /// The item's code.
    pub item: String,
    /// What people read.
    pub title: String,
    /// How many have to bring it.
    pub with_merchant: i64,
    /// How many wait for the operator.
    pub with_operator: i64,
}

impl From<merchants::Stuck> for OnboardingHoldup {
    fn from(stuck: merchants::Stuck) -> Self {
        let merchants::Stuck { merchant_type, item, title, with_merchant, with_operator } = stuck;
        Self { merchant_type, item, title, with_merchant, with_operator }
    }
}

/// Who applies without an account.
#[derive(InputObject)]
pub struct ApplicantInput {
    /// The address to sign in with; it has to be proved.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The password.
    #[graphql(secret)]
    pub password: String,
}

/// An application to sell.
#[derive(InputObject)]
pub struct MerchantApplyInput {
    /// The name buyers read.
    pub name: String,
    /// Where Souk writes to.
    pub contact_email: String,
    /// The country it sends from, by ISO 3166-1.
    pub country: String,
    /// Working days from order to dispatch.
    #[graphql(default = 1)]
    pub handling_days: i32,
    /// The company behind it; when absent, it bears the merchant's name and country.
    pub legal: Option<MerchantLegalInput>,
    /// What kind of merchant it is; `standard` when absent.
    #[graphql(name = "type")]
    pub merchant_type: Option<String>,
    /// Who applies; ignored for who is signed in.
    pub applicant: Option<ApplicantInput>,
}

impl MerchantApplyInput {
    fn read(self) -> Apply {
        let named = || Legal { legal_name: self.name.clone(), country: self.country.clone(), ..Legal::default() };
        let applicant = |of: ApplicantInput| Applicant { email: of.email, name: of.name, password: of.password };
        Apply {
            legal: self.legal.map_or_else(named, Legal::from),
            profile: Profile {
                name: self.name,
                contact_email: self.contact_email,
                country: self.country,
                handling_days: self.handling_days,
                auto_accept: false,
            },
            merchant_type: self.merchant_type,
            applicant: self.applicant.map(applicant),
        }
    }
}

/// What onboarding asks of a type of merchants, as a whole.
#[derive(Debug, InputObject)]
pub struct OnboardingPlanEditInput {
    /// The type of merchants.
    #[graphql(name = "type")]
    pub merchant_type: String,
    /// The version that was read; 0 when there is none.
    pub expected_version: i64,
    /// What is asked, in order.
    pub items: Vec<OnboardingItem>,
}

/// An item that is asked for no more.
#[derive(Debug, InputObject)]
pub struct OnboardingItemWaiveInput {
    /// The merchant.
    pub merchant_id: ID,
    /// The item's code.
    pub item: String,
    /// Why.
    pub reason: String,
}

payload! {
    /// What became of `merchantApply`.
    MerchantApplyPayload {
        /// The merchant, which waits for the operator.
        merchant: Merchant }
    /// What became of `onboardingPlanEdit`.
    OnboardingPlanEditPayload {
        /// The plan as it is now.
        plan: OnboardingPlan }
    /// What became of `onboardingItemWaive`.
    OnboardingItemWaivePayload {
        /// The merchant.
        merchant: Merchant }
}

/// Questions about merchants that come.
#[derive(Default)]
pub struct OnboardingQuery;

#[Object]
impl OnboardingQuery {
    /// All of them: the items of the checklist of a merchant's type, and how far it is with each.
    #[graphql(complexity = "20 * child_complexity")]
    async fn merchant_onboarding(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The merchant.")] merchant_id: ID,
    ) -> Gql<Vec<OnboardingStep>> {
        let id = answer(gql, input::id("merchantId", &merchant_id))?;
        let found = answer(gql, merchants::onboarding(ctx(gql)?, id).await)?;
        Ok(found.into_iter().map(OnboardingStep::from).collect())
    }

    /// Merchants that come, the longest waiting first, each with what is open.
    #[graphql(complexity = "crate::page::cost(None, child_complexity)")]
    async fn merchants_coming(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "Only those in this status.")] status: Option<MerchantStatus>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Gql<Connection<String, ComingMerchant>> {
        let page = answer(gql, page_args(first, after))?;
        let found = merchants::coming(ctx(gql)?, status.map(Into::into), &page).await;
        Ok(connection(answer(gql, found)?, ComingMerchant::from))
    }

    /// All of them: where merchants that come are held up, by type and item.
    #[graphql(complexity = "50 * child_complexity")]
    async fn onboarding_holdups(&self, gql: &Context<'_>) -> Gql<Vec<OnboardingHoldup>> {
        let found = answer(gql, merchants::stuck(ctx(gql)?).await)?;
        Ok(found.into_iter().map(OnboardingHoldup::from).collect())
    }

    /// All of them: what onboarding asks of each type of merchants.
    #[graphql(complexity = "20 * child_complexity")]
    async fn onboarding_plans(&self, gql: &Context<'_>) -> Gql<Vec<OnboardingPlan>> {
        let found = answer(gql, merchants::plans(ctx(gql)?).await)?;
        Ok(found.into_iter().map(OnboardingPlan::from).collect())
    }
}

/// Changes about merchants that come.
#[derive(Default)]
pub struct OnboardingMutation;

#[Object]
impl OnboardingMutation {
    /// Applies to sell. Whoever is not signed in gets an account, and a mail to prove the address; the operator decides.
    async fn merchant_apply(&self, gql: &Context<'_>, input: MerchantApplyInput) -> Gql<MerchantApplyPayload> {
        let done = merchants::apply(ctx(gql)?, input.read());
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }

    /// Composes what onboarding asks of a type of merchants. It counts for those that come now, too.
    async fn onboarding_plan_edit(
        &self,
        gql: &Context<'_>,
        input: OnboardingPlanEditInput,
    ) -> Gql<OnboardingPlanEditPayload> {
        let edit = EditPlan {
            merchant_type: input.merchant_type,
            expected_version: input.expected_version,
            items: input.items.into_iter().map(Item::from).collect(),
        };
        respond(gql, Box::pin(merchants::edit_plan(ctx(gql)?, edit)).await.map(OnboardingPlan::from))
    }

    /// Waives an item for one merchant, in the name of who does it.
    async fn onboarding_item_waive(
        &self,
        gql: &Context<'_>,
        input: OnboardingItemWaiveInput,
    ) -> Gql<OnboardingItemWaivePayload> {
        let ctx = ctx(gql)?;
        let done = async {
            let merchant = input::id("merchantId", &input.merchant_id)?;
            merchants::waive_item(ctx, WaiveItem { merchant, item: input.item, reason: input.reason }).await
        };
        respond(gql, Box::pin(done).await.map(Merchant::from))
    }
}
