//! The server's binary.

use std::process::ExitCode;

use poolhouse_server::cli::{self, Environment};

fn main() -> ExitCode {
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary's main is where the environment is read"
    )]
    let log = std::env::var("POOLHOUSE_LOG").ok();
    cli::main(std::env::args_os(), &Environment { log })
}
