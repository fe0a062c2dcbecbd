//! `2fa-pre-token`: see [`poolhouse_lambda::PreToken`].

use std::process::ExitCode;

use poolhouse_lambda::{PreToken, start};

fn main() -> ExitCode {
    start(PreToken::from_vars)
}
