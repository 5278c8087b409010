//! Tables of `assets`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
