//! `poolhouse attach`, `detach`, `rollback` and `doctor`, on this process's terminal.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use poolhouse_operator::{Command, Terminal, World};

use crate::environment::Environment;
use poolhouse_pool::base::clock::{Clock, SystemClock};

/// Runs the command. Its exit code says more than whether it succeeded.
pub(super) fn run(command: &Command, environment: &Environment) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // With stderr gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "poolhouse: no runtime can be started: {error}.");
            return ExitCode::FAILURE;
        }
    };
    let mut console = Terminal::new(environment.variables.is_set("NO_COLOR"));
    let world = World {
        env: environment.variables.clone(),
        clock: Arc::new(|| u64::try_from(SystemClock.now().seconds()).unwrap_or_default()),
        console: &mut console,
    };
    ExitCode::from(runtime.block_on(poolhouse_operator::run(command, world)))
}
