//! `cargo xtask demo`: a pool of one's own to sign in to, a minute after `git clone`.
//!
//! Everything lies under `target/demo`. The pool, its users and the mailbox's functions are set up by the same calls that
//! `docs/guides/sign-in-with-a-code.md` shows with the AWS CLI. Users stay from one run to the next; passwords and
//! access keys are made anew in every run and printed once.

mod config;
mod pool;

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::system::pool_api::{AccessKey, PoolApi, REGION};
use crate::system::server::{self, Server, Start};
use crate::system::tools;
use crate::{Outcome, console, root};
use config::Functions;
use pool::{Pool, USER};

const USAGE: &str = "usage: cargo xtask demo [--port PORT]";
const DEFAULT_PORT: u16 = 9229;

/// Runs the demo until it is interrupted.
///
/// # Errors
/// If something is missing, the port is in use, or the server stops by itself.
pub fn run(arguments: &[String]) -> Outcome {
    let port = match arguments {
        [] => DEFAULT_PORT,
        [flag, port] if flag == "--port" => port
            .parse()
            .map_err(|_| format!("{port:?} is no port\n{USAGE}"))?,
        _ => return Err(USAGE.into()),
    };
    tools::node()?;
    check_port(port)?;
    let programs = console::step(
        "building the server and the functions (some minutes the first time)",
        server::build,
    )?;
    console::step(
        "building the pages (some minutes the first time)",
        server::build_pages,
    )?;
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
    }
    let home = root::target().join("demo");
    let (mut server, demo) = console::step("starting the server, making the pool", || {
        start(&programs, &home, port)
    })?;
    console::say(demo.describe())?;
    wait(&mut server, &interrupted)
}

fn check_port(port: u16) -> Outcome {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(format!(
            "port {port} is in use, maybe by another demo. Stop what uses it, or choose another port: \
             cargo xtask demo --port {}",
            port.saturating_add(1)
        )
        .into()),
        Err(error) => Err(format!("port {port} cannot be used: {error}").into()),
    }
}

/// What the person is told.
struct Demo {
    url: String,
    pool: Pool,
    password: String,
    key: AccessKey,
    log: PathBuf,
}

/// Starts the server with the functions that belong to its pool. The pool's id is in the functions' environment, so when
/// the pool is new the server is started twice.
fn start(programs: &Path, home: &Path, port: u16) -> Outcome<(Server, Demo)> {
    fs::create_dir_all(home)?;
    let inbox_port = server::free_port()?;
    let functions = Functions::prepare(programs, home, inbox_port)?;
    let start = |settings: &str| {
        start_server(Start {
            programs,
            home,
            port,
            inbox_port,
            extra: settings,
        })
    };
    let known = fs::read_to_string(home.join("pool-id")).ok();
    let first = known
        .map(|pool_id| functions.settings(&pool_id, pool::SESSION_MINUTES))
        .unwrap_or_default();
    let (server, api) = start(&first)?;
    let pool = pool::ensure(&api)?;
    let wanted = functions.settings(&pool.id, pool.session_minutes);
    let (server, api) = if wanted == first {
        (server, api)
    } else {
        drop(server);
        fs::write(home.join("pool-id"), &pool.id)?;
        start(&wanted)?
    };
    let password = pool::ensure_user(&api, &pool)?;
    let url = format!("http://localhost:{port}");
    let demo = Demo {
        url,
        pool,
        password,
        key: api.key,
        log: server.log.clone(),
    };
    Ok((server, demo))
}

fn start_server(start: Start<'_>) -> Outcome<(Server, PoolApi)> {
    let server = Server::start(&start)?;
    let key = fresh_key(start.programs, start.home, &server)?;
    let api = PoolApi {
        server: server.address,
        key,
    };
    Ok((server, api))
}

/// A new access key. That of the run before is deleted, so none outlives the demo it was printed by.
fn fresh_key(programs: &Path, home: &Path, server: &Server) -> Outcome<AccessKey> {
    let remembered = home.join("access-key-id");
    if let Ok(old) = fs::read_to_string(&remembered) {
        server::delete_key(programs, &server.data, &old)?;
    }
    let key = server::create_key(programs, &server.data)?;
    fs::write(remembered, &key.id)?;
    Ok(key)
}

impl Demo {
    fn describe(&self) -> String {
        let Demo {
            url,
            pool,
            password,
            key,
            log,
        } = self;
        format!(
            "
Poolhouse is running. Ctrl-C stops it.

  Sign in at    {url}/
  as            {USER}
  password      {password}
  mail, codes   {url}/inbox

  User pool     {pool_id}
  App client    {client_id}
  Log           {log}

With the AWS CLI:

  export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={url} AWS_DEFAULT_REGION={REGION}
  export AWS_ACCESS_KEY_ID={key_id} AWS_SECRET_ACCESS_KEY={secret}
  aws cognito-idp list-users --user-pool-id {pool_id}

The app client allows ALLOW_USER_SRP_AUTH, as the set-up of this flow prescribes. This pool's door is shut: USER_SRP_AUTH, which
asks for no code, is refused all the same. On Cognito it is not. See docs/guides/sign-in-with-a-code.md.
",
            pool_id = pool.id,
            client_id = pool.client_id,
            log = log.display(),
            key_id = key.id,
            secret = key.secret,
        )
    }
}

/// Waits until somebody has had enough. Ctrl-C reaches the server by itself, a signal to us alone is passed on.
fn wait(server: &mut Server, interrupted: &AtomicBool) -> Outcome {
    const GLANCE: Duration = Duration::from_millis(100);
    while !interrupted.load(Ordering::Relaxed) {
        if server.process.ends_within(GLANCE) {
            if interrupted.load(Ordering::Relaxed) {
                break;
            }
            return Err(format!("the server stopped by itself; {} says why", server.log.display()).into());
        }
    }
    server.process.stop();
    console::say(format!(
        "\nStopped. The pool and its users are kept in {}.",
        server.data.display()
    ))
}
