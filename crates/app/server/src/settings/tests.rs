#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| (format!("SOUK__{name}"), (*value).to_owned())).collect()
}

/// What production needs beside its file.
const SECRETS: [(&str, &str); 4] = [
    ("DATABASE__URL", "postgres://souk:12345678@db/souk"),
    ("STORAGE__ACCESS_KEY", "souk"),
    ("STORAGE__SECRET_KEY", "12345678901234567890"),
    ("MAIL__URL", "smtp://mail:1025"),
];

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../config/production.toml")
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("souk.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn refused(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let (_folder, path) = file(text);
    let error = load(Some(&path), &env(pairs)).expect_err("refused");
    let place = path.display().to_string();
    error.0.iter().map(|problem| problem.to_string().replace(&place, "FILE")).collect()
}

#[tokio::test]
async fn the_defaults_fit_the_types_and_lack_only_what_is_required() {
    let settings = load(None, &[]).unwrap();
    let error = settings.check(Purpose::Serve).unwrap_err();
    let names: Vec<&str> = error.0.iter().map(|problem| problem.name.as_str()).collect();
    let required = [
        "database.url",
        "storage.endpoint",
        "storage.access_key",
        "storage.secret_key",
        "mail.url",
        "server.public_url",
    ];
    assert_eq!(names, required);
    let problems = settings.check(Purpose::Database).unwrap_err().0;
    assert_eq!(problems, [Problem::new("database.url", "is missing")]);
}

#[tokio::test]
async fn the_example_for_production_is_complete_with_its_secrets() {
    let settings = load(Some(&example()), &env(&SECRETS)).unwrap();
    assert_eq!(settings.check(Purpose::Serve), Ok(()));
    assert_eq!(settings.server.listen.port(), 8080);
    // Digits in a variable stay a text where a text is wanted.
    assert_eq!(settings.storage.secret_key, "12345678901234567890");
    assert!(!settings.server.graphiql);
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let (_folder, path) = file("[server]\nlisten = \"127.0.0.1:1111\"\nworkers = 3\n");
    let settings = load(Some(&path), &env(&[("SERVER__LISTEN", "127.0.0.1:2222")])).unwrap();
    assert_eq!(settings.server.listen.port(), 2222);
    assert_eq!(settings.server.workers, 3);
    assert_eq!(settings.server.body_max_bytes, 1 << 20);
}

