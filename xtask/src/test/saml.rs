//! Sign-ins by a SAML identity provider that nobody here wrote: SimpleSAMLphp, as Debian has it, in a browser.

use super::tally::Tally;
use super::web::npm;
use crate::system::process;
use crate::system::server::{self, Server, Start};
use crate::{Outcome, console, install, root};

/// Runs the browser's tests against a server and an identity provider, which the tests start themselves.
pub fn sign_ins() -> Outcome<Tally> {
    let chromium = install::chromium()?;
    install::saml_provider()?;
    let folder = server::build_pages()?;
    let programs = server::build_with_tests()?;
    let (port, inbox_port, saml_port) = (server::free_port()?, server::free_port()?, server::free_port()?);
    let server = Server::start(&Start {
        programs: &programs,
        home: &root::target().join("tests/saml"),
        port,
        inbox_port,
        extra: &format!("[hosted]\nfetch_allow = [\"localhost:{saml_port}\"]\n"),
        options: &[],
    })?;
    let key = server::create_key(&programs, &server.data, &[])?;
    let mut command = npm(&folder, "saml");
    command
        .env("CHROMIUM", &chromium)
        .env("POOLHOUSE_URL", format!("http://{}", server.address))
        .env("SAML_PORT", saml_port.to_string())
        .env("AWS_ACCESS_KEY_ID", &key.id)
        .env("AWS_SECRET_ACCESS_KEY", &key.secret);
    let mut tally = Tally::default();
    let status = process::watch(&mut command, |line| {
        tally = tally.plus(Tally::of_closing_line(line));
        console::say(line)
    })?;
    match status.success() {
        true => Ok(tally),
        false => Ok(tally.with_failure()),
    }
}
