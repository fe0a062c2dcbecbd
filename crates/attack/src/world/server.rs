//! A server in a process of its own, started as its operator would.

use std::fs;
use std::fs::File;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::api::AccessKey;
use super::http::Connection;
use super::{memory, process};
use crate::attack::{Arena, Outcome};

/// How long the server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// The setting that has a server show its metrics.
pub const METRICS: &str = "[metrics]\nlisten = \"127.0.0.1:0\"\n\n";

/// A running server. Dropping it kills it.
pub struct Server {
    arena: Arena,
    process: Child,
    starts: u32,
    pub address: SocketAddr,
    pub data: PathBuf,
    pub key: AccessKey,
    /// Where it shows its metrics, if it does.
    pub metrics: Option<SocketAddr>,
    launch: Launch,
}

/// How a server is started.
#[derive(Clone)]
pub struct Launch {
    /// How much it logs.
    pub log_level: &'static str,
    /// The database that it shares with others; without one it has a file.
    pub store: Option<String>,
    /// A program that starts and watches it, with its arguments.
    pub under: Vec<String>,
}

impl Default for Launch {
    fn default() -> Launch {
        Launch {
            log_level: "info",
            store: None,
            under: Vec::new(),
        }
    }
}

impl Server {
    /// Starts a server on a new data folder, with these settings, and makes an access key.
    pub async fn start(arena: &Arena, settings: &str) -> Outcome<Server> {
        Server::start_logging(arena, settings, "info").await
    }

    /// The same, with more in the log.
    pub async fn start_logging(arena: &Arena, settings: &str, log_level: &'static str) -> Outcome<Server> {
        let launch = Launch {
            log_level,
            ..Launch::default()
        };
        Server::launch(arena, settings, launch).await
    }

    /// The same, started in this way.
    pub async fn launch(arena: &Arena, settings: &str, launch: Launch) -> Outcome<Server> {
        configure(arena, settings)?;
        let mut server = Server::join(arena, launch, None).await?;
        server.key = server.create_key().await?;
        Ok(server)
    }

    /// Starts a server on a folder that another one has left.
    pub async fn on_folder(arena: &Arena, log_level: &'static str) -> Outcome<Server> {
        let launch = Launch {
            log_level,
            ..Launch::default()
        };
        let mut server = Server::join(arena, launch, None).await?;
        server.key = server.create_key().await?;
        Ok(server)
    }