#[test]
fn a_bad_setting_is_named_with_its_source_and_the_reason() {
    assert_eq!(
        refused("[server]\nlisten = \"here\"\n", &[]),
        ["server.listen: invalid socket address syntax (in FILE)"]
    );
    assert_eq!(
        refused("[server]\nworkers = \"many\"\n", &[]),
        ["server.workers: must be u16, not string \"many\" (in FILE)"]
    );
    assert_eq!(
        refused("[log]\nlevle = \"info\"\n", &[]),
        ["log.levle: there is no such setting here, only level (in FILE)"]
    );
    assert!(
        refused("[sever]\nlisten = \"here\"\n", &[])[0]
            .starts_with("sever: there is no such setting here, only server,")
    );
    assert_eq!(
        refused("", &[("SERVR__LISTEN", "x"), ("SERVER__WORKERS", "many"), ("SERVER__GRAPHIQL", "yes"), ("LOG", "x")]),
        [
            "servr.listen: there is no such setting (in the environment variable SOUK__SERVR__LISTEN)",
            "server.workers: must be a whole number (in the environment variable SOUK__SERVER__WORKERS)",
            "server.graphiql: must be true or false (in the environment variable SOUK__SERVER__GRAPHIQL)",
            "log: is a section; name a setting in it (in the environment variable SOUK__LOG)",
        ]
    );
    assert_eq!(
        refused("", &[("SERVER__LISTEN", "localhost")]),
        ["server.listen: invalid socket address syntax (in the environment variable SOUK__SERVER__LISTEN)"]
    );
    assert_eq!(refused("[server", &[]).len(), 1);
    let missing = load(Some(Path::new("/nowhere/souk.toml")), &[]).unwrap_err().to_string();
    assert_eq!(missing, "these settings are wrong:\n  --config: there is no file /nowhere/souk.toml");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_the_start() {
    let check = |name: &str, value: &str| {
        let mut pairs = env(&SECRETS);
        pairs.extend(env(&[(name, value)]));
        let settings = load(Some(&example()), &pairs).unwrap();
        settings.check(Purpose::Serve).unwrap_err().0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    for (name, value, problem) in [
        ("DATABASE__URL", "mysql://db/souk", "database.url: must start with postgres:// or sqlite:"),
        ("DATABASE__URL", "postgres:///souk", "database.url: names no host"),
        ("DATABASE__CONNECTIONS", "0", "database.connections: must be between 1 and 1000"),
        (
            "SERVER__LISTEN",
            "0.0.0.0:0",
            "server.listen: port 0 takes any free port, which nobody could find: give a port",
        ),
        ("SERVER__PUBLIC_URL", "market.example.org", "server.public_url: is no URL: relative URL without a base"),
        (
            "SERVER__ALLOWED_ORIGINS",
            "*, https://shop.example/",
            "server.allowed_origins: https://shop.example/ is no origin such as https://shop.example, without anything behind it",
        ),
        ("STORAGE__ENDPOINT", "ftp://s3", "storage.endpoint: must start with http:// or https://"),
        ("STORAGE__SECRET_KEY", "", "storage.secret_key: is missing"),
        ("PAYMENTS__SANDBOX", "true", "payments.webhook_secret: is missing: give at least 32 characters"),
        ("PAYMENTS__WEBHOOK_SECRET", "short", "payments.webhook_secret: is too short: give at least 32 characters"),
        ("PAYMENTS__STRIPE_SECRET_KEY", "sk_test_1", "payments.stripe_webhook_secret: is missing"),
        (
            "SECURITY__SECRET_KEYS",
            "1:too-short",
            "security.secret_keys: key 1 must read NAME:KEY with a name of letters, digits, - and _, and 32 random bytes in base 64",
        ),
        (
            "SECURITY__OIDC__CORP__ISSUER",
            "https://id.example",
            "security.oidc.corp.client_id: is missing; security.oidc.corp.redirect_url: is missing",
        ),
        ("SECURITY__ARGON2_PASSES", "0", "security.argon2_passes: must be between 1 and 100"),
    ] {
        assert_eq!(check(name, value), problem);
    }
    assert!(check("MAIL__URL", "pigeon://u:secret@host").starts_with("mail: "));
    assert!(!check("MAIL__URL", "pigeon://u:secret@host").contains("secret"));
    assert!(check("LOG__LEVEL", "souk=loud").starts_with("log.level: "));
}

#[tokio::test]
async fn providers_of_sign_in_come_from_a_file_and_their_secrets_from_the_environment() {
    const CORP: &str = "[security.oidc.corp]\nissuer = \"https://id.corp.example\"\nclient_id = \"souk\"
redirect_url = \"https://office.example/back\"\nallowed_email_domains = [\"corp.example\"]\n";
    let secret = env(&[("SECURITY__OIDC__CORP__CLIENT_SECRET", "12345678"), ("SECURITY__OIDC__CORP__NAME", "Corp")]);
    let (_folder, path) = file(CORP);
    let settings = load(Some(&path), &secret).unwrap();
    let corp = &settings.security.oidc["corp"];
    assert_eq!((corp.client_secret.as_str(), corp.name.as_str()), ("12345678", "Corp"));
    assert!(!format!("{corp:?}").contains("1234567"));
    let providers = crate::sign_in::providers(&settings.security).unwrap();
    assert_eq!(providers.by_code("corp").unwrap().name, "Corp");
    assert!(!format!("{providers:?}").contains("1234567"));
    let wrong = |line: &str, variables: &[(&str, &str)]| {
        let (_folder, path) = file(&format!("{CORP}{line}"));
        let settings = load(Some(&path), &env(variables)).unwrap();
        let mut problems = settings.check(Purpose::Serve).unwrap_err().0;
        problems.retain(|problem| problem.name.starts_with("security"));
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(wrong("", &[]), "");
    let clear = "must start with https://; http:// is for this machine only";
    let issuer = [("SECURITY__OIDC__CORP__ISSUER", "http://id.corp.example")];
    assert_eq!(wrong("", &issuer), format!("security.oidc.corp.issuer: {clear}"));
    let redirect = [("SECURITY__OIDC__CORP__REDIRECT_URL", "http://office.example")];
    assert_eq!(wrong("", &redirect), format!("security.oidc.corp.redirect_url: {clear}"));
    assert_eq!(wrong("", &[("SECURITY__OIDC__CORP__ISSUER", "http://127.0.0.1:4000")]), "");
    let domains = [("SECURITY__OIDC__CORP__ALLOWED_EMAIL_DOMAINS", "corp.example,@corp.example")];
    assert!(wrong("", &domains).ends_with("@corp.example is no domain such as example.org"));
    let twice = "[security.oidc.other]\nissuer = \"https://id.corp.example\"\nclient_id = \"x\"\nredirect_url = \"https://x.example\"\n";
    assert!(wrong(twice, &[]).starts_with("security.oidc.other.issuer: is that of another provider"));
    assert!(
        wrong("[security.oidc.\"No\"]\nissuer = \"https://no.example\"\n", &[])
            .starts_with("security.oidc.No: is no code")
    );
    assert_eq!(refused("[security.oidc.corp]\nisuer = \"x\"\n", &[]).len(), 1);
    let unknown = refused("", &[("SECURITY__OIDC__CORP__SECRET", "x"), ("SECURITY__OIDC", "x")]);
    assert!(unknown[0].starts_with("security.oidc.corp.secret: there is no such setting"));
    assert!(unknown[1].starts_with("security.oidc: is a section"));
}

#[test]
fn no_secret_is_shown() {
    let settings = load(None, &env(&SECRETS)).unwrap();
    assert!(!format!("{settings:?}").contains("1234567"));
}
