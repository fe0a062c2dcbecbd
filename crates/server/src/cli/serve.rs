//! `poolhouse serve`: from arguments to a running server and back to nothing.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use poolhouse_crypto::OsEntropy;
use poolhouse_mail::Mailbox;
use poolhouse_mail::inbox::{self, Inbox};
use poolhouse_mail::smtp::Relay;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::data::{self, Data};
use super::{CliError, DEFAULT_DATA, Environment, ServeArgs, files, logging, print};
use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Configuration};
use crate::error::with_causes;
use crate::http::{Pages, connections, router};
use crate::mailer::Worker;
use crate::oidc::keys::FreshKeys;
use crate::settings::Settings;
use crate::shutdown::{self, Shutdown};
use crate::start::{Parts, assemble};
use crate::sweeper::Sweeper;

/// The configuration file that is read unasked.
const CONFIG: &str = "poolhouse.toml";
/// Connections that the kernel keeps waiting to be accepted.
const BACKLOG: u32 = 1024;
/// Mails that the local inbox keeps.
const INBOX_CAPACITY: usize = 1000;
/// How long background work may take to end; requests under way have their own limit.
const FAREWELL: Duration = Duration::from_secs(6);
/// How long background work that panicked rests before it starts again.
const RESTART: Duration = Duration::from_secs(1);

pub(super) fn run(arguments: ServeArgs, environment: &Environment) -> Result<(), CliError> {
    logging::start(environment.log.as_deref())?;
    let configuration = configure(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(serve(configuration))
}

/// The configuration file's settings, with those of the command line over them.
fn configure(arguments: ServeArgs) -> Result<Configuration, CliError> {
    let file = arguments.config.or_else(|| Some(PathBuf::from(CONFIG)).filter(|file| file.is_file()));
    let mut configuration = match &file {
        Some(file) => config::load(file).map_err(|error| CliError::new("the configuration is not usable").caused_by(error))?,
        None => Configuration::default(),
    };
    let settings = &mut configuration.settings;
    if let Some(listen) = arguments.listen {
        settings.listen = listen;
    }
    let data = arguments.data.or_else(|| settings.data.take());
    settings.data = Some(data.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA)));
    if let Some(url) = arguments.smtp {
        let relay = Relay::parse(&url).map_err(|error| {
            CliError::new(format!("--smtp has an unusable URL. {}", config::RELAY_FORM)).caused_by(error)
        })?;
        settings.mail.relays = vec![relay];
    }
    if let Some(from) = arguments.mail_from {
        let from = Mailbox::parse(&from)
            .map_err(|error| CliError::new(format!("--mail-from must be {}", config::FROM_FORM)).caused_by(error))?;
        settings.mail.from = Some(from);
    }
    if let Some(issuer) = arguments.issuer {
        let issuer = config::issuer(&issuer);
        let complaint = || CliError::new("--issuer must be an http or https URL without a slash at its end");
        configuration.issuer = Some(issuer.ok_or_else(complaint)?);
    }
    settings.inbox = arguments.inbox.then_some(configuration.inbox_smtp);
    if settings.web.directory.is_none() {
        settings.web.directory = built_pages();
    }
    check_mail(settings)?;
    Ok(configuration)
}

/// Refuses what would send no mail, or show it to strangers.
fn check_mail(settings: &mut Settings) -> Result<(), CliError> {
    if settings.inbox.is_some() && !settings.listen.ip().is_loopback() {
        return Err(CliError::new(format!(
            "--inbox shows sign-in codes to everybody who can reach {}. Listen on a loopback address, or leave out --inbox",
            settings.listen
        )));
    }
    let relays = !settings.mail.relays.is_empty();
    if relays && settings.mail.from.is_none() {
        return Err(CliError::new(format!(
            "--smtp needs a sender. Add --mail-from, {}",
            config::FROM_FORM
        )));
    }
    if settings.inbox.is_some() && settings.mail.from.is_none() {
        settings.mail.from = Mailbox::parse("Poolhouse <no-reply@localhost>").ok();
    }
    if settings.inbox.is_none() && !relays {
        tracing::warn!("no mail can be sent: give --smtp and --mail-from, or --inbox to read it on this machine");
    }
    Ok(())
}

/// The built pages: beside the binary, or where a build in this repository puts them.
fn built_pages() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|binary| Some(binary.parent()?.join("web")));
    let built = PathBuf::from("web/dist/demo/browser");
    beside.into_iter().chain([built]).find(|directory| directory.join("index.html").is_file())
}

