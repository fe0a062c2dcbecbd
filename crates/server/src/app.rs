//! What every request shares.

use std::sync::Arc;

use poolhouse_crypto::Entropy;
use poolhouse_crypto::seal::Sealer;
use poolhouse_store::Store;

use crate::clock::Clock;
use crate::cpu::CpuPool;
use crate::http::access::FunctionKeys;
use crate::mailer::Mailer;
use crate::oidc::SigningKeys;
use crate::records::{ClientRecord, Decoded, PoolRecord, Remembered};
use crate::settings::Settings;
use crate::triggers::Functions;

/// The server without its sockets: the store and everything that operations need besides. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where everything durable lies.
    pub store: Arc<dyn Store>,
    /// Seals what must not be readable in a copy of the database.
    pub sealer: Arc<Sealer>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where arithmetic runs.
    pub cpu: CpuPool,
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
    /// Where trigger functions run.
    pub functions: Arc<Functions>,
    /// Access keys of function processes, which live as long as the server.
    pub function_keys: Arc<FunctionKeys>,
    /// Puts mail into the outbox and wakes the worker.
    pub mailer: Arc<Mailer>,
}
