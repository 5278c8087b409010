//! What one person asks for and another one decides.

use context::{Ctx, Error as CoreError};

use crate::actions::APPROVE;
use crate::error::Error;
use crate::model::EntryState;

/// Something that was asked for.
pub(super) struct Asked<'a> {
    pub(super) what: &'static str,
    /// The words for one that was decided.
    pub(super) over: &'static str,
    pub(super) state: EntryState,
    pub(super) requested_by: &'a str,
    pub(super) version: i64,
}

impl Asked<'_> {
    /// Refuses to decide what is decided, what the caller did not see as it is, and what the caller asked for.
    pub(super) fn decidable(&self, ctx: &Ctx, expected_version: i64) -> Result<(), Error> {
        if self.state != EntryState::Requested {
            return Err(Error::NotPossible(self.over));
        }
        if self.version != expected_version {
            return Err(CoreError::Stale(self.what).into());
        }
        if self.requested_by == ctx.actor().id() {
            return Err(Error::FourEyes);
        }
        Ok(())
    }
}

/// Whether the caller can decide what somebody asked for; for `allowedActions`, never to guard anything.
#[must_use]
pub fn can_decide(ctx: &Ctx, state: EntryState, requested_by: &str) -> bool {
    state == EntryState::Requested && requested_by != ctx.actor().id() && ctx.may(APPROVE)
}