async fn serve(configuration: Configuration) -> Result<(), CliError> {
    let Configuration { mut settings, issuer, .. } = configuration;
    settings.http.connections.total = settings.http.connections.total.min(files::room_for_connections());
    let directory = settings.data.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
    let data = data::open(&directory).await?;
    let listener = listen(settings.listen, "--listen")?;
    settings.listen = bound(&listener)?;
    settings.issuer = issuer.unwrap_or_else(|| default_issuer(&settings));
    let inbox = match settings.inbox {
        None => None,
        Some(address) => {
            let listener = listen(address, "smtp under [inbox] in poolhouse.toml")?;
            settings.inbox = Some(bound(&listener)?);
            Some((Inbox::new(INBOX_CAPACITY), listener))
        }
    };
    let pages = Pages::load(&settings.web)
        .map_err(|error| CliError::new("the built pages cannot be read; see directory under [web]").caused_by(error))?;
    let app = put_together(settings, &data, inbox.as_ref().map(|(inbox, _)| inbox.clone()))?;
    let (stop, shutdown) = shutdown::channel();
    let mut background = JoinSet::new();
    if let Some((inbox, listener)) = inbox {
        background.spawn(take_mail(listener, inbox, shutdown.clone()));
    }
    start_background(&app, &shutdown, &mut background);
    let limits = app.settings.http.connections;
    background.spawn(connections::serve(listener, router(app.clone(), pages), limits, shutdown));
    warm_up(&app).await;
    announce(&app, &directory)?;
    until_told_to_stop().await?;
    tracing::info!("stopping");
    stop.request();
    let ended = timeout(FAREWELL, async { while background.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!("background work did not end in time and is cut off");
    }
    for (_, function) in app.functions.mapped() {
        function.shut_down().await;
    }
    data.store.close().await;
    Ok(())
}

fn put_together(settings: Settings, data: &Data, inbox: Option<Inbox>) -> Result<Arc<App>, CliError> {
    let parts = Parts {
        store: data.store.clone(),
        master_key: data.master_key.clone(),
        entropy: Arc::new(OsEntropy),
        clock: Arc::new(SystemClock),
        key_source: Arc::new(FreshKeys),
        inbox,
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        places: Vec::new(),
    };
    assemble(settings, parts).map_err(|error| CliError::new("the master key is not usable").caused_by(error))
}

/// The outbox worker and the sweeper, which must outlive their own mistakes.
fn start_background(app: &Arc<App>, shutdown: &Shutdown, background: &mut JoinSet<()>) {
    let (of_worker, of_sweeper) = (app.clone(), app.clone());
    let worker = move |shutdown| Worker::new(&of_worker).map(|worker| worker.run(shutdown));
    let sweeper = move |shutdown| Some(Sweeper::new(&of_sweeper).run(shutdown));
    background.spawn(supervise("outbox worker", worker, shutdown.clone()));
    background.spawn(supervise("sweeper", sweeper, shutdown.clone()));
}

/// Runs background work, and again if it panics.
async fn supervise<F>(name: &'static str, make: impl Fn(Shutdown) -> Option<F>, shutdown: Shutdown)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Some(work) = make(shutdown.clone()) {
        match tokio::spawn(work).await {
            Err(error) if error.is_panic() => tracing::error!(name, "background work panicked and starts again"),
            _ => return,
        }
        sleep(RESTART).await;
    }
}

/// Takes mail for the local inbox by SMTP.
async fn take_mail(listener: TcpListener, inbox: Inbox, shutdown: Shutdown) {
    let clock = Arc::new(|| SystemClock.now().0);
    tokio::select! {
        Err(error) = inbox::listen(listener, inbox, clock) => {
            tracing::error!(error = with_causes(&error), "the local inbox takes no mail by SMTP");
        }
        () = shutdown.requested() => {}
    }
}

fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, CliError> {
    let bind = || -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A port that was in use a moment ago by the server before this one.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bind().map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => "another program, perhaps another poolhouse, uses it",
            io::ErrorKind::AddrNotAvailable => "this machine does not have it",
            _ => "the system refuses",
        };
        CliError::new(format!("{address} cannot be listened on: {why}. Choose another with {setting}")).caused_by(error)
    })
}

fn bound(listener: &TcpListener) -> Result<SocketAddr, CliError> {
    listener.local_addr().map_err(|error| CliError::new("the socket has no address").caused_by(error))
}

fn default_issuer(settings: &Settings) -> String {
    if !settings.listen.ip().is_loopback() {
        tracing::warn!("tokens name this server by its address: give --issuer with the URL that clients use");
    }
    format!("http://{}", settings.local_address())
}

/// Does now what the first requests would wait for. Functions start beside it: one that does not must not keep the rest
/// from working.
async fn warm_up(app: &App) {
    let tables = tokio::task::spawn_blocking(poolhouse_crypto::warm_up);
    for (function, invoker) in app.functions.mapped() {
        let (function, invoker) = (function.to_owned(), invoker.clone());
        tokio::spawn(async move {
            if let Err(error) = invoker.warm_up().await {
                let error = with_causes(&error);
                tracing::error!(function, error, "function does not start; sign-ins that need it will fail");
            }
        });
    }
    if tables.await.is_err() {
        tracing::error!("the arithmetic's tables could not be made");
    }
}

/// Says on the standard output that the server can be used, and where.
fn announce(app: &App, directory: &Path) -> Result<(), CliError> {
    let url = format!("http://{}", app.settings.local_address());
    let mut text = format!("Poolhouse is ready at {url}\n  data   {}", directory.display());
    if let Some(smtp) = app.settings.inbox {
        text.push_str(&format!("\n  inbox  {url}/inbox (takes mail by SMTP at {smtp})"));
    }
    for relay in &app.settings.mail.relays {
        text.push_str(&format!("\n  mail   {relay}"));
    }
    print(&text)
}

/// Returns at Ctrl-C or SIGTERM.
async fn until_told_to_stop() -> Result<(), CliError> {
    let failed = |error| CliError::new("signals cannot be received").caused_by(error);
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
