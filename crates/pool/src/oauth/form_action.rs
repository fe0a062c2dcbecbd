//! Where a page's form may lead, as the page's policy names it to browsers.

/// What `form-action` says of a redirect URI: its origin, or the scheme of an app's own. Nothing for what could say more.
pub fn source(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if !is_scheme || scheme.is_empty() {
        return None;
    }
    // A scheme is the same in capitals, and its name alone would let every origin of it in.
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return Some(format!("{scheme}:"));
    }
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let is_authority = authority
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'[' | b']' | b'_'));
    (is_authority && !authority.is_empty()).then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_23_a_form_may_lead_to_the_clients_origin_or_scheme_and_nowhere_else() {
        for (uri, expected) in [
            ("https://app.example/cb?a=1", Some("https://app.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("HTTPS://app.example/cb", Some("https://app.example")),
            ("MyApp://cb", Some("myapp:")),
            ("http://[::1]:8080/cb", Some("http://[::1]:8080")),
            ("myapp://cb", Some("myapp:")),
            ("com.example.app:/cb", Some("com.example.app:")),
            ("https://a;b.example/", None),
            ("https://a,b.example/", None),
            ("https://*/", None),
            ("https://", None),
            ("a b:c", None),
            ("x", None),
        ] {
            assert_eq!(source(uri).as_deref(), expected, "{uri}");
        }
    }
}
