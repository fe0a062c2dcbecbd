//! The server, in a process of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use crate::api::AccessKey;
use crate::pool::Outcome;

/// How long it may take until it serves, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, on a data directory.
pub struct Program {
    path: PathBuf,
    data: PathBuf,
    store: Option<String>,
}

/// A running server. Dropping it kills it.
pub struct Running {
    pub address: SocketAddr,
    process: Child,
}

impl Program {
    pub fn new(programs: &Path, home: &Path, store: Option<String>) -> Program {
        Program {
            path: programs.join("poolhouse"),
            data: home.join("data"),
            store,
        }
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn store(&self) -> Option<&str> {
        self.store.as_deref()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).arg("--data").arg(&self.data);
        if let Some(store) = &self.store {
            command.args(["--store", store]);
        }
        command
    }

    /// Makes an access key, and everything else that the first command makes.
    pub async fn create_key(&self) -> Outcome<AccessKey> {
        let made = self
            .command(&["keys", "create", "--output", "json"])
            .output()
            .await?;
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into());
        }
        let key: Value = serde_json::from_slice(&made.stdout)?;
        let text = |name: &str| key[name].as_str().map(str::to_owned).ok_or("no key was made");
        Ok(AccessKey {
            id: text("AccessKeyId")?,
            secret: text("SecretAccessKey")?,
        })
    }

    /// Starts it; from before there is a process until it says that it is ready.
    pub async fn start(&self) -> Outcome<(Running, Duration)> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut command = self.command(&["serve", "--listen", &address.to_string()]);
        command
            .env("POOLHOUSE_LOG", "error")
            .current_dir(self.data.parent().unwrap_or(&self.data));
        let begun = Instant::now();
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(output).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                if line.contains("is ready at") {
                    return Outcome::Ok(begun.elapsed());
                }
            }
            Err("the server did not start".into())
        };
        let took = timeout(PATIENCE, ready).await??;
        Ok((Running { address, process }, took))
    }
}

impl Running {
    pub fn pid(&self) -> Outcome<u32> {
        self.process.id().ok_or_else(|| "the server has ended".into())
    }

    /// A line of its status: `VmRSS`, its resident memory, or `VmHWM`, the most there ever was.
    pub fn memory_mib(&self, line: &str) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let kib = status
            .lines()
            .find_map(|held| held.strip_prefix(line)?.strip_prefix(':'));
        let kib = kib.and_then(|text| text.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0)
            .ok_or_else(|| format!("the status of the process has no {line}").into())
    }

    /// Has it end as an operator would.
    pub async fn stop(mut self) -> Outcome {
        let pid = self.pid()?.to_string();
        let sent = Command::new("kill").arg(&pid).status().await?;
        if !sent.success() {
            return Err("the server took no signal".into());
        }
        timeout(PATIENCE, self.process.wait()).await??;
        Ok(())
    }
}

/// Bytes of all files in a folder.
pub fn size_of(folder: &Path) -> Outcome<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        sum += match entry.metadata()? {
            held if held.is_dir() => size_of(&entry.path())?,
            held => held.len(),
        };
    }
    Ok(sum)
}
