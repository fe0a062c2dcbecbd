//! What the program knows of its environment.

use std::ffi::OsString;

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
