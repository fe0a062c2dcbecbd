//! `poolhouse config check`: everything that would keep a server from starting, or from sending mail, before it is started.
//!
//! Nothing is made or changed by it, and it works beside a running server.

use std::fmt::Display;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use poolhouse_commands::configure::{NO_MAIL, complete, file, has_mail, ready};
use poolhouse_commands::engine::Engine;
use poolhouse_commands::sockets;
use poolhouse_commands::{CliError, DEFAULT_DATA, Environment, Output, ServeArgs, aws, data, print};
use poolhouse_config::{Configuration, Fault};
use poolhouse_mail::Deadlines;
use poolhouse_pool::base::settings::{FunctionCode, FunctionPlace, FunctionSettings};
use poolhouse_pool::triggers::HostError;
use poolhouse_text::with_causes;
use serde_json::{Value, json};

use super::serve::NO_TLS;
use crate::http::Pages;
use crate::http::tls::Tls;

#[derive(Subcommand)]
pub(super) enum ConfigCommand {
    /// Say every fault of the configuration that poolhouse serve would have with these options, and start nothing.
    ///
    /// Each fault stands with its file and line and with what to do: settings that there are not or that cannot be used, files that
    /// cannot be read, addresses that are taken. A warning is what a server only says in its log. It ends with 1 if there is a fault.
    Check(CheckArgs),
}

#[derive(Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// Also connect to the mail relays, signing in to each, to the database, and for AWS credentials
    #[arg(long)]
    connect: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// What is wrong, or worth knowing.
struct Finding {
    file: Option<PathBuf>,
    line: Option<usize>,
    key: Option<String>,
    problem: String,
    /// All of it, for people.
    text: String,
}

impl Finding {
    fn of(problem: String) -> Finding {
        Finding {
            file: None,
            line: None,
            key: None,
            text: problem.clone(),
            problem,
        }
    }

    fn in_file(fault: Fault) -> Finding {
        let text = fault.to_string();
        Finding {
            file: Some(fault.error.file),
            line: fault.line,
            key: Some(fault.error.key).filter(|key| !key.is_empty()),
            problem: fault.error.problem,
            text,
        }
    }

    fn json(&self) -> Value {
        json!({
            "File": self.file,
            "Line": self.line,
            "Key": self.key,
            "Problem": self.problem,
        })
    }
}

#[derive(Default)]
struct Findings {
    faults: Vec<Finding>,
    warnings: Vec<Finding>,
}

impl Findings {
    fn fault(&mut self, error: &CliError) {
        self.faults.push(Finding::of(with_causes(error)));
    }

    fn warning(&mut self, problem: impl Into<String>) {
        self.warnings.push(Finding::of(problem.into()));
    }
}

