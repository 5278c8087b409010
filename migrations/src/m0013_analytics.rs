//! Tables of `analytics`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
