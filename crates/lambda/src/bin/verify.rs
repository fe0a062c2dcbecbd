//! `2fa-verify`: see [`poolhouse_lambda::Verify`].

use std::process::ExitCode;

use poolhouse_lambda::{Verify, start};

fn main() -> ExitCode {
    start(Verify::from_vars)
}
