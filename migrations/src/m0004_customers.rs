//! Tables of `customers`.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE customer (
        id {id} NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL UNIQUE,
        email text NOT NULL,
        name text NOT NULL,
        search_fold text NOT NULL,
        phone text,
        locale text,
        status text NOT NULL CHECK (status IN ('active', 'erased')),
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        erased_at {at},
        CHECK ((status = 'erased') = (erased_at IS NOT NULL))
    )"),
    Sql("CREATE INDEX customer_email ON customer (email)"),
    Sql("CREATE TABLE customer_address (
        id {id} NOT NULL PRIMARY KEY,
        customer_id {id} NOT NULL REFERENCES customer (id),
        name text NOT NULL,
        company text,
        line1 text NOT NULL,
        line2 text,
        city text NOT NULL,
        region text,
        postal_code text NOT NULL,
        country text NOT NULL CHECK (length(country) = 2),
        phone text,
        is_default boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX customer_address_customer ON customer_address (customer_id, id)"),
    Sql("CREATE UNIQUE INDEX customer_address_default ON customer_address (customer_id) WHERE is_default"),
];
