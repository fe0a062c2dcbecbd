//! Which of the commands, on one thread.

use super::{MailCommand, preview, queue, trial};
use crate::environment::Environment;
use crate::error::CliError;

pub fn run(command: MailCommand, environment: &Environment) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no event loop can be started").caused_by(error))?;
    match command {
        MailCommand::Preview(arguments) => runtime.block_on(preview::run(arguments)),
        MailCommand::Test(arguments) => runtime.block_on(trial::run(arguments, environment)),
        MailCommand::Queue(arguments) => runtime.block_on(queue::list(arguments)),
        MailCommand::Allow(arguments) => runtime.block_on(queue::allow(arguments)),
    }
}
