//! The relay that takes our mail, as one URL.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;

use poolhouse_text::percent;
use rustls::pki_types::ServerName;

/// How the connection to a relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (`smtps://`).
    Implicit,
    /// STARTTLS, and nothing is sent if the relay does not offer it (`smtp://`, the default).
    StartTls,
    /// STARTTLS if the relay offers it (`?tls=opportunistic`). Whoever can strip the offer can read the mail.
    Opportunistic,
    /// No TLS (`?tls=none`, and the default on a loopback address).
    None,
}

/// A relay: host, port, protection, credentials. Neither `Debug` nor `Display` shows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl Relay {
    /// Reads `smtp://[user:password@]host[:port][?tls=starttls|opportunistic|none]` or
    /// `smtps://[user:password@]host[:port]`. Ports default to 587 and 465. User and password are percent-decoded,
    /// so a `:`, `@`, `/` or `?` in them is written `%3A`, `%40`, `%2F`, `%3F`.
    pub fn parse(url: &str) -> Result<Self, RelayError> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(RelayError::Scheme)?;
        let implicit = match scheme.to_ascii_lowercase().as_str() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(RelayError::Scheme),
        };
        let (rest, query) = rest
            .split_once('?')
            .map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '#']) {
            return Err(RelayError::Path);
        }
        let (credentials, host_port) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((userinfo, host_port)) => (Some(credentials(userinfo)?), host_port),
        };
        let (host, port) = host_and_port(host_port)?;
        let port = port.unwrap_or(if implicit { 465 } else { 587 });
        let security = security(implicit, is_loopback_name(&host), query)?;
        Ok(Self {
            host,
            port,
            security,
            credentials,
        })
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

    pub(super) fn credentials(&self) -> Option<&Login> {
        self.credentials.as_ref()
    }

    /// The name that the relay's certificate must carry.
    pub(super) fn server_name(&self) -> Option<ServerName<'static>> {
        ServerName::try_from(self.host.clone()).ok()
    }
}

fn is_loopback_name(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn credentials(userinfo: &str) -> Result<Login, RelayError> {
    let (user, password) = userinfo.split_once(':').ok_or(RelayError::Password)?;
    let decoded = |text| percent::decode(text).ok_or(RelayError::Percent);
    let (user, password) = (decoded(user)?, decoded(password)?);
    // PLAIN separates its fields by NUL, and a line break would end the command.
    let unusable = |text: &str| text.is_empty() || text.chars().any(char::is_control);
    if unusable(&user) || unusable(&password) {
        return Err(RelayError::Password);
    }
    Ok(Login { user, password })
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), RelayError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (ip, after) = rest.split_once(']').ok_or(RelayError::Host)?;
            ip.parse::<std::net::Ipv6Addr>().map_err(|_| RelayError::Host)?;
            match after.strip_prefix(':') {
                Some(port) => (ip.to_owned(), Some(port)),
                None if after.is_empty() => (ip.to_owned(), None),
                None => return Err(RelayError::Host),
            }
        }
        None => {
            let (host, port) = text
                .split_once(':')
                .map_or((text, None), |(host, port)| (host, Some(port)));
            let ascii = idna::domain_to_ascii(host).map_err(|_| RelayError::Host)?;
            let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
            if ascii.is_empty() || !ascii.bytes().all(legal) {
                return Err(RelayError::Host);
            }
            (ascii, port)
        }
    };
    match port {
        None => Ok((host, None)),
        Some(port) => match port.parse() {
            Ok(port) if port > 0 => Ok((host, Some(port))),
            _ => Err(RelayError::Port),
        },
    }
}

fn security(implicit: bool, loopback: bool, query: Option<&str>) -> Result<Security, RelayError> {
    let mut security = match (implicit, loopback) {
        (true, _) => Security::Implicit,
        (false, true) => Security::None,
        (false, false) => Security::StartTls,
    };
    for pair in query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|pair| !pair.is_empty())
    {
        security = match pair {
            _ if implicit => return Err(RelayError::Query),
            "tls=starttls" => Security::StartTls,
            "tls=opportunistic" => Security::Opportunistic,
            "tls=none" => Security::None,
            _ => return Err(RelayError::Query),
        };
    }
    Ok(security)
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
        let credentials = if self.credentials.is_some() { "set" } else { "none" };
        write!(f, "Relay({self}, {:?}, credentials {credentials})", self.security)
    }
}

