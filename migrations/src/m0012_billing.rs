//! Tables of `billing`.

use crate::Step;

pub(crate) const STATEMENTS: &[Step] = &[];
