//! Tables of `customers`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
