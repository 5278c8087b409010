//! Which facts are which events of the catalog, and what their words are filled with. No names of buyers: what is told stays.

use billing::event::{DebtBecameCritical, PayoutFailed, PayoutPaid};
use context::Ctx;
use identity::SignInChanged;
use kernel::Money;
use kernel::id::{ChannelId, ConversationId, MerchantId, MerchantOrderId, OrderId, TaskId, UserId};
use marketplace::command::notification::active_rules;
use marketplace::event::{TaskAssigned, TaskBreached, TaskDueSoon, TaskOpened, TaskResolved, WebhookDisabled};
use merchants::Axis;
use merchants::conversation::{Conversation, Side};
use merchants::event::{ConversationAssigned, MerchantRatingFell, MerchantStepTaken, MessagePosted, PersonMentioned};
use orders::event::{
    AcceptanceDue, MerchantOrderReleased, OrderPlaced, RefundAwaitsApproval, ShipmentDelivered, ShipmentOverdue,
};
use outbox::{DispatcherBuilder, Failure};
use payments::event::DisputeOpened;
use serde_json::{Map, Value, json};

use crate::notices::{amount, day};
use crate::{Deps, retry};

/// Something that happened, by a name of the catalog.
pub(super) struct Happening {
    pub(super) event: &'static str,
    pub(super) merchant: Option<MerchantId>,
    pub(super) channel: Option<ChannelId>,
    pub(super) amount: Option<Money>,
    pub(super) concerned: Option<UserId>,
    pub(super) subject: (&'static str, String),
    pub(super) variables: Map<String, Value>,
}

type Told = Result<Option<Happening>, Failure>;

/// A row for each fact: the name of its handler, the fact, what it is told as, and the events that it may be.
macro_rules! told_on {
    ($builder:expr, $deps:expr, $($name:literal: $fact:ty => $told:ident as [$($event:literal),*];)*) => {{
        let mut builder = $builder;
        $(
            let at = $deps.clone();
            builder = builder.on($name, move |fact: $fact, stored| {
                let deps = at.clone();
                async move {
                    let ctx = deps.ctx();
                    let rules = active_rules(&ctx, &[$($event),*]).await.map_err(retry)?;
                    if rules.is_empty() {
                        return Ok(());
                    }
                    let teller = Teller::new(ctx).await?;
                    match $told(&teller, fact).await? {
                        Some(what) => super::tell(&teller.ctx, &rules, stored.id, what).await,
                        None => Ok(()),
                    }
                }
            });
        )*
        builder
    }};
}

pub(super) fn register(builder: DispatcherBuilder, deps: &Deps) -> DispatcherBuilder {
    told_on! { builder, deps,
        "notify_order_placed": OrderPlaced => placed as ["order.placed"];
        "notify_new_order": MerchantOrderReleased => released as ["merchant_order.new"];
        "notify_acceptance_due": AcceptanceDue => unanswered as ["merchant_order.unanswered"];
        "notify_overdue": ShipmentOverdue => late as ["merchant_order.late"];
        "notify_delivered": ShipmentDelivered => delivered as ["shipment.delivered"];
        "notify_refund_waits": RefundAwaitsApproval => refund_waits as ["refund.awaits_approval"];
        "notify_dispute": DisputeOpened => disputed as ["dispute.opened"];
        "notify_merchant_step": MerchantStepTaken => step as [
            "merchant.submitted", "merchant.approved", "merchant.restricted", "merchant.papers_expired"
        ];
        "notify_rating_fell": MerchantRatingFell => rating_fell as ["merchant.rating_fell"];
        "notify_payout_paid": PayoutPaid => paid_out as ["payout.paid"];
        "notify_payout_failed": PayoutFailed => payout_failed as ["payout.failed"];
        "notify_debt_critical": DebtBecameCritical => debt as ["debt.critical"];
        "notify_webhook_disabled": WebhookDisabled => webhook as ["webhook.disabled"];
        "notify_sign_in": SignInChanged => sign_in as ["sign_in.changed"];
        "notify_task_opened": TaskOpened => task_opened as ["task.opened"];
        "notify_task_assigned": TaskAssigned => task_assigned as ["task.assigned"];
        "notify_task_due_soon": TaskDueSoon => task_due_soon as ["task.due_soon"];
        "notify_task_breached": TaskBreached => task_breached as ["task.breached"];
        "notify_task_resolved": TaskResolved => task_resolved as ["task.resolved"];
        "notify_message": MessagePosted => message as ["conversation.message"];
        "notify_conversation_assigned": ConversationAssigned => conversation_assigned as ["conversation.assigned"];
        "notify_mentioned": PersonMentioned => mentioned as ["conversation.mentioned"];
    }
}

/// Looks up what words need, in the language of the teams.
struct Teller {
    ctx: Ctx,
    locale: String,
}

impl Teller {
    async fn new(ctx: Ctx) -> Result<Self, Failure> {
        let locale = marketplace::snapshot(&ctx).await.map_err(retry)?.settings.mail_locale.clone();
        Ok(Self { ctx, locale })
    }

