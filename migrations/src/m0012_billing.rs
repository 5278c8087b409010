//! The ledger, holds and payouts.

use crate::Step::{self, AppendOnly, Postgres, Sql, Sqlite};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE ledger_head (
        currency text NOT NULL PRIMARY KEY,
        seq bigint NOT NULL,
        hash text NOT NULL,
        posted_at {at} NOT NULL
    )"),
    Sql("CREATE TABLE ledger_account (
        id {id} NOT NULL PRIMARY KEY,
        path text NOT NULL,
        currency text NOT NULL,
        role text NOT NULL,
        side text NOT NULL CHECK (side IN ('debit', 'credit')),
        merchant_id {id},
        min_balance_minor bigint,
        opened_at {at} NOT NULL,
        UNIQUE (path, currency)
    )"),
    Sql("CREATE INDEX ledger_account_merchant ON ledger_account (merchant_id, currency, role)
        WHERE merchant_id IS NOT NULL"),
    Sql("CREATE INDEX ledger_account_path ON ledger_account (currency, path)"),
    Sql("CREATE INDEX ledger_account_role ON ledger_account (currency, role, id)"),
    // Entries are written before their transaction, which seals them: a trigger adds them up then, and no
    // entry can join a sealed transaction.
    Sql("CREATE TABLE ledger_tx (
        id {id} NOT NULL PRIMARY KEY,
        currency text NOT NULL,
        seq bigint NOT NULL,
        idempotency_key text NOT NULL UNIQUE,
        input_hash text NOT NULL,
        kind text NOT NULL,
        effective_at {at} NOT NULL,
        posted_at {at} NOT NULL,
        source_type text NOT NULL,
        source_id text NOT NULL,
        actor text NOT NULL,
        reverses_tx_id {id} UNIQUE REFERENCES ledger_tx (id),
        total_minor bigint NOT NULL CHECK (total_minor > 0),
        memo text,
        prev_hash text NOT NULL,
        hash text NOT NULL,
        UNIQUE (currency, seq)
    )"),
    Sql("CREATE INDEX ledger_tx_source ON ledger_tx (source_type, source_id)"),
    Sql("CREATE INDEX ledger_tx_kind ON ledger_tx (kind, id)"),
    Sql("CREATE TABLE ledger_entry (
        tx_id {id} NOT NULL REFERENCES ledger_tx (id) DEFERRABLE INITIALLY DEFERRED,
        line_no integer NOT NULL,
        account_id {id} NOT NULL REFERENCES ledger_account (id),
        direction text NOT NULL CHECK (direction IN ('debit', 'credit')),
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        component text NOT NULL,
        merchant_id {id},
        is_own boolean NOT NULL,
        merchant_order_id {id},
        posted_at {at} NOT NULL,
        PRIMARY KEY (tx_id, line_no)
    )"),
    Sql("CREATE INDEX ledger_entry_account ON ledger_entry (account_id, posted_at)"),
    Sql("CREATE INDEX ledger_entry_merchant ON ledger_entry (merchant_id, tx_id, line_no)
        WHERE merchant_id IS NOT NULL"),
    Sqlite(
        "CREATE TRIGGER ledger_tx_balances BEFORE INSERT ON ledger_tx BEGIN
        SELECT RAISE(ABORT, 'ledger_tx does not balance') WHERE NOT (
            SELECT coalesce(sum(CASE direction WHEN 'debit' THEN amount_minor END), 0) = NEW.total_minor
                AND coalesce(sum(CASE direction WHEN 'credit' THEN amount_minor END), 0) = NEW.total_minor
            FROM ledger_entry WHERE tx_id = NEW.id);
    END",
    ),
    Sqlite(
        "CREATE TRIGGER ledger_entry_sealed BEFORE INSERT ON ledger_entry BEGIN
        SELECT RAISE(ABORT, 'ledger_tx is sealed') WHERE EXISTS (SELECT 1 FROM ledger_tx WHERE id = NEW.tx_id);
    END",
    ),
    Postgres(
        "CREATE FUNCTION ledger_tx_balances() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT (
            SELECT coalesce(sum(CASE direction WHEN 'debit' THEN amount_minor END), 0) = NEW.total_minor
                AND coalesce(sum(CASE direction WHEN 'credit' THEN amount_minor END), 0) = NEW.total_minor
            FROM ledger_entry WHERE tx_id = NEW.id)
        THEN RAISE EXCEPTION 'ledger_tx does not balance'; END IF;
        RETURN NEW; END $$",
    ),
    Postgres(
        "CREATE TRIGGER ledger_tx_balances BEFORE INSERT ON ledger_tx
        FOR EACH ROW EXECUTE FUNCTION ledger_tx_balances()",
    ),
    Postgres(
        "CREATE FUNCTION ledger_entry_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM ledger_tx WHERE id = NEW.tx_id)
        THEN RAISE EXCEPTION 'ledger_tx is sealed'; END IF;
        RETURN NEW; END $$",
    ),
    Postgres(
        "CREATE TRIGGER ledger_entry_sealed BEFORE INSERT ON ledger_entry
        FOR EACH ROW EXECUTE FUNCTION ledger_entry_sealed()",
    ),
    AppendOnly("ledger_tx"),
    AppendOnly("ledger_entry"),
    Sql("CREATE TABLE ledger_balance (
        account_id {id} NOT NULL PRIMARY KEY REFERENCES ledger_account (id),
        posted_minor bigint NOT NULL,
        min_balance_minor bigint,
        version bigint NOT NULL,
        CHECK (min_balance_minor IS NULL OR posted_minor >= min_balance_minor)
    )"),
    Sql("CREATE TABLE hold (
        id {id} NOT NULL PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('sale', 'reserve')),
        merchant_id {id} NOT NULL,
        merchant_order_id {id} NOT NULL,
        source_id text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
        drawn_minor bigint NOT NULL CHECK (drawn_minor >= 0 AND drawn_minor <= amount_minor),
        release_at {at} NOT NULL,
        released_at {at},
        created_at {at} NOT NULL,
        UNIQUE (kind, source_id)
    )"),
    Sql("CREATE INDEX hold_due ON hold (currency, release_at, id) WHERE released_at IS NULL"),
    Sql("CREATE INDEX hold_merchant_order ON hold (merchant_order_id, id)"),
    Sql("CREATE TABLE payout_run (
        id {id} NOT NULL PRIMARY KEY,
        run_key text NOT NULL UNIQUE,
        currency text NOT NULL,
        cut_off_at {at} NOT NULL,
        minimum_minor bigint NOT NULL CHECK (minimum_minor >= 0),
        payout_count bigint NOT NULL,
        total_minor bigint NOT NULL,
        skipped text NOT NULL,
        file_key text,
        file_at {at},
        created_at {at} NOT NULL
    )"),
    Sql("CREATE TABLE payout (
        id {id} NOT NULL PRIMARY KEY,
        run_id {id} NOT NULL REFERENCES payout_run (id),
        merchant_id {id} NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        state text NOT NULL CHECK (state IN ('on_hold', 'canceled', 'initiated', 'paid', 'returned', 'failed')),
        hold_reason text,
        via text NOT NULL CHECK (via IN ('bank', 'stripe')),
        provider_account text,
        provider_transfer text,
        provider_tries integer NOT NULL,
        holder text NOT NULL,
        iban text NOT NULL,
        reference text NOT NULL UNIQUE,
        bank_reference text,
        return_reason text,
        created_at {at} NOT NULL,
        initiated_at {at},
        paid_at {at},
        returned_at {at},
        version bigint NOT NULL,
        CHECK (via = 'bank' OR provider_account IS NOT NULL),
        CHECK (state <> 'on_hold' OR hold_reason IS NOT NULL),
        CHECK ((state IN ('on_hold', 'canceled')) = (initiated_at IS NULL)),
        UNIQUE (merchant_id, currency, run_id)
    )"),
    Sql("CREATE INDEX payout_run_payouts ON payout (run_id, id)"),
    Sql("CREATE INDEX payout_merchant ON payout (merchant_id, id)"),
    Sql("CREATE INDEX payout_state ON payout (state, id)"),
    Sql("CREATE UNIQUE INDEX payout_on_hold ON payout (merchant_id, currency) WHERE state = 'on_hold'"),
];
