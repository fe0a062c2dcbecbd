//! The relay that takes our mail.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use poolhouse_outbound::TlsSource;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;

use super::trust;
use crate::oauth::TokenSource;

/// How the connection to a relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (`smtps://`).
    Implicit,
    /// STARTTLS, and nothing is sent if the relay does not offer it (`smtp://`, the default).
    StartTls,
    /// STARTTLS if the relay offers it (`?tls=opportunistic`). An attacker who strips the offer can read the mail.
    Opportunistic,
    /// No TLS (`?tls=none`, and the default on a loopback address).
    None,
}

/// A relay: host, port, protection, credentials. Neither `Debug` nor `Display` shows the password.
#[derive(Clone)]
pub struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
    pub(super) own_name: Option<String>,
    /// The file with the certificates to trust.
    pub(super) ca: Option<String>,
    /// What was made of it.
    pub(super) trusted: Option<TlsSource>,
}

/// How this side signs in.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// With a password.
    Password {
        /// Who signs in.
        user: String,
        /// The password.
        password: String,
    },
    /// With an access token.
    Token {
        /// Whose mailbox it is.
        user: String,
        /// The file that says how to get one.
        file: String,
        /// What was made of it.
        tokens: Option<TokenSource>,
    },
}

impl Relay {
    /// Reads the files that the URL names, as `read` gives them; `provider` is TLS's. A relay whose URL names files does
    /// not mail before that.
    ///
    /// # Errors
    /// A file that cannot be read or used.
    pub fn with_files(
        mut self,
        read: impl Fn(&str) -> io::Result<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, RelayFileError> {
        let content = |parameter, file: &str| {
            read(file)
                .map_err(|error| RelayFileError::new(parameter, file, format!("cannot be read: {error}")))
        };
        if let Some(file) = &self.ca {
            let config = trust::only(&content("ca", file)?, provider);
            let config = config.map_err(|problem| RelayFileError::new("ca", file, problem.to_string()))?;
            self.trusted = Some(TlsSource::ready(Arc::new(config)));
        }
        if let Some(Login::Token { file, tokens, .. }) = &mut self.login {
            let source = TokenSource::parse(&content("oauth", file)?);
            let source = source
                .map_err(|error| RelayFileError::new("oauth", file, format!("cannot be used: {error}")))?;
            *tokens = Some(source);
        }
        Ok(self)
    }

    /// The same relay with these certificates, if its URL names none.
    #[must_use]
    pub fn with_ca(mut self, file: &str) -> Self {
        self.ca.get_or_insert_with(|| file.to_owned());
        self
    }

    /// The same relay with this name for this side, if its URL names none. A text that is no host name changes nothing.
    #[must_use]
    pub fn with_own_name(mut self, name: &str) -> Self {
        if is_own_name(name) {
            self.own_name.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// What this side calls itself, if anything was set.
    pub fn own_name(&self) -> Option<&str> {
        self.own_name.as_deref()
    }

    /// How TLS to it is set up: by its own certificates, or by `public`. `None`: its file was not read.
    pub(super) fn tls<'a>(&'a self, public: &'a TlsSource) -> Option<&'a TlsSource> {
        match &self.ca {
            None => Some(public),
            Some(_) => self.trusted.as_ref(),
        }
    }

    /// The host name or IP address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How the connection is protected.
    pub fn security(&self) -> Security {
        self.security
    }

    /// Whether the relay is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback_name(&self.host)
    }

    /// Whether it is trusted by a file and not by public authorities.
    pub fn names_ca(&self) -> bool {
        self.ca.is_some()
    }

    /// Whether this side signs in.
    pub fn signs_in(&self) -> bool {
        self.login.is_some()
    }

    pub(super) fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    /// The name that the relay's certificate must carry.
    pub(super) fn server_name(&self) -> Option<ServerName<'static>> {
        ServerName::try_from(self.host.clone()).ok()
    }
}

/// What may stand behind EHLO: a host name or an address literal.
pub(super) fn is_own_name(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]_".contains(&b);
    (1..=255).contains(&name.len()) && name.bytes().all(legal)
}

/// Whether this is the name or the address of this machine for itself.
pub(super) fn is_loopback_name(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// `host:port`, which is how logs and metrics name a relay.
impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = if self.login.is_some() { "set" } else { "none" };
        write!(f, "Relay({self}, {:?}, credentials {credentials})", self.security)
    }
}

/// Two relays are the same if their URLs are.
impl PartialEq for Relay {
    fn eq(&self, other: &Self) -> bool {
        let login = |relay: &Self| match relay.login.clone() {
            Some(Login::Token { user, file, .. }) => Some(Login::Token {
                user,
                file,
                tokens: None,
            }),
            other => other,
        };
        (
            &self.host,
            self.port,
            self.security,
            &self.own_name,
            &self.ca,
            login(self),
        ) == (
            &other.host,
            other.port,
            other.security,
            &other.own_name,
            &other.ca,
            login(other),
        )
    }
}

impl Eq for Relay {}

/// A file of a relay's URL that cannot be used: which, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayFileError {
    parameter: &'static str,
    file: String,
    problem: String,
}

impl RelayFileError {
    fn new(parameter: &'static str, file: &str, problem: String) -> Self {
        Self {
            parameter,
            file: file.to_owned(),
            problem,
        }
    }
}

impl fmt::Display for RelayFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the file of {}, {}, {}",
            self.parameter, self.file, self.problem
        )
    }
}

impl std::error::Error for RelayFileError {}
