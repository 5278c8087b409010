//! Tables of `payments`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
