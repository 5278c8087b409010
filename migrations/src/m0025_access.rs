//! Access: roles that are rows, and what is asked of those who sign in.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    // Memberships, invitations and keys name a role by its text id. `permissions` and `masks` are JSON.
    Sql("CREATE TABLE custom_role (
        id {id} NOT NULL PRIMARY KEY,
        team text NOT NULL CHECK (team IN ('operator', 'merchant')),
        merchant_id {id},
        name text NOT NULL,
        name_fold text NOT NULL,
        description text NOT NULL,
        permissions text NOT NULL,
        masks text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        retired_at {at},
        CHECK (merchant_id IS NULL OR team = 'merchant')
    )"),
    Sql("CREATE INDEX custom_role_scope ON custom_role (merchant_id, id)"),
    Sql("CREATE UNIQUE INDEX custom_role_name ON custom_role (team, name_fold)
        WHERE merchant_id IS NULL AND retired_at IS NULL"),
    Sql("CREATE UNIQUE INDEX custom_role_name_of ON custom_role (merchant_id, name_fold)
        WHERE merchant_id IS NOT NULL AND retired_at IS NULL"),
    // The one row that grows with each change of a role. Nodes compare it with the state they have compiled.
    Sql("CREATE TABLE access_state (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        version bigint NOT NULL
    )"),
    Sql("INSERT INTO access_state (id, version) VALUES (1, 1)"),
    Sql("CREATE TABLE security_policy (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        fresh_minutes bigint NOT NULL CHECK (fresh_minutes BETWEEN 1 AND 1440),
        second_factor_roles text NOT NULL,
        version bigint NOT NULL,
        updated_at {at}
    )"),
    Sql("INSERT INTO security_policy (id, fresh_minutes, second_factor_roles, version) VALUES (1, 15, '[]', 1)"),
    // The secret is sealed with the key that `key_id` names, and of no use without it.
    // `last_step` is the newest time step whose code was used: none is good twice.
    Sql("CREATE TABLE user_totp (
        user_id {id} NOT NULL PRIMARY KEY REFERENCES user_account (id),
        secret text NOT NULL,
        key_id text NOT NULL,
        last_step bigint NOT NULL,
        created_at {at} NOT NULL,
        confirmed_at {at}
    )"),
    Sql("CREATE TABLE recovery_code (
        user_id {id} NOT NULL REFERENCES user_account (id),
        code_hash text NOT NULL,
        used_at {at},
        PRIMARY KEY (user_id, code_hash)
    )"),
    // Somebody whose password was right, and whose second factor is awaited.
    Sql("CREATE TABLE sign_in_challenge (
        token_hash text NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES user_account (id),
        user_agent text,
        created_at {at} NOT NULL,
        expires_at {at} NOT NULL,
        used_at {at}
    )"),
    Sql("CREATE INDEX sign_in_challenge_user ON sign_in_challenge (user_id)"),
    Sql("CREATE INDEX sign_in_challenge_expiry ON sign_in_challenge (expires_at)"),
    Sql("CREATE INDEX membership_role ON membership (role)"),
    Sql("CREATE INDEX invitation_role ON invitation (role) WHERE accepted_at IS NULL AND revoked_at IS NULL"),
    Sql("CREATE INDEX api_key_role ON api_key (role) WHERE revoked_at IS NULL"),
];
