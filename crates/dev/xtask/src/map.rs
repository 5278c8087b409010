//! The map: which crate may depend on which. Dependencies of tests are free.

/// What a domain crate stands on.
const PLATFORM: &[&str] = &["kernel", "db", "access", "outbox", "history", "context"];

const DOMAINS: &[&str] = &[
    "identity",
    "marketplace",
    "merchants",
    "customers",
    "assets",
    "catalog",
    "offers",
    "inventory",
    "payments",
    "orders",
    "billing",
];

/// The crates of ours that `name` may depend on, in groups; `None` for a crate that is not on the map.
pub(crate) fn allowed(name: &str) -> Option<&'static [&'static [&'static str]]> {
    Some(match name {
        // Platform: no business words.
        "kernel" | "migrations" => &[],
        "db" | "access" | "storage" | "mail" => &[&["kernel"]],
        "outbox" | "history" => &[&["kernel", "db"]],
        "context" => &[&["kernel", "db", "access", "outbox", "history"]],
        // Domains: each owns its tables.
        "identity" | "payments" => &[PLATFORM],
        // It keeps the operator's own texts of mails, and checks them.
        "marketplace" => &[PLATFORM, &["mail"]],
        "customers" => &[PLATFORM, &["identity"]],
        "assets" => &[PLATFORM, &["storage"]],
        "merchants" => &[PLATFORM, &["identity", "marketplace", "assets"]],
        "catalog" => &[PLATFORM, &["marketplace", "assets"]],
        "offers" => &[PLATFORM, &["marketplace", "merchants", "catalog"]],
        "inventory" => &[PLATFORM, &["merchants", "catalog"]],
        "orders" => {
            &[PLATFORM, &["marketplace", "merchants", "customers", "catalog", "offers", "inventory", "payments"]]
        }
        // Billing does not know orders: what it needs of them comes as facts.
        "billing" => &[PLATFORM, &["marketplace", "merchants", "payments"]],
        // What joins the domains.
        "analytics" => &[PLATFORM],
        "workflows" => &[PLATFORM, DOMAINS, &["mail", "storage", "analytics"]],
        "api" => &[PLATFORM, DOMAINS, &["analytics"]],
        // A protocol behind a port of identity, which must not wait for it to be compiled.
        "oidc" => &[&["kernel", "identity"]],
        "server" => &[PLATFORM, DOMAINS, &["mail", "storage", "migrations", "analytics", "workflows", "oidc", "api"]],
        // Tools. The end-to-end tests know the product only from outside.
        "testkit" => &[PLATFORM, &["mail", "storage", "migrations"]],
        // Plays the whole product in one process.
        "simulation" => &[PLATFORM, DOMAINS, &["mail", "storage", "workflows", "testkit"]],
        "xtask" | "e2e" => &[],
        _ => return None,
    })
}
