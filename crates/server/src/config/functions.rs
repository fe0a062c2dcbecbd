//! `[functions]`: where functions run that do not run in process.

use poolhouse_api::Operation;
use poolhouse_outbound::http::Endpoint;
use poolhouse_triggers::Runtime;

use super::table::{ConfigError, Section};
use crate::settings::{FunctionCode, FunctionPlace, FunctionSettings, ProcessSettings, RemoteFunction};
use crate::triggers;

/// What a function's key may call unless told otherwise: what the confirm-code functions need.
pub(super) const OPERATIONS: [Operation; 2] = [Operation::AdminGetUser, Operation::AdminUpdateUserAttributes];

/// How a function's program comes about.
#[derive(Clone, Copy)]
enum Kind {
    Provided,
    Interpreted(Runtime),
}

/// Reads the table of one function. `region` is that of functions that are named without one.
pub(super) fn read(
    function: String,
    mut section: Section<'_>,
    region: &str,
) -> Result<FunctionSettings, ConfigError> {
    let elsewhere = section.parsed(
        "invoke",
        "aws, or the http or https URL of an Invoke endpoint without a path",
        |text| remote(&function, text, region),
    )?;
    let place = match elsewhere {
        Some(remote) => FunctionPlace::Remote(remote),
        None => FunctionPlace::Process(process(&mut section)?),
    };
    section.end()?;
    Ok(FunctionSettings { function, place })
}

fn remote(function: &str, text: &str, region: &str) -> Option<RemoteFunction> {
    let on_lambda = triggers::lambda(function, region)?;
    match text {
        "aws" => Some(on_lambda),
        url => Endpoint::parse(url).map(|endpoint| RemoteFunction {
            endpoint,
            ..on_lambda
        }),
    }
}

fn process(section: &mut Section<'_>) -> Result<ProcessSettings, ConfigError> {
    let kind = section.parsed("runtime", "nodejs, python or provided", |text| match text {
        "nodejs" => Some(Kind::Interpreted(Runtime::Node)),
        "python" => Some(Kind::Interpreted(Runtime::Python)),
        "provided" => Some(Kind::Provided),
        _ => None,
    })?;
    let code = match kind.unwrap_or(Kind::Provided) {
        Kind::Provided => program(section)?,
        Kind::Interpreted(runtime) => handler(section, runtime)?,
    };
    Ok(ProcessSettings {
        code,
        processes: section.count("processes")?,
        environment: section.section("environment")?.variables()?,
        operations: operations(section)?,
    })
}

fn program(section: &mut Section<'_>) -> Result<FunctionCode, ConfigError> {
    let Some(program) = section.path("program")? else {
        return Err(section.error(
            "program",
            "is missing: the function's program, such as a bootstrap binary. For a handler, set runtime to nodejs or python",
        ));
    };
    Ok(FunctionCode::Program {
        program,
        arguments: section.texts("arguments")?.unwrap_or_default(),
        directory: section.path("directory")?,
        handler: section.text("handler")?,
    })
}

fn handler(section: &mut Section<'_>, runtime: Runtime) -> Result<FunctionCode, ConfigError> {
    let Some(handler) = section.text("handler")? else {
        return Err(section.error("handler", "is missing: file and function, such as index.handler"));
    };
    let Some(directory) = section.path("directory")? else {
        return Err(section.error("directory", "is missing: the folder of the handler's file"));
    };
    Ok(FunctionCode::Handler {
        runtime,
        program: section.path("program")?,
        directory,
        handler,
    })
}

fn operations(section: &mut Section<'_>) -> Result<Vec<Operation>, ConfigError> {
    let Some(names) = section.texts("operations")? else {
        return Ok(OPERATIONS.to_vec());
    };
    let operation = |name: &String| {
        Operation::from_name(name)
            .ok_or_else(|| section.error("operations", format!("names {name}, which is no operation")))
    };
    names.iter().map(operation).collect()
}
