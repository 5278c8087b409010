//! What `souk verify` re-derives here.

use std::collections::{BTreeMap, HashMap};

use db::dialect;
use kernel::id::MerchantId;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult};

use crate::entity::custom_role;
use crate::model::TeamKind;

/// Differences between what is stored and what must hold, as sentences; empty when all is well.
///
/// # Errors
/// The database error.
pub async fn check<C: ConnectionTrait>(conn: &C) -> Result<Vec<String>, DbErr> {
    let mut found = Vec::new();
    let rules = [
        (
            "SELECT count(*) FROM user_session s JOIN user_account u ON u.id = s.user_id WHERE u.status <> 'active'",
            "sessions of accounts that are not active",
        ),
        (
            "SELECT count(*) FROM membership m JOIN user_account u ON u.id = m.user_id WHERE u.status = 'erased'",
            "memberships of erased accounts",
        ),
        (
            "SELECT count(*) FROM user_identity i JOIN user_account u ON u.id = i.user_id WHERE u.status = 'erased'",
            "identities at providers of erased accounts",
        ),
        (
            "SELECT count(*) FROM invitation i WHERE i.accepted_at IS NOT NULL AND i.accepted_at >= i.expires_at",
            "invitations that were accepted after they had expired",
        ),
    ];
    for (sql, what) in rules {
        let row = conn.query_one_raw(dialect::statement(conn, sql, [])).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?.unwrap_or(0);
        if count > 0 {
            found.push(format!("identity: {count} {what}"));
        }
    }
    roles(conn, &mut found).await?;
    Ok(found)
}

/// A role that somebody made and somebody holds.
#[derive(FromQueryResult)]
struct Held {
    role: String,
    merchant_id: Option<MerchantId>,
    holders: i64,
}

/// Who holds roles that are rows. An invitation may outlive its role once it has expired, so that time does not matter.
const HOLDERS: [(&str, &str); 3] = [
    ("membership", "TRUE"),
    ("invitation", "accepted_at IS NULL AND revoked_at IS NULL"),
    ("api_key", "revoked_at IS NULL"),
];

/// Roles are named by text ids, so no foreign key keeps them true.
async fn roles<C: ConnectionTrait>(conn: &C, found: &mut Vec<String>) -> Result<(), DbErr> {
    let rows = custom_role::Entity::find().all(conn).await?;
    let known: HashMap<String, custom_role::Model> = rows.into_iter().map(|row| (row.id.to_string(), row)).collect();
    let mut wrong: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (table, which) in HOLDERS {
        let sql = format!(
            "SELECT role, merchant_id, count(*) AS holders FROM {table} WHERE role LIKE 'rol!_%' ESCAPE '!' AND {which}
            GROUP BY role, merchant_id"
        );
        for held in Held::find_by_statement(dialect::statement(conn, &sql, [])).all(conn).await? {
            let role = known.get(&held.role);
            if let Some(what) = role.map_or(Some("of roles that do not exist"), |role| misfit(role, &held, table)) {
                *wrong.entry((table, what)).or_default() += held.holders;
            }
        }
    }
    found.extend(wrong.into_iter().map(|((table, what), count)| format!("identity: {count} rows of {table} {what}")));
    Ok(())
}

/// What is wrong with a role where it is held.
fn misfit(role: &custom_role::Model, held: &Held, table: &str) -> Option<&'static str> {
    let team = if held.merchant_id.is_some() { TeamKind::Merchant } else { TeamKind::Operator };
    if role.team != team || role.merchant_id.is_some() && role.merchant_id != held.merchant_id {
        Some("of roles of other teams")
    } else if role.retired_at.is_some() && table != "invitation" {
        Some("of roles that have ended")
    } else {
        None
    }
}
