//! Tables of `identity`. Secrets are stored as digests only.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE user_account (
        id {id} NOT NULL PRIMARY KEY,
        email text NOT NULL UNIQUE,
        email_verified_at {at},
        name text NOT NULL,
        name_fold text NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'blocked', 'erased')),
        password_hash text,
        customer_id {id} UNIQUE,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK (status <> 'erased' OR password_hash IS NULL)
    )"),
    Sql("CREATE TABLE user_session (
        id {id} NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES user_account (id),
        token_hash text NOT NULL UNIQUE,
        user_agent text,
        ip text,
        created_at {at} NOT NULL,
        used_at {at} NOT NULL,
        expires_at {at} NOT NULL,
        proven_at {at} NOT NULL,
        second_factor_at {at},
        impersonator_id {id} REFERENCES user_account (id),
        acting_merchant_id {id},
        beyond_own_rights boolean NOT NULL,
        reason text,
        CHECK (expires_at > created_at),
        CHECK ((impersonator_id IS NULL) = (acting_merchant_id IS NULL)),
        CHECK ((impersonator_id IS NULL) = (reason IS NULL)),
        CHECK (impersonator_id IS NOT NULL OR NOT beyond_own_rights)
    )"),
    Sql("CREATE INDEX user_session_user ON user_session (user_id, id)"),
    Sql("CREATE INDEX user_session_impersonator ON user_session (impersonator_id) WHERE impersonator_id IS NOT NULL"),
    Sql("CREATE INDEX user_session_expiry ON user_session (expires_at)"),
    Sql("CREATE TABLE membership (
        id {id} NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES user_account (id),
        merchant_id {id},
        role text NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        CHECK (role LIKE 'rol!_%' ESCAPE '!'
            OR (merchant_id IS NULL AND role LIKE 'operator!_%' ESCAPE '!')
            OR (merchant_id IS NOT NULL AND role LIKE 'merchant!_%' ESCAPE '!'))
    )"),
    Sql("CREATE UNIQUE INDEX membership_operator ON membership (user_id, role) WHERE merchant_id IS NULL"),
    Sql(
        "CREATE UNIQUE INDEX membership_merchant ON membership (user_id, merchant_id, role) WHERE merchant_id IS NOT NULL",
    ),
    // Asked by each request: what a person holds, in which team ever; no index of one kind of team serves that.
    Sql("CREATE INDEX membership_user ON membership (user_id, id)"),
    Sql("CREATE INDEX membership_scope ON membership (merchant_id, id)"),
    Sql("CREATE TABLE invitation (
        id {id} NOT NULL PRIMARY KEY,
        email text NOT NULL,
        name text NOT NULL,
        merchant_id {id},
        role text NOT NULL,
        token_hash text NOT NULL UNIQUE,
        invited_by text NOT NULL,
        created_at {at} NOT NULL,
        expires_at {at} NOT NULL,
        accepted_at {at},
        revoked_at {at},
        CHECK (accepted_at IS NULL OR revoked_at IS NULL),
        CHECK (role LIKE 'rol!_%' ESCAPE '!'
            OR (merchant_id IS NULL AND role LIKE 'operator!_%' ESCAPE '!')
            OR (merchant_id IS NOT NULL AND role LIKE 'merchant!_%' ESCAPE '!'))
    )"),
    Sql("CREATE INDEX invitation_scope ON invitation (merchant_id, id)"),
    Sql("CREATE INDEX invitation_open ON invitation (email, id) WHERE accepted_at IS NULL AND revoked_at IS NULL"),
    Sql("CREATE TABLE api_key (
        id {id} NOT NULL PRIMARY KEY,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('operator', 'merchant', 'storefront')),
        merchant_id {id},
        role text NOT NULL,
        hint text NOT NULL,
        token_hash text NOT NULL UNIQUE,
        created_by text NOT NULL,
        issuer_id {id},
        created_at {at} NOT NULL,
        expires_at {at},
        used_at {at},
        revoked_at {at},
        CHECK ((kind = 'merchant') = (merchant_id IS NOT NULL))
    )"),
    Sql("CREATE INDEX api_key_scope ON api_key (merchant_id, id)"),
    Sql("CREATE TABLE mail_token (
        token_hash text NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES user_account (id),
        purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_verification')),
        email text NOT NULL,
        created_at {at} NOT NULL,
        expires_at {at} NOT NULL,
        used_at {at}
    )"),
    Sql("CREATE INDEX mail_token_user ON mail_token (user_id, purpose)"),
    Sql("CREATE INDEX mail_token_expiry ON mail_token (expires_at)"),
    Sql("CREATE TABLE sign_in_throttle (
        key text NOT NULL PRIMARY KEY,
        failure_count bigint NOT NULL CHECK (failure_count >= 0),
        failed_at {at} NOT NULL,
        blocked_until {at} NOT NULL
    )"),
    Sql("CREATE INDEX sign_in_throttle_age ON sign_in_throttle (failed_at)"),
];
