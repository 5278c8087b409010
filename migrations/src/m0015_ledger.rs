//! Coupons, disputes, manual entries, debts, subscriptions; the clock of a sandbox.

use crate::Step::{self, AppendOnly, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE sandbox_clock (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        offset_micros bigint NOT NULL CHECK (offset_micros >= 0)
    )"),
    Sql("CREATE TABLE coupon (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint CHECK (amount_minor > 0),
        percent_ppm bigint CHECK (percent_ppm BETWEEN 1 AND 1000000),
        minimum_minor bigint NOT NULL CHECK (minimum_minor >= 0),
        valid_from {at} NOT NULL,
        valid_to {at},
        uses_max bigint CHECK (uses_max > 0),
        uses bigint NOT NULL CHECK (uses >= 0),
        active boolean NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK ((amount_minor IS NULL) <> (percent_ppm IS NULL))
    )"),
    // Money that a provider took back because a buyer complained to the bank.
    Sql("CREATE TABLE dispute (
        id {id} NOT NULL PRIMARY KEY,
        provider text NOT NULL,
        reference text NOT NULL,
        payment_id {id} NOT NULL REFERENCES payment (id),
        order_id {id} NOT NULL,
        merchant_order_id {id},
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
        fee_returned_minor bigint NOT NULL CHECK (fee_returned_minor >= 0 AND fee_returned_minor <= fee_minor),
        reason text NOT NULL,
        borne_minor bigint CHECK (borne_minor >= 0 AND borne_minor <= amount_minor),
        state text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
        opened_at {at} NOT NULL,
        resolved_at {at},
        version bigint NOT NULL,
        UNIQUE (provider, reference),
        CHECK ((state = 'open') = (resolved_at IS NULL))
    )"),
    Sql("CREATE INDEX dispute_payment ON dispute (payment_id)"),
    Sql("CREATE INDEX dispute_state ON dispute (state, id)"),
    // Entries that people ask for. Above the limit of one person another one decides.
    Sql("CREATE TABLE manual_entry (
        id {id} NOT NULL PRIMARY KEY,
        idempotency_key text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('credit', 'debit', 'penalty', 'write_off')),
        merchant_id {id} NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        jurisdiction text NOT NULL,
        reason text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'posted', 'rejected')),
        requested_by text NOT NULL,
        requested_by_name text NOT NULL,
        requested_at {at} NOT NULL,
        decided_by text,
        decided_by_name text,
        decided_at {at},
        decision_note text,
        tx_id {id},
        version bigint NOT NULL,
        CHECK ((state = 'requested') = (decided_by IS NULL)),
        CHECK ((state = 'posted') = (tx_id IS NOT NULL))
    )"),
    Sql("CREATE INDEX manual_entry_merchant ON manual_entry (merchant_id, id)"),
    Sql("CREATE INDEX manual_entry_state ON manual_entry (state, id)"),
    // A merchant whose balance is negative, from the first look at it to the end of the debt.
    Sql("CREATE TABLE debt (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL,
        currency text NOT NULL,
        state text NOT NULL CHECK (state IN ('netting', 'requested', 'claimed', 'settled')),
        is_critical boolean NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
        since_at {at} NOT NULL,
        requested_at {at},
        claimed_at {at},
        settled_at {at},
        CHECK ((state = 'settled') = (settled_at IS NOT NULL))
    )"),
    Sql("CREATE UNIQUE INDEX debt_open ON debt (merchant_id, currency) WHERE state <> 'settled'"),
    Sql("CREATE INDEX debt_state ON debt (state, id)"),
    Sql("CREATE INDEX debt_merchant ON debt (merchant_id, id)"),
    // What a merchant pays each month for selling.
    Sql("CREATE TABLE subscription (
        merchant_id {id} NOT NULL,
        currency text NOT NULL,
        monthly_minor bigint NOT NULL CHECK (monthly_minor > 0),
        from_on {on} NOT NULL,
        until_on {on},
        version bigint NOT NULL,
        updated_at {at} NOT NULL,
        PRIMARY KEY (merchant_id, currency),
        CHECK (until_on IS NULL OR until_on >= from_on)
    )"),
    Sql("CREATE TABLE subscription_charge (
        merchant_id {id} NOT NULL,
        currency text NOT NULL,
        month_on {on} NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
        tx_id {id} NOT NULL,
        charged_at {at} NOT NULL,
        PRIMARY KEY (merchant_id, currency, month_on)
    )"),
    AppendOnly("subscription_charge"),
];
