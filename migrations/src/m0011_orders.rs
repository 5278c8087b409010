//! Tables of `orders`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
