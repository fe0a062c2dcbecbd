//! What is said on connections that TLS protects, and whom a request is for.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, Request, header};

/// For a year, and for this host alone: others of the domain have an operator of their own.
pub(super) const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Puts the host where HTTP/1.1 has it, if the request has it elsewhere, as HTTP/2 does: signatures and checks look there.
pub(super) fn name_host<B>(request: &mut Request<B>) {
    let authority = request.uri().authority();
    let named = authority.and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = named {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// Whether a request is for a name that only this server has. `localhost` is shared by all that runs on a machine, and an address has no
/// such header.
pub(super) fn is_public(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, _)| name)
        .to_ascii_lowercase();
    !name.is_empty()
        && !name.starts_with('[')
        && name.parse::<IpAddr>().is_err()
        && name != "localhost"
        && !name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_machine_or_an_address_shares_are_not_public() {
        for (host, expected) in [
            ("id.example.com", true),
            ("ID.example.com:8443", true),
            ("localhost:9229", false),
            ("LOCALHOST", false),
            ("app.localhost", false),
            ("127.0.0.1:9229", false),
            ("[::1]:9229", false),
            ("[::1]", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            assert_eq!(is_public(&headers), expected, "{host}");
        }
        assert!(!is_public(&HeaderMap::new()));
    }

    #[test]
    fn the_authority_of_http_2_is_the_host() {
        let mut request = Request::get("https://id.example.com:8443/health")
            .body(())
            .unwrap();
        request
            .headers_mut()
            .insert(header::HOST, HeaderValue::from_static("other.example"));
        name_host(&mut request);
        assert_eq!(request.headers()[header::HOST], "id.example.com:8443");
        let mut request = Request::get("/health").body(()).unwrap();
        name_host(&mut request);
        assert!(request.headers().is_empty());
    }
}
