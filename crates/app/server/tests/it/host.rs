//! A listening server with a small schema of its own, so that the HTTP side is tested alone.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_graphql::{Context, EmptySubscription, Object, Request, Schema};
use context::Ctx;
use payments::Providers;
use payments::provider::{Chaos, Sandbox};
use server::graphql::{Documents, Endpoint, EndpointSettings, Limits, SocketLimits, Sockets};
use server::health::Health;
use server::webhook::Webhooks;
use testkit::TestEnv;

pub use reqwest::{Method, Response, StatusCode};
pub use serde_json::{Value, json};

/// Signs the webhooks of the sandbox.
pub const SECRET: &[u8] = b"a secret for tests, long enough for all";
pub const BODY_MAX: usize = 1 << 20;
pub const TIMEOUT: Duration = Duration::from_millis(300);
/// How many connections there may be, and what each of them may do.
pub const SOCKETS: SocketLimits = SocketLimits { connections: 20, per_caller: 4, operations: 3, message_bytes: 20_000 };

fn broken_resolver<T>() -> T {
    panic!("a resolver broke: secret")
}

pub struct Query;

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("hello {}", name.unwrap_or_default())
    }
    async fn me(&self) -> Query {
        Query
    }
    async fn sum(&self, numbers: Vec<i32>) -> i32 {
        numbers.into_iter().sum()
    }
    async fn actor(&self, gql: &Context<'_>) -> String {
        gql.data_unchecked::<Ctx>().actor().name.clone()
    }
    async fn request_id(&self, gql: &Context<'_>) -> String {
        gql.data_unchecked::<Ctx>().origin().request_id.clone()
    }
    async fn panics(&self) -> i32 {
        broken_resolver()
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(TIMEOUT * 3).await;
        1
    }
}

pub struct Mutation(Arc<AtomicU32>);

#[Object]
impl Mutation {
    async fn count(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
    async fn count_slowly(&self) -> u32 {
        tokio::time::sleep(TIMEOUT * 2).await;
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
    async fn panics(&self) -> u32 {
        broken_resolver()
    }
}

pub struct Host {
    pub address: SocketAddr,
    pub health: Health,
    pub stop: tokio::sync::oneshot::Sender<()>,
    pub ended: tokio::task::JoinHandle<()>,
    pub counted: Arc<AtomicU32>,
    pub env: TestEnv,
    pub sandbox: Arc<Sandbox>,
    pub providers: Providers,
    client: reqwest::Client,
}

impl Host {
    /// Runs `behavior` against a server on a free port.
    pub fn run<F: Future<Output = ()>>(behavior: impl FnOnce(Self) -> F) {
        TestEnv::run(testkit::Kind::Sqlite, |env| async {
            behavior(Self::start(env)).await;
        });
    }

    fn start(env: TestEnv) -> Self {
        let counted = Arc::new(AtomicU32::new(0));
        let schema = Schema::build(Query, Mutation(counted.clone()), EmptySubscription).limit_depth(12).finish();
        let limits = Limits { query_bytes: 65_536, size: 5_000, depth: 16, cost: 20_000, repeats: 300, roots: 50 };
        let documents = Documents::new(limits, 100, 1 << 20);
        let settings = EndpointSettings { body_max_bytes: BODY_MAX, timeout: TIMEOUT, trust_forwarded: false };
        let attach = |request: Request, ctx: Ctx| request.data(ctx);
        // Nobody listens at port 9, which makes the storage unready.
        let store = storage::ObjectStore::new(&storage::Settings {
            endpoint: "http://127.0.0.1:9".to_owned(),
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            bucket: "none".to_owned(),
            access_key: "none".to_owned(),
            secret_key: "none".to_owned(),
            force_path_style: true,
        });
        let health = Health::new(env.world.clone(), store);
        let sandbox = Arc::new(Sandbox::new(env.world.clone(), SECRET, Chaos::default()));
        let providers = Providers::none().with(sandbox.clone());
        let webhooks = Webhooks {
            world: env.world.clone(),
            providers: providers.clone(),
            stripe: None,
            carrier_secret: b"carriers-of-the-tests-0123456789".to_vec(),
        };
        let routes = server::app::Routes {
            endpoint: actix_web::web::Data::new(Endpoint::new(schema, env.world.clone(), documents, settings, attach)),
            sockets: actix_web::web::Data::new(Sockets::new(SOCKETS, Vec::new())),
            health: actix_web::web::Data::new(health.clone()),
            webhooks: actix_web::web::Data::new(webhooks),
            sandbox: Some(actix_web::web::Data::from(sandbox.clone())),
            graphiql: true,
        };
        let http = actix_web::HttpServer::new(move || {
            let routes = routes.clone();
            actix_web::App::new()
                .wrap(actix_web::middleware::from_fn(server::edge::name_and_guard))
                .wrap(server::edge::cross_origin(&["https://shop.example".to_owned()]))
                .route("/panics", actix_web::web::get().to(broken))
                .configure(|config| routes.configure(config))
        });
        let http = http.workers(1).shutdown_timeout(5).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = http.addrs()[0];
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (http, watched) = (http.run(), health.clone());
        let ended = tokio::spawn(async move {
            // A test that does not use the sender drops it early.
            let stop = async {
                if stopped.await.is_err() {
                    std::future::pending().await
                }
            };
            server::node::run_until(http, &watched, None, stop).await.unwrap();
        });
        Self { address, health, stop, ended, counted, env, sandbox, providers, client: reqwest::Client::new() }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Response {
        self.request(Method::POST, "/graphql")
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn query(&self, query: &str) -> Response {
        self.post(json!({ "query": query }).to_string()).await
    }

    /// The status and the code of the first error.
    pub async fn refused(&self, query: &str) -> (u16, String) {
        code(self.query(query).await).await
    }
}

async fn broken() -> actix_web::HttpResponse {
    panic!("a handler broke: secret")
}

pub async fn body(response: Response) -> Value {
    response.json().await.unwrap()
}

/// The status and the code of the first error; checks what holds for every error.
pub async fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body = body(response).await;
    let error = &body["errors"][0];
    assert_eq!(error["extensions"]["requestId"], json!(id), "{body}");
    assert!(!body.to_string().contains("secret"), "{body}");
    (status, error["extensions"]["code"].as_str().unwrap().to_owned())
}
