//! Where the database is, and how it is reached: `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?…`.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use poolhouse_text::percent;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// The schema that everything lies in unless the address says.
const SCHEMA: &str = "poolhouse";
/// How long a host may take to accept a connection, unless the address says.
const CONNECT: Duration = Duration::from_secs(2);
/// How long what was sent may stay unacknowledged before the connection counts as dead, unless the address says.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// The address of a PostgreSQL database: its hosts, whoever signs in there, TLS, and the schema.
///
/// Neither `Debug` nor `Display` show the password.
#[derive(Clone)]
pub struct Address {
    hosts: Vec<Config>,
    schema: String,
    tls: Option<TlsFiles>,
}

/// The files that a TLS connection is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TlsFiles {
    /// The authorities that the server's certificate may come from; without it, those that Mozilla trusts.
    pub(super) roots: Option<PathBuf>,
    /// A certificate of our own and its key.
    pub(super) own: Option<(PathBuf, PathBuf)>,
}

/// What is wrong with an address. It never repeats the address, which holds a password.
#[derive(Debug)]
pub enum AddressError {
    /// It is not a URL that begins with `postgres://` or `postgresql://`.
    Scheme,
    /// It names no host.
    Host,
    /// It names more than one port, and not one for each host.
    Ports,
    /// The schema is not a plain lower-case name.
    Schema,
    /// `sslmode` is none of `disable`, `require`, `verify-ca`, `verify-full`.
    SslMode,
    /// `sslcert` and `sslkey` go together.
    OwnCertificate,
    /// A value is not percent-encoded text.
    Encoding,
    /// A parameter has no meaning, or no usable value.
    Parameter(tokio_postgres::Error),
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the address must be a URL such as postgres://user:password@host/database",
            Self::Host => "the address names no host",
            Self::Ports => "the address must name one port, or one for each host",
            Self::Schema => "schema must be a lower-case name of letters, digits and underscores",
            Self::SslMode => {
                "sslmode must be verify-full (require and verify-ca mean the same here) or disable: what falls back to an \
                 unencrypted connection is not offered"
            }
            Self::OwnCertificate => "sslcert and sslkey go together: set both or neither",
            Self::Encoding => "a parameter of the address is not percent-encoded text",
            Self::Parameter(_) => "a part of the address cannot be used",
        })
    }
}

impl Error for AddressError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Parameter(cause) => Some(cause),
            _ => None,
        }
    }
}

/// The parameters of an address that are ours to read.
#[derive(Default)]
struct Parameters {
    ours: Vec<(String, String)>,
    /// The address without them.
    rest: String,
}

const OURS: [&str; 5] = ["schema", "sslmode", "sslrootcert", "sslcert", "sslkey"];

impl Parameters {
    fn split(text: &str) -> Result<Self, AddressError> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut ours, mut rest) = (Vec::new(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if OURS.contains(&name) {
                let value = percent::decode(value).ok_or(AddressError::Encoding)?;
                ours.push((name.to_owned(), value));
            } else {
                rest.push(pair);
            }
        }
        let rest = match rest.is_empty() {
            true => base.to_owned(),
            false => format!("{base}?{}", rest.join("&")),
        };
        Ok(Self { ours, rest })
    }

    fn take(&self, name: &str) -> Option<&str> {
        let found = self.ours.iter().rev().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if !Self::is_one(text) {
            return Err(AddressError::Scheme);
        }
        let parameters = Parameters::split(text)?;
        let whole: Config = parameters.rest.parse().map_err(AddressError::Parameter)?;
        let tls = tls(&parameters, &whole)?;
        let schema = parameters.take("schema").unwrap_or(SCHEMA).to_owned();
        if !is_plain(&schema) {
            return Err(AddressError::Schema);
        }
        let ssl = match tls {
            Some(_) => SslMode::Require,
            None => SslMode::Disable,
        };
        let hosts = hosts(&whole, ssl)?;
        Ok(Self { hosts, schema, tls })
    }

    /// Whether a text looks like an address of PostgreSQL.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// The same database, another schema in it. Must be a plain lower-case name.
    ///
    /// # Errors
    /// [`AddressError::Schema`] if it is not.
    pub fn with_schema(mut self, schema: &str) -> Result<Self, AddressError> {
        if !is_plain(schema) {
            return Err(AddressError::Schema);
        }
        schema.clone_into(&mut self.schema);
        Ok(self)
    }

    /// The schema that the tables lie in.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// One configuration for each host, in the order given.
    pub(super) fn hosts(&self) -> &[Config] {
        &self.hosts
    }

    /// What TLS connections are made with; `None`: they are not encrypted.
    pub(super) fn tls(&self) -> Option<&TlsFiles> {
        self.tls.as_ref()
    }
}

