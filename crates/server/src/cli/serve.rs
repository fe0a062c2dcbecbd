//! `poolhouse serve` and `quickstart`: from settings to a running server and back to nothing.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use poolhouse_audit::{StreamSettings, Streamer};
use poolhouse_crypto::{OsEntropy, uuid_v4};
use poolhouse_mail::inbox::{self, Inbox};
use poolhouse_outbound::aws::Caller;
use poolhouse_outbound::guarded::Guarded;
use poolhouse_triggers::Place;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::files;
use super::signals::Signals;
use crate::http::tls::Tls;
use crate::http::{Leaving, Pages, connections, metrics, router};
use poolhouse_commands::CliError;
use poolhouse_commands::Environment;
use poolhouse_commands::announce::{Places, announce, url};
use poolhouse_commands::aws;
use poolhouse_commands::beforehand;
use poolhouse_commands::configure::{NO_MAIL, configure, configure_quickstart, has_mail};
use poolhouse_commands::data::{self, Data};
use poolhouse_commands::door;
use poolhouse_commands::logging::{self, Spans};
use poolhouse_commands::own_name;
use poolhouse_commands::quickstart;
use poolhouse_commands::rotations::Rotations;
use poolhouse_commands::sockets::{self, Sockets};
use poolhouse_commands::traces;
use poolhouse_commands::{DEFAULT_DATA, QuickstartArgs, ServeArgs};
use poolhouse_config::Configuration;
use poolhouse_config::settings::{HttpSettings, WebSettings};
use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_pool::base::cpu::EXECUTOR_THREADS_BEYOND;
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::base::shutdown::{self, Shutdown, Stop};
use poolhouse_pool::base::tls::source as public_tls;
use poolhouse_pool::keyring::signing::FreshKeys;
use poolhouse_pool::mailer::Worker;
use poolhouse_pool::request::App;
use poolhouse_pool::run::importer::Importer;
use poolhouse_pool::run::sweeper::Sweeper;
use poolhouse_pool::run::{Parts, Timekeeper, assemble};
use poolhouse_pool::triggers::{self, FunctionHost};
use poolhouse_text::with_causes;

/// What is said where tokens would name an address that clients may not use.
pub(super) const NO_ISSUER: &str =
    "tokens name this server by its address: give --issuer with the URL that clients use";
/// What is said of files that cannot be used.
pub(super) const NO_TLS: &str = "TLS cannot be spoken; see certificate and key under [tls]";
/// Mails that the local inbox keeps.
const INBOX_CAPACITY: usize = 1000;
/// How long background work may take to end beyond the limit for requests under way.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long background work that panicked rests before it starts again.
const RESTART: Duration = Duration::from_secs(1);

pub(super) fn run(arguments: ServeArgs, environment: &Environment) -> Result<(), CliError> {
    let spans = logging::start(environment)?;
    let configuration = configure(arguments)?;
    if !has_mail(&configuration) {
        tracing::warn!("{NO_MAIL}");
    }
    until_stopped(serve(configuration, environment, &spans, false))
}

/// `poolhouse quickstart`: the same server, with everything that a sign-in needs.
pub(super) fn quickstart(arguments: QuickstartArgs, environment: &Environment) -> Result<(), CliError> {
    let spans = logging::start(environment)?;
    let configuration = configure_quickstart(arguments)?;
    until_stopped(serve(configuration, environment, &spans, true))
}

fn until_stopped(serving: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores() + EXECUTOR_THREADS_BEYOND)
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| CliError::new("no threads can be started").caused_by(error))?;
    runtime.block_on(serving)
}

