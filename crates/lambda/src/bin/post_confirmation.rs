//! `2fa-post-confirmation`: see [`poolhouse_lambda::PostConfirmation`].

use std::process::ExitCode;

use poolhouse_lambda::{PostConfirmation, start};

fn main() -> ExitCode {
    start(PostConfirmation::from_vars)
}
