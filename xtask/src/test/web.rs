//! The web app: lint and unit tests, the pages in a browser against a running server, and apps that install the packages.

use std::path::PathBuf;
use std::process::Command;

use super::page_functions;
use super::tally::Tally;
use crate::system::server::{self, Server, Start};
use crate::system::{process, tools};
use crate::{Outcome, console, install, pages, root};

/// Lint counts as one test, that the pages in the program are those of the sources as one, each unit test as one.
pub fn unit() -> Outcome<Tally> {
    let folder = server::build_pages()?;
    let lint = process::run(npm(&folder, "lint").stdout(std::io::stderr())).is_ok();
    let inside = pages::check();
    if let Err(error) = &inside {
        console::say(error)?;
    }
    let checks = Tally::check(lint).plus(Tally::check(inside.is_ok()));
    Ok(checks.plus(watch(&mut npm(&folder, "test"))?))
}

/// The pages, and the clients of others, in Chromium. Every test makes its own user, so one server serves them all.
pub fn browser() -> Outcome<Tally> {
    install::javascript()?;
    install::node_functions()?;
    let functions = page_functions::settings(&server::build_with_tests()?)?;
    // Of hosted login what a sign-in comes by; its other pages are a part of their own.
    against_a_server("browser", &["e2e", "hosted-sign-in"], &functions)
}

/// How long the tasks of a sign-in are. Other work on the machine spoils it, so no run of everything includes it.
pub fn speed() -> Outcome<Tally> {
    against_a_server("speed", &["speed"], "")
}

/// Apps of others install the packages as a registry would hand them out. Their packages are fetched, so it takes minutes.
pub fn apps() -> Outcome<Tally> {
    install::javascript()?;
    let functions = page_functions::settings(&server::build_with_tests()?)?;
    against_a_server("apps", &["packages", "sizes", "apps"], &functions)
}

/// Clients of OpenID Connect, and proxies in front of the server. The tests start servers of their own.
pub fn oidc() -> Outcome<Tally> {
    oidc_clients("oidc")
}

/// The two of them that Angular's own tools build, ahead of time: they are installed and built afresh, which takes minutes.
pub fn oidc_angular() -> Outcome<Tally> {
    oidc_clients("oidc-angular")
}

fn oidc_clients(script: &str) -> Outcome<Tally> {
    install::web_servers()?;
    if !tools::quiet(Command::new("openssl").arg("version")) {
        tools::install("openssl", "which makes a certificate for the tests")?;
    }
    // Amplify is there already, for tests of its own.
    install::javascript()?;
    install::oidc_clients()?;
    let chromium = install::chromium()?;
    let folder = server::build_pages()?;
    let mut command = npm(&folder, script);
    command
        .env("CHROMIUM", chromium)
        .env("POOLHOUSE_PROGRAMS", server::build_with_tests()?);
    watch(&mut command)
}

/// Runs scripts of the web app, each of which says how many tests passed, beside a running server with these settings.
pub(super) fn against_a_server(home: &str, scripts: &[&str], settings: &str) -> Outcome<Tally> {
    let chromium = install::chromium()?;
    let folder = server::build_pages()?;
    let programs = server::build_with_tests()?;
    let home = root::target().join("tests").join(home);
    let (port, inbox_port) = (server::free_port()?, server::free_port()?);
    let server = Server::start(&Start {
        programs: &programs,
        home: &home,
        port,
        inbox_port,
        extra: settings,
        options: &[],
    })?;
    let key = server::create_key(&programs, &server.data, &[])?;
    let mut tally = Tally::default();
    for script in scripts {
        let mut command = npm(&folder, script);
        command
            .env("CHROMIUM", &chromium)
            .env("POOLHOUSE_URL", format!("http://{}", server.address))
            .env("AWS_ACCESS_KEY_ID", &key.id)
            .env("AWS_SECRET_ACCESS_KEY", &key.secret);
        tally = tally.plus(watch(&mut command)?);
    }
    Ok(tally)
}

/// Runs a script that says in its closing line how many tests passed.
fn watch(command: &mut Command) -> Outcome<Tally> {
    let mut tally = Tally::default();
    let status = process::watch(command, |line| {
        tally = tally.plus(Tally::of_closing_line(line));
        console::say(line)
    })?;
    Ok(match status.success() {
        true => tally,
        false => tally.with_failure(),
    })
}

/// A script of the web app.
pub(super) fn npm(folder: &PathBuf, script: &str) -> Command {
    let mut command = Command::new("npm");
    command
        .args(["run", "--silent", script])
        .current_dir(folder)
        .env("CI", "1")
        .env("NG_CLI_ANALYTICS", "false");
    command
}
