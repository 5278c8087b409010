//! Tables of `offers`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
