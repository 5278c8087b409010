//! The order desk: orders that the operator's staff prepares for buyers.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE draft_order (
        id {id} NOT NULL PRIMARY KEY,
        cart_id {id} NOT NULL UNIQUE REFERENCES cart (id),
        state text NOT NULL CHECK (state IN ('open', 'placed', 'deleted', 'expired')),
        note text,
        order_id {id},
        created_by text NOT NULL,
        created_by_name text NOT NULL,
        expires_at {at} NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((state = 'placed') = (order_id IS NOT NULL))
    )"),
    Sql("CREATE INDEX draft_order_state ON draft_order (state, id)"),
    Sql("CREATE INDEX draft_order_expiring ON draft_order (expires_at) WHERE state = 'open'"),
];
