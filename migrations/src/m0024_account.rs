//! Papers of what companies buy on account.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE sale_invoice (
        id {id} NOT NULL PRIMARY KEY,
        legal_entity text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('sale_invoice', 'sale_credit_note')),
        year integer NOT NULL,
        seq_no bigint NOT NULL CHECK (seq_no >= 1),
        number text NOT NULL,
        merchant_id {id} NOT NULL,
        merchant_order_id {id} NOT NULL,
        order_id {id} NOT NULL,
        company_id {id},
        source text NOT NULL UNIQUE,
        currency text NOT NULL,
        issued_on {on} NOT NULL,
        net_minor bigint NOT NULL CHECK (net_minor >= 0),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        gross_minor bigint NOT NULL CHECK (gross_minor > 0),
        promotion_minor bigint NOT NULL CHECK (promotion_minor >= 0 AND promotion_minor <= gross_minor),
        content text NOT NULL,
        hash text NOT NULL,
        issued_at {at} NOT NULL,
        CHECK (gross_minor = net_minor + tax_minor),
        UNIQUE (legal_entity, kind, year, seq_no),
        UNIQUE (legal_entity, number)
    )"),
    Sql("CREATE INDEX sale_invoice_merchant ON sale_invoice (merchant_id, id)"),
    Sql("CREATE INDEX sale_invoice_merchant_order ON sale_invoice (merchant_order_id, id)"),
    Sql("CREATE INDEX sale_invoice_order ON sale_invoice (order_id, id)"),
    Sql("CREATE INDEX sale_invoice_company ON sale_invoice (company_id, id) WHERE company_id IS NOT NULL"),
    Sql("CREATE INDEX sale_invoice_number ON sale_invoice (number)"),
    Sql("CREATE INDEX sale_invoice_kind ON sale_invoice (kind, id)"),
    AppendOnly("sale_invoice"),
];
