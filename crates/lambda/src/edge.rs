//! The one place that touches the machine: clock, randomness, environment, process.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use poolhouse_outbound::aws::Clock;

use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::runtime::{self, Function};
use crate::secrets::with_secrets;
use crate::vars::{InitError, Vars};

/// The machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one real clock; everything else is handed this one"
)]
pub fn system_clock() -> Clock {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// A time since 1970 in the form that the confirm-code flow takes.
pub(crate) fn epoch_s(now: Duration) -> i64 {
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

/// 32 bytes from the operating system.
pub(crate) fn entropy() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::neutral(
            "NoRandomness",
            format!("the system gives no random bytes: {error}"),
        )
    })?;
    Ok(bytes)
}

/// A file of the machine, as text.
pub(crate) fn read_file(path: &str) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

/// Runs one function until its host ends it: reads the environment, makes the function, serves its events.
///
/// A function that cannot be made says why in the log, tells its host, and ends with failure.
pub fn start<F: Function>(make: impl FnOnce(&Vars, Log) -> Result<F, InitError>) -> ExitCode {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program's main: the environment is read here and passed on"
    )]
    let vars = Vars::new(|name| std::env::var(name).ok())
        .named(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
    let log = Log::stdout();
    let Some(api) = vars.get("AWS_LAMBDA_RUNTIME_API") else {
        log.error(Line::new(
            "AWS_LAMBDA_RUNTIME_API is not set: this program runs as a Lambda function, on AWS or under a host that speaks \
             the Lambda Runtime API",
        ));
        return ExitCode::FAILURE;
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            log.error(Line::new("the event loop could not be started").caused_by(&error));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let made = match with_secrets(vars, F::SECRETS, read_file, &system_clock()).await {
            Ok(vars) => make(&vars, log.clone()),
            Err(error) => Err(error),
        };
        let ended = match made {
            Ok(function) => runtime::serve(&api, function, system_clock(), &log).await,
            Err(error) => runtime::report_init_error(&api, &error, &log).await,
        };
        if let Err(error) = ended {
            log.error(Line::new("the Runtime API cannot be served").caused_by(&error));
        }
    });
    // A host ends a function by ending its process. Getting here means that something broke.
    ExitCode::FAILURE
}
