//! Conversations between buyers, merchants and the operator's team.
//!
//! What was said stands beside the messages, so that it can be forgotten: a message itself never changes, it keeps when it
//! was written, by whom, for whom, and the SHA-256 of its words. What only the operator's people read names no merchant,
//! so that no merchant's connection shows it.

use crate::Step::{self, Owned, Sql};
use crate::{Seen, Wall};

const fn walled(table: &'static str) -> Step {
    Owned(Wall { table, owner: "merchant_id", seen: Seen::Owner })
}

pub(crate) const STATEMENTS: &[Step] = &[
    // The buyer is an account, or whoever has the secret of an order. `moved_at` is when something was said that the teams
    // may read, `buyer_moved_at` the same for the buyer; the counts are of messages that each side may read.
    Sql("CREATE TABLE conversation (
        id {id} NOT NULL PRIMARY KEY,
        merchant_id {id} REFERENCES merchant (id),
        customer_id {id},
        buyer_order_id {id},
        buyer_name text,
        subject_kind text NOT NULL CHECK (subject_kind IN ('order', 'product', 'merchant', 'incident', 'general')),
        subject_id text NOT NULL,
        subject_label text NOT NULL,
        topic text NOT NULL,
        title text NOT NULL,
        opened_by text NOT NULL CHECK (opened_by IN ('buyer', 'merchant', 'operator')),
        opened_at {at} NOT NULL,
        operator_since {at},
        merchant_assignee_id {id},
        merchant_assignee_name text,
        operator_assignee_id {id},
        operator_assignee_name text,
        awaiting text NOT NULL CHECK (awaiting IN ('buyer', 'merchant', 'operator', 'nobody')),
        awaiting_since {at},
        closed_at {at},
        closed_by text,
        message_count bigint NOT NULL CHECK (message_count >= 0),
        buyer_count bigint NOT NULL CHECK (buyer_count >= 0),
        merchant_count bigint NOT NULL CHECK (merchant_count >= 0),
        operator_count bigint NOT NULL CHECK (operator_count >= 0),
        moved_at {at} NOT NULL,
        buyer_moved_at {at} NOT NULL,
        erased_at {at},
        version bigint NOT NULL CHECK (version > 0),
        CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
        CHECK ((awaiting = 'nobody') = (awaiting_since IS NULL)),
        CHECK ((merchant_assignee_id IS NULL) = (merchant_assignee_name IS NULL)),
        CHECK ((operator_assignee_id IS NULL) = (operator_assignee_name IS NULL))
    )"),
    Sql("CREATE INDEX conversation_moved ON conversation (moved_at, id)"),
    Sql("CREATE INDEX conversation_merchant ON conversation (merchant_id, moved_at, id)"),
    Sql("CREATE INDEX conversation_awaiting ON conversation (awaiting, moved_at, id)"),
    Sql("CREATE INDEX conversation_merchant_awaiting ON conversation (merchant_id, awaiting, moved_at, id)"),
    Sql("CREATE INDEX conversation_subject ON conversation (subject_kind, subject_id, moved_at, id)"),
    Sql("CREATE INDEX conversation_customer ON conversation (customer_id, buyer_moved_at, id)"),
    Sql("CREATE INDEX conversation_order ON conversation (buyer_order_id, buyer_moved_at, id)"),
    Sql("CREATE INDEX conversation_merchant_assignee ON conversation (merchant_assignee_id, moved_at, id)"),
    Sql("CREATE INDEX conversation_operator_assignee ON conversation (operator_assignee_id, moved_at, id)"),
    Sql("CREATE INDEX conversation_open ON conversation (moved_at, id) WHERE closed_at IS NULL"),
    // `awaiting` is who is to answer after it; a note says nothing about that.
    Sql("CREATE TABLE message (
        id {id} NOT NULL PRIMARY KEY,
        conversation_id {id} NOT NULL REFERENCES conversation (id),
        merchant_id {id} REFERENCES merchant (id),
        number bigint NOT NULL CHECK (number > 0),
        kind text NOT NULL CHECK (kind IN ('words', 'invited', 'closed', 'reopened')),
        side text NOT NULL CHECK (side IN ('buyer', 'merchant', 'operator', 'souk')),
        author text NOT NULL,
        author_name text,
        visibility text NOT NULL CHECK (visibility IN ('all', 'team', 'merchant', 'operator')),
        awaiting text CHECK (awaiting IN ('buyer', 'merchant', 'operator', 'nobody')),
        words_sha256 text,
        masked boolean NOT NULL,
        mentions text NOT NULL,
        posted_at {at} NOT NULL,
        UNIQUE (conversation_id, number),
        CHECK ((awaiting IS NULL) = (visibility IN ('merchant', 'operator')))
    )"),
    Step::AppendOnly("message"),
    Sql("CREATE TABLE message_words (
        message_id {id} NOT NULL PRIMARY KEY REFERENCES message (id),
        conversation_id {id} NOT NULL REFERENCES conversation (id),
        merchant_id {id} REFERENCES merchant (id),
        words text NOT NULL
    )"),
    Sql("CREATE INDEX message_words_conversation ON message_words (conversation_id)"),
    Sql("CREATE TABLE message_asset (
        message_id {id} NOT NULL REFERENCES message (id),
        position bigint NOT NULL CHECK (position >= 0),
        asset_id {id} NOT NULL,
        conversation_id {id} NOT NULL REFERENCES conversation (id),
        merchant_id {id} REFERENCES merchant (id),
        PRIMARY KEY (message_id, position)
    )"),
    Sql("CREATE INDEX message_asset_conversation ON message_asset (conversation_id)"),
    Sql("CREATE INDEX message_asset_of ON message_asset (asset_id)"),
    Sql("CREATE TABLE message_redaction (
        message_id {id} NOT NULL PRIMARY KEY REFERENCES message (id),
        merchant_id {id} REFERENCES merchant (id),
        reason text NOT NULL,
        author text NOT NULL,
        author_name text NOT NULL,
        redacted_at {at} NOT NULL
    )"),
    Step::AppendOnly("message_redaction"),
    // A question of a buyer that a merchant is to answer in time. One a conversation is open.
    Sql("CREATE TABLE conversation_question (
        message_id {id} NOT NULL PRIMARY KEY REFERENCES message (id),
        conversation_id {id} NOT NULL REFERENCES conversation (id),
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        asked_at {at} NOT NULL,
        due_at {at} NOT NULL,
        ended_at {at},
        outcome text CHECK (outcome IN ('answered', 'missed', 'void')),
        CHECK (due_at >= asked_at),
        CHECK ((outcome IS NULL) = (ended_at IS NULL))
    )"),
    Sql(
        "CREATE UNIQUE INDEX conversation_question_open ON conversation_question (conversation_id) WHERE ended_at IS NULL",
    ),
    Sql("CREATE INDEX conversation_question_of ON conversation_question (merchant_id, asked_at, message_id)"),
    // How many of the messages that its side may read somebody has read. A reader is a person or the buyer.
    Sql("CREATE TABLE conversation_reader (
        conversation_id {id} NOT NULL REFERENCES conversation (id),
        reader text NOT NULL,
        seen bigint NOT NULL CHECK (seen >= 0),
        read_at {at} NOT NULL,
        PRIMARY KEY (conversation_id, reader)
    )"),
    // Who opens several conversations at once waits here, so that they are counted one after the other.
    Sql("CREATE TABLE conversation_opener (
        id {id} NOT NULL PRIMARY KEY,
        opened bigint NOT NULL
    )"),
    walled("conversation"),
    walled("message"),
    walled("message_words"),
    walled("message_asset"),
    walled("message_redaction"),
    walled("conversation_question"),
];
