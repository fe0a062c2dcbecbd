//! A relay as one URL.

use std::error::Error;
use std::fmt;

use poolhouse_text::percent;

use super::relay::{Login, Relay, Security, is_loopback_name, is_own_name};

impl Relay {
    /// Reads `smtp://[user:password@]host[:port]` or `smtps://[user:password@]host[:port]`, and behind it `?` and any of
    /// these with `&` between them:
    ///
    /// - `tls=starttls|opportunistic|none`, not with `smtps://`
    /// - `ca=FILE`: the certificates, in PEM, that are trusted in place of the public authorities
    /// - `oauth=FILE`: how to get an access token ([`TokenSource::parse`](crate::oauth::TokenSource::parse)), in place of a
    ///   password: `smtp://user@host?oauth=FILE`
    /// - `ehlo=NAME`: what this side calls itself
    ///
    /// Ports default to 587 and 465. User, password and files are percent-decoded, so a `:`, `@`, `/` or `?` in a password
    /// is written `%3A`, `%40`, `%2F`, `%3F`.
    ///
    /// # Errors
    /// The part of the URL that is wrong.
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
        let (user, host_port) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((user, host_port)) => (Some(user), host_port),
        };
        let (host, port) = host_and_port(host_port)?;
        let parameters = Parameters::read(implicit, query)?;
        Ok(Self {
            port: port.unwrap_or(if implicit { 465 } else { 587 }),
            security: parameters
                .security
                .unwrap_or(match (implicit, is_loopback_name(&host)) {
                    (true, _) => Security::Implicit,
                    (false, true) => Security::None,
                    (false, false) => Security::StartTls,
                }),
            host,
            login: login(user, parameters.oauth)?,
            own_name: parameters.own_name,
            ca: parameters.ca,
            trusted: None,
        })
    }
}

/// What stands behind the `?`.
#[derive(Default)]
struct Parameters {
    security: Option<Security>,
    own_name: Option<String>,
    ca: Option<String>,
    oauth: Option<String>,
}

impl Parameters {
    fn read(implicit: bool, query: Option<&str>) -> Result<Self, RelayError> {
        let mut read = Self::default();
        let pairs = query.into_iter().flat_map(|query| query.split('&'));
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(RelayError::Query)?;
            let value = percent_decoded(value)?;
            let file =
                || Some(value.clone()).filter(|file| !file.is_empty() && !file.contains(char::is_control));
            match (name, value.as_str()) {
                ("tls", _) if implicit => return Err(RelayError::Query),
                ("tls", "starttls") => read.security = Some(Security::StartTls),
                ("tls", "opportunistic") => read.security = Some(Security::Opportunistic),
                ("tls", "none") => read.security = Some(Security::None),
                ("ehlo", name) if is_own_name(name) => read.own_name = Some(name.to_owned()),
                ("ca", _) => read.ca = Some(file().ok_or(RelayError::Query)?),
                ("oauth", _) => read.oauth = Some(file().ok_or(RelayError::Query)?),
                _ => return Err(RelayError::Query),
            }
        }
        Ok(read)
    }
}

fn login(user: Option<&str>, oauth: Option<String>) -> Result<Option<Login>, RelayError> {
    match (user, oauth) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(RelayError::TokenUser),
        (Some(user), None) => credentials(user).map(Some),
        (Some(user), Some(file)) => {
            let user = percent_decoded(user)?;
            if user.is_empty() || user.contains(|c: char| c.is_control() || c == ':') {
                return Err(RelayError::TokenUser);
            }
            Ok(Some(Login::Token {
                user,
                file,
                tokens: None,
            }))
        }
    }
}

fn credentials(userinfo: &str) -> Result<Login, RelayError> {
    let (user, password) = userinfo.split_once(':').ok_or(RelayError::Password)?;
    let (user, password) = (percent_decoded(user)?, percent_decoded(password)?);
    // PLAIN separates its fields by NUL, and a line break would end the command.
    let unusable = |text: &str| text.is_empty() || text.chars().any(char::is_control);
    if unusable(&user) || unusable(&password) {
        return Err(RelayError::Password);
    }
    Ok(Login::Password { user, password })
}

fn percent_decoded(text: &str) -> Result<String, RelayError> {
    percent::decode(text).ok_or(RelayError::Percent)
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
    /// Credentials without a password, empty ones, or control characters in them.
    Password,
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    Percent,
    /// A parameter that is not known, or `tls=` with `smtps://`.
    Query,
    /// `?oauth=` without a user, or with a password.
    TokenUser,
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "an SMTP URL starts with smtp:// or smtps://",
            Self::Path => {
                "an SMTP URL has nothing after the host but a port and parameters behind a ?; \
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
                "the SMTP URL takes the parameters tls=starttls, tls=opportunistic or tls=none (not with smtps://), \
                 ca=FILE, oauth=FILE and ehlo=NAME"
            }
            Self::TokenUser => "an SMTP URL with oauth=FILE has a user before its host and no password",
        })
    }
}

impl Error for RelayError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, Security, Option<(String, String)>) {
        let relay = Relay::parse(url).unwrap();
        let credentials = match relay.login.clone() {
            Some(Login::Password { user, password }) => Some((user, password)),
            _ => None,
        };
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
            ("smtp://a.example?ca=", RelayError::Query),
            ("smtp://a.example?ehlo=a%20b", RelayError::Query),
            ("smtp://a.example?ehlo=a%0d%0aRSET", RelayError::Query),
            ("smtp://a.example?oauth=o.json", RelayError::TokenUser),
            ("smtp://u:p@a.example?oauth=o.json", RelayError::TokenUser),
        ] {
            assert_eq!(Relay::parse(url), Err(error), "{url}");
        }
    }

    #[test]
    fn parameters_are_read_together_and_files_are_asked_for_by_name() {
        let url =
            "smtps://codes%40corp.example@a.example?ca=%2Fetc%2Fcorp.pem&oauth=o.json&ehlo=pool.corp.example";
        let relay = Relay::parse(url).unwrap();
        assert_eq!(relay.own_name(), Some("pool.corp.example"));
        assert_eq!(relay.ca.as_deref(), Some("/etc/corp.pem"));
        let named = relay.clone().with_own_name("other").with_ca("other.pem");
        assert_eq!(
            (named.own_name(), named.ca.as_deref()),
            (Some("pool.corp.example"), Some("/etc/corp.pem"))
        );
        assert_eq!(
            relay.with_own_name("no name").own_name(),
            Some("pool.corp.example")
        );
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
