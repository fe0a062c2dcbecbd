//! A URL, read strictly: what two programs may read in two ways is refused.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::address;
use super::error::Unfetched;

/// The port of HTTPS.
const PORT: u16 = 443;
/// Characters of the longest URL.
const LONGEST: usize = 2048;
/// Characters of the longest name of a host.
const LONGEST_HOST: usize = 253;

/// Where a URL leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    is_tls: bool,
    /// In small letters, without brackets.
    host: String,
    port: u16,
    /// As the `Host` header says it.
    authority: String,
    /// With the query.
    path: String,
}

impl Target {
    /// Reads a URL of HTTP or HTTPS.
    pub(super) fn read(url: &str) -> Result<Target, Unfetched> {
        let is_legal = |b: u8| b.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&b);
        if url.len() > LONGEST || !url.bytes().all(is_legal) {
            return Err(Unfetched::Url);
        }
        let (is_tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(Unfetched::Scheme),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = split(authority)?;
        Ok(Target {
            is_tls,
            host: host.to_ascii_lowercase(),
            port: port.unwrap_or(if is_tls { PORT } else { 80 }),
            authority: authority.to_ascii_lowercase(),
            path: match path.starts_with('/') {
                true => path.to_owned(),
                false => format!("/{path}"),
            },
        })
    }

    /// Whether anybody may name it: HTTPS at its own port, by a name or a public address.
    pub(super) fn check(&self) -> Result<(), Unfetched> {
        if !self.is_tls {
            return Err(Unfetched::Scheme);
        }
        if self.port != PORT {
            return Err(Unfetched::Port);
        }
        if let Ok(literal) = self.host.parse() {
            return match address::is_public(literal) {
                true => Ok(()),
                false => Err(Unfetched::Address),
            };
        }
        // Resolvers take numbers in many forms for addresses, and a machine's own name for itself.
        let last = self.host.rsplit('.').next().unwrap_or_default();
        let is_number = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
        match is_number || !self.host.contains('.') {
            true => Err(Unfetched::Host),
            false => Ok(()),
        }
    }

    /// Host and port, as they are allowed by name.
    pub(super) fn name(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    pub(super) fn is_tls(&self) -> bool {
        self.is_tls
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// Host and port of an authority that has nothing else.
fn split(authority: &str) -> Result<(&str, Option<u16>), Unfetched> {
    let port = |text: &str| match text.parse::<u16>() {
        Ok(port) if port > 0 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(port)),
        _ => Err(Unfetched::Port),
    };
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(Unfetched::Host)?;
        host.parse::<Ipv6Addr>().map_err(|_| Unfetched::Host)?;
        return match after.strip_prefix(':') {
            Some(text) => Ok((host, port(text)?)),
            None if after.is_empty() => Ok((host, None)),
            None => Err(Unfetched::Host),
        };
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, text)) => (host, port(text)?),
        None => (authority, None),
    };
    let is_label = |label: &str| {
        let is_of_label = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        !label.is_empty() && label.len() <= 63 && label.bytes().all(is_of_label)
    };
    let is_name = host.len() <= LONGEST_HOST && host.split('.').all(is_label);
    match is_name || host.parse::<Ipv4Addr>().is_ok() {
        true => Ok((host, port)),
        false => Err(Unfetched::Host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_in_one_way_or_not_at_all() {
        let read = |url: &str| {
            let target = Target::read(url)?;
            target.check()?;
            Ok::<_, Unfetched>((target.name(), target.authority, target.path))
        };
        let expected = |name: &str, authority: &str, path: &str| {
            (name.to_owned(), authority.to_owned(), path.to_owned())
        };
        for (url, target) in [
            (
                "https://App.example/c.json",
                expected("app.example:443", "app.example", "/c.json"),
            ),
            (
                "https://app.example:443",
                expected("app.example:443", "app.example:443", "/"),
            ),
            (
                "https://app.example?x=1",
                expected("app.example:443", "app.example", "/?x=1"),
            ),
            (
                "https://[2606:4700::1111]/c",
                expected("[2606:4700::1111]:443", "[2606:4700::1111]", "/c"),
            ),
        ] {
            assert_eq!(read(url).unwrap(), target, "{url}");
        }
        for url in [
            "",
            "app.example/c",
            "HTTPS://app.example/c",
            "http://app.example/c",
            "ftp://app.example/c",
            "file:///etc/passwd",
            "https://",
            "https:///c",
            "https://a@app.example/c",
            "https://a:b@app.example/c",
            "https://app.example:8443/c",
            "https://app.example:0/c",
            "https://app.example:+443/c",
            "https://app.example:443:443/c",
            "https://app.example./c",
            "https://app..example/c",
            "https://app.example\\@evil.example/c",
            "https://app.example/c#f",
            "https://app.example/ c",
            "https://app.ex\u{e4}mple/c",
            "https://app.example%2eevil.example/c",
            "https://localhost/c",
            "https://metadata/c",
            "https://2130706433/c",
            "https://0x7f000001/c",
            "https://0x7f.0.0.1/c",
            "https://0177.0.0.1/c",
            "https://127.1/c",
            "https://127.0.0.1/c",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/c",
            "https://[::ffff:127.0.0.1]/c",
            "https://[fe80::1%25eth0]/c",
            "https://[::1/c",
        ] {
            assert!(read(url).is_err(), "{url}");
        }
    }
}
