//! Signing in by providers that speak OpenID Connect.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    // Whose account opens for whom: by issuer and subject, never by address.
    Sql("CREATE TABLE user_identity (
        id {id} NOT NULL PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES user_account (id),
        issuer text NOT NULL,
        subject text NOT NULL,
        created_at {at} NOT NULL,
        used_at {at}
    )"),
    Sql("CREATE UNIQUE INDEX user_identity_subject ON user_identity (issuer, subject)"),
    Sql("CREATE UNIQUE INDEX user_identity_user ON user_identity (user_id, issuer)"),
    // A browser that was sent to a provider. What it has to come back with derives from the secret, of which only a digest
    // is kept. Each is good once, for what it was begun for.
    Sql("CREATE TABLE sign_in_attempt (
        id {id} NOT NULL PRIMARY KEY,
        secret_hash text NOT NULL,
        provider text NOT NULL,
        purpose text NOT NULL CHECK (purpose IN ('sign_in', 'link', 'invitation')),
        user_id {id} REFERENCES user_account (id),
        invitation_id {id},
        user_agent text,
        created_at {at} NOT NULL,
        expires_at {at} NOT NULL,
        used_at {at},
        CHECK ((purpose = 'link') = (user_id IS NOT NULL)),
        CHECK ((purpose = 'invitation') = (invitation_id IS NOT NULL))
    )"),
    Sql("CREATE INDEX sign_in_attempt_expiry ON sign_in_attempt (expires_at)"),
];
