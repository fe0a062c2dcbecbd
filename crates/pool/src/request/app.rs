//! What every request shares.

use std::sync::Arc;

use poolhouse_outbound::guarded::Fetch;

use super::admission::Admission;
use super::call_counts::CallCounts;
use super::refusals::Refusals;
use super::strangers::Strangers;
use crate::base::clock::Millis;
use crate::base::documents::Documents;
use crate::base::failed_clients::FailedClients;
use crate::base::foreign::Foreign;
use crate::base::guesses::Guesses;
use crate::base::keys::Keys;
use crate::base::platform::Platform;
use crate::base::settings::Settings;
use crate::keyring::{FunctionKeys, SigningKeys};
use crate::mailer::Mailer;
use crate::records::{ClientRecord, Decoded, KnownGroups, PoolRecord, Remembered};
use crate::triggers::Functions;

/// The pool's services over its platform: everything that operations need. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Store, sealer, randomness, time, arithmetic.
    pub platform: Platform,
    /// When it was put together.
    pub started: Millis,
    /// What the operator configured.
    pub settings: Arc<Settings>,
    /// The pools' signing keys, parsed once.
    pub signing_keys: Arc<SigningKeys>,
    /// User pools, decoded.
    pub pools: Arc<Decoded<PoolRecord>>,
    /// App clients, decoded.
    pub clients: Arc<Decoded<ClientRecord>>,
    /// Which pool an app client belongs to.
    pub pools_of_clients: Arc<Remembered>,
    /// Groups of users, as of a state of each pool's.
    pub groups: Arc<KnownGroups>,
    /// Where trigger functions run.
    pub functions: Arc<Functions>,
    /// Access keys of function processes, which live as long as the server.
    pub function_keys: Arc<FunctionKeys>,
    /// Puts mail into the outbox and wakes the worker.
    pub mailer: Arc<Mailer>,
    /// Answers to codes of the last minute.
    pub guesses: Arc<Guesses>,
    /// App clients that gave a wrong secret in the last minute.
    pub failed_clients: Arc<FailedClients>,
    /// What was refused without an entry in the audit log.
    pub refusals: Arc<Refusals>,
    /// How many calls a second are taken of an address, and of an app client.
    pub calls: Arc<CallCounts>,
    /// How many calls a second are taken of a kind.
    pub admission: Arc<Admission>,
    /// What identity providers say of themselves, for a while.
    pub documents: Arc<Documents>,
    /// How many entries strangers have had written about a user.
    pub strangers: Arc<Strangers>,
    /// What strangers have had this server do lately.
    pub foreign: Arc<Foreign>,
    /// What fetches from addresses that strangers or settings name.
    pub outside: Arc<dyn Fetch>,
}

impl App {
    /// Goes on with other keys.
    pub fn replace_keys(&self, keys: Keys) {
        self.functions.replace_keys(keys.codes().clone());
        self.platform.replace_keys(keys);
    }
}
