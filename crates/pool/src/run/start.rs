//! Putting the server together. Everything that differs between production and tests comes in from outside.

use std::sync::Arc;

use poolhouse_confirm::UnusableKey;
use poolhouse_crypto::Entropy;
use poolhouse_mail::inbox::Inbox;
use poolhouse_outbound::aws::Caller;
use poolhouse_outbound::guarded::Fetch;
use poolhouse_store::Store;
use poolhouse_triggers::Place;

use crate::base::clock::Clock;
use crate::base::key_ring::KeyRing;
use crate::base::keys::Keys;
use crate::base::platform::Platform;
use crate::base::restore::Restores;
use crate::keyring::{FunctionKeys, KeySource, SigningKeys};
use crate::mailer::Mailer;
use crate::request::{App, CallCounts};

use crate::base::settings::Settings;
use crate::triggers::{self, FunctionHost, Functions};

/// What the server is made of besides its settings.
pub struct Parts {
    /// Where everything durable lies.
    pub store: Arc<dyn Store>,
    /// The keys that all others are derived from.
    pub keys: KeyRing,
    /// What is known of restores of the store.
    pub restores: Restores,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where new pools' signing keys come from.
    pub key_source: Arc<dyn KeySource>,
    /// The local inbox, if it is on.
    pub inbox: Option<Inbox>,
    /// How many cores arithmetic may take.
    pub cores: usize,
    /// What this machine lends to functions that run as processes.
    pub function_host: FunctionHost,
    /// Who calls AWS, and how: SES takes mail from it.
    pub aws: Caller,
    /// Places of functions beside those that the settings run as processes, by ARN or name.
    pub places: Vec<(String, Arc<dyn Place>)>,
    /// What fetches from addresses that strangers or settings name.
    pub outside: Arc<dyn Fetch>,
}

/// The server without its sockets and background work.
///
/// # Errors
/// When the keys are unusable.
pub fn assemble(settings: Settings, parts: Parts) -> Result<Arc<App>, UnusableKey> {
    let function_keys = Arc::new(FunctionKeys::default());
    let mut places = triggers::processes(
        &settings,
        &parts.function_host,
        &function_keys,
        &parts.entropy,
        &parts.clock,
    );
    places.extend(parts.places);
    let keys = Keys::derive(parts.keys)?;
    let codes = keys.codes().clone();
    let platform = Platform::new(parts.store, keys, parts.entropy, parts.clock, parts.cores)
        .with_restores(parts.restores);
    let functions = Functions::new(settings.confirm.clone(), places, platform.numbers.clone());
    functions.replace_keys(codes);
    let started = platform.now();
    Ok(Arc::new(App {
        started,
        signing_keys: Arc::new(SigningKeys::new(
            platform.clone(),
            parts.key_source,
            settings.signing_key_bits,
        )),
        pools: Arc::default(),
        clients: Arc::default(),
        pools_of_clients: Arc::default(),
        groups: Arc::default(),
        guesses: Arc::default(),
        failed_clients: Arc::default(),
        refusals: Arc::default(),
        calls: Arc::new(CallCounts::new(settings.calls)),
        admission: Arc::default(),
        documents: Arc::default(),
        strangers: Arc::default(),
        foreign: Arc::default(),
        outside: parts.outside,
        functions: Arc::new(functions),
        function_keys,
        mailer: Arc::new(Mailer::new(
            platform.clone(),
            &settings.mail,
            parts.inbox,
            parts.aws,
        )),
        settings: Arc::new(settings),
        platform,
    }))
}