/// What is wrong with a relay's URL. The URL is not repeated: it carries a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayError {
    /// Neither `smtp://` nor `smtps://`.
    Scheme,
    /// Something after the host that is neither a port nor a query.
    Path,
    /// No host, or one that is no name and no IP address.
    Host,
    /// No port number from 1 to 65535.
    Port,
    /// Login without a password, empty ones, or control characters in them.
    Password,
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    Percent,
    /// A parameter that is not known, or any at all with `smtps://`.
    Query,
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "an SMTP URL starts with smtp:// or smtps://",
            Self::Path => {
                "an SMTP URL has nothing after the host but a port and ?tls=…; \
                           write / in a password as %2F and # as %23"
            }
            Self::Host => "the SMTP URL names no valid host (an IPv6 address stands in brackets)",
            Self::Port => "the SMTP URL's port is not a number from 1 to 65535",
            Self::Password => "the SMTP URL's credentials must be user:password, neither of them empty",
            Self::Percent => {
                "the SMTP URL's credentials hold a % that is not followed by two hexadecimal digits; \
                              write % itself as %25"
            }
            Self::Query => {
                "the SMTP URL takes one parameter, tls=starttls, tls=opportunistic or tls=none, \
                            and none with smtps://"
            }
        })
    }
}

impl Error for RelayError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, Security, Option<(String, String)>) {
        let relay = Relay::parse(url).unwrap();
        let credentials = relay.credentials.clone().map(|c| (c.user, c.password));
        (relay.to_string(), relay.security, credentials)
    }

    #[test]
    fn urls_are_read_with_their_defaults() {
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        for (url, expected) in [
            (
                "smtp://mail.example.com",
                ("mail.example.com:587", Security::StartTls, None),
            ),
            (
                "smtps://mail.example.com/",
                ("mail.example.com:465", Security::Implicit, None),
            ),
            (
                "SMTP://Mail.Example.com:25",
                ("mail.example.com:25", Security::StartTls, None),
            ),
            ("smtp://127.0.0.1:1025", ("127.0.0.1:1025", Security::None, None)),
            ("smtp://localhost:1025", ("localhost:1025", Security::None, None)),
            ("smtp://[::1]:1025", ("[::1]:1025", Security::None, None)),
            (
                "smtp://localhost?tls=starttls",
                ("localhost:587", Security::StartTls, None),
            ),
            (
                "smtp://a.example?tls=none",
                ("a.example:587", Security::None, None),
            ),
            (
                "smtp://a.example/?tls=opportunistic",
                ("a.example:587", Security::Opportunistic, None),
            ),
            (
                "smtp://u:p@a.example",
                ("a.example:587", Security::StartTls, pair("u", "p")),
            ),
            (
                "smtp://AKIA:a%2Fb%3Ac%40d%25@a.example:2587",
                ("a.example:2587", Security::StartTls, pair("AKIA", "a/b:c@d%")),
            ),
            (
                "smtp://u@b.example:p:q@a.example",
                ("a.example:587", Security::StartTls, pair("u@b.example", "p:q")),
            ),
        ] {
            let (name, security, credentials) = expected;
            assert_eq!(read(url), (name.to_owned(), security, credentials), "{url}");
        }
    }

    #[test]
    fn a_wrong_url_is_refused_by_the_part_that_is_wrong() {
        for (url, error) in [
            ("mail.example.com", RelayError::Scheme),
            ("https://mail.example.com", RelayError::Scheme),
            ("smtp://", RelayError::Host),
            ("smtp://u:p@", RelayError::Host),
            ("smtp://a b", RelayError::Host),
            ("smtp://[::1", RelayError::Host),
            ("smtp://[mail]:25", RelayError::Host),
            ("smtp://a.example:0", RelayError::Port),
            ("smtp://a.example:smtp", RelayError::Port),
            ("smtp://a.example:99999", RelayError::Port),
            ("smtp://user@a.example", RelayError::Password),
            ("smtp://user:@a.example", RelayError::Password),
            ("smtp://u:p%00@a.example", RelayError::Password),
            ("smtp://u:p%0d%0a@a.example", RelayError::Password),
            ("smtp://u:100%@a.example", RelayError::Percent),
            ("smtp://u:%ff@a.example", RelayError::Percent),
            ("smtp://u:a/b@a.example", RelayError::Path),
            ("smtp://a.example/path", RelayError::Path),
            ("smtp://a.example?tls=maybe", RelayError::Query),
            ("smtps://a.example?tls=none", RelayError::Query),
        ] {
            assert_eq!(Relay::parse(url), Err(error), "{url}");
        }
    }

    #[test]
    fn the_password_shows_nowhere() {
        let relay = Relay::parse("smtp://ada:hunter2@mail.example.com").unwrap();
        assert_eq!(format!("{relay}"), "mail.example.com:587");
        assert_eq!(
            format!("{relay:?}"),
            "Relay(mail.example.com:587, StartTls, credentials set)"
        );
    }
}
