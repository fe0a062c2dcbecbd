//! Resource indicators (RFC 8707): which API an access token is for.

/// Characters of the longest.
const LONGEST: usize = 2048;

/// Whether a token may be bound to this: an absolute URI without a fragment, by HTTPS, by HTTP on this machine, or of a scheme of
/// its own.
pub fn is_resource(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else {
        return false;
    };
    let is_legal = uri.len() <= LONGEST
        && uri
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&b));
    if !is_legal || rest.is_empty() || !super::redirect_uri::is_scheme(scheme) {
        return false;
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => rest.strip_prefix("//").is_some_and(has_host),
        "http" => rest.strip_prefix("//").is_some_and(|rest| {
            let authority = rest.split(['/', '?']).next().unwrap_or_default();
            let port = authority.strip_prefix("localhost");
            port.is_some_and(|port| {
                let digits = port.strip_prefix(':').unwrap_or(port);
                port.is_empty() || (digits != port && digits.bytes().all(|b| b.is_ascii_digit()))
            })
        }),
        scheme => !super::redirect_uri::RUNS.contains(&scheme),
    }
}

fn has_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri_of_a_scheme_that_is_taken() {
        for uri in [
            "https://api.example",
            "https://api.example/mcp?x=1",
            "http://localhost:3000/mcp",
            "http://localhost",
            "urn:example:api",
            "myapp://orders",
        ] {
            assert!(is_resource(uri), "{uri}");
        }
        for uri in [
            "",
            "api.example",
            "/mcp",
            "//api.example",
            "https://",
            "https://:443",
            "https:api.example",
            "https://user@api.example",
            "https://api.example/#f",
            "https://api.example/ x",
            "http://api.example",
            "http://localhost.evil.example",
            "http://localhost:80@evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "1a:b",
            "urn:",
        ] {
            assert!(!is_resource(uri), "{uri}");
        }
        assert!(!is_resource(&format!("https://api.example/{}", "a".repeat(2048))));
    }
}
