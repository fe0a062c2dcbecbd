//! What each fuzz target asserts of an input, apart from the fuzzer that thinks the inputs up.
//!
//! A target is a function that takes any bytes and panics if something is wrong: with the reader of such bytes, or with a
//! property that must hold whatever they are. `fuzz/` hands them to libFuzzer, with a nightly toolchain
//! (`cargo xtask fuzz`); the tests of this crate run them over the inputs in `fuzz/seeds`, with any toolchain.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a target says that something is wrong by panicking"
)]

mod event;
mod input;
mod json_body;
mod ledger;
mod list_filter;
mod mail_address;
mod passkey;
mod refresh_token;
mod rounds;
mod saml_response;
mod secret_block;
mod sigv4_header;
mod smtp_reply;

/// A fuzz target.
pub struct Target {
    /// Its name, which its file in `fuzz/fuzz_targets` and its folder in `fuzz/seeds` have too.
    pub name: &'static str,
    /// Runs it on one input; panics if a property is broken.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, run: fn(&[u8])) -> Target {
    Target { name, run }
}

/// All targets, by name.
pub const TARGETS: [Target; 11] = [
    target("event", event::run),
    target("json_body", json_body::run),
    target("ledger", ledger::run),
    target("list_filter", list_filter::run),
    target("mail_address", mail_address::run),
    target("passkey", passkey::run),
    target("refresh_token", refresh_token::run),
    target("saml_response", saml_response::run),
    target("secret_block", secret_block::run),
    target("sigv4_header", sigv4_header::run),
    target("smtp_reply", smtp_reply::run),
];

/// Runs the target of this name on one input.
///
/// # Panics
/// If there is no such target, or a property is broken.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of this name").run)(data);
}
