//! Tables of `inventory`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
