//! Which place serves which function.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use poolhouse_api::Operation;
use poolhouse_confirm as confirm;
use poolhouse_crypto::Entropy;
use poolhouse_triggers::{Function, Host, Invoker, Log, LogSource, Place, Policy, RuntimeApi};

use super::arn::function_name;
use super::host::FunctionHost;
use crate::base::clock::Clock;
use crate::base::settings::{FunctionCode, FunctionPlace, FunctionSettings, Settings};
use crate::keyring::{FunctionCredentials, FunctionKeys};

/// What a function may call unless its settings say otherwise: reading and writing the attributes of users.
const DEFAULT_OPERATIONS: [Operation; 2] = [Operation::AdminGetUser, Operation::AdminUpdateUserAttributes];

/// The functions that this server can run.
pub struct Functions {
    confirm: confirm::Settings,
    mapped: BTreeMap<String, Arc<Invoker>>,
}

impl Functions {
    /// The confirm-code functions in process under these settings, and functions at `places`, by ARN or name.
    pub fn new(confirm: confirm::Settings, places: Vec<(String, Arc<dyn Place>)>) -> Functions {
        let invoker = |place| Arc::new(Invoker::new(place, Policy::default()));
        let mapped = places
            .into_iter()
            .map(|(name, place)| (name, invoker(place)))
            .collect();
        Functions { confirm, mapped }
    }

    /// The settings of the functions in process.
    pub fn confirm(&self) -> &confirm::Settings {
        &self.confirm
    }

    /// The place that the configuration maps this function to: by its whole ARN, or else by its name.
    pub fn find(&self, arn: &str) -> Option<&Arc<Invoker>> {
        self.mapped
            .get(arn)
            .or_else(|| self.mapped.get(function_name(arn)))
    }

    /// Every mapped function, for start-up and shutdown.
    pub fn mapped(&self) -> impl Iterator<Item = (&str, &Arc<Invoker>)> {
        self.mapped.iter().map(|(name, invoker)| (name.as_str(), invoker))
    }
}

/// The places of the functions that the settings run as processes. Each gets an access key of its own that is good for
/// this server alone, as long as it runs.
pub fn processes(
    settings: &Settings,
    host: &FunctionHost,
    keys: &FunctionKeys,
    entropy: &Arc<dyn Entropy>,
    clock: &Arc<dyn Clock>,
) -> Vec<(String, Arc<dyn Place>)> {
    let (wall, random) = (clock.clone(), entropy.clone());
    let lent = Host {
        wall: Arc::new(move || wall.now().0),
        random: Arc::new(move |bytes: &mut [u8]| random.fill(bytes)),
        log: log(host, clock),
    };
    let place = |configured: &FunctionSettings| {
        let FunctionPlace::Process(process) = &configured.place else {
            return None;
        };
        let mut function = describe(settings, host, &configured.function, &process.code)?;
        if let Some(processes) = process.processes {
            function.sandboxes = processes;
        }
        let operations = match process.operations.as_slice() {
            [] => DEFAULT_OPERATIONS.to_vec(),
            named => named.to_vec(),
        };
        let credentials = keys.issue(&function.name, operations, &**entropy);
        lend(settings, credentials, &mut function);
        // What the operator sets wins, so that a function can be pointed elsewhere.
        function.environment.extend(process.environment.iter().cloned());
        let place: Arc<dyn Place> = Arc::new(RuntimeApi::new(function, lent.clone()));
        Some((configured.function.clone(), place))
    };
    settings.functions.iter().filter_map(place).collect()
}

/// What functions print goes to the server's log and to their own; what is said about their calls, to their own.
fn log(host: &FunctionHost, clock: &Arc<dyn Clock>) -> Log {
    let (logs, clock) = (host.logs().cloned(), clock.clone());
    Arc::new(move |function: &str, source, line: &str| {
        match source {
            LogSource::Function => tracing::info!(target: "function", function, line),
            LogSource::Platform => tracing::debug!(target: "function", function, line),
        }
        if let Some(logs) = &logs {
            logs.write(function, clock.now(), line);
        }
    })
}

/// The function without what it is lent. `None` if it needs an interpreter that the host was not prepared with.
fn describe(
    settings: &Settings,
    host: &FunctionHost,
    configured: &str,
    code: &FunctionCode,
) -> Option<Function> {
    let name = function_name(configured);
    let arn = if configured.contains(':') {
        configured.to_owned()
    } else {
        format!(
            "arn:aws:lambda:{}:{}:function:{name}",
            settings.region, settings.account
        )
    };
    // A process starts in its own folder, from where a relative path would mean something else.
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    match code {
        FunctionCode::Program {
            program,
            arguments,
            directory,
            handler,
        } => {
            let mut function = Function::bootstrap(name, &arn, &settings.region, absolute(program));
            function.arguments.clone_from(arguments);
            if let Some(directory) = directory {
                function.directory = absolute(directory);
            }
            if let Some(handler) = handler {
                function.handler.clone_from(handler);
            }
            Some(function)
        }
        FunctionCode::Handler {
            directory, handler, ..
        } => {
            let interpreter = host.interpreter(configured)?;
            Some(Function::interpreted(
                name,
                &arn,
                &settings.region,
                interpreter,
                absolute(directory),
                handler,
            ))
        }
    }
}

/// Gives a function its access key, this server's address and the way for its mail.
fn lend(settings: &Settings, credentials: FunctionCredentials, function: &mut Function) {
    let lent = [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.to_string()),
        (
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            format!("http://{}", settings.local_address()),
        ),
    ];
    function
        .environment
        .extend(lent.map(|(name, value)| (name.to_owned(), value)));
    if let Some(inbox) = settings.inbox {
        function
            .environment
            .insert("SMTP_URL".to_owned(), format!("smtp://{inbox}"));
    }
    if let Some(from) = &settings.mail.from {
        function
            .environment
            .insert("MAIL_FROM".to_owned(), from.address().to_string());
    }
}
