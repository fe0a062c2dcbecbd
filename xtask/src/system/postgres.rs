//! A PostgreSQL server and a pgbouncer in front of it, with a folder and ports of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::background::Background;
use super::{process, random, server, tools};
use crate::console::Stopwatch;
use crate::{Outcome, console};

/// How long either may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked whether it does.
const GLANCE: Duration = Duration::from_millis(50);
/// Where Debian has its versions, a folder for each.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Debian's pooler.
const POOLER: &str = "/usr/sbin/pgbouncer";
/// Both refuse to run as root; Debian's package makes this user.
const USER: &str = "postgres";

/// A server and its pooler, running. Dropping it stops both and deletes what they hold.
pub struct Database {
    /// The folder of PostgreSQL's programs.
    pub programs: PathBuf,
    /// The address of the server.
    pub url: String,
    /// The address of the pooler, which gives every transaction another session.
    pub pooled: String,
    // In the order in which they stop.
    _pooler: Background,
    /// The server's first process, whose children serve the sessions.
    pub server: Background,
    folder: Folder,
}

/// A folder that is deleted at last.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing but a full temporary folder comes of it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Database {
    /// Installs what the machine lacks, and starts both.
    ///
    /// # Errors
    /// If something cannot be installed or does not start.
    pub fn start() -> Outcome<Database> {
        let programs = programs()?;
        let pooler = pooler()?;
        let version = |program: &Path| {
            process::capture(Command::new(program).arg("--version"))
                .map(|said| said.lines().next().unwrap_or_default().to_owned())
        };
        console::say(format!(
            "{}; {}",
            version(&programs.join("postgres"))?,
            version(&pooler)?
        ))?;

        let ports = (server::free_port()?, server::free_port()?);
        let folder = prepare(ports)?;
        let server = serve(&programs, &folder.0, ports.0)?;
        let mut command = as_user(&pooler)?;
        command
            .arg("-q")
            .arg(folder.0.join("pgbouncer.ini"))
            .stderr(Stdio::null());
        let mut pooler = Background::start(&mut command)?;
        ready(&programs, ports.1, &mut pooler)?;
        let url = |port| format!("postgres://postgres@127.0.0.1:{port}/postgres");
        Ok(Database {
            programs,
            url: url(ports.0),
            pooled: url(ports.1),
            _pooler: pooler,
            server,
            folder,
        })
    }
}

impl Database {
    /// Where the server has the files of tables and indexes, without its log.
    pub fn files(&self) -> PathBuf {
        self.folder.0.join("data").join("base")
    }
}

/// A folder of both, which the folder of the build may lie out of reach for.
fn prepare(ports: (u16, u16)) -> Outcome<Folder> {
    let folder = std::env::temp_dir().join(format!("poolhouse-postgres-{}", random::hex::<6>()?));
    fs::create_dir(&folder)?;
    let folder = Folder(folder);
    configure_pooler(&folder.0, ports)?;
    if tools::is_root()? {
        process::run(Command::new("chown").args(["-R", USER]).arg(&folder.0))?;
    }
    Ok(folder)
}

fn serve(programs: &Path, folder: &Path, port: u16) -> Outcome<Background> {
    let data = folder.join("data");
    let mut make = as_user(&programs.join("initdb"))?;
    make.args([
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]);
    process::capture(make.arg("-D").arg(&data))?;
    let mut command = as_user(&programs.join("postgres"))?;
    command
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "max_connections=400"])
        .arg("-k")
        .arg(folder)
        .arg("-D")
        .arg(&data)
        .stderr(Stdio::null());
    let mut server = Background::start(&mut command)?;
    ready(programs, port, &mut server)?;
    Ok(server)
}

fn configure_pooler(folder: &Path, (server, pooler): (u16, u16)) -> Outcome {
    let users = folder.join("users");
    fs::write(&users, "\"postgres\" \"\"\n")?;
    let settings = format!(
        "[databases]\n* = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {pooler}\n\
         unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 20\n\
         max_client_conn = 1000\n",
        users.display()
    );
    Ok(fs::write(folder.join("pgbouncer.ini"), settings)?)
}

/// The folder of the newest PostgreSQL's programs, which are installed if there are none.
///
/// # Errors
/// If they cannot be installed.
pub fn programs() -> Outcome<PathBuf> {
    if newest().is_none() {
        tools::install("postgresql", "on which the store is tested")?;
    }
    newest().ok_or_else(|| "no PostgreSQL was found after installing it".into())
}

fn newest() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    let number = |folder: &PathBuf| folder.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = folders
        .filter(|folder| folder.join("postgres").exists())
        .max_by_key(number);
    debian.or_else(|| {
        let folder = process::capture(Command::new("pg_config").arg("--bindir")).ok()?;
        Some(PathBuf::from(folder.trim())).filter(|folder| folder.join("postgres").exists())
    })
}

fn pooler() -> Outcome<PathBuf> {
    let debian = PathBuf::from(POOLER);
    if debian.exists() {
        return Ok(debian);
    }
    if tools::quiet(Command::new("pgbouncer").arg("--version")) {
        return Ok(PathBuf::from("pgbouncer"));
    }
    tools::install("pgbouncer", "through which the store is tested")?;
    Ok(debian)
}

/// A program that refuses to run as root.
fn as_user(program: &Path) -> Outcome<Command> {
    if !tools::is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    let (user, group) = (format!("--reuid={USER}"), format!("--regid={USER}"));
    // The folder that we are in may be closed to that user.
    command
        .args([&user, &group, "--clear-groups"])
        .arg(program)
        .current_dir("/");
    Ok(command)
}

fn ready(programs: &Path, port: u16, process: &mut Background) -> Outcome {
    let watch = Stopwatch::start();
    while watch.elapsed() < PATIENCE {
        if process.ends_within(GLANCE) {
            return Err("PostgreSQL or pgbouncer did not start".into());
        }
        let mut ask = Command::new(programs.join("pg_isready"));
        if tools::quiet(ask.args(["-q", "-h", "127.0.0.1", "-U", USER, "-p", &port.to_string()])) {
            return Ok(());
        }
    }
    Err("PostgreSQL or pgbouncer did not answer within a minute".into())
}
