//! The server's binary.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use poolhouse_commands::{Environment, OWN_VARIABLES};
use poolhouse_credentials::Env;
use poolhouse_server::cli;

/// Sign-ins make many small allocations; docs/decisions/dependencies.md has what this saves.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary's main is where the environment is read"
    )]
    let (variable, path, names) = (
        |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty()),
        std::env::var_os("PATH").unwrap_or_default(),
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()),
    );
    let environment = Environment {
        log: variable("POOLHOUSE_LOG"),
        path,
        own: names.filter(|name| name.starts_with(OWN_VARIABLES)).collect(),
        variables: Env::new(variable),
    };
    cli::main(std::env::args_os(), &environment)
}
