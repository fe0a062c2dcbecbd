//! What this machine lends to functions that run as processes: interpreters for their languages, and files for their logs.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use poolhouse_triggers::{Interpreter, Runtime};

use super::logs::FunctionLogs;
use crate::base::settings::{FunctionCode, FunctionPlace, Settings};

/// The folder of the runtimes' files in the data directory.
const RUNTIMES: &str = "runtimes";
/// The folder of the functions' logs in the data directory.
const LOGS: &str = "logs";

/// What functions need of this machine. Empty by default: no interpreters, and no logs but the server's own.
#[derive(Default)]
pub struct FunctionHost {
    /// By the function's name in the settings.
    interpreters: BTreeMap<String, Interpreter>,
    logs: Option<Arc<FunctionLogs>>,
}

/// Why a function cannot run here.
#[derive(Debug)]
pub enum HostError {
    /// Its language's interpreter is not there.
    NoInterpreter {
        /// The function.
        function: String,
        /// Its language.
        runtime: Runtime,
    },
    /// The runtimes' files cannot be written.
    Install(io::Error),
}

impl FunctionHost {
    /// Finds the interpreters that the settings ask for, in the folders of `path`, which is written as the variable
    /// `PATH`, and writes the runtimes' files to the data directory.
    ///
    /// # Errors
    /// When an interpreter is not there, or the data directory cannot be written to.
    pub fn prepare(settings: &Settings, data: &Path, path: &OsStr) -> Result<FunctionHost, HostError> {
        let mut host = FunctionHost {
            interpreters: BTreeMap::new(),
            logs: Some(Arc::new(FunctionLogs::new(data.join(LOGS)))),
        };
        for function in &settings.functions {
            let FunctionPlace::Process(process) = &function.place else {
                continue;
            };
            let FunctionCode::Handler { runtime, program, .. } = &process.code else {
                continue;
            };
            let program = program.clone().or_else(|| runtime.find(path));
            let interpreter = Interpreter {
                runtime: *runtime,
                program: program.ok_or_else(|| HostError::NoInterpreter {
                    function: function.function.clone(),
                    runtime: *runtime,
                })?,
                file: runtime
                    .install(&data.join(RUNTIMES))
                    .map_err(HostError::Install)?,
            };
            host.interpreters.insert(function.function.clone(), interpreter);
        }
        Ok(host)
    }

    /// The interpreter of the function of this name in the settings.
    pub(super) fn interpreter(&self, function: &str) -> Option<&Interpreter> {
        self.interpreters.get(function)
    }

    /// The files for the functions' logs, if there are any.
    pub(super) fn logs(&self) -> Option<&Arc<FunctionLogs>> {
        self.logs.as_ref()
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::NoInterpreter { function, runtime } => {
                let (language, program) = match runtime {
                    Runtime::Node => ("Node.js 20 or later", runtime.program()),
                    Runtime::Python => ("Python 3.9 or later", runtime.program()),
                };
                write!(
                    f,
                    "functions.\"{function}\" needs {language}, and there is no {program} on the PATH. Install it, or \
                     name it as program"
                )
            }
            HostError::Install(_) => {
                f.write_str("the runtimes of the functions cannot be written to the data directory")
            }
        }
    }
}

impl Error for HostError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            HostError::NoInterpreter { .. } => None,
            HostError::Install(cause) => Some(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::settings::{FunctionSettings, ProcessSettings};

    #[test]
    fn a_function_without_its_interpreter_says_what_to_install() {
        let code = FunctionCode::Handler {
            runtime: Runtime::Node,
            program: None,
            directory: "functions".into(),
            handler: "index.handler".to_owned(),
        };
        let settings = Settings {
            functions: vec![FunctionSettings {
                function: "2faDefine".to_owned(),
                place: FunctionPlace::Process(ProcessSettings {
                    code,
                    processes: None,
                    environment: Vec::new(),
                    operations: Vec::new(),
                }),
            }],
            ..Settings::default()
        };
        let data = Path::new("/nowhere");
        let error = FunctionHost::prepare(&settings, data, OsStr::new("/nowhere/bin")).err();
        assert_eq!(
            error.map(|error| error.to_string()).as_deref(),
            Some(
                "functions.\"2faDefine\" needs Node.js 20 or later, and there is no node on the PATH. Install it, or \
                 name it as program"
            )
        );
    }
}