    /// Starts a server on a folder or a database where there is an access key already.
    pub async fn join(arena: &Arena, launch: Launch, key: Option<AccessKey>) -> Outcome<Server> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let nobodys = AccessKey {
            id: String::new(),
            secret: String::new(),
        };
        let mut server = Server {
            process: spawn(arena, address, 0, &launch)?,
            arena: arena.clone(),
            starts: 0,
            address,
            key: key.unwrap_or(nobodys),
            data: arena.home.join("data"),
            metrics: None,
            launch,
        };
        server.wait().await?;
        Ok(server)
    }

    /// Ends the process without a word and starts the server again on what is on disk.
    pub async fn kill_and_restart(&mut self) -> Outcome {
        self.kill().await?;
        self.restart().await
    }

    /// Starts a server that was killed again.
    pub async fn restart(&mut self) -> Outcome {
        self.starts += 1;
        self.process = spawn(&self.arena, self.address, self.starts, &self.launch)?;
        self.wait().await
    }

    /// The same, with this program watching it, or none.
    pub async fn restart_under(&mut self, under: Vec<String>) -> Outcome {
        self.launch.under = under;
        self.restart().await
    }

    /// Starts the server again with other settings.
    pub async fn reconfigure(&mut self, settings: &str) -> Outcome {
        configure(&self.arena, settings)?;
        self.kill_and_restart().await
    }

    /// Ends the process without a word.
    pub async fn kill(&mut self) -> Outcome {
        if self.launch.under.is_empty() {
            return Ok(self.process.kill().await?);
        }
        // Killed itself, the program that watches would leave the server alone.
        process::signal("KILL", self.pid()).await?;
        self.process.wait().await?;
        Ok(())
    }

    /// Stops the process where it stands, or lets it go on.
    pub async fn pause(&self, is_paused: bool) -> Outcome {
        process::signal(if is_paused { "STOP" } else { "CONT" }, self.pid()).await
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        let started = self.process.id().unwrap_or_default();
        match self.launch.under.is_empty() {
            true => started,
            false => process::child(started).unwrap_or_default(),
        }
    }

    /// A new connection.
    pub async fn connect(&self) -> Outcome<Connection> {
        Connection::open(self.address).await
    }

    /// Everything that was logged since the first start.
    pub fn log(&self) -> Outcome<String> {
        let mut text = String::new();
        for start in 0..=self.starts {
            text.push_str(&fs::read_to_string(self.arena.home.join(log_name(start)))?);
        }
        Ok(text)
    }

    /// The log's lines that say this, as objects.
    pub fn logged(&self, message: &str) -> Outcome<Vec<Value>> {
        Ok(saying(&self.log()?, message))
    }

    /// The same since the server began the last time, as its metrics count.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub fn logged_since_start(&self, message: &str) -> Outcome<Vec<Value>> {
        Ok(saying(
            &fs::read_to_string(self.arena.home.join(log_name(self.starts)))?,
            message,
        ))
    }

    /// How many wrong codes the server has judged and counted.
    pub fn wrong_codes(&self) -> Outcome<usize> {
        let lines = self.logged("confirm code answered")?;
        let is_wrong = |line: &&Value| {
            line["outcome"]
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case("wrong"))
        };
        Ok(lines.iter().filter(is_wrong).count())
    }

    /// The resident memory of the process, in MiB.
    pub fn resident_mib(&self) -> Outcome<f64> {
        memory::resident_mib(self.pid())
    }

    /// The same, and the most that the process has counts from now on.
    pub fn resident_mib_from_now(&self) -> Outcome<f64> {
        memory::forget_peak(self.pid())?;
        self.resident_mib()
    }

    /// The most resident memory that the process has had since, in MiB.
    pub fn peak_mib(&self) -> Outcome<f64> {
        memory::peak_mib(self.pid())
    }

    /// Milliseconds of CPU that the process has had.
    pub fn cpu_ms(&self) -> Outcome<f64> {
        memory::cpu_ms(self.pid())
    }

    /// Runs the program beside the server, on its data folder, and returns what it prints.
    pub async fn run(&self, arguments: &[&str]) -> Outcome<String> {
        let mut command = Command::new(self.arena.programs.join("poolhouse"));
        let output = command
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .args(store_of(&self.launch))
            .output()
            .await?;
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout)?);
        }
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(format!("poolhouse {}: {complaint}", arguments.join(" ")).into())
    }

    async fn create_key(&self) -> Outcome<AccessKey> {
        let printed = self.run(&["keys", "create", "--output", "json"]).await?;
        let key: Value = serde_json::from_str(&printed)?;
        let text = |name: &str| {
            let text = key[name].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("poolhouse keys create printed no {name}"))
        };
        Ok(AccessKey {
            id: text("AccessKeyId")?,
            secret: text("SecretAccessKey")?,
        })
    }

    /// Reads what the server says until it is ready.
    async fn wait(&mut self) -> Outcome {
        let output = self.process.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(output).lines();
        let shows = fs::read_to_string(self.arena.home.join("poolhouse.toml"))?.contains(METRICS);
        let (mut is_ready, mut metrics) = (false, None);
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if line.contains("is ready at") {
                    is_ready = true;
                }
                metrics = metrics.or(shown_at(&line));
                if is_ready && (metrics.is_some() || !shows) {
                    return Ok(());
                }
            }
            let log = self.log().unwrap_or_default();
            Err(format!("the server did not start: {log}").into())
        };
        let waited = timeout(PATIENCE, ready).await;
        self.metrics = metrics;
        waited.map_err(|_| "the server was not ready within 30 s")?
    }
}

/// Writes the server's settings, for its owner only.
pub fn configure(arena: &Arena, settings: &str) -> Outcome {
    fs::create_dir_all(&arena.home)?;
    let mut options = fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut config = options.open(arena.home.join("poolhouse.toml"))?;
    Ok(config.write_all(settings.as_bytes())?)
}

/// Where a server shows its metrics, if that is what a line of its says.
fn shown_at(line: &str) -> Option<SocketAddr> {
    let url = line.trim().strip_prefix("numbers")?.trim();
    url.strip_prefix("http://")?
        .strip_suffix("/metrics")?
        .parse()
        .ok()
}

/// The lines of a log that say this, as objects.
fn saying(log: &str, message: &str) -> Vec<Value> {
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["message"] == message).collect()
}

fn log_name(start: u32) -> String {
    format!("server-{start}.log")
}

fn store_of(launch: &Launch) -> Vec<&str> {
    let address = launch.store.iter();
    address.flat_map(|address| ["--store", address]).collect()
}

fn spawn(arena: &Arena, address: SocketAddr, start: u32, launch: &Launch) -> Outcome<Child> {
    let log = File::create(arena.home.join(log_name(start)))?;
    let program = arena.programs.join("poolhouse");
    let mut command = match launch.under.split_first() {
        None => Command::new(program),
        Some((watcher, arguments)) => {
            let mut command = Command::new(watcher);
            command.args(arguments).arg(program);
            command
        }
    };
    command
        .args(["serve", "--listen", &address.to_string(), "--data"])
        .arg(arena.home.join("data"))
        .arg("--config")
        .arg(arena.home.join("poolhouse.toml"))
        .args(store_of(launch))
        .env("POOLHOUSE_LOG", launch.log_level)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true);
    let spawned = command.spawn();
    spawned.map_err(|error| format!("the server cannot be started: {error}").into())
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.launch.under.is_empty()
            && let Ok(pid) = process::child(self.process.id().unwrap_or_default())
        {
            process::kill_now(pid);
        }
    }
}
