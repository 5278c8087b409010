//! GraphQL over HTTP as its specification has it; the public audits cover more of it from outside.

use std::sync::Arc;

use crate::host::{Host, Method, SECRET, StatusCode, body, code, json};

#[test]
fn a_query_is_answered_by_post_and_by_get() {
    Host::run(|host| async move {
        let answer = body(host.query("{ hello(name: \"you\") }").await).await;
        assert_eq!(answer["data"], json!({ "hello": "hello you" }));
        assert_eq!(answer["extensions"]["cost"], json!({ "requested": 1, "maximum": 20_000 }));
        assert!(answer.get("errors").is_none());
        let by_get = host.request(Method::GET, "/graphql").query(&[
            ("query", "query Q($n: String) { hello(name: $n) }"),
            ("variables", "{\"n\":\"me\"}"),
            ("operationName", "Q"),
        ]);
        let answer = body(by_get.send().await.unwrap()).await;
        assert_eq!(answer["data"], json!({ "hello": "hello me" }));
    });
}

#[test]
fn request_errors_have_the_status_of_the_media_type() {
    Host::run(|host| async move {
        for query in ["{", "{ nothing }", "query($id: ID!) { __typename }", "query A { hello } query B { hello }"] {
            let response = host.query(query).await;
            assert_eq!(response.status(), StatusCode::OK, "{query}");
            assert!(body(response).await.get("data").is_none(), "{query}");
            let modern = host
                .request(Method::POST, "/graphql")
                .header("accept", "application/graphql-response+json")
                .json(&json!({ "query": query }));
            let response = modern.send().await.unwrap();
            assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
            let media = response.headers()["content-type"].to_str().unwrap();
            assert!(media.starts_with("application/graphql-response+json"), "{media}");
            assert!(body(response).await.get("data").is_none(), "{query}");
        }
    });
}

#[test]
fn the_method_and_the_types_are_checked() {
    Host::run(|host| async move {
        let by_get = |query: &str| host.request(Method::GET, "/graphql").query(&[("query", query)]).send();
        let response = by_get("mutation { count }").await.unwrap();
        assert_eq!(response.headers()["allow"], "POST");
        assert_eq!(code(response).await, (405, "METHOD_NOT_ALLOWED".to_owned()));
        assert_eq!(host.counted.load(std::sync::atomic::Ordering::SeqCst), 0);
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let response = host.request(method, "/graphql").send().await.unwrap();
            assert_eq!(response.headers()["allow"], "GET, POST");
            assert_eq!(code(response).await, (405, "METHOD_NOT_ALLOWED".to_owned()));
        }
        // What a page of another origin can send without asking first.
        for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            let plain = host.request(Method::POST, "/graphql").header("content-type", media);
            let response = plain.body("{\"query\":\"mutation { count }\"}").send().await.unwrap();
            assert_eq!(code(response).await, (415, "UNSUPPORTED_MEDIA_TYPE".to_owned()));
        }
        let html = host.request(Method::POST, "/graphql").header("accept", "text/html");
        let response = html.json(&json!({ "query": "{ hello }" })).send().await.unwrap();
        assert_eq!(code(response).await, (406, "NOT_ACCEPTABLE".to_owned()));
        let both = by_get("query A { hello } mutation B { count }").await.unwrap();
        assert_eq!(code(both).await, (200, "GRAPHQL_VALIDATION_FAILED".to_owned()));
        let elsewhere = host.request(Method::GET, "/else").send().await.unwrap();
        assert_eq!(code(elsewhere).await, (404, "NOT_FOUND".to_owned()));
    });
}

#[test]
fn every_answer_repeats_the_id_of_the_request() {
    Host::run(|host| async move {
        let named = host.request(Method::POST, "/graphql").header("x-request-id", "trace-7");
        let response = named.json(&json!({ "query": "{ requestId }" })).send().await.unwrap();
        assert_eq!(response.headers()["x-request-id"], "trace-7");
        assert_eq!(body(response).await["data"]["requestId"], "trace-7");
        let forged = host.request(Method::POST, "/graphql").header("x-request-id", "a b\"c");
        let response = forged.json(&json!({ "query": "{ requestId }" })).send().await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.starts_with("req_"), "{id}");
        assert_eq!(body(response).await["data"]["requestId"], json!(id));
        let health = host.request(Method::GET, "/healthz").send().await.unwrap();
        assert!(health.headers().contains_key("x-request-id"));
    });
}

