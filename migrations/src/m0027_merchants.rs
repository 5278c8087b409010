//! Merchants: how they come, what is known of them, what was decided about them.

use crate::Step::{self, Owned, Sql};
use crate::{Seen, Wall};

const fn walled(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // Every step on each of the three axes, with who took it and why.
    Sql("CREATE TABLE merchant_transition (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        axis text NOT NULL CHECK (axis IN ('life', 'kyc', 'payout')),
        transition text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        reason_code text NOT NULL,
        reason text,
        effects text,
        actor text NOT NULL,
        actor_name text NOT NULL,
        at {at} NOT NULL
    )"),
    Sql("CREATE INDEX merchant_transition_of ON merchant_transition (merchant_id, id)"),
    Step::AppendOnly("merchant_transition"),
    // A merchant asks once a block that it be looked at again. `blocked_at` names the block.
    Sql("CREATE TABLE merchant_appeal (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        blocked_at {at} NOT NULL,
        reason_code text NOT NULL,
        words text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'granted', 'upheld')),
        asked_by text NOT NULL,
        asked_at {at} NOT NULL,
        answer text,
        decided_by text,
        decided_by_name text,
        decided_at {at},
        version bigint NOT NULL,
        UNIQUE (merchant_id, blocked_at),
        CHECK ((state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (answer IS NULL))
    )"),
    Sql("CREATE INDEX merchant_appeal_of ON merchant_appeal (merchant_id, id)"),
    Sql("CREATE INDEX merchant_appeal_state ON merchant_appeal (state, id)"),
    // A version never changes: who accepted it accepted these bytes. `types` is JSON, empty for all merchants.
    Sql("CREATE TABLE agreement_version (
        id {id} NOT NULL PRIMARY KEY,
        code text NOT NULL,
        number bigint NOT NULL CHECK (number > 0),
        title text NOT NULL,
        body text NOT NULL,
        sha256 text NOT NULL,
        types text NOT NULL,
        change_note text,
        valid_from {at} NOT NULL,
        grace_until {at} NOT NULL,
        author text NOT NULL,
        author_name text NOT NULL,
        created_at {at} NOT NULL,
        UNIQUE (code, number),
        CHECK (grace_until >= valid_from)
    )"),
    Step::AppendOnly("agreement_version"),
    Sql("CREATE TABLE agreement_acceptance (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        agreement_id {id} NOT NULL REFERENCES agreement_version (id),
        code text NOT NULL,
        number bigint NOT NULL,
        sha256 text NOT NULL,
        actor text NOT NULL,
        actor_name text NOT NULL,
        ip text,
        source text NOT NULL,
        request_id text NOT NULL,
        at {at} NOT NULL,
        UNIQUE (merchant_id, agreement_id)
    )"),
    Sql("CREATE INDEX agreement_acceptance_version ON agreement_acceptance (agreement_id, id)"),
    Step::AppendOnly("agreement_acceptance"),
    Sql("CREATE TABLE merchant_document (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        kind text NOT NULL,
        title text NOT NULL,
        number text,
        issuer text,
        asset_id {id} NOT NULL REFERENCES asset (id),
        expires_on {on},
        state text NOT NULL CHECK (state IN ('submitted', 'approved', 'refused', 'withdrawn')),
        submitted_by text NOT NULL,
        submitted_at {at} NOT NULL,
        review_note text,
        reviewed_by text,
        reviewed_at {at},
        version bigint NOT NULL,
        CHECK ((state IN ('approved', 'refused')) = (reviewed_at IS NOT NULL)),
        CHECK (state <> 'refused' OR review_note IS NOT NULL)
    )"),
    Sql("CREATE INDEX merchant_document_of ON merchant_document (merchant_id, id)"),
    Sql("CREATE INDEX merchant_document_state ON merchant_document (state, id)"),
    // What is known of a counterparty beside its seat: JSON lists.
    Sql("CREATE TABLE merchant_party (
        merchant_id {id} NOT NULL PRIMARY KEY REFERENCES merchant (id),
        addresses text NOT NULL,
        contacts text NOT NULL,
        tax_ids text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        updated_at {at} NOT NULL
    )"),
    // The operator's people write for themselves.
    Sql("CREATE TABLE merchant_note (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        words text NOT NULL,
        author text NOT NULL,
        author_name text NOT NULL,
        written_at {at} NOT NULL,
        editor_name text,
        edited_at {at},
        version bigint NOT NULL,
        CHECK ((editor_name IS NULL) = (edited_at IS NULL))
    )"),
    Sql("CREATE INDEX merchant_note_of ON merchant_note (merchant_id, id)"),
    // What onboarding asks of a type of merchants. `items` is JSON.
    Sql("CREATE TABLE onboarding_plan (
        merchant_type text NOT NULL PRIMARY KEY,
        items text NOT NULL,
        version bigint NOT NULL,
        updated_at {at} NOT NULL
    )"),
    Sql("CREATE TABLE onboarding_waiver (
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        item text NOT NULL,
        reason text NOT NULL,
        actor text NOT NULL,
        actor_name text NOT NULL,
        at {at} NOT NULL,
        PRIMARY KEY (merchant_id, item)
    )"),
    // What other systems know of a merchant that comes, told by facts.
    Sql("CREATE TABLE merchant_progress (
        merchant_id {id} NOT NULL PRIMARY KEY REFERENCES merchant (id),
        products_loaded bigint NOT NULL CHECK (products_loaded >= 0),
        products_accepted bigint NOT NULL CHECK (products_accepted >= 0),
        locations bigint NOT NULL CHECK (locations >= 0),
        updated_at {at} NOT NULL
    )"),
    walled("merchant_transition"),
    walled("merchant_appeal"),
    walled("agreement_acceptance"),
    walled("merchant_document"),
    walled("merchant_party"),
    walled("merchant_note"),
    walled("onboarding_waiver"),
    walled("merchant_progress"),
];
