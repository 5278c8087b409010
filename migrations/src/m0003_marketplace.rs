//! Tables of `marketplace`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
