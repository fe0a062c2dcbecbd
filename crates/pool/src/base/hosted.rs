//! What the operator decides about hosted login.

use std::collections::BTreeMap;

/// The settings of hosted login. The defaults are strict where no client in use breaks by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedSettings {
    /// The domain that paths without one mean, where the server has several.
    pub default_domain: Option<String>,
    /// What prefix domains end with behind `.auth.`, beside `localhost` and the region's `amazoncognito.com`.
    pub domain_suffixes: Vec<String>,
    /// Where domains are reached, by domain: URLs without a slash at their end. For all others it follows from the rest.
    pub bases: BTreeMap<String, String>,
    /// Which clients have to send a code challenge.
    pub pkce_required: PkceRequired,
    /// Whether answers of the authorization endpoint say `iss`.
    pub iss_in_response: bool,
    /// How long an authorization code is good.
    pub code_lifetime_seconds: u32,
    /// Whether a code that comes again ends the tokens that it gave.
    pub code_reuse_revokes: bool,
    /// Whether `userInfo` answers flags as booleans and `updated_at` as a number, as OpenID Connect has them.
    pub userinfo_booleans: bool,
    /// Whether the challenges of `userInfo` name their scheme, `Bearer`.
    pub userinfo_bearer_scheme: bool,
    /// Whether a failed client authentication by Basic is answered 401.
    pub invalid_client_is_401: bool,
    /// Whether client credentials leave out scopes that the client may not have, in place of an error.
    pub ignores_unknown_scopes: bool,
    /// Hosts that may be fetched from although they are not public: `127.0.0.1:8443`, host and port.
    pub fetch_allow: Vec<String>,
    /// App clients that get nothing before their users have said that they may, beside those of strangers, which never do.
    pub consent_clients: Vec<String>,
    /// What clients that register themselves are kept to.
    pub registration: Registration,
    /// How often pages are asked for and forms are sent.
    pub limits: PageLimits,
    /// Whether SAML providers that are set so may begin sign-ins by themselves.
    pub saml_idp_initiated: bool,
}

/// The most clients that may register themselves with a pool, whatever is configured.
pub const MOST_REGISTERED: usize = 1_000;

/// What clients that register themselves are kept to, where a pool lets them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Registrations in an hour without a token: from one address; ten times as many with one pool.
    pub per_hour: u32,
    /// Registered clients of a pool.
    pub clients: usize,
    /// The hosts and schemes of their redirect URIs; any, where there is none: `app.example`, `*.app.example`, `localhost`, `myapp:`.
    pub hosts: Vec<String>,
    /// Days after which one goes that was registered without a token and never used.
    pub unused_days: u32,
    /// Whether one that is registered without a token may have a secret.
    pub secrets: bool,
}

impl Default for Registration {
    fn default() -> Registration {
        Registration {
            per_hour: 10,
            clients: 500,
            hosts: Vec::new(),
            unused_days: 7,
            secrets: false,
        }
    }
}

/// How many requests of a kind each server takes in a second; three seconds' worth may come at once. Nought is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimits {
    /// Pages, of one address.
    pub pages: u32,
    /// Forms, of one address.
    pub forms: u32,
    /// Forms, of everybody at one pool.
    pub forms_of_pool: u32,
}

impl Default for PageLimits {
    fn default() -> PageLimits {
        PageLimits {
            pages: 100,
            forms: 10,
            forms_of_pool: 500,
        }
    }
}

/// Which clients have to send a code challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkceRequired {
    /// None. Any may.
    Never,
    /// Those without a secret.
    Public,
    /// All.
    Always,
}

impl PkceRequired {
    /// As the configuration writes it.
    pub fn parse(text: &str) -> Option<PkceRequired> {
        match text {
            "never" => Some(PkceRequired::Never),
            "public" => Some(PkceRequired::Public),
            "always" => Some(PkceRequired::Always),
            _ => None,
        }
    }
}

/// How long an authorization code is good unless told otherwise.
pub const CODE_LIFETIME_SECONDS: u32 = 300;

impl Default for HostedSettings {
    fn default() -> HostedSettings {
        HostedSettings {
            default_domain: None,
            domain_suffixes: Vec::new(),
            bases: BTreeMap::new(),
            pkce_required: PkceRequired::Public,
            iss_in_response: true,
            code_lifetime_seconds: CODE_LIFETIME_SECONDS,
            code_reuse_revokes: true,
            userinfo_booleans: false,
            userinfo_bearer_scheme: true,
            invalid_client_is_401: false,
            ignores_unknown_scopes: false,
            fetch_allow: Vec::new(),
            consent_clients: Vec::new(),
            registration: Registration::default(),
            limits: PageLimits::default(),
            saml_idp_initiated: false,
        }
    }
}
