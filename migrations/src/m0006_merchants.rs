//! Tables of `merchants`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
