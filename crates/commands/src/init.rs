//! `poolhouse init`: a configuration file to begin with.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::CliError;
use crate::output::print;
use poolhouse_config as config;

pub(super) fn run(file: &Path) -> Result<(), CliError> {
    // For its owner only: the first thing that people write into it may be a relay's password.
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(file);
    let written = opened.and_then(|mut opened| {
        opened.write_all(config::template().as_bytes())?;
        opened.sync_all()
    });
    let file = file.display();
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => CliError::new(format!(
            "{file} is there already and was left as it is. Name another file: poolhouse init other.toml"
        )),
        _ => CliError::new(format!("{file} cannot be written")).caused_by(error),
    })?;
    print(&format!(
        "Wrote {file}. Every setting in it is switched off by a #: take that away where you want another value."
    ))
}
