//! `2fa-create`: see [`poolhouse_lambda::Create`].

use std::process::ExitCode;

use poolhouse_lambda::{Create, start};

fn main() -> ExitCode {
    start(Create::from_vars)
}
