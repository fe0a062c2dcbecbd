//! `2fa-define`: see [`poolhouse_lambda::Define`].

use std::process::ExitCode;

use poolhouse_lambda::{Define, start};

fn main() -> ExitCode {
    start(Define::from_vars)
}
