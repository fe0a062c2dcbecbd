//! Where to connect.

use std::fmt;

use hyper::Uri;

/// Where to connect: scheme, host and port of a URL without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    tls: bool,
    host: String,
    port: u16,
    /// What the `Host` header says: the port only if it is not the scheme's own.
    authority: String,
}

impl Endpoint {
    /// Reads `http://host[:port]` or `https://host[:port]`. A path, a query or credentials are no part of an endpoint.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.trim().parse().ok()?;
        let tls = match uri.scheme_str()? {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let authority = uri.authority()?.as_str().to_owned();
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || authority.contains('@') {
            return None;
        }
        let host = uri
            .host()?
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Self {
            tls,
            host,
            port,
            authority,
        })
    }

    /// The endpoint that AWS gives a service in a region. `None` if no host can be called that.
    pub fn of_service(service: &str, region: &str) -> Option<Self> {
        let suffix = match region.starts_with("cn-") {
            true => "amazonaws.com.cn",
            false => "amazonaws.com",
        };
        Self::parse(&format!("https://{service}.{region}.{suffix}"))
    }

    /// What the `Host` header says.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host's name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the connection is by TLS.
    pub fn is_tls(&self) -> bool {
        self.tls
    }
}

/// The URL.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_scheme_host_and_port() {
        let read = |url| Endpoint::parse(url).map(|e| (e.tls, e.host, e.port, e.authority));
        let expected =
            |tls, host: &str, port, authority: &str| Some((tls, host.to_owned(), port, authority.to_owned()));
        assert_eq!(
            read("http://127.0.0.1:9229"),
            expected(false, "127.0.0.1", 9229, "127.0.0.1:9229")
        );
        assert_eq!(
            read("https://idp.example/"),
            expected(true, "idp.example", 443, "idp.example")
        );
        assert_eq!(read("http://[::1]:80"), expected(false, "::1", 80, "[::1]:80"));
        for url in [
            "",
            "idp.example",
            "ftp://idp.example",
            "http://idp.example/path",
            "http://a@idp.example",
            "http:///",
        ] {
            assert_eq!(Endpoint::parse(url), None, "{url}");
        }
    }
}
