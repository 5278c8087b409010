//! Panics, slowness, and the end of the process.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::host::{Host, Method, StatusCode, TIMEOUT, body, code, json};

#[test]
fn a_panic_costs_one_request_only() {
    Host::run(|host| async move {
        for query in ["{ panics }", "mutation { panics }"] {
            assert_eq!(host.refused(query).await, (500, "INTERNAL".to_owned()));
        }
        let response = host.request(Method::GET, "/panics").send().await.unwrap();
        assert_eq!(code(response).await, (500, "INTERNAL".to_owned()));
        assert_eq!(body(host.query("{ hello }").await).await["data"]["hello"], "hello ");
    });
}

#[test]
fn a_slow_query_is_given_up_and_a_slow_mutation_is_not() {
    Host::run(|host| async move {
        let start = Instant::now();
        assert_eq!(host.refused("{ slow }").await, (503, "TIMEOUT".to_owned()));
        assert!(start.elapsed() < TIMEOUT * 2);
        assert_eq!(host.refused("mutation { countSlowly }").await, (503, "TIMEOUT".to_owned()));
        // Also when the client has gone.
        let gone = host.query("mutation { countSlowly }");
        assert!(tokio::time::timeout(TIMEOUT / 3, gone).await.is_err());
        tokio::time::sleep(TIMEOUT * 3).await;
        assert_eq!(host.counted.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn a_request_in_work_is_answered_before_the_end() {
    Host::run(|host| async move {
        // A connection that idles must not hold up the end.
        let idle = tokio::net::TcpStream::connect(host.address).await.unwrap();
        let request = host.request(Method::POST, "/graphql").json(&json!({ "query": "mutation { countSlowly }" }));
        let working = tokio::spawn(request.send());
        tokio::time::sleep(TIMEOUT / 3).await;
        let start = Instant::now();
        host.stop.send(()).unwrap();
        let response = working.await.unwrap().unwrap();
        // It is slower than the limit on requests, so its answer is that.
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        host.ended.await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
        assert!(tokio::net::TcpStream::connect(host.address).await.is_err());
        drop(idle);
    });
}

#[test]
fn readiness_names_the_part_that_fails() {
    Host::run(|host| async move {
        let live = host.request(Method::GET, "/healthz").send().await.unwrap();
        assert_eq!((live.status(), body(live).await), (StatusCode::OK, json!({ "status": "ok" })));
        let ready = host.request(Method::GET, "/readyz").send().await.unwrap();
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body(ready).await, json!({ "status": "failed", "database": "ok", "storage": "failed" }));
        host.health.stop();
        let ready = host.request(Method::GET, "/readyz").send().await.unwrap();
        assert_eq!(body(ready).await["status"], "stopping");
    });
}

#[test]
fn graphiql_is_a_page() {
    Host::run(|host| async move {
        let page = host.request(Method::GET, "/graphiql").send().await.unwrap();
        assert!(page.text().await.unwrap().contains("/graphql"));
    });
}

#[test]
fn browsers_may_call_from_origins_that_are_allowed_and_no_other() {
    Host::run(|host| async move {
        let ask = |origin: &'static str| {
            host.request(Method::OPTIONS, "/graphql")
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type,souk-merchant")
                .send()
        };
        let allowed = ask("https://shop.example").await.unwrap();
        assert_eq!(allowed.status(), StatusCode::OK);
        assert_eq!(allowed.headers()["access-control-allow-origin"], "https://shop.example");
        assert!(!allowed.headers().contains_key("access-control-allow-credentials"));
        let other = ask("https://evil.example").await.unwrap();
        assert_eq!(other.status(), StatusCode::BAD_REQUEST);
        assert!(!other.headers().contains_key("access-control-allow-origin"));

        let called = host.request(Method::POST, "/graphql").header("origin", "https://shop.example");
        let called = called.header("content-type", "application/json").body(r#"{"query":"{__typename}"}"#);
        let called = called.send().await.unwrap();
        assert_eq!(called.headers()["access-control-allow-origin"], "https://shop.example");
        assert_eq!(body(called).await["data"]["__typename"], "Query");
    });
}
