//! A server of a test's own, which it may stop, kill and start again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::servers;

static NEXT: AtomicU32 = AtomicU32::new(0);

pub struct Cluster {
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    /// A new server, running.
    pub fn new() -> Self {
        let name = format!(
            "poolhouse-pg-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder));
        }
        let cluster = Self {
            port: free_port(),
            folder,
        };
        let data = cluster.data();
        let arguments = [
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ];
        run(program("initdb").args(arguments).arg("-D").arg(data));
        cluster.start();
        cluster
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn start(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -k {}",
            self.port,
            self.folder.display()
        );
        let log = self.folder.join("log");
        self.control(&["-w", "-o", &options, "-l", log.to_str().unwrap(), "start"]);
    }

    /// As a power cut ends it: nothing is finished, and the next start recovers.
    pub fn crash(&self) {
        self.control(&["-m", "immediate", "-w", "stop"]);
    }

    /// Sends a signal to one of its processes.
    pub fn signal(&self, name: &str, process: i32) {
        run(Command::new("kill").args([&format!("-{name}"), &process.to_string()]));
    }

    fn control(&self, arguments: &[&str]) {
        run(program("pg_ctl")
            .arg("-s")
            .arg("-D")
            .arg(self.data())
            .args(arguments));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = program("pg_ctl");
        stop.arg("-s")
            .arg("-D")
            .arg(self.data())
            .args(["-m", "immediate", "stop"]);
        // A test that failed may have left it stopped.
        let _ = stop.stderr(Stdio::null()).status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// One of PostgreSQL's programs, which refuse to run as root.
fn program(name: &str) -> Command {
    let path = Path::new(&servers::programs()).join(name);
    if !is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(path);
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

fn run(command: &mut Command) {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{command:?}");
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
