//! `cargo xtask demo`: builds the server from this folder and runs `poolhouse quickstart`.
//!
//! Everything lies under `target/quickstart`: pool, user, password and access key stay from one run to the next.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::system::server;
use crate::{Outcome, console, pages, root};

const USAGE: &str = "usage: cargo xtask demo [--port PORT]";
const DEFAULT_PORT: u16 = 9229;

/// Runs the demo until it is interrupted.
///
/// # Errors
/// If something does not build or the server cannot be started; what it says itself stands on the terminal.
pub fn run(arguments: &[String]) -> Outcome {
    let port = port(arguments)?;
    // Only who works on the pages needs Node.js. Outside of Git nobody does.
    if !pages::is_of_these_sources().unwrap_or(true) {
        pages::run(&[])?;
    }
    let programs = console::step("building the server (some minutes the first time)", server::build)?;
    let home = root::target().join("quickstart");
    fs::create_dir_all(&home)?;
    let mut quickstart = Command::new(programs.join("poolhouse"));
    quickstart
        .args(["quickstart", "--listen", &format!("localhost:{port}"), "--data"])
        .arg(home.join("data"))
        // A configuration file that lies in this folder is for somebody else.
        .current_dir(&home);
    // The server takes the place of this program, so that Ctrl-C and signals reach it.
    Err(format!("the server cannot be started: {}", quickstart.exec()).into())
}

fn port(arguments: &[String]) -> Outcome<u16> {
    match arguments {
        [] => Ok(DEFAULT_PORT),
        [flag, port] if flag == "--port" => Ok(port
            .parse()
            .map_err(|_| format!("{port:?} is no port\n{USAGE}"))?),
        _ => Err(USAGE.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_port_is_taken_and_what_is_none_is_refused() {
        let port = |arguments: &[&str]| {
            let owned: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
            super::port(&owned).map_err(|error| error.to_string())
        };
        assert_eq!(port(&[]), Ok(9229));
        assert_eq!(port(&["--port", "0"]), Ok(0));
        assert_eq!(port(&["--port", "x"]), Err(format!("\"x\" is no port\n{USAGE}")));
        assert_eq!(port(&["--quick"]), Err(USAGE.to_owned()));
    }
}
