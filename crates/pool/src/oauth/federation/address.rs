//! Which addresses a provider may have.

/// Whether it is an HTTPS URL with a host and nobody's name before it, or such an HTTP URL of a host that the operator allows by name.
pub fn may_be(url: &str, allowed: &[String]) -> bool {
    let (rest, port) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, None),
        (None, Some(rest)) => (rest, Some("80")),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_clean = !url.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    let is_host =
        is_clean && !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@');
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    match port {
        None => is_host,
        Some(port) => {
            let named = match has_port {
                true => authority.to_owned(),
                false => format!("{authority}:{port}"),
            };
            is_host && allowed.iter().any(|host| host.eq_ignore_ascii_case(&named))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_urls_with_a_host_are_urls_of_a_provider() {
        for url in [
            "https://a.example",
            "https://a.example:8443/x?y",
            "https://[::1]/",
        ] {
            assert!(may_be(url, &[]), "{url}");
        }
        for url in [
            "http://a.example",
            "https://",
            "https:///x",
            "https://:443/",
            "https://b@a.example/",
            "https://a.example\\@b.example",
            "https://a.example/ x",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!may_be(url, &[]), "{url}");
        }
    }

    #[test]
    fn plain_http_is_for_hosts_that_the_operator_has_named() {
        let allowed = ["localhost:4000".to_owned(), "127.0.0.1:80".to_owned()];
        assert!(may_be("http://localhost:4000/auth", &allowed));
        assert!(may_be("http://127.0.0.1/x", &allowed));
        for url in [
            "http://localhost:4001/",
            "http://localhost/",
            "http://localhost:4000@evil.example/",
            "http://evil.example/localhost:4000",
            "http://localhost:4000.evil.example/",
        ] {
            assert!(!may_be(url, &allowed), "{url}");
        }
    }
}
