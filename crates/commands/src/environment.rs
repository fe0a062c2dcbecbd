//! What the program knows of its environment.

use std::ffi::OsString;

use poolhouse_config::nearest_first;
use tracing::level_filters::LevelFilter;

use crate::error::CliError;

/// The variables of this program.
const KNOWN: [&str; 1] = ["POOLHOUSE_LOG"];

/// How the names of this program's own variables begin.
pub const OWN_VARIABLES: &str = "POOLHOUSE_";

/// What the binary knows of the environment.
pub struct Environment {
    /// `POOLHOUSE_LOG`: `error`, `warn`, `info`, `debug` or `trace`.
    pub log: Option<String>,
    /// `PATH`, on which the interpreters of functions are looked for.
    pub path: OsString,
    /// The names of all variables that begin as this program's own do.
    pub own: Vec<String>,
    /// Every variable by its name: those of AWS's tools are looked for by the server's calls and the operator's commands.
    pub variables: poolhouse_credentials::Env,
}

impl Environment {
    /// How much is logged.
    ///
    /// # Errors
    /// When the variable says something else than a level.
    pub fn level(&self) -> Result<LevelFilter, CliError> {
        match self.log.as_deref() {
            None | Some("") => Ok(LevelFilter::INFO),
            Some(text) => text.parse().map_err(|_| {
                CliError::new(format!(
                    "POOLHOUSE_LOG is {text:?}. Set error, warn, info, debug or trace"
                ))
            }),
        }
    }

    /// What is said of variables that look like this program's and are not. A server starts all the same: an orchestrator sets some for a
    /// service of that name, `POOLHOUSE_PORT` for instance.
    pub fn unknown(&self) -> impl Iterator<Item = String> {
        let names = self.own.iter().filter(|name| !KNOWN.contains(&name.as_str()));
        names.map(|name| {
            let known = nearest_first(name, KNOWN).join(", ");
            format!("{name} is not a variable of this program and changes nothing. Those there are: {known}")
        })
    }
}