    fn money(&self, money: Money) -> String {
        amount(money, &self.locale)
    }

    fn day(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        day(at.date_naive(), &self.locale)
    }

    async fn merchant(&self, id: MerchantId) -> Result<String, Failure> {
        let cards = merchants::cards_by_ids(&self.ctx, &[id]).await.map_err(retry)?;
        Ok(cards.get(&id).map(|card| card.name.clone()).unwrap_or_default())
    }

    /// What is told of a merchant order: its number, its merchant, and what the fact adds.
    async fn part(
        &self,
        event: &'static str,
        (order, id, merchant): (OrderId, MerchantOrderId, MerchantId),
        more: Value,
    ) -> Result<Happening, Failure> {
        let order = orders::query::order(&self.ctx, order).await.map_err(retry)?;
        let (part, _) = orders::query::ordered_of_merchant(&self.ctx, id).await.map_err(retry)?;
        let name = self.merchant(merchant).await?;
        let total = Money::new(part.total_minor, order.currency);
        let words = json!({ "order_number": part.number, "merchant_name": name, "total": self.money(total) });
        let what = of(event, ("merchant_order", id.to_string()), [words, more]);
        Ok(Happening { channel: Some(order.channel_id), merchant: Some(merchant), amount: Some(total), ..what })
    }

