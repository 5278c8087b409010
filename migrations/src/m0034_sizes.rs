//! How large goods are, and how large the methods of delivery take them.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    // Outer dimensions of a packed unit: all three, or none.
    Sql("ALTER TABLE variant ADD COLUMN length_mm bigint CHECK (length_mm > 0)"),
    Sql("ALTER TABLE variant ADD COLUMN width_mm bigint CHECK (width_mm > 0)"),
    Sql("ALTER TABLE variant ADD COLUMN height_mm bigint CHECK (
        height_mm > 0 OR (height_mm IS NULL AND length_mm IS NULL AND width_mm IS NULL))"),
    Sql("ALTER TABLE delivery_method ADD COLUMN max_length_mm bigint CHECK (max_length_mm > 0)"),
    Sql("ALTER TABLE delivery_method ADD COLUMN max_girth_mm bigint CHECK (max_girth_mm > 0)"),
];
