//! What a client must not be able to cost or break.

use std::time::{Duration, Instant};

use crate::host::{BODY_MAX, Host, Method, body, code, json};

/// A debug build on a busy machine; the refusals themselves take microseconds.
const QUICK: Duration = Duration::from_millis(50);

/// Each fragment spreads the next one twice. 655 bytes of this cost the library seconds.
fn fragment_bomb(levels: usize) -> String {
    let fragments: String =
        (0..levels).map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1)).collect();
    format!("{{ ...F0 }} {fragments}fragment F{levels} on Query {{ hello }}")
}

#[test]
fn a_fragment_bomb_is_refused_at_once() {
    Host::run(|host| async move {
        host.query("{ hello }").await;
        for levels in [13, 20, 60, 90, 500] {
            let start = Instant::now();
            let (status, code) = host.refused(&fragment_bomb(levels)).await;
            // Parsing takes its time with the length; 655 bytes are what costs the library seconds.
            let quick = if levels <= 20 { QUICK } else { QUICK * 10 };
            assert!(start.elapsed() < quick, "{levels} levels: {:?}", start.elapsed());
            assert_eq!(status, 400);
            assert!(["QUERY_TOO_LARGE", "QUERY_TOO_DEEP"].contains(&code.as_str()), "{code}");
        }
        let cycle = "{ ...A } fragment A on Query { me { ...B } } fragment B on Query { me { ...A } }";
        assert_eq!(host.refused(cycle).await, (400, "FRAGMENT_CYCLE".to_owned()));
    });
}

#[test]
fn deep_wide_and_long_queries_are_refused() {
    Host::run(|host| async move {
        let deep = |n: usize| format!("{}hello{}", "{ me ".repeat(n) + "{ ", " }".repeat(n + 1));
        assert!(body(host.query(&deep(11)).await).await.get("errors").is_none());
        // The limit of the schema, the limit of the endpoint, and far beyond both parser and stack.
        assert_eq!(host.refused(&deep(13)).await.1, "QUERY_TOO_DEEP");
        for n in [20, 99, 5_000] {
            assert_eq!(host.refused(&deep(n)).await, (400, "QUERY_TOO_DEEP".to_owned()), "{n}");
        }
        let brackets = |open: &str, n: usize| format!("{{ sum(numbers: {}", open.repeat(n));
        assert_eq!(host.refused(&brackets("[", 30_000)).await.1, "QUERY_TOO_DEEP");
        assert_eq!(host.refused(&brackets("{a:", 10_000)).await.1, "QUERY_TOO_DEEP");

        let aliases =
            |n: usize| format!("{{ me {{ {} }} }}", (0..n).map(|i| format!("a{i}: hello ")).collect::<String>());
        assert!(body(host.query(&aliases(300)).await).await.get("errors").is_none());
        assert_eq!(host.refused(&aliases(301)).await, (400, "QUERY_TOO_LARGE".to_owned()));
        assert_eq!(host.refused(&aliases(4_000)).await, (400, "QUERY_TOO_LARGE".to_owned()));
        let same = format!("{{ me {{ {} }} }}", "hello ".repeat(4_900));
        assert_eq!(host.refused(&same).await, (400, "QUERY_TOO_LARGE".to_owned()));
        let start = Instant::now();
        let unknown = format!("{{ me {{ {} }} }}", (0..4_900).map(|i| format!("x{i} ")).collect::<String>());
        let answer = body(host.query(&unknown).await).await;
        assert_eq!(answer["errors"].as_array().unwrap().len(), 50);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        let directives = format!("{{ hello {} }}", "@skip(if: false) ".repeat(3_500));
        let start = Instant::now();
        assert_eq!(host.refused(&directives).await.1, "GRAPHQL_VALIDATION_FAILED");
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert_eq!(host.refused(&format!("{{ hello }} #{}", "x".repeat(66_000))).await.1, "QUERY_TOO_LARGE");
        let roots = format!("mutation {{ {} }}", (0..51).map(|i| format!("m{i}: count ")).collect::<String>());
        assert_eq!(host.refused(&roots).await, (400, "QUERY_TOO_LARGE".to_owned()));
        assert_eq!(host.counted.load(std::sync::atomic::Ordering::SeqCst), 0);
        let schema = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        assert_eq!(host.refused(schema).await, (400, "QUERY_TOO_DEEP".to_owned()));
    });
}

#[test]
fn an_oversized_body_is_refused_and_its_client_gets_to_know() {
    Host::run(|host| async move {
        let of = |length: usize| {
            let frame = json!({ "query": "{ hello }", "variables": { "x": "" } }).to_string();
            frame.replace("\"\"", &format!("\"{}\"", "x".repeat(length - frame.len())))
        };
        assert!(body(host.post(of(BODY_MAX)).await).await.get("errors").is_none());
        for length in [BODY_MAX + 1, BODY_MAX * 3] {
            assert_eq!(code(host.post(of(length)).await).await, (413, "BODY_TOO_LARGE".to_owned()), "{length}");
        }
    });
}

#[test]
fn malformed_requests_are_told_what_is_wrong() {
    Host::run(|host| async move {
        for (text, expected) in [
            ("", "MALFORMED_REQUEST"),
            ("{", "MALFORMED_REQUEST"),
            ("null", "MALFORMED_REQUEST"),
            ("{\"query\": 7}", "MALFORMED_REQUEST"),
            ("{\"query\": \"{hello}\", \"variables\": []}", "MALFORMED_REQUEST"),
            ("{\"qeury\": \"{hello}\"}", "QUERY_MISSING"),
            ("[{\"query\": \"{hello}\"}]", "BATCH_UNSUPPORTED"),
        ] {
            assert_eq!(code(host.post(text).await).await, (400, expected.to_owned()), "{text}");
        }
        assert_eq!(code(host.post(vec![b'{', 0xff, 0xfe]).await).await.0, 400);
        let nested = format!("{{\"query\":\"{{hello}}\",\"variables\":{{\"x\":{}", "[".repeat(500_000));
        assert_eq!(code(host.post(nested).await).await, (400, "MALFORMED_REQUEST".to_owned()));
        for query in ["", "{", "hello", "{ hello(name: \"", "{ hello } }", "\u{0}", "{ hello(name: \"\\uD800\") }"] {
            assert_eq!(host.refused(query).await, (200, "GRAPHQL_PARSE_FAILED".to_owned()), "{query}");
        }
        for query in [
            "{ nothing }",
            "{ hello(nobody: 1) }",
            "{ hello(name: 7) }",
            "{ sum(numbers: [\"x\"]) }",
            "{ sum(numbers: [99999999999]) }",
            "{ ...Missing }",
            "{ me }",
            "subscription { hello }",
        ] {
            let answer = body(host.query(query).await).await;
            assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{query}: {answer}");
        }
        let response = host.request(Method::GET, "/graphql?query=%7B&query=%7B").send().await.unwrap();
        assert_eq!(code(response).await, (400, "MALFORMED_REQUEST".to_owned()));
    });
}