async fn serve(
    mut configuration: Configuration,
    environment: &Environment,
    spans: &Spans,
    is_quickstart: bool,
) -> Result<(), CliError> {
    let directory = configuration.settings.data.clone();
    let directory = directory.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA));
    let _reserved = data::reserve(&directory)?;
    let data = data::open_to_serve(&directory, configuration.store.as_ref()).await?;
    let certificate = tls(&configuration)?;
    let sockets = sockets::open(&mut configuration)?;
    let Configuration {
        mut settings,
        mut web,
        mut http,
        metrics,
        traces,
        streams,
        tls,
        issuer,
        store,
        ..
    } = configuration;
    let traces = traces::begin(traces, spans)?;
    let url = url(&settings, tls.is_some());
    settings.issuer = issuer.unwrap_or_else(|| default_issuer(&settings, &url));
    let connections = &mut http.connections.total;
    *connections = (*connections).min(files::room_for_connections());
    let aws = aws::caller(&settings, environment).await?;
    let functions = Functions::prepare(&settings, &directory, environment, &aws)?;
    let app = put_together(settings, &data, functions, aws)?;
    beforehand::know_the_time(&app).await?;

    let rotations = Rotations::begin(&app, &directory, store.is_some()).await?;
    beforehand::build_indexes(&app).await?;
    let quickstart = match is_quickstart {
        true => Some(quickstart::prepare(&app, &directory, &mut web).await?),
        false => None,
    };
    let pages = pages(&web)?;

    let mut signals = Signals::listen()?;
    let running = Running::start(&app, pages, http, (sockets, certificate), (rotations, streams));
    warm_up(&app).await;
    let doors = door::lines(&app).await?;
    let places = Places {
        url: &url,
        directory: &directory,
        store: store.as_ref(),
        metrics: metrics.listen,
    };
    tell(announce(&app, places, quickstart, doors));
    signals.stop().await;

    running.end(&mut signals, &app).await;
    data.engine.close().await;
    traces::end(traces).await;
    Ok(())
}

fn pages(web: &WebSettings) -> Result<Pages, CliError> {
    let pages = Pages::load(web);
    pages.map_err(|error| {
        CliError::new("the pages cannot be read; see directory under [web]").caused_by(error)
    })
}

/// A server that nobody hears of serves all the same.
fn tell(announced: Result<(), CliError>) {
    if let Err(error) = announced {
        tracing::warn!(error = with_causes(&error), "ready, and nobody to tell");
    }
}

/// TLS, if the configuration has it.
fn tls(configuration: &Configuration) -> Result<Option<Tls>, CliError> {
    let tls = configuration.tls.as_ref().map(Tls::load).transpose();
    tls.map_err(|error| CliError::new(NO_TLS).caused_by(error))
}

fn default_issuer(settings: &Settings, url: &str) -> String {
    if !settings.listen.ip().is_loopback() {
        tracing::warn!("{NO_ISSUER}");
    }
    url.to_owned()
}

/// What runs the functions that do not run in process.
struct Functions {
    host: FunctionHost,
    remotes: Vec<(String, Arc<dyn Place>)>,
}

impl Functions {
    fn prepare(
        settings: &Settings,
        data: &Path,
        environment: &Environment,
        aws: &Caller,
    ) -> Result<Functions, CliError> {
        let failed =
            |error: Box<dyn Error + Send + Sync>| CliError::new("a function cannot run").caused_by(error);
        Ok(Functions {
            host: FunctionHost::prepare(settings, data, &environment.path)
                .map_err(|error| failed(error.into()))?,
            remotes: triggers::remotes(settings, aws),
        })
    }
}

fn put_together(
    settings: Settings,
    data: &Data,
    functions: Functions,
    aws: Caller,
) -> Result<Arc<App>, CliError> {
    let outside = Guarded::new(public_tls()).allowing(settings.hosted.fetch_allow.clone());
    let inbox = settings.inbox.map(|_| Inbox::new(INBOX_CAPACITY));
    let parts = Parts {
        store: data.engine.store(),
        keys: data.keys.clone(),
        restores: data.restores.clone(),
        entropy: Arc::new(OsEntropy),
        clock: Arc::new(SystemClock),
        key_source: Arc::new(FreshKeys),
        inbox,
        cores: cores(),
        function_host: functions.host,
        aws,
        places: functions.remotes,
        outside: Arc::new(outside),
    };
    assemble(settings, parts).map_err(|error| CliError::new("the key file is not usable").caused_by(error))
}

/// How many threads can run at the same time.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Everything that runs until shutdown: the sockets, the outbox worker, the sweeper, rotations.
struct Running {
    background: JoinSet<()>,
    leave: Stop,
    stop: Stop,
    drain: Duration,
    grace: Duration,
}