/// Whether there is TLS, and with what: certificates are always checked. Without a word about it, only what does not leave
/// the machine goes unencrypted.
fn tls(parameters: &Parameters, whole: &Config) -> Result<Option<TlsFiles>, AddressError> {
    let encrypted = match parameters.take("sslmode") {
        Some("disable") => false,
        Some("require" | "verify-ca" | "verify-full") => true,
        Some(_) => return Err(AddressError::SslMode),
        None => !whole.get_hosts().iter().all(is_this_machine),
    };
    let path = |name| parameters.take(name).map(PathBuf::from);
    let own = match (path("sslcert"), path("sslkey")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => return Err(AddressError::OwnCertificate),
    };
    let roots = path("sslrootcert").filter(|file| file != Path::new("system"));
    Ok(encrypted.then_some(TlsFiles { roots, own }))
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

/// A name that needs no quotes, so that it can stand in a statement.
fn is_plain(schema: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    schema.len() <= 63 && schema.starts_with(|c: char| c.is_ascii_lowercase()) && schema.chars().all(legal)
}

/// Each host by itself, so that one that accepts a connection and says nothing can be given up for the next.
fn hosts(whole: &Config, ssl: SslMode) -> Result<Vec<Config>, AddressError> {
    let (names, ports) = (whole.get_hosts(), whole.get_ports());
    if names.is_empty() {
        return Err(AddressError::Host);
    }
    if ports.len() > 1 && ports.len() != names.len() {
        return Err(AddressError::Ports);
    }
    let of_host = |(index, host): (usize, &Host)| {
        let mut one = alone(whole, ssl);
        match host {
            Host::Tcp(name) => one.host(name),
            Host::Unix(path) => one.host_path(path),
        };
        if let Some(port) = ports.get(index).or(ports.first()) {
            one.port(*port);
        }
        one
    };
    Ok(names.iter().enumerate().map(of_host).collect())
}

/// Everything but host and port.
fn alone(whole: &Config, ssl: SslMode) -> Config {
    let mut one = Config::new();
    if let Some(user) = whole.get_user() {
        one.user(user);
    }
    if let Some(password) = whole.get_password() {
        one.password(password);
    }
    if let Some(database) = whole.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = whole.get_options() {
        one.options(options);
    }
    one.application_name(whole.get_application_name().unwrap_or("poolhouse"))
        .ssl_mode(ssl)
        .ssl_negotiation(whole.get_ssl_negotiation())
        .channel_binding(whole.get_channel_binding())
        // Also what the connection is for: a standby answers readers with what was true a while ago.
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .connect_timeout(whole.get_connect_timeout().copied().unwrap_or(CONNECT))
        .tcp_user_timeout(whole.get_tcp_user_timeout().copied().unwrap_or(UNACKNOWLEDGED))
        .keepalives_idle(UNACKNOWLEDGED);
    one
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (index, host) in self.hosts.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            let port = host.get_ports().first().copied().unwrap_or(5432);
            match host.get_hosts().first() {
                Some(Host::Tcp(name)) => write!(f, "{comma}{name}:{port}")?,
                Some(Host::Unix(path)) => write!(f, "{comma}{}:{port}", path.display())?,
                None => {}
            }
        }
        let first = self.hosts.first();
        let database = first.and_then(|host| host.get_dbname().or(host.get_user()));
        write!(f, "/{} (schema {})", database.unwrap_or_default(), self.schema)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_nowhere() {
        let address = Address::parse("postgres://pool:hunter2@db.example.com/pool").unwrap();
        for shown in [format!("{address:?}"), address.to_string()] {
            assert_eq!(shown, "postgres://db.example.com:5432/pool (schema poolhouse)");
        }
        let wrong = Address::parse("postgres://pool:hunter2@db.example.com:port/pool").unwrap_err();
        assert!(!poolhouse_text::with_causes(&wrong).contains("hunter2"));
    }

    #[test]
    fn every_host_is_asked_with_its_own_port() {
        let ports = |text: &str| -> Vec<u16> {
            let address = Address::parse(text).unwrap();
            let hosts = address.hosts().iter();
            hosts
                .map(|host| host.get_ports().first().copied().unwrap_or(5432))
                .collect()
        };
        assert_eq!(ports("postgres://a@one,two:6000/db"), [5432, 6000]);
        assert_eq!(ports("postgres://a@one/db"), [5432]);
        assert!(matches!(
            Address::parse("postgres:///db?user=a"),
            Err(AddressError::Host)
        ));
    }

    #[test]
    fn only_what_stays_on_this_machine_may_go_unencrypted_unasked() {
        let cases = [
            ("postgres://a@db.example.com/db", true),
            ("postgres://a@10.0.0.1/db", true),
            ("postgres://a@localhost,db.example.com/db", true),
            ("postgres://a@localhost/db", false),
            ("postgres://a@127.0.0.1:6432/db", false),
            ("postgres://a@%2Frun%2Fpostgresql/db", false),
            ("postgres://a@db.example.com/db?sslmode=disable", false),
            ("postgres://a@db.example.com/db?sslmode=require", true),
            ("postgres://a@localhost/db?sslmode=verify-full", true),
        ];
        for (text, encrypted) in cases {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.tls().is_some(), encrypted, "{text}");
            let mode = match encrypted {
                true => SslMode::Require,
                false => SslMode::Disable,
            };
            assert!(address.hosts().iter().all(|host| host.get_ssl_mode() == mode));
        }
        for mode in ["prefer", "allow", "", "yes"] {
            let refused = Address::parse(&format!("postgres://a@db.example.com/db?sslmode={mode}"));
            assert!(matches!(refused, Err(AddressError::SslMode)), "{mode}");
        }
    }

    #[test]
    fn files_and_schema_are_read_from_the_address() {
        let text = "postgresql://a@h/db?sslrootcert=%2Fetc%2Fca.pem&sslcert=c.pem&sslkey=k.pem&schema=pool_2&connect_timeout=7";
        let address = Address::parse(text).unwrap();
        let files = TlsFiles {
            roots: Some("/etc/ca.pem".into()),
            own: Some(("c.pem".into(), "k.pem".into())),
        };
        assert_eq!(address.tls(), Some(&files));
        assert_eq!(address.schema(), "pool_2");
        let seven = Duration::from_secs(7);
        assert_eq!(address.hosts()[0].get_connect_timeout(), Some(&seven));
        for schema in ["", "Pool", "a-b", "1a", "a\"b", &"a".repeat(64)] {
            let refused = Address::parse(&format!("postgres://a@h/db?schema={schema}"));
            assert!(matches!(refused, Err(AddressError::Schema)), "{schema:?}");
        }
        assert!(matches!(
            Address::parse("postgres://a@h/db?sslkey=k.pem"),
            Err(AddressError::OwnCertificate)
        ));
        for scheme in ["mysql://a@h/db", "h/db", ""] {
            assert!(matches!(Address::parse(scheme), Err(AddressError::Scheme)));
        }
    }
}
