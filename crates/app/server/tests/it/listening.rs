//! A listening server with the real schema, and clients of its subscriptions that are not ours.

use std::net::SocketAddr;
use std::time::Duration;

use async_graphql::Request;
use context::Ctx;
use futures::{SinkExt as _, StreamExt as _};
use history::Change;
use identity::{MemberCreate, Membership, RoleName, SignIn, SignedIn, Team};
use kernel::id::MerchantId;
use marketplace::command::notification::{Occurrence, Recipient, active_rules, route};
use marketplace::notification::rule::Facts;
use marketplace::notification::{Seat, event_kind};
use payments::Providers;
use server::graphql::{Documents, Endpoint, EndpointSettings, Limits, Sockets};
use server::health::Health;
use server::webhook::Webhooks;
use testkit::{TestEnv, tokio};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::host::{SOCKETS, Value, json};

const PASSWORD: &str = "correct horse staple";

/// A listening server with the real schema.
pub struct Node {
    pub t: TestEnv,
    pub address: SocketAddr,
    pub live: api::Live,
    pub stop: tokio::sync::oneshot::Sender<()>,
    pub ended: tokio::task::JoinHandle<()>,
}

impl Node {
    pub async fn start(t: TestEnv) -> Self {
        identity::set_password_cost(identity::PasswordCost::CHEAP);
        marketplace::bootstrap(&t.operator()).await.unwrap();
        let live = api::Live::new(t.world.clone());
        let schema = api::build(api::Services::default().with_live(live.clone()));
        let limits = Limits { query_bytes: 10_000, size: 5_000, depth: 16, cost: 2_000, repeats: 300, roots: 50 };
        let documents = Documents::new(limits, 100, 1 << 20);
        let timeout = Duration::from_secs(10);
        let settings = EndpointSettings { body_max_bytes: 1 << 20, timeout, trust_forwarded: false };
        let attach = |request: Request, ctx: Ctx| request.data(api::Loaders::new(ctx.clone())).data(ctx);
        // Nobody listens at port 9.
        let store = storage::ObjectStore::new(&storage::Settings {
            endpoint: "http://127.0.0.1:9".to_owned(),
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            bucket: "none".to_owned(),
            access_key: "none".to_owned(),
            secret_key: "none".to_owned(),
            force_path_style: true,
        });
        let health = Health::new(t.world.clone(), store);
        let endpoint = Endpoint::new(schema, t.world.clone(), documents, settings, attach);
        let routes = server::app::Routes {
            endpoint: actix_web::web::Data::new(endpoint),
            sockets: actix_web::web::Data::new(Sockets::new(SOCKETS, vec!["https://shop.example".to_owned()])),
            health: actix_web::web::Data::new(health.clone()),
            webhooks: actix_web::web::Data::new(Webhooks {
                world: t.world.clone(),
                providers: Providers::none(),
                stripe: None,
                carrier_secret: b"carriers-of-the-tests-0123456789".to_vec(),
            }),
            sandbox: None,
            graphiql: false,
        };
        let http = actix_web::HttpServer::new(move || {
            let routes = routes.clone();
            actix_web::App::new()
                .wrap(actix_web::middleware::from_fn(server::edge::name_and_guard))
                .configure(|config| routes.configure(config))
        });
        let http = http.workers(2).shutdown_timeout(5).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = http.addrs()[0];
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let http = http.run();
        let ended = tokio::spawn(async move {
            let stop = async {
                if stopped.await.is_err() {
                    std::future::pending().await
                }
            };
            server::node::run_until(http, &health, None, stop).await.unwrap();
        });
        Self { t, address, live, stop, ended }
    }

    pub async fn person(&self, email: &str, team: Team, role: RoleName) -> (Membership, SignedIn) {
        let input = MemberCreate {
            email: email.to_owned(),
            name: email.to_owned(),
            team,
            role: role.into(),
            password: PASSWORD.to_owned(),
        };
        let member = identity::member_create(&self.t.system(), input).await.unwrap();
        (member, self.sign_in(email).await)
    }

    pub async fn sign_in(&self, email: &str) -> SignedIn {
        let input = SignIn { email: email.to_owned(), password: PASSWORD.to_owned(), user_agent: None };
        identity::sign_in(&self.t.anonymous(), input).await.unwrap().done().unwrap()
    }

    pub async fn owner(&self, name: &str) -> (MerchantId, Membership, SignedIn) {
        let merchant = self.t.system().new_id();
        let (member, signed) =
            self.person(&format!("{name}@shop.example"), Team::Merchant(merchant), RoleName::MerchantOwner).await;
        (merchant, member, signed)
    }

    pub async fn open(&self, headers: &[(&'static str, &str)]) -> Result<Client, tungstenite::Error> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, response) = connect_async(request).await?;
        assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        Ok(Client(socket))
    }

    /// Connected and acknowledged.
    pub async fn client(&self, signed: &SignedIn) -> Client {
        let mut client = self.open(&[]).await.unwrap();
        let bearer = format!("Bearer {}", signed.token.reveal());
        client.say(json!({ "type": "connection_init", "payload": { "authorization": bearer } })).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    /// Tells a person something, as a rule says.
    pub async fn tell(&self, member: &Membership, n: usize) {
        let system = self.t.system();
        let event = event_kind("merchant_order.new").unwrap();
        let Value::Object(variables) = json!({ "order_number": format!("S-{n}") }) else { unreachable!() };
        let occurrence = Occurrence {
            source: system.new_id(),
            event,
            facts: Facts { merchant: member.team.merchant(), ..Facts::default() },
            concerned: None,
            subject: ("merchant_order", "mor_x".to_owned()),
            variables,
        };
        let rule = active_rules(&system, &[event.name]).await.unwrap().remove(0);
        let seat = Seat { merchant: member.team.merchant(), role: member.role.to_string() };
        let told = route(&system, &occurrence, &rule, &[Recipient::Person(member.user, seat)]).await.unwrap();
        assert_eq!(told, 1);
    }

    pub async fn change(&self, merchant: MerchantId, kind: &'static str, id: &str) {
        let mut tx = self.t.system().begin_write().await.unwrap();
        tx.record(Change::new(kind, id, "edited").of_merchant(merchant));
        tx.commit().await.unwrap();
    }
}

/// The other end of a connection.
pub struct Client(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    pub async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// The next message that is one; `None` when nothing comes in that time.
    pub async fn within(&mut self, time: Duration) -> Option<Result<Value, (u16, String)>> {
        let heard = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                    Some(Ok(Message::Close(frame))) => {
                        let frame = frame.unwrap();
                        return Err((u16::from(frame.code), frame.reason.to_string()));
                    }
                    Some(Ok(_)) => {}
                    other => return Err((0, format!("{other:?}"))),
                }
            }
        };
        tokio::time::timeout(time, heard).await.ok()
    }

    pub async fn hear(&mut self) -> Value {
        self.within(Duration::from_secs(20)).await.expect("nothing was heard").unwrap()
    }

    pub async fn goodbye(&mut self) -> u16 {
        loop {
            if let Err((code, _)) = self.within(Duration::from_secs(20)).await.expect("it stays open") {
                return code;
            }
        }
    }

    pub async fn nothing(&mut self) {
        let heard = self.within(Duration::from_millis(1_500)).await;
        assert!(heard.is_none(), "{heard:?}");
    }
}
