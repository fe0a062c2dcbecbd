//! `[functions]`: where functions run that do not run in process.

use poolhouse_api::Operation;
use poolhouse_outbound::http::Endpoint;
use poolhouse_triggers::Runtime;

use super::keys::functions as keys;
use super::table::{ConfigError, Section};
use poolhouse_pool::base::settings::{
    FunctionCode, FunctionPlace, FunctionSettings, ProcessSettings, RemoteFunction,
};
use poolhouse_pool::triggers;

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
        &keys::INVOKE,
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
    let kind = section.parsed(&keys::RUNTIME, "nodejs, python or provided", |text| match text {
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
        processes: section.count(&keys::PROCESSES)?,
        environment: section.section(&keys::ENVIRONMENT)?.variables()?,
        operations: operations(section)?,
    })
}

fn program(section: &mut Section<'_>) -> Result<FunctionCode, ConfigError> {
    let Some(program) = section.path(&keys::PROGRAM)? else {
        return Err(section.error(
            &keys::PROGRAM,
            "is missing: the function's program, such as a bootstrap binary. For a handler, set runtime to nodejs or python",
        ));
    };
    Ok(FunctionCode::Program {
        program,
        arguments: section.texts(&keys::ARGUMENTS)?.unwrap_or_default(),
        directory: section.path(&keys::DIRECTORY)?,
        handler: section.text(&keys::HANDLER)?,
    })
}

fn handler(section: &mut Section<'_>, runtime: Runtime) -> Result<FunctionCode, ConfigError> {
    let Some(handler) = section.text(&keys::HANDLER)? else {
        return Err(section.error(
            &keys::HANDLER,
            "is missing: file and function, such as index.handler",
        ));
    };
    let Some(directory) = section.path(&keys::DIRECTORY)? else {
        return Err(section.error(&keys::DIRECTORY, "is missing: the folder of the handler's file"));
    };
    Ok(FunctionCode::Handler {
        runtime,
        program: section.path(&keys::PROGRAM)?,
        directory,
        handler,
    })
}

fn operations(section: &mut Section<'_>) -> Result<Vec<Operation>, ConfigError> {
    let Some(names) = section.texts(&keys::OPERATIONS)? else {
        return Ok(OPERATIONS.to_vec());
    };
    let operation = |name: &String| {
        Operation::from_name(name)
            .ok_or_else(|| section.error(&keys::OPERATIONS, format!("names {name}, which is no operation")))
    };
    names.iter().map(operation).collect()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn functions(text: &str) -> Result<Vec<FunctionSettings>, String> {
        let read = crate::parse(Path::new("/etc/poolhouse/poolhouse.toml"), text);
        read.map(|read| read.settings.functions)
            .map_err(|error| error.to_string())
    }

    fn process(text: &str) -> ProcessSettings {
        let place = functions(text).unwrap().swap_remove(0).place;
        let FunctionPlace::Process(process) = place else {
            panic!("it is a process")
        };
        process
    }

    #[test]
    fn a_program_is_read_with_what_it_is_lent() {
        let create = process(
            r#"
            [functions."2faCreate"]
            program = "functions/2fa-create/bootstrap"
            environment = { SMTP_URL = "smtp://127.0.0.1:25", MAX_ATTEMPTS = 2 }
            "#,
        );
        let bootstrap = PathBuf::from("/etc/poolhouse/functions/2fa-create/bootstrap");
        assert!(matches!(&create.code, FunctionCode::Program { program, .. } if *program == bootstrap));
        let attempts = ("MAX_ATTEMPTS".to_owned(), "2".to_owned());
        assert!(create.environment.contains(&attempts));
        assert_eq!(create.operations, OPERATIONS);

        let other = process(
            r#"
            [functions."arn:aws:lambda:eu-central-1:111122223333:function:other"]
            program = "/usr/bin/other"
            arguments = ["--quick"]
            directory = "functions/other"
            handler = "index.handler"
            processes = 2
            operations = ["AdminGetUser"]
            "#,
        );
        assert_eq!(
            (other.operations.as_slice(), other.processes),
            (&[Operation::AdminGetUser][..], Some(2))
        );
        assert_eq!(
            format!("{:?}", other.code),
            r#"Program { program: "/usr/bin/other", arguments: ["--quick"], directory: Some("/etc/poolhouse/functions/other"), handler: Some("index.handler") }"#
        );
    }

    #[test]
    fn a_handler_is_read_with_its_language() {
        for (text, expected) in [
            (
                "runtime = 'nodejs'\nhandler = '2faDefine.handler'\ndirectory = 'node'",
                r#"Handler { runtime: Node, program: None, directory: "/etc/poolhouse/node", handler: "2faDefine.handler" }"#,
            ),
            (
                "runtime = 'python'\nhandler = 'verify.handler'\ndirectory = '/srv'\nprogram = '/opt/python3'",
                r#"Handler { runtime: Python, program: Some("/opt/python3"), directory: "/srv", handler: "verify.handler" }"#,
            ),
        ] {
            let read = process(&format!("[functions.any]\n{text}"));
            assert_eq!(format!("{:?}", read.code), expected);
        }
    }

    #[test]
    fn a_function_elsewhere_is_in_the_region_of_its_arn_or_else_the_servers() {
        for (name, invoke, url, region) in [
            (
                "elsewhere",
                "http://127.0.0.1:9001",
                "http://127.0.0.1:9001",
                "eu-central-1",
            ),
            (
                "arn:aws:lambda:us-west-2:111122223333:function:on-lambda",
                "aws",
                "https://lambda.us-west-2.amazonaws.com",
                "us-west-2",
            ),
        ] {
            let text = format!("region = 'eu-central-1'\n[functions.\"{name}\"]\ninvoke = '{invoke}'");
            let FunctionPlace::Remote(remote) = functions(&text).unwrap().swap_remove(0).place else {
                panic!("{name} is elsewhere")
            };
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!(
                remote,
                RemoteFunction {
                    endpoint,
                    region: region.to_owned()
                }
            );
        }
    }

    #[test]
    fn every_mistake_names_its_key_and_what_to_do() {
        for (text, expected) in [
            (
                "[functions.create]\nenvironment = {}",
                r#"functions."create".program is missing: the function's program, such as a bootstrap binary. For a handler, set runtime to nodejs or python"#,
            ),
            (
                "[functions.create]\nruntime = 'nodejs20.x'",
                r#"functions."create".runtime must be nodejs, python or provided"#,
            ),
            (
                "[functions.create]\nruntime = 'nodejs'",
                r#"functions."create".handler is missing: file and function, such as index.handler"#,
            ),
            (
                "[functions.create]\nruntime = 'python'\nhandler = 'index.handler'",
                r#"functions."create".directory is missing: the folder of the handler's file"#,
            ),
            (
                "[functions.create]\ninvoke = 'http://127.0.0.1:9001/path'",
                r#"functions."create".invoke must be aws, or the http or https URL of an Invoke endpoint without a path"#,
            ),
            (
                "[functions.create]\ninvoke = 'aws'\nprogram = 'x'",
                r#"functions."create".program is not a setting. Those there are here: invoke"#,
            ),
            ("[functions]\ncreate = 1", "functions.create must be a table"),
            (
                "[functions.create]\nprogram = 'x'\noperations = ['Everything']",
                r#"functions."create".operations names Everything, which is no operation"#,
            ),
        ] {
            let complaint = functions(text).unwrap_err();
            assert_eq!(
                complaint,
                format!("/etc/poolhouse/poolhouse.toml: {expected}"),
                "{text}"
            );
        }
    }
}
