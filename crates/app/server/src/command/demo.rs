//! `souk demo`: everything in one process and one folder.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use context::Ctx;
use kernel::PageArgs;
use storage::embedded::Embedded;

use super::serve::answer;
use super::start_log;
use crate::cli;
use crate::folder::Folder;
use crate::node::{Node, StartError, stop_signal};
use crate::settings::{Purpose, Settings, environment, load};

/// E-mail address, name and password of the operator's first administrator.
const OPERATOR: (&str, &str, &str) = ("operator@souk.example", "Operator", "souk-demo-operator");

/// The bucket of the storage inside the process.
const BUCKET: &str = "souk";

/// Starts a marketplace on a folder and answers until a signal.
///
/// # Errors
/// Why it could not start, or why it ended without a signal.
pub async fn demo(options: cli::Demo) -> Result<(), StartError> {
    let stop = stop_signal()?;
    let mut settings = load(None, &environment()?)?;
    let folder = Folder::create(&options.data)?;
    let _lock = folder.lock()?;
    let objects = prepare(&mut settings, &folder, options.port).await?;
    settings.check(Purpose::Demo)?;
    start_log(&settings.log.level);

    let node = Node::open(settings).await?;
    migrations::run(node.world.db.for_migrations()).await?;
    node.resume_clock().await?;
    node.store.ensure_bucket().await?;
    let empty = options.empty;
    seed(&node, empty).await?;
    answer(&node, stop, |address| greeting(address, &folder, empty)).await?;
    objects.stop().await;
    node.close().await;
    Ok(())
}

/// Points the settings at the folder, and starts the storage in it.
async fn prepare(settings: &mut Settings, folder: &Folder, port: u16) -> Result<Embedded, StartError> {
    let secrets = folder.secrets()?;
    folder.apply(settings);
    settings.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    settings.server.public_url = format!("http://localhost:{port}");
    settings.payments.sandbox = true;
    settings.payments.webhook_secret = secrets.webhook;
    settings.security.secret_keys = vec![folder.secret_key()?];
    settings.mail.url = format!("file:{}", folder.mails().display());
    // The port beside the own one, so that links to images stay good over a restart; any other when that is taken.
    let beside = if port == 0 { 0 } else { port.saturating_add(1) };
    let objects = match Embedded::start(&folder.objects(), beside, secrets.storage.clone()).await {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            Embedded::start(&folder.objects(), 0, secrets.storage).await?
        }
        started => started?,
    };
    let client = objects.settings(BUCKET);
    settings.storage.endpoint = client.endpoint;
    settings.storage.public_endpoint = String::new();
    settings.storage.region = client.region;
    settings.storage.bucket = client.bucket;
    settings.storage.access_key = client.access_key;
    settings.storage.secret_key = client.secret_key;
    settings.storage.force_path_style = client.force_path_style;
    Ok(objects)
}

/// Gives a folder that nobody has used yet what it starts with.
async fn seed(node: &Node, empty: bool) -> Result<(), StartError> {
    let ctx = Ctx::system(node.world.clone(), "demo");
    let first = PageArgs::first(1);
    let users = identity::users(&ctx, None, &first).await.map_err(StartError::refused)?;
    if users.items.is_empty() {
        let (email, name, password) = OPERATOR;
        identity::operator_create(&ctx, email, name, password).await.map_err(StartError::refused)?;
    }
    marketplace::command::bootstrap(&ctx).await.map_err(StartError::refused)?;
    if !empty {
        let deps = crate::work::deps(node)?;
        let secret = node.settings.payments.webhook_secret.as_bytes();
        crate::demo::seed(&deps, secret).await.map_err(StartError::refused)?;
    }
    Ok(())
}

fn greeting(address: SocketAddr, folder: &Folder, empty: bool) -> String {
    let folder = folder.as_ref().display();
    let (email, _, password) = OPERATOR;
    let people = if empty { String::new() } else { crate::demo::sign_ins() };
    format!(
        "Souk is open.\n\n  \
           API       http://{address}/graphql\n  \
           GraphiQL  http://{address}/graphiql\n  \
           Data      {folder}\n  \
           Mails     {folder}/mails\n  \
           Operator  {email} / {password}\n{people}\n\
         Stop it with Ctrl-C; starting again keeps everything."
    )
}