impl Running {
    fn start(
        app: &Arc<App>,
        pages: Pages,
        http: HttpSettings,
        (sockets, tls): (Sockets, Option<Tls>),
        (rotations, streams): (Rotations, Vec<StreamSettings>),
    ) -> Running {
        let (leave, leaving) = shutdown::channel();
        let (stop, shutdown) = shutdown::channel();
        let grace = http.connections.farewell;
        let routes = router(app.clone(), pages, http.body, http.grid).layer(Extension(Leaving(leaving)));
        let mut background = JoinSet::new();
        if let Some(listener) = sockets.inside {
            let (routes, limits) = (routes.clone(), http.connections.clone());
            background.spawn(connections::serve(
                listener,
                None,
                routes,
                limits,
                shutdown.clone(),
            ));
        }
        if let Some(tls) = tls.clone() {
            background.spawn(tls.watch(shutdown.clone()));
        }
        background.spawn(connections::serve(
            sockets.http,
            tls,
            routes,
            http.connections,
            shutdown.clone(),
        ));
        if let Some(listener) = sockets.metrics {
            let (numbers, limits) = (metrics::router(app.clone()), metrics::limits());
            background.spawn(connections::serve(
                listener,
                None,
                numbers,
                limits,
                shutdown.clone(),
            ));
        }
        if let (Some(listener), Some(inbox)) = (sockets.inbox, app.mailer.inbox()) {
            background.spawn(take_mail(listener, inbox.clone(), shutdown.clone()));
        }
        work(app, rotations, &mut background, &shutdown);
        send_on(app, streams, &mut background, &shutdown);
        Running {
            background,
            leave,
            stop,
            drain: http.drain,
            grace,
        }
    }

    /// Says that the server is not ready, goes on for a while, then lets what is under way end, and then the functions.
    async fn end(mut self, signals: &mut Signals, app: &App) {
        self.leave.request();
        signals.drain(self.drain).await;
        tracing::info!("stopping");
        self.stop.request();
        let ended = async { while self.background.join_next().await.is_some() {} };
        if timeout(self.grace + FAREWELL, ended).await.is_err() {
            tracing::warn!("background work did not end in time and is cut off");
        }
        for (_, function) in app.functions.mapped() {
            function.shut_down().await;
        }
    }
}

/// Starts what works beside requests.
fn work(app: &Arc<App>, rotations: Rotations, background: &mut JoinSet<()>, shutdown: &Shutdown) {
    let (mailer, sweeps) = (app.mailer.clone(), app.clone());
    let worker = move |shutdown| Worker::new(&mailer).map(|worker| worker.run(shutdown));
    let sweeper = move |shutdown| Some(Sweeper::new(&sweeps).run(shutdown));
    background.spawn(supervise("outbox worker", worker, shutdown.clone()));
    background.spawn(supervise("sweeper", sweeper, shutdown.clone()));
    let platform = app.platform.clone();
    let timekeeper = move |shutdown| Some(Timekeeper::new(&platform).run(shutdown));
    background.spawn(supervise("timekeeper", timekeeper, shutdown.clone()));
    let imports = app.clone();
    let importer = move |shutdown| Some(Importer::new(&imports).run(shutdown));
    background.spawn(supervise("user imports", importer, shutdown.clone()));
    let rotation = move |shutdown| Some(rotations.next().run(shutdown));
    background.spawn(supervise("rotation of keys", rotation, shutdown.clone()));
}

/// Starts what sends the audit log on.
fn send_on(app: &App, streams: Vec<StreamSettings>, background: &mut JoinSet<()>, shutdown: &Shutdown) {
    for settings in streams {
        let names = (uuid_v4(&OsEntropy), own_name::host().unwrap_or_default());
        let platform = app.platform.clone();
        let streamer = move |shutdown| {
            let streamer = Streamer::new(&platform, &settings, public_tls(), names.clone());
            Some(streamer.run(shutdown))
        };
        background.spawn(supervise("audit stream", streamer, shutdown.clone()));
    }
}

/// Runs background work, and again should it panic.
async fn supervise<F>(name: &'static str, make: impl Fn(Shutdown) -> Option<F>, shutdown: Shutdown)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Some(work) = make(shutdown.clone()) {
        match tokio::spawn(work).await {
            Err(error) if error.is_panic() => {
                tracing::error!(name, "background work panicked and starts again")
            }
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

/// Does now what the first requests would wait for. Functions start beside it: one that does not must not keep the rest
/// from working.
async fn warm_up(app: &App) {
    let tables = tokio::task::spawn_blocking(poolhouse_crypto::warm_up);
    for (function, invoker) in app.functions.mapped() {
        let (function, invoker) = (function.to_owned(), invoker.clone());
        tokio::spawn(async move {
            if let Err(error) = invoker.warm_up().await {
                let error = with_causes(&error);
                tracing::error!(
                    function,
                    error,
                    "function does not start; sign-ins that need it will fail"
                );
            }
        });
    }
    if tables.await.is_err() {
        tracing::error!("the arithmetic's tables could not be made");
    }
}
