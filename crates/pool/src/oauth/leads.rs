//! Where a redirect URI leads: to this machine, to a host, to an app.

/// The hosts of this machine, to which plain HTTP is let pass.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What stands between the slashes and the path.
pub(super) fn authority(rest: &str) -> &str {
    rest.split(['/', '?']).next().unwrap_or_default()
}

/// Whether a text is a port.
pub(super) fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// Whether it names this machine, at whichever port.
pub(super) fn is_loopback(authority: &str) -> bool {
    LOOPBACK.iter().any(|host| {
        authority
            .strip_prefix(host)
            .is_some_and(|after| after.is_empty() || after.strip_prefix(':').is_some_and(is_port))
    })
}

/// A URI to this machine without its port; `None` for every other.
pub(super) fn without_port(uri: &str) -> Option<String> {
    let rest = uri.strip_prefix("http://")?;
    let authority = authority(rest);
    let host = LOOPBACK
        .iter()
        .find(|host| is_loopback(authority) && authority.starts_with(**host))?;
    Some(format!("{host}{}", rest.strip_prefix(authority)?))
}

/// What people are told of where a URI leads: its host, or the scheme of an app's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To a program on the person's machine.
    Here,
    /// To a host, with its port if it names one.
    To(String),
    /// To whichever app has this scheme.
    App(String),
}

/// Where a URI leads that could be registered.
pub fn leads(uri: &str) -> Leads {
    if without_port(uri).is_some() {
        return Leads::Here;
    }
    let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
    match (scheme.to_ascii_lowercase().as_str(), rest.strip_prefix("//")) {
        ("https" | "http", Some(rest)) => Leads::To(authority(rest).to_ascii_lowercase()),
        (scheme, _) => Leads::App(format!("{scheme}:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_where_they_are_led() {
        for (uri, expected) in [
            ("http://127.0.0.1:33418/cb", Leads::Here),
            ("http://[::1]/cb", Leads::Here),
            ("https://App.example/cb", Leads::To("app.example".to_owned())),
            ("https://localhost:1/cb", Leads::To("localhost:1".to_owned())),
            ("MyApp://cb", Leads::App("myapp:".to_owned())),
        ] {
            assert_eq!(leads(uri), expected, "{uri}");
        }
    }
}
