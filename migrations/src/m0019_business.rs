//! Business buyers: companies, their people, and what stands on carts and orders of them.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE company (
        id {id} NOT NULL PRIMARY KEY,
        name text NOT NULL,
        search_fold text NOT NULL,
        registration_number text,
        vat_ids text NOT NULL,
        addresses text NOT NULL,
        po_number_required boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE TABLE company_member (
        id {id} NOT NULL PRIMARY KEY,
        company_id {id} NOT NULL REFERENCES company (id),
        customer_id {id} REFERENCES customer (id),
        email text NOT NULL,
        role text NOT NULL CHECK (role IN ('buyer', 'approver', 'admin')),
        limit_minor bigint CHECK (limit_minor >= 0),
        limit_currency text,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        joined_at {at},
        CHECK ((limit_minor IS NULL) = (limit_currency IS NULL)),
        CHECK ((customer_id IS NULL) = (joined_at IS NULL)),
        UNIQUE (company_id, email)
    )"),
    Sql("CREATE UNIQUE INDEX company_member_customer ON company_member (customer_id, company_id)
        WHERE customer_id IS NOT NULL"),
    Sql("CREATE INDEX company_member_invited ON company_member (email, id) WHERE customer_id IS NULL"),
    Sql("ALTER TABLE cart ADD COLUMN company_id {id}"),
    Sql("ALTER TABLE cart ADD COLUMN po_number text"),
    Sql("ALTER TABLE cart ADD COLUMN approved_by {id}"),
    Sql("ALTER TABLE cart ADD COLUMN approved_version bigint"),
    Sql("ALTER TABLE cart ADD COLUMN approved_minor bigint"),
    Sql("ALTER TABLE customer_order ADD COLUMN company_id {id}"),
    Sql("ALTER TABLE customer_order ADD COLUMN company_name text"),
    Sql("ALTER TABLE customer_order ADD COLUMN company_vat_id text"),
    Sql("ALTER TABLE customer_order ADD COLUMN po_number text"),
    Sql("ALTER TABLE customer_order ADD COLUMN approved_by {id}"),
    Sql(
        "CREATE INDEX customer_order_company ON customer_order (company_id, placed_at, id) WHERE company_id IS NOT NULL",
    ),
    Sql("ALTER TABLE merchant_order ADD COLUMN company_name text"),
    Sql("ALTER TABLE merchant_order ADD COLUMN company_vat_id text"),
    Sql("ALTER TABLE merchant_order ADD COLUMN po_number text"),
];