    /// What is told of a merchant: its name, and what the fact adds.
    async fn of_merchant(
        &self,
        event: &'static str,
        merchant: MerchantId,
        subject: (&'static str, String),
        more: Value,
    ) -> Result<Happening, Failure> {
        let words = json!({ "merchant_name": self.merchant(merchant).await? });
        Ok(Happening { merchant: Some(merchant), ..of(event, subject, [words, more]) })
    }
}

fn of<const N: usize>(event: &'static str, subject: (&'static str, String), words: [Value; N]) -> Happening {
    let mut variables = Map::new();
    for words in words {
        if let Value::Object(words) = words {
            variables.extend(words);
        }
    }
    Happening { event, merchant: None, channel: None, amount: None, concerned: None, subject, variables }
}

async fn placed(of_them: &Teller, fact: OrderPlaced) -> Told {
    let order = orders::query::order(&of_them.ctx, fact.order).await.map_err(retry)?;
    let total = Money::new(fact.total_minor, fact.currency);
    let words = json!({ "order_number": order.number, "total": of_them.money(total) });
    let what = of("order.placed", ("order", fact.order.to_string()), [words]);
    Ok(Some(Happening { channel: Some(order.channel_id), amount: Some(total), ..what }))
}

async fn released(of_them: &Teller, fact: MerchantOrderReleased) -> Told {
    let more = json!({ "accept_by": of_them.day(fact.accept_by) });
    of_them.part("merchant_order.new", (fact.order, fact.merchant_order, fact.merchant), more).await.map(Some)
}

async fn unanswered(of_them: &Teller, fact: AcceptanceDue) -> Told {
    let more = json!({ "accept_by": of_them.day(fact.accept_by) });
    of_them.part("merchant_order.unanswered", (fact.order, fact.merchant_order, fact.merchant), more).await.map(Some)
}

async fn late(of_them: &Teller, fact: ShipmentOverdue) -> Told {
    let more = json!({ "ship_by": of_them.day(fact.ship_by) });
    of_them.part("merchant_order.late", (fact.order, fact.merchant_order, fact.merchant), more).await.map(Some)
}

async fn delivered(of_them: &Teller, fact: ShipmentDelivered) -> Told {
    let part = (fact.order, fact.merchant_order, fact.merchant);
    let what = of_them.part("shipment.delivered", part, json!({})).await?;
    Ok(Some(Happening { subject: ("shipment", fact.shipment.to_string()), ..what }))
}

async fn refund_waits(of_them: &Teller, fact: RefundAwaitsApproval) -> Told {
    let part = (fact.order, fact.merchant_order, fact.merchant);
    let refund = Money::new(fact.amount_minor, fact.currency);
    let what = of_them.part("refund.awaits_approval", part, json!({ "amount": of_them.money(refund) })).await?;
    Ok(Some(Happening { amount: Some(refund), subject: ("refund", fact.refund.to_string()), ..what }))
}

async fn disputed(of_them: &Teller, fact: DisputeOpened) -> Told {
    let order = orders::query::order(&of_them.ctx, fact.order).await.map_err(retry)?;
    let words = json!({ "order_number": order.number, "amount": of_them.money(fact.amount) });
    let what = of("dispute.opened", ("dispute", fact.dispute.to_string()), [words]);
    let mut what = Happening { channel: Some(order.channel_id), amount: Some(fact.amount), ..what };
    if let Some(part) = fact.merchant_order {
        let part = orders::query::merchant_order(&of_them.ctx, part).await.map_err(retry)?;
        what.merchant = Some(part.merchant_id);
        what.variables.insert("merchant_name".to_owned(), part.merchant_name.into());
    }
    Ok(Some(what))
}

/// A step never changes; those that nobody is told of are passed over.
async fn step(of_them: &Teller, fact: MerchantStepTaken) -> Told {
    let step = merchants::step_by_id(&of_them.ctx, fact.step).await.map_err(retry)?;
    let event = match (step.axis, step.transition.as_str()) {
        (Axis::Life, "submit") => "merchant.submitted",
        (Axis::Life, "approve") => "merchant.approved",
        (Axis::Life, "restrict" | "suspend") => "merchant.restricted",
        (Axis::Kyc, "expire") => "merchant.papers_expired",
        _ => return Ok(None),
    };
    let more = json!({ "reason": step.reason.as_deref().unwrap_or(&step.reason_code) });
    let subject = ("merchant", fact.merchant.to_string());
    of_them.of_merchant(event, fact.merchant, subject, more).await.map(Some)
}

async fn rating_fell(of_them: &Teller, fact: MerchantRatingFell) -> Told {
    let fall = merchants::rating::fall_by_id(&of_them.ctx, fact.fall).await.map_err(retry)?;
    let points = |millionths: i64| {
        let tenths = (millionths + 50_000) / 100_000;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let restrict_on = of_them.day(fall.restrict_at);
    let more = json!({ "rating": points(fall.rating), "below": points(fall.below), "restrict_on": restrict_on });
    let subject = ("merchant", fact.merchant.to_string());
    of_them.of_merchant("merchant.rating_fell", fact.merchant, subject, more).await.map(Some)
}

async fn paid_out(of_them: &Teller, fact: PayoutPaid) -> Told {
    let more = json!({ "amount": of_them.money(fact.amount) });
    let subject = ("payout", fact.payout.to_string());
    let what = of_them.of_merchant("payout.paid", fact.merchant, subject, more).await?;
    Ok(Some(Happening { amount: Some(fact.amount), ..what }))
}

async fn payout_failed(of_them: &Teller, fact: PayoutFailed) -> Told {
    let more = json!({ "amount": of_them.money(fact.amount), "reason": fact.reason });
    let subject = ("payout", fact.payout.to_string());
    let what = of_them.of_merchant("payout.failed", fact.merchant, subject, more).await?;
    Ok(Some(Happening { amount: Some(fact.amount), ..what }))
}

async fn debt(of_them: &Teller, fact: DebtBecameCritical) -> Told {
    let more = json!({ "amount": of_them.money(fact.amount) });
    let subject = ("debt", fact.debt.to_string());
    let what = of_them.of_merchant("debt.critical", fact.merchant, subject, more).await?;
    Ok(Some(Happening { amount: Some(fact.amount), ..what }))
}

async fn webhook(of_them: &Teller, fact: WebhookDisabled) -> Told {
    let endpoint = marketplace::query::webhook_endpoint(&of_them.ctx, fact.endpoint).await.map_err(retry)?;
    let subject = ("webhook_endpoint", fact.endpoint.to_string());
    let what = of("webhook.disabled", subject, [json!({ "endpoint": endpoint.url })]);
    Ok(Some(Happening { merchant: fact.merchant, ..what }))
}

/// Of people of teams only: a buyer's name would stay in what was told.
async fn sign_in(of_them: &Teller, fact: SignInChanged) -> Told {
    let Some(seat) = identity::seat_of(&of_them.ctx, fact.user).await.map_err(retry)? else { return Ok(None) };
    let words = json!({ "user_name": seat.user.name });
    let what = of("sign_in.changed", ("user", fact.user.to_string()), [words]);
    Ok(Some(Happening { merchant: seat.team.merchant(), concerned: Some(fact.user), ..what }))
}

/// What is told of a task. What the operator's people have to do about a merchant is not told to it.
async fn task(of_them: &Teller, event: &'static str, id: TaskId) -> Told {
    let task = marketplace::query::task(&of_them.ctx, id).await.map_err(retry)?;
    let (merchant, concerned) = (task.owner(), task.assignee.as_ref().map(|of| of.id));
    let words = json!({ "task": task.title, "due": of_them.day(task.due_at) });
    Ok(Some(Happening { merchant, concerned, ..of(event, ("task", id.to_string()), [words]) }))
}

async fn task_opened(of_them: &Teller, fact: TaskOpened) -> Told {
    task(of_them, "task.opened", fact.task).await
}

async fn task_assigned(of_them: &Teller, fact: TaskAssigned) -> Told {
    // Nobody has it any more: there is nobody to tell.
    if fact.assignee.is_none() { Ok(None) } else { task(of_them, "task.assigned", fact.task).await }
}

async fn task_due_soon(of_them: &Teller, fact: TaskDueSoon) -> Told {
    task(of_them, "task.due_soon", fact.task).await
}

async fn task_breached(of_them: &Teller, fact: TaskBreached) -> Told {
    task(of_them, "task.breached", fact.task).await
}

async fn task_resolved(of_them: &Teller, fact: TaskResolved) -> Told {
    task(of_them, "task.resolved", fact.task).await
}

impl Teller {
    async fn conversation(&self, id: ConversationId) -> Result<Conversation, Failure> {
        Ok(merchants::conversation::conversation(&self.ctx, id).await.map_err(retry)?.conversation().clone())
    }

    /// A side of a conversation in words; buyers have no name here.
    async fn side(&self, side: Option<Side>, merchant: Option<MerchantId>) -> Result<String, Failure> {
        match (side, merchant) {
            (Some(Side::Buyer), _) => {
                Ok(if self.locale.starts_with("de") { "Ein Käufer" } else { "A buyer" }.to_owned())
            }
            (Some(Side::Merchant), Some(merchant)) => self.merchant(merchant).await,
            _ => Ok(marketplace::snapshot(&self.ctx).await.map_err(retry)?.settings.name.clone()),
        }
    }
}

/// The team that is to answer hears of a message; buyers get mails.
async fn message(of_them: &Teller, fact: MessagePosted) -> Told {
    let merchant = match fact.awaiting {
        Some(Side::Merchant) => fact.merchant,
        Some(Side::Operator) => None,
        Some(Side::Buyer) | None => return Ok(None),
    };
    let conversation = of_them.conversation(fact.conversation).await?;
    let author = of_them.side(fact.author_side, fact.merchant).await?;
    let words = json!({ "topic": conversation.topic, "author": author });
    let what = of("conversation.message", ("conversation", fact.conversation.to_string()), [words]);
    Ok(Some(Happening { merchant, ..what }))
}

async fn conversation_assigned(of_them: &Teller, fact: ConversationAssigned) -> Told {
    let words = json!({ "topic": of_them.conversation(fact.conversation).await?.topic });
    let what = of("conversation.assigned", ("conversation", fact.conversation.to_string()), [words]);
    Ok(Some(Happening { merchant: fact.team, concerned: Some(fact.user), ..what }))
}

async fn mentioned(of_them: &Teller, fact: PersonMentioned) -> Told {
    let side = if fact.team.is_some() { Side::Merchant } else { Side::Operator };
    let author = of_them.side(Some(side), fact.team).await?;
    let words = json!({ "topic": of_them.conversation(fact.conversation).await?.topic, "author": author });
    let what = of("conversation.mentioned", ("conversation", fact.conversation.to_string()), [words]);
    Ok(Some(Happening { merchant: fact.team, concerned: Some(fact.user), ..what }))
}
