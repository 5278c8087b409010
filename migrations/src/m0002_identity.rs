//! Tables of `identity`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
