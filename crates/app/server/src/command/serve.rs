//! `souk serve`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use async_graphql::Request;
use context::Ctx;

use super::say;
use crate::health::Health;
use crate::node::{Node, StartError, require_migrated, run_until, stop_signal};
use crate::pages;
use crate::settings::Settings;
use crate::work::Work;

/// Answers requests until a signal.
///
/// # Errors
/// Why it could not start, or why it ended without a signal.
pub async fn serve(settings: Settings) -> Result<(), StartError> {
    // First of all: a signal during the start must not be lost.
    let stop = stop_signal()?;
    let node = Node::open(settings).await?;
    require_migrated(&node.world).await?;
    node.resume_clock().await?;
    if !node.world.vault.can_seal() {
        tracing::warn!("security.secret_keys is empty: nobody can set up a second factor");
    }
    if node.world.db.is_spared().await? {
        tracing::warn!(
            "PostgreSQL spares the role of database.url from row-level security: use one without privileges"
        );
    }
    node.ensure_bucket_in_background();
    answer(&node, stop, |address| format!("souk listens on http://{address}")).await?;
    node.close().await;
    Ok(())
}

/// Listens, says `greeting`, and answers until `stop` resolves.
pub(super) async fn answer(
    node: &Node,
    stop: impl Future<Output = ()>,
    greeting: impl FnOnce(SocketAddr) -> String,
) -> Result<(), StartError> {
    let health = Health::new(node.world.clone(), node.store.clone());
    let services = api::Services::with_assets(assets::Urls::new(node.store.clone()));
    let services = services.with_clock(node.clock.clone()).with_sign_in(node.sign_in.clone());
    let services = services.with_live(api::Live::new(node.world.clone()));
    let schema = api::build(services);
    let (server, address) = node.listen(schema, attach, health.clone())?;
    let enabled = node.settings.worker.enabled;
    let work = enabled.then(|| Work::start(node, &own_url(&node.settings, address))).transpose()?;
    // Before the first request: until then no role that somebody made allows anything.
    identity::load_roles(&node.world).await.map_err(StartError::refused)?;
    let roles = tokio::spawn(identity::follow_roles(node.world.clone()));
    say(&greeting(address))?;
    pages::give_back_when_settled();
    let ended = run_until(server, &health, work, stop).await;
    roles.abort();
    ended
}

/// Where this process reaches itself.
fn own_url(settings: &Settings, address: SocketAddr) -> String {
    if !settings.payments.sandbox_url.is_empty() {
        return settings.payments.sandbox_url.clone();
    }
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// What resolvers ask the request for.
fn attach(request: Request, ctx: Ctx) -> Request {
    request.data(api::Loaders::new(ctx.clone())).data(ctx)
}
