//! Credit of buyers at the marketplace: store credit and gift cards.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE credit_account (
        id {id} NOT NULL PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('store_credit', 'gift_card', 'company')),
        customer_id {id},
        company_id {id},
        code_hash text UNIQUE,
        code_tail text,
        currency text NOT NULL,
        balance_minor bigint NOT NULL CHECK (balance_minor >= 0),
        reserved_minor bigint NOT NULL CHECK (reserved_minor >= 0),
        expires_at {at},
        created_at {at} NOT NULL,
        version bigint NOT NULL,
        CHECK (reserved_minor <= balance_minor),
        CHECK ((kind = 'store_credit') = (customer_id IS NOT NULL)),
        CHECK ((kind = 'gift_card') = (code_hash IS NOT NULL)),
        CHECK ((kind = 'company') = (company_id IS NOT NULL))
    )"),
    Sql("CREATE UNIQUE INDEX credit_account_company ON credit_account (company_id, currency)
        WHERE company_id IS NOT NULL"),
    Sql("CREATE UNIQUE INDEX credit_account_customer ON credit_account (customer_id, currency)
        WHERE customer_id IS NOT NULL"),
    Sql("CREATE TABLE credit_entry (
        id {id} NOT NULL PRIMARY KEY,
        account_id {id} NOT NULL REFERENCES credit_account (id),
        kind text NOT NULL CHECK (kind IN
            ('issued', 'reserved', 'released', 'spent', 'returned', 'received', 'used', 'paid_out')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        operation_id {id} UNIQUE REFERENCES payment_operation (id),
        receipt_id {id} UNIQUE REFERENCES bank_receipt (id),
        reason text,
        actor text NOT NULL,
        occurred_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX credit_entry_account ON credit_entry (account_id, id)"),
    AppendOnly("credit_entry"),
];
