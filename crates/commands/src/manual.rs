//! `poolhouse completions` and `poolhouse man`, from the command line itself.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::error::CliError;

pub(super) fn completions(shell: Shell, mut command: Command) -> Result<(), CliError> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    write(&script)
}

/// Prints the program's page, or writes those of all commands into a directory: `poolhouse.1`, `poolhouse-serve.1`, …
pub(super) fn pages(into: Option<&Path>, command: Command) -> Result<(), CliError> {
    let Some(directory) = into else {
        let mut page = Vec::new();
        let rendered = Man::new(command).render(&mut page);
        rendered.map_err(|error| CliError::new("the manual cannot be made").caused_by(error))?;
        return write(&page);
    };
    let made = fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(command, directory));
    made.map_err(|error| {
        let directory = directory.display();
        CliError::new(format!("the manual cannot be written to {directory}")).caused_by(error)
    })
}

fn write(bytes: &[u8]) -> Result<(), CliError> {
    match io::stdout().write_all(bytes) {
        // The reader may have seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::new("the standard output cannot be written to").caused_by(error))
        }
        _ => Ok(()),
    }
}
