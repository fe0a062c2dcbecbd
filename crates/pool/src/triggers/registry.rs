//! Which place serves which function.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use poolhouse_api::{ErrorCode, Operation};
use poolhouse_confirm as confirm;
use poolhouse_crypto::Entropy;
use poolhouse_triggers::{Function, Host, Invoker, Log, LogSource, Place, Policy, RuntimeApi, Trigger};

use super::arn::function_name;
use super::host::FunctionHost;
use crate::base::clock::Clock;
use crate::base::error::ApiError;
use crate::base::metrics::Numbers;
use crate::base::settings::{FunctionCode, FunctionPlace, FunctionSettings, ProcessSettings, Settings};
use crate::keyring::{FunctionCredentials, FunctionKeys};

/// What a function may call unless its settings say otherwise: reading and writing the attributes of users.
const DEFAULT_OPERATIONS: [Operation; 2] = [Operation::AdminGetUser, Operation::AdminUpdateUserAttributes];

/// The table that functions on this machine can count in, and the variable by which ours are told of one.
pub const COUNTERS_TABLE: &str = "poolhouse-counters";
const COUNTERS_VARIABLE: &str = "COUNTERS_TABLE";

/// The functions that this server can run.
pub struct Functions {
    confirm: RwLock<Arc<confirm::Settings>>,
    mapped: BTreeMap<String, Arc<Invoker>>,
    numbers: Arc<Numbers>,
}

impl Functions {
    /// The confirm-code functions in process under these settings, and functions at `places`, by ARN or name, whose calls are
    /// counted in `numbers`.
    pub fn new(
        confirm: confirm::Settings,
        places: Vec<(String, Arc<dyn Place>)>,
        numbers: Arc<Numbers>,
    ) -> Functions {
        let invoker = |place| Arc::new(Invoker::new(place, Policy::default()));
        let mapped = places
            .into_iter()
            .map(|(name, place)| (name, invoker(place)))
            .collect();
        Functions {
            confirm: RwLock::new(Arc::new(confirm)),
            mapped,
            numbers,
        }
    }

    /// The settings of the functions in process, as they are at this moment.
    pub fn confirm(&self) -> Arc<confirm::Settings> {
        self.confirm
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Goes on with other code keys.
    pub fn replace_keys(&self, keys: confirm::Keys) {
        let mut confirm = self.confirm.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut confirm).keys = Some(keys);
    }

    /// The place that the configuration maps this function to: by its whole ARN, or else by its name.
    pub fn find(&self, arn: &str) -> Option<&Arc<Invoker>> {
        self.mapped
            .get(arn)
            .or_else(|| self.mapped.get(function_name(arn)))
    }

    /// Counts a call that a function in this process or `elsewhere` took so long over, and says how it ended.
    pub(super) fn note<T>(
        &self,
        trigger: Trigger,
        is_elsewhere: bool,
        took: Duration,
        answer: &Result<T, ApiError>,
    ) -> &'static str {
        let place = if is_elsewhere { "elsewhere" } else { "in_process" };
        self.numbers.function_seconds.add([trigger.name(), place], took);
        let outcome = match answer {
            Ok(_) => "answered",
            Err(error) if error.code == ErrorCode::UserLambdaValidationException => "refused",
            Err(_) => "failed",
        };
        self.numbers.function_calls.add([trigger.name(), outcome]);
        outcome
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
        lend(settings, credentials, process, &mut function);
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

/// Gives a function this server in place of AWS. One with keys of its own is left to call whomever they are for.
fn lend_aws(settings: &Settings, counts: bool, function: &mut Function) {
    let endpoint = format!("http://{}", settings.local_address());
    function
        .environment
        .insert("AWS_ENDPOINT_URL".to_owned(), endpoint);
    // Ours take a table only together with the key that signs what they count.
    if counts {
        let table = COUNTERS_TABLE.to_owned();
        function.environment.insert(COUNTERS_VARIABLE.to_owned(), table);
    }
}

/// Gives a function its access key, this server's address and the way for its mail, and then what the operator set,
/// which wins, so that a function can be pointed elsewhere.
fn lend(
    settings: &Settings,
    credentials: FunctionCredentials,
    process: &ProcessSettings,
    function: &mut Function,
) {
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
    let is_set = |name: &str| process.environment.iter().any(|(held, _)| held == name);
    if !is_set("AWS_ACCESS_KEY_ID") {
        lend_aws(settings, is_set("OTP_KEY"), function);
    }
    function.environment.extend(process.environment.iter().cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a function with these variables of its own finds beside them.
    fn lent(own: &[(&str, &str)]) -> BTreeMap<String, String> {
        let process = ProcessSettings {
            code: FunctionCode::Program {
                program: "/srv/bootstrap".into(),
                arguments: Vec::new(),
                directory: None,
                handler: None,
            },
            processes: None,
            environment: own
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            operations: Vec::new(),
        };
        let mut function = Function::bootstrap("f", "arn", "us-east-1", "/srv/bootstrap".into());
        let credentials = FunctionCredentials {
            access_key_id: "ASIA".to_owned(),
            secret_access_key: "s".to_owned().into(),
        };
        lend(&Settings::default(), credentials, &process, &mut function);
        function.environment
    }

    #[test]
    fn a_function_finds_the_server_in_place_of_aws_unless_it_has_keys_of_its_own() {
        let endpoint = "AWS_ENDPOINT_URL";
        let pool = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER";
        let plain = lent(&[]);
        assert_eq!(plain[endpoint], "http://127.0.0.1:9229");
        assert_eq!(plain.get(COUNTERS_VARIABLE), None);
        let own = lent(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("OTP_KEY", "k")]);
        assert_eq!((own.get(endpoint), own.get(COUNTERS_VARIABLE)), (None, None));
        assert_eq!(
            (own[pool].as_str(), own["AWS_ACCESS_KEY_ID"].as_str()),
            ("http://127.0.0.1:9229", "AKIA")
        );
    }

    #[test]
    fn functions_with_the_confirm_codes_key_count_in_the_servers_table() {
        let ours = lent(&[("OTP_KEY", "k")]);
        assert_eq!(ours[COUNTERS_VARIABLE], COUNTERS_TABLE);
        let elsewhere = lent(&[("OTP_KEY", "k"), (COUNTERS_VARIABLE, "codes")]);
        assert_eq!(elsewhere[COUNTERS_VARIABLE], "codes");
    }
}
