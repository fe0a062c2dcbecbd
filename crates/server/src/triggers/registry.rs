//! Which place serves which function.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::Operation;
use poolhouse_confirm as confirm;
use poolhouse_crypto::Entropy;
use poolhouse_triggers::{Function, Host, Invoker, LogSource, Place, Policy, RuntimeApi};

use super::function_name;
use crate::clock::Clock;
use crate::http::access::FunctionKeys;
use crate::settings::{FunctionSettings, Settings};

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
        let mapped = places.into_iter().map(|(name, place)| (name, invoker(place))).collect();
        Functions { confirm, mapped }
    }

    /// The settings of the functions in process.
    pub fn confirm(&self) -> &confirm::Settings {
        &self.confirm
    }

    /// The place that the configuration maps this function to: by its whole ARN, or else by its name.
    pub fn find(&self, arn: &str) -> Option<&Arc<Invoker>> {
        self.mapped.get(arn).or_else(|| self.mapped.get(function_name(arn)))
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
    keys: &FunctionKeys,
    entropy: &Arc<dyn Entropy>,
    clock: &Arc<dyn Clock>,
) -> Vec<(String, Arc<dyn Place>)> {
    let (wall, random) = (clock.clone(), entropy.clone());
    let host = Host {
        wall: Arc::new(move || wall.now().0),
        random: Arc::new(move |bytes: &mut [u8]| random.fill(bytes)),
        log: Arc::new(|function: &str, source, line: &str| match source {
            LogSource::Function => tracing::info!(target: "function", function, line),
            LogSource::Platform => tracing::debug!(target: "function", function, line),
        }),
    };
    let place = |function: &FunctionSettings| {
        let described = describe(settings, function, keys, &**entropy);
        let place: Arc<dyn Place> = Arc::new(RuntimeApi::new(described, host.clone()));
        (function.function.clone(), place)
    };
    settings.functions.iter().map(place).collect()
}

fn describe(
    settings: &Settings,
    configured: &FunctionSettings,
    keys: &FunctionKeys,
    entropy: &dyn Entropy,
) -> Function {
    let name = function_name(&configured.function);
    let arn = if configured.function.contains(':') {
        configured.function.clone()
    } else {
        format!("arn:aws:lambda:{}:{}:function:{name}", settings.region, settings.account)
    };
    let mut function = Function::bootstrap(name, &arn, &settings.region, configured.program.clone());
    function.arguments.clone_from(&configured.arguments);
    if let Some(directory) = &configured.directory {
        function.directory.clone_from(directory);
    }
    if let Some(handler) = &configured.handler {
        function.handler.clone_from(handler);
    }
    if let Some(processes) = configured.processes {
        function.sandboxes = processes;
    }
    let operations =
        if configured.operations.is_empty() { DEFAULT_OPERATIONS.to_vec() } else { configured.operations.clone() };
    let credentials = keys.issue(name, operations, entropy);
    let lent = [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.to_string()),
        ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", format!("http://{}", settings.local_address())),
    ];
    // What the operator sets wins, so that a function can be pointed elsewhere.
    function.environment = lent.map(|(name, value)| (name.to_owned(), value)).into();
    if let Some(inbox) = settings.inbox {
        function.environment.insert("SMTP_URL".to_owned(), format!("smtp://{inbox}"));
    }
    if let Some(from) = &settings.mail.from {
        function.environment.insert("MAIL_FROM".to_owned(), from.address().to_string());
    }
    function.environment.extend(configured.environment.iter().cloned());
    function
}
