//! Tables of `assets`.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE asset (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id},
        kind text NOT NULL CHECK (kind IN ('image', 'video', 'model', 'document')),
        filename text NOT NULL,
        filename_fold text NOT NULL,
        content_type text NOT NULL,
        byte_size bigint NOT NULL CHECK (byte_size > 0),
        state text NOT NULL CHECK (state IN ('pending', 'ready', 'rejected', 'expired', 'deleted')),
        reason text,
        upload_key text NOT NULL UNIQUE,
        object_key text,
        etag text,
        sha256 text,
        thumbnail_key text,
        thumbnail_state text NOT NULL CHECK (thumbnail_state IN ('none', 'pending', 'ready', 'failed')),
        width integer,
        height integer,
        alt text NOT NULL,
        expires_at {at} NOT NULL,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK (state <> 'ready' OR object_key IS NOT NULL),
        CHECK (state NOT IN ('rejected', 'expired') OR reason IS NOT NULL),
        CHECK (thumbnail_state <> 'ready' OR thumbnail_key IS NOT NULL)
    )"),
    Sql("CREATE INDEX asset_merchant ON asset (merchant_id, id)"),
    Sql("CREATE INDEX asset_due ON asset (expires_at) WHERE state = 'pending'"),
];
