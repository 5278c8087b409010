//! Quotes: what business buyers ask merchants for, and every offer that was made.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE quote (
        id {id} NOT NULL PRIMARY KEY,
        number text NOT NULL UNIQUE,
        request_id {id} NOT NULL,
        channel_id {id} NOT NULL,
        currency text NOT NULL,
        customer_id {id} NOT NULL,
        buyer_name text NOT NULL,
        company_id {id},
        company_name text,
        merchant_id {id} NOT NULL,
        merchant_name text NOT NULL,
        ship_to text NOT NULL,
        wished_on {on},
        po_number text,
        note text,
        state text NOT NULL CHECK (state IN
            ('requested', 'offered', 'change_asked', 'accepted', 'declined', 'refused', 'withdrawn', 'expired')),
        offer_version bigint NOT NULL CHECK (offer_version >= 0),
        due_at {at},
        approved_by {id},
        approved_version bigint,
        approved_minor bigint,
        order_id {id} UNIQUE,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((state = 'accepted') = (order_id IS NOT NULL)),
        CHECK ((state IN ('requested', 'offered', 'change_asked')) = (due_at IS NOT NULL)),
        CHECK (state NOT IN ('offered', 'change_asked', 'accepted', 'declined') OR offer_version > 0),
        CHECK ((company_id IS NULL) = (company_name IS NULL)),
        CHECK ((approved_by IS NULL) = (approved_version IS NULL)),
        CHECK ((approved_by IS NULL) = (approved_minor IS NULL))
    )"),
    Sql("CREATE INDEX quote_merchant ON quote (merchant_id, id)"),
    Sql("CREATE INDEX quote_merchant_state ON quote (merchant_id, state, id)"),
    Sql("CREATE INDEX quote_customer ON quote (customer_id, id)"),
    Sql("CREATE INDEX quote_company ON quote (company_id, id) WHERE company_id IS NOT NULL"),
    Sql("CREATE INDEX quote_request ON quote (request_id, id)"),
    Sql("CREATE INDEX quote_state ON quote (state, id)"),
    Sql("CREATE INDEX quote_due ON quote (due_at) WHERE due_at IS NOT NULL"),
    Sql("CREATE TABLE quote_line (
        id {id} NOT NULL PRIMARY KEY,
        quote_id {id} NOT NULL REFERENCES quote (id),
        position bigint NOT NULL,
        offer_id {id} NOT NULL,
        sku text NOT NULL,
        title text NOT NULL,
        variant_title text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        list_price_minor bigint CHECK (list_price_minor >= 0),
        wished_minor bigint CHECK (wished_minor >= 0),
        note text,
        UNIQUE (quote_id, position)
    )"),
    Sql("CREATE TABLE quote_offer (
        quote_id {id} NOT NULL REFERENCES quote (id),
        version bigint NOT NULL CHECK (version > 0),
        terms text NOT NULL,
        goods_minor bigint NOT NULL CHECK (goods_minor >= 0),
        valid_until {at} NOT NULL,
        made_by text NOT NULL,
        made_at {at} NOT NULL,
        PRIMARY KEY (quote_id, version)
    )"),
    // What was offered is never changed, only followed by another version. Words stand with the steps: those are
    // erased with the buyer.
    AppendOnly("quote_offer"),
    Sql("CREATE TABLE quote_step (
        id {id} NOT NULL PRIMARY KEY,
        quote_id {id} NOT NULL REFERENCES quote (id),
        kind text NOT NULL,
        offer_version bigint NOT NULL,
        customer_id {id},
        actor text NOT NULL,
        actor_name text NOT NULL,
        reason text,
        words text,
        happened_at {at} NOT NULL
    )"),
    Sql("CREATE INDEX quote_step_quote ON quote_step (quote_id, id)"),
    Sql("CREATE INDEX quote_step_customer ON quote_step (customer_id) WHERE customer_id IS NOT NULL"),
    // Who asks: a buyer or a company. Its row is locked while it is counted how much is open.
    Sql("CREATE TABLE quote_owner (
        id {id} NOT NULL PRIMARY KEY,
        requests bigint NOT NULL CHECK (requests > 0)
    )"),
    Sql("ALTER TABLE customer_order ADD COLUMN placed_by text"),
    Sql("ALTER TABLE order_line ADD COLUMN quote_id {id}"),
];
