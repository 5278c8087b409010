//! Tables of `merchants`.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE merchant (
        id {id} NOT NULL PRIMARY KEY,
        name text NOT NULL,
        name_fold text NOT NULL,
        search_fold text NOT NULL,
        slug text NOT NULL UNIQUE,
        merchant_type text NOT NULL,
        status text NOT NULL CHECK (status IN ('invited', 'applied', 'onboarding', 'in_review', 'rejected', 'active',
            'restricted', 'suspended', 'offboarding', 'closed')),
        status_reason text,
        reason_code text,
        effects text,
        status_changed_at {at} NOT NULL,
        kyc_state text NOT NULL CHECK (kyc_state IN ('not_required', 'pending_submission', 'pending_approval', 'approved',
            'refused', 'expired')),
        kyc_reason text,
        kyc_expires_at {at},
        payout_state text NOT NULL CHECK (payout_state IN ('none', 'pending', 'active', 'restricted', 'rejected')),
        payout_reason text,
        closings text NOT NULL,
        agreements_due_at {at},
        listed boolean NOT NULL,
        turns_at {at},
        applied_by {id},
        country text NOT NULL,
        contact_email text NOT NULL,
        legal text NOT NULL,
        bank_iban text,
        bank_holder text,
        bank_changed_at {at},
        bank_replaced_at {at},
        handling_days integer NOT NULL CHECK (handling_days BETWEEN 0 AND 60),
        auto_accept boolean NOT NULL,
        tier text NOT NULL,
        commission_vat_ppm bigint CHECK (commission_vat_ppm BETWEEN 0 AND 1000000),
        reserve_ppm bigint CHECK (reserve_ppm BETWEEN 0 AND 1000000),
        operator_remits_tax boolean NOT NULL,
        calendar text,
        version bigint NOT NULL,
        created_at {at} NOT NULL,
        updated_at {at} NOT NULL,
        CHECK (status NOT IN ('rejected', 'restricted', 'suspended', 'offboarding', 'closed')
            OR (status_reason IS NOT NULL AND reason_code IS NOT NULL)),
        CHECK ((status IN ('restricted', 'suspended')) = (effects IS NOT NULL)),
        CHECK (status = 'active' OR effects IS NOT NULL OR NOT listed),
        CHECK (kyc_state NOT IN ('refused', 'expired') OR kyc_reason IS NOT NULL),
        CHECK (payout_state NOT IN ('restricted', 'rejected') OR payout_reason IS NOT NULL),
        CHECK ((payout_state = 'none') = (bank_iban IS NULL)),
        CHECK ((bank_iban IS NULL) = (bank_holder IS NULL) AND (bank_iban IS NULL) = (bank_changed_at IS NULL))
    )"),
    // delivery_method_id belongs to the marketplace; nothing is deleted there.
    Sql("CREATE TABLE merchant_delivery (
        merchant_id {id} NOT NULL REFERENCES merchant (id),
        delivery_method_id {id} NOT NULL,
        rates text NOT NULL,
        set_by text NOT NULL,
        set_by_name text NOT NULL,
        set_at {at} NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        PRIMARY KEY (merchant_id, delivery_method_id)
    )"),
    Sql("CREATE INDEX merchant_name ON merchant (name_fold, id)"),
    Sql("CREATE INDEX merchant_status_name ON merchant (status, name_fold, id)"),
    Sql("CREATE INDEX merchant_coming ON merchant (status_changed_at, id)
        WHERE status NOT IN ('rejected', 'active', 'restricted', 'suspended', 'offboarding', 'closed')"),
    // What a clock has to look at: a planned closing begins or ends, an agreement is due, papers expire.
    Sql("CREATE INDEX merchant_turns ON merchant (turns_at) WHERE turns_at IS NOT NULL"),
];
