//! What credentials are looked for with.

use std::fmt;
use std::sync::Arc;

use poolhouse_outbound::TlsSource;
use poolhouse_outbound::aws::{Caller, Clock, CredentialSource, Credentials, Service};
use poolhouse_outbound::http::{Endpoint, Proxies};

use crate::env::Env;

/// A number that nobody can foretell, any of the 64-bit ones.
pub type Random = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The world around the program, as far as credentials come from it.
#[derive(Clone)]
pub struct Surroundings {
    /// The environment.
    pub env: Env,
    /// The profile that a flag names, which then goes before all that the environment says.
    pub profile: Option<String>,
    /// The region of STS, if one is known that does not stand in the environment or the profile.
    pub region: Option<String>,
    /// How TLS is set up.
    pub tls: TlsSource,
    /// The way to AWS. The machine's own agents are always asked directly.
    pub proxies: Proxies,
    /// The time.
    pub clock: Clock,
    /// Spreads renewals, so that a hundred servers that started together do not renew together.
    pub random: Random,
}

impl Surroundings {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        (self.clock)().as_secs()
    }

    /// A service of AWS that is called with these credentials.
    pub(crate) fn service(
        &self,
        label: &'static str,
        signing_name: &'static str,
        region: &str,
        endpoint: Endpoint,
        credentials: Credentials,
    ) -> Service {
        let credentials: Arc<dyn CredentialSource> = Arc::new(credentials);
        Service {
            label,
            signing_name,
            region: region.to_owned(),
            endpoint,
            caller: Caller {
                credentials,
                tls: self.tls.clone(),
                proxies: self.proxies.clone(),
                clock: Arc::clone(&self.clock),
            },
        }
    }

    /// A service that is called without a signature.
    pub(crate) fn unsigned(&self, label: &'static str, endpoint: Endpoint) -> Service {
        self.service(label, "", "", endpoint, Credentials::new("", "", None))
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("profile", &self.profile)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
