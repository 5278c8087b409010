//! Tables of `catalog`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