#[test]
fn a_token_nobody_knows_is_refused_and_not_taken_for_nobody() {
    Host::run(|host| async move {
        for header in ["Bearer nonsense", "Basic dTpw", "Bearer", ""] {
            let request = host.request(Method::POST, "/graphql").header("authorization", header);
            let response = request.json(&json!({ "query": "{ hello }" })).send().await.unwrap();
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            assert_eq!(code(response).await, (401, "UNAUTHENTICATED".to_owned()), "{header}");
        }
        let request = host.request(Method::POST, "/graphql").header("souk-merchant", "42");
        let response = request.json(&json!({ "query": "{ hello }" })).send().await.unwrap();
        assert_eq!(code(response).await, (400, "MALFORMED_ID".to_owned()));
    });
}

#[test]
fn a_token_says_who_asks() {
    Host::run(|host| async move {
        let system = host.env.system();
        identity::operator_create(&system, "ann@souk.example", "Ann", "correct horse staple").await.unwrap();
        let sign_in = identity::SignIn {
            email: "ann@souk.example".to_owned(),
            password: "correct horse staple".to_owned(),
            user_agent: None,
        };
        let signed_in = identity::sign_in(&host.env.anonymous(), sign_in).await.unwrap().done().unwrap();
        let ask = |merchant: Option<&str>| {
            let request = host.request(Method::POST, "/graphql").bearer_auth(signed_in.token.reveal());
            let request = match merchant {
                Some(id) => request.header("souk-merchant", id),
                None => request,
            };
            request.json(&json!({ "query": "{ actor }" })).send()
        };
        assert_eq!(body(ask(None).await.unwrap()).await["data"]["actor"], "Ann");
        let merchant = "mer_00000000000000000000000000";
        assert_eq!(body(ask(Some(merchant)).await.unwrap()).await["data"]["actor"], "Ann");
        assert_eq!(body(host.query("{ actor }").await).await["data"]["actor"], "anonymous");
    });
}

#[test]
fn a_webhook_is_taken_by_its_signature() {
    Host::run(|host| async move {
        let post = |provider: &str, signature: Option<String>, body: &'static str| {
            let request = host.request(Method::POST, &format!("/webhooks/payments/{provider}"));
            let request = match signature {
                Some(signature) => request.header("souk-sandbox-signature", signature),
                None => request,
            };
            request.body(body).send()
        };
        use kernel::Clock as _;
        let sign = |body: &str| payments::provider::sign(SECRET, host.env.clock.now(), body.as_bytes());
        assert_eq!(code(post("sandbox", None, "{}").await.unwrap()).await, (400, "WEBHOOK_REFUSED".to_owned()));
        let forged = sign("other");
        assert_eq!(code(post("sandbox", Some(forged), "{}").await.unwrap()).await.0, 400);
        assert_eq!(code(post("sandbox", Some(sign("{}")), "{}").await.unwrap()).await.0, 400);
        assert_eq!(code(post("nobody", None, "{}").await.unwrap()).await, (404, "NOT_FOUND".to_owned()));
    });
}

#[test]
fn the_sandbox_tells_over_http() {
    Host::run(|host| async move {
        let world = &host.env.world;
        let sender = server::work::HttpSender::new(&format!("http://{}/", host.address));
        let sandbox = Some((host.sandbox.clone(), Arc::new(sender) as Arc<dyn payments::WebhookSender>));
        let builder = outbox::Dispatcher::builder(world.db.clone(), world.clock.clone(), world.wake.clone());
        let dispatcher = payments::register(builder, world, &host.providers, sandbox).build();
        // Money nobody asked for: the webhook tells of it, and it goes back.
        let amount = kernel::Money::new(12_50, kernel::Currency::EUR);
        host.sandbox.stray_charge(amount).await.unwrap();
        let drained = dispatcher.drain().await.unwrap();
        assert_eq!(drained.failures, 0, "{drained:?}");
        let balances = host.sandbox.balances().await.unwrap();
        assert_eq!(balances.iter().map(|balance| balance.captured_minor).sum::<i64>(), 0, "{balances:?}");
    });
}
