//! The subscriptions.

use async_graphql::{Context, ID, Subscription as AsSubscription};
use futures::stream::Stream;

use super::changes::{Changes, ThingChanged};
use super::follow::{Source as _, follow};
use super::notices::{Notices, NotificationReceived};
use super::{Caller, Live};
// The macro knows what can fail by this name.
use crate::error::Gql as Result;
use crate::error::{Gql, answer, ctx};
use crate::schema::Services;

/// What happens, as it happens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subscription;

/// Who is asked again and again, and what rings.
fn of<'a>(gql: &Context<'a>) -> Gql<(Caller, &'a Live)> {
    let live = answer(gql, gql.data::<Services>()?.live())?;
    Ok((gql.data::<Caller>()?.clone(), live))
}

/// What happens, as it happens. A subscription ends when its caller signs out or loses the right; with the cursor that was
/// seen last it goes on where it ended, and nothing is left out.
#[AsSubscription]
impl Subscription {
    /// One's own notifications, as they are told: those of the seats that one holds at that moment.
    async fn notification_received(
        &self,
        gql: &Context<'_>,
        #[graphql(desc = "The cursor that was seen last: what was told after it comes first. From now on, if absent.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Gql<NotificationReceived>>> {
        let (caller, live) = of(gql)?;
        let ctx = ctx(gql)?;
        // Before the place is taken: what is told in between rings.
        let rings = live.listen();
        let notices = answer(gql, Notices::from(ctx, after).await)?;
        answer(gql, notices.allow(ctx))?;
        Ok(follow((live.clone(), rings), caller, notices, ctx.origin().request_id.clone()))
    }

    /// Changes of things that the caller may read, in the caller's scope, as they are made: each once, those of one thing in
    /// their order. What a thing is now is asked for by its id.
    async fn changed(
        &self,
        gql: &Context<'_>,
        #[graphql(
            desc = "Only of these kinds: `offer` for all that happens to offers, or `offer.created`. All if there is none."
        )]
        kinds: Option<Vec<String>>,
        #[graphql(desc = "Only of the thing with this id.")] subject: Option<ID>,
        #[graphql(
            desc = "The cursor that was seen last: what was changed after it comes first. From now on, if absent."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Gql<ThingChanged>>> {
        let (caller, live) = of(gql)?;
        let ctx = ctx(gql)?;
        // Before the place is taken: what is changed in between rings.
        let rings = live.listen();
        let changes =
            answer(gql, Changes::from(ctx, &kinds.unwrap_or_default(), subject.map(|id| id.to_string()), after).await)?;
        answer(gql, changes.allow(ctx))?;
        Ok(follow((live.clone(), rings), caller, changes, ctx.origin().request_id.clone()))
    }
}
