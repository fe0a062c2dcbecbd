//! The program as a script runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use poolhouse_pool::testing::Scratch;
use serde_json::Value;

/// Where a server's log goes in its folder.
const LOG: &str = "server.log";

/// The log's lines that end requests.
pub fn requests(scratch: &Scratch) -> Vec<Value> {
    let log = std::fs::read_to_string(scratch.path().join(LOG)).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["message"] == "request").collect()
}

/// The program, in a folder of its own.
pub fn poolhouse(scratch: &Scratch, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_poolhouse"));
    command
        .args(arguments)
        .current_dir(scratch.path())
        .env_remove("POOLHOUSE_LOG");
    command
}

pub fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    poolhouse(scratch, arguments).output().unwrap()
}

/// Runs a command that must fail, and returns what it says.
pub fn refusal(scratch: &Scratch, arguments: &[&str]) -> String {
    let output = run(scratch, arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr)
        .unwrap()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

pub fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running server, told to stop when dropped.
pub struct Server {
    child: Child,
    /// Kept open, as a reader of the ready line does.
    stdout: BufReader<ChildStdout>,
    pub url: String,
    /// The line that was waited for last.
    pub last_line: String,
}

impl Server {
    pub fn start(scratch: &Scratch, arguments: &[&str]) -> Server {
        Server::of(
            "serve",
            scratch,
            &[&["--listen", "127.0.0.1:0"], arguments].concat(),
        )
    }

    /// A command that serves until it is told to stop.
    pub fn of(command: &str, scratch: &Scratch, arguments: &[&str]) -> Server {
        let mut child = poolhouse(scratch, &[&[command], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(scratch.path().join(LOG)).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("Poolhouse is ready at ")
            .expect("the ready line");
        Server {
            child,
            url: url.trim_end_matches(". Ctrl-C stops it.").to_owned(),
            stdout,
            last_line: line,
        }
    }

    /// What it said after the first line, up to a line that begins like this.
    pub fn said_before(&mut self, end: &str) -> String {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            assert!(
                self.stdout.read_line(&mut line).unwrap() > 0,
                "no line {end:?} after {text}"
            );
            if line.starts_with(end) {
                self.last_line = line;
                return text;
            }
            text.push_str(&line);
        }
    }

    /// The whole answer to `GET`, with its head.
    pub fn get(&self, path: &str) -> String {
        self.send("GET", path, "", "")
    }

    /// The whole answer to a request; `headers` are lines.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let host = self.url.strip_prefix("http://").unwrap();
        self.send_to(host, method, path, headers, body)
    }

    /// The same at another socket.
    pub fn send_to(&self, host: &str, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Asks it to stop and returns whether it did so cleanly.
    pub fn stop(mut self) -> bool {
        self.signal("-TERM");
        self.child.wait().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
