//! Proxies, by the variables that name them for every program on a machine.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use poolhouse_text::percent;

use super::endpoint::Endpoint;
use super::no_proxy::NoProxy;

/// The proxies of one program.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Option<Arc<Configured>>);

#[derive(Debug)]
struct Configured {
    http: Option<Proxy>,
    https: Option<Proxy>,
    none: NoProxy,
}

/// A proxy. `Debug` shows no password.
#[derive(Clone)]
pub(super) struct Proxy {
    endpoint: Endpoint,
    authorization: Option<HeaderValue>,
}

impl Proxies {
    /// Proxies by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Each may be written in small letters, which go first.
    ///
    /// # Errors
    /// A proxy that cannot be used. Going past it could be what somebody wanted to keep from happening.
    pub fn from_vars(get: impl Fn(&str) -> Option<String>) -> Result<Self, UnusableProxy> {
        let either = |small: &str, large: &str| {
            [small, large]
                .into_iter()
                .find_map(|name| get(name).filter(|value| !value.trim().is_empty()))
        };
        let proxy = |small, large| {
            let url = either(small, large);
            url.map(|url| Proxy::parse(&url).ok_or(UnusableProxy { variable: large }))
                .transpose()
        };
        let https = proxy("https_proxy", "HTTPS_PROXY")?;
        let http = proxy("http_proxy", "HTTP_PROXY")?;
        if https.is_none() && http.is_none() {
            return Ok(Self::default());
        }
        let none = NoProxy::parse(&either("no_proxy", "NO_PROXY").unwrap_or_default());
        Ok(Self(Some(Arc::new(Configured { http, https, none }))))
    }

    /// The proxy that leads to the endpoint; `None` if the way is direct, as it always is on this machine.
    pub(super) fn of(&self, endpoint: &Endpoint) -> Option<&Proxy> {
        let configured = self.0.as_deref()?;
        let proxy = match endpoint.is_tls() {
            true => configured.https.as_ref(),
            false => configured.http.as_ref(),
        };
        proxy.filter(|_| !configured.none.covers(endpoint.host(), endpoint.port()))
    }
}

impl Proxy {
    /// Reads `[http://][user:password@]host[:port][/]`.
    fn parse(url: &str) -> Option<Self> {
        let rest = match url.trim().split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return None,
            None => url.trim(),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (userinfo, authority) = match rest.rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo), authority),
            None => (None, rest),
        };
        let authorization = match userinfo {
            Some(userinfo) => Some(basic(userinfo)?),
            None => None,
        };
        Some(Self {
            endpoint: Endpoint::parse(&format!("http://{authority}"))?,
            authorization,
        })
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

fn basic(userinfo: &str) -> Option<HeaderValue> {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let plain = format!("{}:{}", percent::decode(user)?, percent::decode(password)?);
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.endpoint)
    }
}

/// A variable that names a proxy which cannot be used. The URL is not repeated: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnusableProxy {
    /// The variable.
    pub variable: &'static str,
}

impl fmt::Display for UnusableProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not of the form http://host:port or http://user:password@host:port",
            self.variable
        )
    }
}

impl std::error::Error for UnusableProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> Result<Proxies, UnusableProxy> {
        Proxies::from_vars(|name| {
            let found = pairs.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn leads_by(proxies: &Proxies, url: &str) -> Option<String> {
        let endpoint = Endpoint::parse(url).unwrap();
        proxies.of(&endpoint).map(|proxy| proxy.endpoint().to_string())
    }

    #[test]
    fn each_scheme_has_its_own_proxy_and_small_letters_go_first() {
        let found = proxies(&[
            ("HTTPS_PROXY", "http://one:3128"),
            ("http_proxy", "two:8080/"),
            ("HTTP_PROXY", "http://three"),
        ])
        .unwrap();
        let aws = "https://sts.eu-central-1.amazonaws.com";
        assert_eq!(leads_by(&found, aws).as_deref(), Some("http://one:3128"));
        assert_eq!(
            leads_by(&found, "http://pool.example").as_deref(),
            Some("http://two:8080")
        );
        let none = proxies(&[("HTTPS_PROXY", " "), ("NO_PROXY", "x")]).unwrap();
        assert_eq!(leads_by(&none, aws), None);
    }

    #[test]
    fn exceptions_and_this_machine_are_reached_directly() {
        let found = proxies(&[
            ("HTTPS_PROXY", "http://one:3128"),
            ("HTTP_PROXY", "http://one:3128"),
            ("NO_PROXY", ".amazonaws.com"),
        ])
        .unwrap();
        for direct in [
            "https://sts.amazonaws.com",
            "http://127.0.0.1:9229",
            "http://localhost",
        ] {
            assert_eq!(leads_by(&found, direct), None, "{direct}");
        }
        assert!(leads_by(&found, "https://pool.example").is_some());
    }

    #[test]
    fn a_proxy_may_ask_who_we_are_and_no_one_else_is_told() {
        let proxy = Proxy::parse("http://us%40er:p%3Ass@one:3128").unwrap();
        // us@er:p:ss
        assert_eq!(proxy.authorization().unwrap(), "Basic dXNAZXI6cDpzcw==");
        assert_eq!(format!("{proxy:?}"), "Proxy(http://one:3128)");
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_url() {
        for url in [
            "https://one:3128",
            "socks5://one",
            "http://",
            "http://a:b%zz@one",
            "one/path",
        ] {
            let error = proxies(&[("https_proxy", url)]).unwrap_err();
            assert_eq!(
                error.to_string(),
                "HTTPS_PROXY is not of the form http://host:port or http://user:password@host:port",
                "{url}"
            );
        }
    }
}
