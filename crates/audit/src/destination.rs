//! Where the log is sent.

use std::fmt;
use std::path::PathBuf;

use poolhouse_outbound::http::Endpoint;

/// A stream as the operator sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// What it is called, here and in the database.
    pub name: String,
    /// Where it goes.
    pub to: Destination,
}

/// Where a stream goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A file of the server, a line of JSON for each entry.
    File(PathBuf),
    /// A syslog daemon, by RFC 5424.
    Syslog(Syslog),
    /// An HTTP endpoint.
    Webhook(Webhook),
}

/// How a syslog daemon is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Syslog {
    /// A datagram for each entry, which may be lost (RFC 5426).
    Udp(String),
    /// A connection, with the length before each message (RFC 6587).
    Tcp(String),
    /// The same by TLS (RFC 5425).
    Tls(SyslogTls),
    /// A socket of this machine.
    Unix(PathBuf),
}

/// A syslog daemon that speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyslogTls {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The authorities that its certificate may come from, in PEM; without it, those that browsers trust.
    pub ca: Option<PathBuf>,
}

impl Syslog {
    /// Reads `udp://host:port`, `tcp://host:port`, `tls://host:port` or `unix:///path`. `None` for anything else.
    pub fn parse(url: &str) -> Option<Syslog> {
        let (scheme, rest) = url.split_once("://")?;
        let is_address = rest.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains(['/', '@']) && port.parse::<u16>().is_ok_and(|port| port > 0)
        });
        match scheme {
            "udp" if is_address => Some(Syslog::Udp(rest.to_owned())),
            "tcp" if is_address => Some(Syslog::Tcp(rest.to_owned())),
            "tls" if is_address => {
                let (host, port) = rest.rsplit_once(':')?;
                let host = host
                    .strip_prefix('[')
                    .and_then(|host| host.strip_suffix(']'))
                    .unwrap_or(host);
                Some(Syslog::Tls(SyslogTls {
                    host: host.to_owned(),
                    port: port.parse().ok()?,
                    ca: None,
                }))
            }
            "unix" if rest.starts_with('/') => Some(Syslog::Unix(rest.into())),
            _ => None,
        }
    }
}

/// An HTTP endpoint that takes entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Scheme, host and port.
    pub endpoint: Endpoint,
    /// The path, with its query.
    pub path: String,
    /// What the signature is made with.
    pub secret: Secret,
}

/// What both ends know. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Webhook {
    /// Reads `https://host[:port][/path]`, or `http://` for an endpoint on the machine or a private network. `None` for anything
    /// else.
    pub fn parse(url: &str, secret: Secret) -> Option<Webhook> {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let endpoint = Endpoint::parse(&format!("{scheme}://{authority}"))?;
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        is_path.then(|| Webhook {
            endpoint,
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            secret,
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::File(path) => write!(f, "{}", path.display()),
            Destination::Syslog(Syslog::Udp(address)) => write!(f, "udp://{address}"),
            Destination::Syslog(Syslog::Tcp(address)) => write!(f, "tcp://{address}"),
            Destination::Syslog(Syslog::Tls(SyslogTls { host, port, .. })) => match host.contains(':') {
                true => write!(f, "tls://[{host}]:{port}"),
                false => write!(f, "tls://{host}:{port}"),
            },
            Destination::Syslog(Syslog::Unix(path)) => write!(f, "unix://{}", path.display()),
            Destination::Webhook(webhook) => write!(f, "{}", webhook.endpoint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_read_and_shown_without_what_is_secret() {
        for url in [
            "udp://logs.example.com:514",
            "tcp://[::1]:601",
            "tls://logs.example.com:6514",
            "tls://[::1]:6514",
            "unix:///dev/log",
        ] {
            let shown = Destination::Syslog(Syslog::parse(url).unwrap()).to_string();
            assert_eq!(shown, url);
        }
        for url in [
            "logs:514",
            "udp://logs",
            "udp://:514",
            "tcp://a@b:1",
            "tcp://h:0",
            "unix://dev/log",
            "tls://h",
            "tls://h:70000",
        ] {
            assert_eq!(Syslog::parse(url), None, "{url}");
        }
        let secret = || Secret("s3cret".to_owned());
        let webhook = Webhook::parse("https://siem.example.com/in?from=pool", secret()).unwrap();
        assert_eq!(webhook.path, "/in?from=pool");
        let shown = format!("{webhook:?} {}", Destination::Webhook(webhook.clone()));
        assert!(
            !shown.contains("s3cret") && shown.ends_with(" https://siem.example.com"),
            "{shown}"
        );
        for url in [
            "siem.example.com",
            "ftp://siem",
            "https://u:p@siem/in",
            "https://siem/a b",
            "https:///in",
        ] {
            assert!(Webhook::parse(url, secret()).is_none(), "{url}");
        }
    }
}
