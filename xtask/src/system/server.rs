//! The server: building it, starting it, and making access keys for it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::background::Background;
use super::pool_api::AccessKey;
use super::{http, process};
use crate::console::Stopwatch;
use crate::{Outcome, root};

/// How long the server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked whether it does.
const GLANCE: Duration = Duration::from_millis(20);
/// Lines of the log that are shown when the server does not start.
const LAST_LINES: usize = 12;

/// Builds the server alone, which is what people wait for who try it, and returns the folder it is in.
///
/// # Errors
/// If it does not build.
pub fn build() -> Outcome<PathBuf> {
    cargo_build(&["--bins", "-p", "poolhouse-server"])
}

/// Builds the server, the functions and the examples as the Rust tests need them, and returns the folder of the programs.
///
/// With the whole workspace chosen, and examples among what is built, every crate gets the features that
/// `cargo test --workspace` gives it: nothing is built twice in one run of the tests.
///
/// # Errors
/// If they do not build.
pub fn build_with_tests() -> Outcome<PathBuf> {
    cargo_build(&["--bins", "--examples", "--workspace"])
}

fn cargo_build(arguments: &[&str]) -> Outcome<PathBuf> {
    let mut cargo = process::cargo();
    cargo.arg("build").args(arguments).current_dir(root::path(""));
    process::run(&mut cargo)?;
    Ok(root::target().join("debug"))
}

/// Builds the pages if their sources have changed, and returns the folder of the web app.
///
/// # Errors
/// If they do not build.
pub fn build_pages() -> Outcome<PathBuf> {
    super::tools::node()?;
    let folder = root::path("web");
    process::run(Command::new("node").arg("scripts/build.mjs").current_dir(&folder))?;
    Ok(folder)
}

/// A port that nothing listened on a moment ago.
///
/// # Errors
/// If the machine has no loopback network.
pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// What a server is started with.
pub struct Start<'a> {
    pub programs: &'a Path,
    /// The folder for its data, settings and log.
    pub home: &'a Path,
    pub port: u16,
    /// Where its local inbox takes mail.
    pub inbox_port: u16,
    /// Settings for poolhouse.toml besides those that every server here has.
    pub extra: &'a str,
    /// Options of `serve` besides.
    pub options: &'a [&'a str],
}

/// A running server with its local inbox on and the pages in place. Dropping it stops it.
pub struct Server {
    pub process: Background,
    pub address: SocketAddr,
    pub data: PathBuf,
    pub log: PathBuf,
}

impl Server {
    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// If it cannot be started or does not answer; the error shows the end of its log.
    pub fn start(start: &Start<'_>) -> Outcome<Server> {
        fs::create_dir_all(start.home)?;
        let data = start.home.join("data");
        let config = start.home.join("poolhouse.toml");
        let log = start.home.join("server.log");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, start.port));
        private_file(&config, &settings(start))?;
        let output = File::create(&log)?;
        let mut command = Command::new(start.programs.join("poolhouse"));
        command
            .args([
                "serve",
                "--inbox",
                "--mail-from",
                "Poolhouse <no-reply@example.com>",
                "--listen",
            ])
            .arg(address.to_string())
            .arg("--data")
            .arg(&data)
            .arg("--config")
            .arg(&config)
            .args(start.options)
            .stdout(output.try_clone()?)
            .stderr(output);
        let process = Background::start(&mut command)?;
        let mut server = Server {
            process,
            address,
            data,
            log,
        };
        server.wait()?;
        Ok(server)
    }

    fn wait(&mut self) -> Outcome {
        let watch = Stopwatch::start();
        while watch.elapsed() < PATIENCE {
            if self.process.ends_within(GLANCE) {
                return Err(format!("the server did not start:\n{}", last_lines(&self.log)).into());
            }
            let health = http::request(self.address, "GET", "/health", &[], "");
            if health.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
        }
        Err(format!(
            "the server did not answer within 30 s:\n{}",
            last_lines(&self.log)
        )
        .into())
    }
}

fn settings(start: &Start<'_>) -> String {
    format!(
        "# Written by cargo xtask.\n[inbox]\nsmtp = \"127.0.0.1:{}\"\n\n[web]\ndirectory = {}\n\n{}",
        start.inbox_port,
        toml_text(&root::path("web/dist/demo/browser").display().to_string()),
        start.extra
    )
}

/// A text in TOML. JSON escapes everything that TOML does, in the same way.
pub fn toml_text(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Writes a file that only its owner may read.
fn private_file(path: &Path, text: &str) -> Outcome {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// Makes an access key; the server may run meanwhile. `options` say where the database is, unless it is in the data folder.
///
/// # Errors
/// If the data folder cannot be written.
pub fn create_key(programs: &Path, data: &Path, options: &[&str]) -> Outcome<AccessKey> {
    let printed = keys(
        programs,
        data,
        &[&["create", "--output", "json"], options].concat(),
    )?;
    let key: Value = serde_json::from_str(&printed)?;
    let text = |name: &str| {
        key[name]
            .as_str()
            .map(str::to_owned)
            .ok_or("poolhouse keys create printed no key")
    };
    Ok(AccessKey {
        id: text("AccessKeyId")?,
        secret: text("SecretAccessKey")?,
    })
}

/// Allows sign-ins without a code on a pool; the server may run meanwhile. `options` are those of [`create_key`].
///
/// # Errors
/// If there is no such pool, or the data folder cannot be written.
pub fn open_door(programs: &Path, data: &Path, pool_id: &str, options: &[&str]) -> Outcome {
    let mut command = Command::new(programs.join("poolhouse"));
    command
        .args(["door", "open", "--user-pool-id", pool_id])
        .args(options)
        .arg("--data");
    process::capture(command.arg(data)).map(drop)
}

fn keys(programs: &Path, data: &Path, arguments: &[&str]) -> Outcome<String> {
    let mut command = Command::new(programs.join("poolhouse"));
    process::capture(command.arg("keys").args(arguments).arg("--data").arg(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_so_that_toml_reads_them_back() {
        assert_eq!(toml_text(r#"a "b" \c"#), r#""a \"b\" \\c""#);
    }

    #[test]
    fn two_free_ports_are_two() {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port().unwrap())).unwrap();
        assert_ne!(first.local_addr().unwrap().port(), free_port().unwrap());
    }
}