pub(super) fn run(command: ConfigCommand, environment: &Environment) -> Result<ExitCode, CliError> {
    let ConfigCommand::Check(arguments) = command;
    let (connect, output) = (arguments.connect, arguments.output);
    let mut findings = Findings::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new("no event loop can be started").caused_by(error))?;
    let checked = runtime.block_on(check(arguments.serve, connect, environment, &mut findings));
    print(&said(&findings, checked.as_deref(), output))?;
    Ok(match findings.faults.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Looks at everything, and returns the file that was read.
async fn check(
    arguments: ServeArgs,
    connect: bool,
    environment: &Environment,
    findings: &mut Findings,
) -> Option<PathBuf> {
    if let Err(error) = environment.level() {
        findings.fault(&error);
    }
    environment
        .unknown()
        .for_each(|unknown| findings.warning(unknown));
    let file = file(arguments.named());
    let mut configuration = Configuration::default();
    if let Some(file) = &file {
        let (read, faults) = poolhouse_config::check(file);
        configuration = read;
        findings.faults.extend(faults.into_iter().map(Finding::in_file));
    }
    for error in complete(arguments, &mut configuration) {
        findings.fault(&error);
    }
    check_machine(&configuration, environment, findings);
    if connect {
        check_ways(&configuration, environment, findings).await;
    }
    file
}

/// What the settings name on this machine.
fn check_machine(configuration: &Configuration, environment: &Environment, findings: &mut Findings) {
    let settings = &configuration.settings;
    let directory = settings.data.as_deref().unwrap_or(Path::new(DEFAULT_DATA));
    if let Err(error) = data::check(directory, configuration.store.as_ref()) {
        findings.fault(&error);
    }
    for unusable in sockets::check(configuration) {
        match unusable.is_taken && data::is_reserved(directory) {
            true => findings.warning(format!(
                "{}: the server that runs on {}, for instance",
                unusable.error,
                directory.display()
            )),
            false => findings.fault(&unusable.error),
        }
    }
    if let Some(Err(error)) = configuration.tls.as_ref().map(Tls::load) {
        let error = CliError::new(NO_TLS).caused_by(error);
        findings.fault(&error);
    }
    if let Err(error) = Pages::load(&configuration.web) {
        let error = CliError::new("the pages cannot be read; see directory under [web]").caused_by(error);
        findings.fault(&error);
    }
    for function in &settings.functions {
        if let Some(error) = check_function(function, environment) {
            findings.fault(&error);
        }
    }
    if !has_mail(configuration) {
        findings.warning(NO_MAIL);
    }
    if configuration.issuer.is_none() && !settings.listen.ip().is_loopback() {
        findings.warning(super::serve::NO_ISSUER);
    }
}

/// Why a function cannot be started.
fn check_function(function: &FunctionSettings, environment: &Environment) -> Option<CliError> {
    let FunctionPlace::Process(process) = &function.place else {
        return None;
    };
    let name = &function.function;
    let (program, directory) = match &process.code {
        FunctionCode::Program {
            program, directory, ..
        } => (Some(program.clone()), directory.as_ref()),
        FunctionCode::Handler {
            runtime,
            program,
            directory,
            ..
        } => {
            let found = program.clone().or_else(|| runtime.find(&environment.path));
            if found.is_none() {
                let (function, runtime) = (name.clone(), *runtime);
                let missing = HostError::NoInterpreter { function, runtime };
                return Some(CliError::new("a function cannot run").caused_by(missing));
            }
            (found, Some(directory))
        }
    };
    let refuse = |path: &Path, why: &dyn Display| {
        Some(CliError::new(format!(
            "functions.\"{name}\" names {}, {why}",
            path.display()
        )))
    };
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        return refuse(
            directory,
            &"which is not a folder. Name the folder of its files as directory",
        );
    }
    let program = program.filter(|program| !is_program(program))?;
    refuse(
        &program,
        &"which is not a program that may be run. Name another as program",
    )
}

fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// What the settings name elsewhere.
async fn check_ways(configuration: &Configuration, environment: &Environment, findings: &mut Findings) {
    if let Some(store) = &configuration.store
        && let Err(error) = Engine::reach(store).await
    {
        findings.fault(&error);
    }
    let settings = &configuration.settings;
    let caller = match aws::caller(settings, environment).await {
        Ok(caller) => caller,
        Err(error) => return findings.fault(&error),
    };
    for carrier in &settings.mail.carriers {
        let (carrier, deadlines) = (ready(carrier, &caller), Deadlines::default());
        let reached = match carrier.open(&deadlines).await {
            Ok(opened) => opened.rehearse(&deadlines).await,
            Err(error) => Err(error),
        };
        if let Err(error) = reached {
            let advice = carrier.advice(&error).map(|advice| format!(". {advice}"));
            findings.faults.push(Finding::of(format!(
                "{carrier} cannot be reached: {}{}",
                with_causes(&error),
                advice.unwrap_or_default()
            )));
        }
    }
}

fn said(findings: &Findings, file: Option<&Path>, output: Output) -> String {
    let Findings { faults, warnings } = findings;
    if output == Output::Json {
        let all = |found: &[Finding]| found.iter().map(Finding::json).collect::<Vec<_>>();
        return json!({ "File": file, "Faults": all(faults), "Warnings": all(warnings) }).to_string();
    }
    let mut lines: Vec<String> = faults.iter().map(|fault| fault.text.clone()).collect();
    lines.extend(
        warnings
            .iter()
            .map(|warning| format!("warning: {}", warning.text)),
    );
    let read = match file {
        Some(file) => file.display().to_string(),
        None => "No poolhouse.toml is here; the options".to_owned(),
    };
    lines.push(match faults.len() {
        0 => format!("{read}: no fault"),
        1 => format!("{read}: 1 fault"),
        count => format!("{read}: {count} faults"),
    });
    lines.join("\n")
}
