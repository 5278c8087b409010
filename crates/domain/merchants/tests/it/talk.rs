//! What the tests of conversations share.

use access::{Actor, Principal, Role, Scope, Seat};
use context::Ctx;
use kernel::PageArgs;
use kernel::id::{ConversationId, CustomerId, MerchantId, UserId};
use marketplace::{ConversationKind, ConversationSettings, SettingsPatch};
use merchants::conversation::{
    self, Asked, Buyer, Conversation, Message, NewMessage, Opening, Party, PostMessage, SteerConversation, Subject,
    Thread, Visibility, messages, post, rules,
};
use merchants::{Error, check};
use testkit::TestEnv;

/// A buyer, a shop and the operator's team.
pub struct Talk {
    pub t: TestEnv,
    pub merchant: MerchantId,
    pub customer: CustomerId,
    pub bea: Ctx,
    pub staff: Ctx,
    pub operator: Ctx,
}

impl Talk {
    pub async fn new(t: TestEnv) -> Self {
        let merchant = super::make(&t.operator(), "Kettle").await.id;
        let customer = t.system().new_id();
        let (bea, staff, operator) = (t.buyer(customer), t.merchant(merchant), t.operator());
        Self { t, merchant, customer, bea, staff, operator }
    }

    pub fn opening(&self, words: &str) -> Opening {
        Opening {
            subject: Subject { kind: ConversationKind::Order, id: "mor_1".to_owned(), label: "S-1".to_owned() },
            merchant: Some(self.merchant),
            buyer: Some(Buyer { customer: Some(self.customer), order: None, name: "Bea Buyer".to_owned() }),
            topic: "delivery".to_owned(),
            title: "Where is it?".to_owned(),
            message: said(words),
        }
    }

    pub async fn open_as(&self, ctx: &Ctx, party: Party, opening: Opening) -> Result<Conversation, Error> {
        let rules = rules(ctx).await?;
        let mut tx = ctx.begin_write().await?;
        let made = conversation::open_in_tx(&mut tx, &rules, party, opening).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Another buyer asks the merchant.
    pub async fn another(&self, words: &str) -> Conversation {
        let customer: CustomerId = self.operator.new_id();
        let buyer = Some(Buyer { customer: Some(customer), order: None, name: "Carl".to_owned() });
        let opening = Opening { buyer, ..self.opening(words) };
        self.open_as(&self.t.buyer(customer), Party::Customer(customer), opening).await.unwrap()
    }

    /// The buyer asks the merchant.
    pub async fn ask(&self, words: &str) -> Conversation {
        self.open_as(&self.bea, Party::Customer(self.customer), self.opening(words)).await.unwrap()
    }

    pub async fn settings(&self, change: impl FnOnce(&mut ConversationSettings)) {
        let market = marketplace::snapshot(&self.operator).await.unwrap();
        let mut conversations = market.settings.conversations.clone();
        change(&mut conversations);
        let patch = SettingsPatch { conversations: Some(conversations), ..SettingsPatch::default() };
        let edit =
            marketplace::command::EditSettings { expected_version: market.settings_version, patch, reason: None };
        marketplace::command::edit_settings(&self.operator, edit).await.unwrap();
    }

    pub async fn verify(&self) {
        assert_eq!(check::conversations(self.t.world.db.read()).await.unwrap(), Vec::<String>::new());
    }

    /// Somebody of a team who can be named.
    pub async fn member(&self, merchant: Option<MerchantId>, name: &str) -> (UserId, Ctx) {
        identity::set_password_cost(identity::PasswordCost::CHEAP);
        let hash = identity::PasswordHash::of("password", "correct horse battery", "", "").await.unwrap();
        let (team, role) = match merchant {
            Some(id) => (identity::Team::Merchant(id), identity::RoleName::MerchantFulfillment),
            None => (identity::Team::Operator, identity::RoleName::OperatorSupport),
        };
        let add = identity::AddMember {
            email: format!("{}@example.org", name.to_lowercase()),
            name: name.to_owned(),
            team,
            role: role.into(),
            access: identity::MemberAccess::Password(hash),
        };
        identity::member_add(&self.operator, add).await.unwrap();
        let page = PageArgs::first(100);
        let members = identity::members(&self.operator, team, &page).await.unwrap().into_rows();
        let user = members.into_iter().find(|member| member.name == name).unwrap().membership.user;
        let scope = merchant.map_or(Scope::Operator, Scope::Merchant);
        let role = Role::named(if merchant.is_some() { "merchant_fulfillment" } else { "operator_support" });
        let actor = Actor::new(Principal::User(user), name, [Seat { scope, role }]);
        (user, self.t.ctx(actor))
    }
}

pub fn said(words: &str) -> NewMessage {
    NewMessage { words: words.to_owned(), ..NewMessage::default() }
}

pub fn to(words: &str, visibility: Visibility) -> NewMessage {
    NewMessage { visibility: Some(visibility), ..said(words) }
}

pub fn asking(words: &str, asked: Asked) -> NewMessage {
    NewMessage { asked, ..said(words) }
}

pub async fn write(ctx: &Ctx, id: ConversationId, message: NewMessage) -> Result<Message, Error> {
    let idempotency_key = kernel::id::encode(ctx.world().ids.uuid());
    post(ctx, PostMessage { conversation: id, message, idempotency_key }).await
}

pub async fn seen(ctx: &Ctx, id: ConversationId) -> Thread {
    conversation::conversation(ctx, id).await.unwrap()
}

/// Every word that somebody may read, in order.
pub async fn words(ctx: &Ctx, id: ConversationId) -> Vec<String> {
    let thread = seen(ctx, id).await;
    let page = messages(ctx, &thread, false, &PageArgs::first(100)).await.unwrap();
    page.into_rows().into_iter().map(|message| message.words.unwrap_or_else(|| "-".to_owned())).collect()
}

pub async fn steer(ctx: &Ctx, id: ConversationId) -> SteerConversation {
    SteerConversation { id, expected_version: seen(ctx, id).await.conversation().version, words: None }
}
