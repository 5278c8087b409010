//! Pickup points of carriers, and texts of mails that the operator wrote itself.

use crate::Step::{self, Sql};

pub(crate) const STATEMENTS: &[Step] = &[
    Sql("CREATE TABLE pickup_point (
        id {id} NOT NULL PRIMARY KEY,
        carrier_code text NOT NULL REFERENCES carrier (code),
        code text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('shop', 'locker')),
        line1 text NOT NULL,
        postal_code text NOT NULL,
        city text NOT NULL,
        country text NOT NULL,
        hours text,
        active boolean NOT NULL,
        version bigint NOT NULL,
        updated_at {at} NOT NULL,
        UNIQUE (carrier_code, code)
    )"),
    Sql("CREATE INDEX pickup_point_place ON pickup_point (country, postal_code, id)"),
    Sql("CREATE INDEX pickup_point_carrier ON pickup_point (carrier_code, country, postal_code, id)"),
    Sql("CREATE TABLE mail_text (
        template text NOT NULL,
        locale text NOT NULL,
        subject text NOT NULL,
        body_text text NOT NULL,
        body_html text NOT NULL,
        version bigint NOT NULL,
        updated_at {at} NOT NULL,
        PRIMARY KEY (template, locale)
    )"),
];
