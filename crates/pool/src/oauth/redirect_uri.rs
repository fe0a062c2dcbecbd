//! Where a browser may be sent back to: what a client may register, and that nothing else is taken.

use std::net::Ipv6Addr;

use super::leads::{authority, is_loopback, is_port, without_port};
use crate::records::ClientRecord;

/// Schemes that run or show what the URI itself holds, or a file of the person's.
pub const RUNS: [&str; 9] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "view-source",
    "filesystem",
    "jar",
];

/// Why a URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has a fragment.
    Fragment,
    /// It is plain HTTP to another machine.
    Http,
    /// It is not absolute, or of a scheme that is not taken.
    Scheme,
    /// Its host is missing, or something else stands in its place.
    Host,
    /// It has a character that browsers or clients read in different ways.
    Character,
}

impl Unfit {
    /// What the API says of such a URI: AWS's sentences where it has some.
    pub fn sentence(self, uri: &str) -> String {
        match self {
            Unfit::Fragment => format!("{uri} cannot use fragment"),
            Unfit::Http => format!("{uri} cannot use the HTTP protocol."),
            Unfit::Scheme => {
                format!("{uri} cannot be used: it must begin with https:// or a scheme of the app.")
            }
            Unfit::Host => format!("{uri} cannot be used: it must name a host, and no user."),
            Unfit::Character => {
                format!(
                    "{uri} cannot be used: it has a space, a backslash, * or another character that no URL has."
                )
            }
        }
    }
}

/// Checks that a client may register a URI.
///
/// # Errors
/// Why not.
pub fn check(uri: &str) -> Result<(), Unfit> {
    if uri.contains('#') {
        return Err(Unfit::Fragment);
    }
    if !uri
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"*<>\\^`{|}".contains(&b))
    {
        return Err(Unfit::Character);
    }
    let (scheme, rest) = uri.split_once(':').ok_or(Unfit::Scheme)?;
    if !is_scheme(scheme) {
        return Err(Unfit::Scheme);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => match rest
            .strip_prefix("//")
            .is_some_and(|rest| is_authority(authority(rest)))
        {
            true => Ok(()),
            false => Err(Unfit::Host),
        },
        "http" => match rest
            .strip_prefix("//")
            .is_some_and(|rest| is_loopback(authority(rest)))
        {
            true => Ok(()),
            false => Err(Unfit::Http),
        },
        "ws" | "wss" | "ftp" | "mailto" | "intent" => Err(Unfit::Scheme),
        scheme if RUNS.contains(&scheme) => Err(Unfit::Scheme),
        // A scheme of the app's own: what follows is the app's, but for what looks like a user of a host.
        _ => match rest
            .strip_prefix("//")
            .is_some_and(|rest| authority(rest).contains('@'))
        {
            true => Err(Unfit::Host),
            false => Ok(()),
        },
    }
}

/// Whether a text is a scheme.
pub fn is_scheme(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// Host and port, and nothing but them.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, after)) if address.parse::<Ipv6Addr>().is_ok() => match after.strip_prefix(':') {
            Some(port) => return is_port(port),
            None => return after.is_empty(),
        },
        Some(_) => return false,
        None => authority
            .split_once(':')
            .map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let is_name = !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    is_name && port.is_none_or(is_port)
}

/// Whether a request may name this URI: it is one of the client's to the last character, and one that could be registered today.
pub fn is_of(client: &ClientRecord, uri: &str) -> bool {
    let registered = client.settings.callback_urls.as_deref().unwrap_or_default();
    is_among(registered, uri, client.is_registered())
}

/// The same of a list. The programs of strangers listen where a port is free on their machine, so of their URIs to this machine
/// the port is not compared (RFC 8252 7.3).
pub fn is_among(registered: &[String], uri: &str, is_of_strangers: bool) -> bool {
    let at_any_port = without_port(uri).filter(|_| is_of_strangers);
    let is_it = |held: &String| {
        held == uri
            || at_any_port
                .as_ref()
                .is_some_and(|asked| without_port(held).as_ref() == Some(asked))
    };
    registered.iter().any(is_it) && check(uri).is_ok()
}

/// Where the browser of a client that names no URI is sent: its default, if it has one and people sign in to it in one way.
pub fn default_of(client: &ClientRecord) -> Option<&str> {
    let ways = client.settings.supported_identity_providers.as_ref();
    let has_one = ways.is_some_and(|ways| ways.len() == 1);
    client
        .settings
        .default_redirect_uri
        .as_deref()
        .filter(|_| has_one)
}

#[cfg(test)]
mod tests {
    use poolhouse_api::shapes::UserPoolClientType;

    use super::*;

    fn client(callback: &str) -> ClientRecord {
        ClientRecord {
            settings: UserPoolClientType {
                callback_urls: Some(vec![callback.to_owned()]),
                ..UserPoolClientType::default()
            },
            secrets: Vec::new(),
            risk: None,
            sso_minutes: None,
            unused_until: None,
        }
    }

    #[test]
    fn programs_of_strangers_on_this_machine_listen_at_any_port_and_nobody_else_does() {
        let held = [
            "http://127.0.0.1:33418/cb",
            "http://localhost/",
            "https://app.example:8443/cb",
        ];
        let held = held.map(str::to_owned);
        for (uri, of_strangers, of_ours) in [
            ("http://127.0.0.1:33418/cb", true, true),
            ("http://127.0.0.1:1/cb", true, false),
            ("http://127.0.0.1/cb", true, false),
            ("http://localhost:3000/", true, false),
            ("http://localhost:3000", false, false),
            ("http://127.0.0.1:1/cb2", false, false),
            ("http://[::1]:1/cb", false, false),
            ("http://localhost:1/cb", false, false),
            ("http://127.0.0.1:99999/cb", false, false),
            ("http://127.0.0.1:1@evil.example/cb", false, false),
            ("http://127.0.0.1.evil.example/cb", false, false),
            ("https://127.0.0.1:1/cb", false, false),
            ("https://app.example:8443/cb", true, true),
            ("https://app.example/cb", false, false),
            ("https://app.example:1/cb", false, false),
        ] {
            assert_eq!(is_among(&held, uri, true), of_strangers, "{uri}");
            assert_eq!(is_among(&held, uri, false), of_ours, "{uri}");
        }
    }

    #[test]
    fn what_an_app_may_be_sent_back_to_can_be_registered() {
        for uri in [
            "https://app.example",
            "https://app.example/cb?next=%2Fa&x=1",
            "https://app.example:8443/cb",
            "https://[2001:db8::1]:8443/cb",
            "HTTPS://app.example/cb",
            "http://localhost",
            "http://localhost:3000/",
            "http://127.0.0.1:0/cb",
            "http://[::1]:65535/cb",
            "myapp://signed-in",
            "com.example.app:/cb",
            "myapp:cb",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn what_runs_or_leads_elsewhere_cannot_be_registered() {
        for (uri, unfit) in [
            ("https://app.example/#x", Unfit::Fragment),
            ("javascript:alert(1)#", Unfit::Fragment),
            ("javascript:alert(1)", Unfit::Scheme),
            ("JaVaScRiPt:alert(1)", Unfit::Scheme),
            ("javascript://app.example/%0aalert(1)", Unfit::Scheme),
            ("data:text/html,x", Unfit::Scheme),
            ("vbscript:x", Unfit::Scheme),
            ("file:///etc/passwd", Unfit::Scheme),
            ("blob:https://app.example/1", Unfit::Scheme),
            ("about:blank", Unfit::Scheme),
            ("view-source:https://app.example", Unfit::Scheme),
            ("filesystem:https://app.example/t", Unfit::Scheme),
            ("ftp://app.example", Unfit::Scheme),
            ("/cb", Unfit::Scheme),
            ("//app.example/cb", Unfit::Scheme),
            ("app.example/cb", Unfit::Scheme),
            ("1app://cb", Unfit::Scheme),
            ("", Unfit::Scheme),
            ("://app.example", Unfit::Scheme),
            ("https:app.example", Unfit::Host),
            ("https:///cb", Unfit::Host),
            ("https://:443/cb", Unfit::Host),
            ("https://user@app.example/cb", Unfit::Host),
            ("https://app.example:443@evil.example/", Unfit::Host),
            ("https://app.example:/cb", Unfit::Host),
            ("https://app.example:99999/cb", Unfit::Host),
            ("https://app%2eexample/cb", Unfit::Host),
            ("https://[fe80::1%25eth0]/cb", Unfit::Host),
            ("https://[::1/cb", Unfit::Host),
            ("myapp://user@host", Unfit::Host),
            ("http://app.example", Unfit::Http),
            ("http://localhost.evil.example", Unfit::Http),
            ("http://localhost@evil.example", Unfit::Http),
            ("http://127.0.0.1.evil.example/", Unfit::Http),
            ("http://127.1/", Unfit::Http),
            ("http:/localhost", Unfit::Http),
            ("https://app.example\\@evil.example", Unfit::Character),
            ("https://*.app.example/cb", Unfit::Character),
            ("https://app.example/c b", Unfit::Character),
            ("https://app.example/\r\nSet-Cookie:x", Unfit::Character),
            ("https://app.example/\0", Unfit::Character),
            (" https://app.example", Unfit::Character),
            ("https://аpp.example/cb", Unfit::Character),
        ] {
            assert_eq!(check(uri), Err(unfit), "{uri}");
        }
    }

    #[test]
    fn a_request_names_a_registered_uri_to_the_last_character() {
        let registered = "https://app.example/cb?a=%2Fb&c=d";
        let app = client(registered);
        assert!(is_of(&app, registered));
        for trick in [
            "https://app.example/cb",
            "https://app.example/cb?a=%2Fb&c=d&e=f",
            "https://app.example/cb?c=d&a=%2Fb",
            "https://app.example/cb?a=/b&c=d",
            "https://app.example/cb?a=%2fb&c=d",
            "https://app.example/cb?a=%252Fb&c=d",
            "https://app.example/cb/?a=%2Fb&c=d",
            "https://app.example//cb?a=%2Fb&c=d",
            "https://app.example/./cb?a=%2Fb&c=d",
            "https://app.example/x/../cb?a=%2Fb&c=d",
            "https://app.example/cb/..?a=%2Fb&c=d",
            "https://app.example/%63b?a=%2Fb&c=d",
            "https://app.example/CB?a=%2Fb&c=d",
            "https://app.example/cb;x?a=%2Fb&c=d",
            "https://app.example/cb%00?a=%2Fb&c=d",
            "https://app.example/cb%0d%0a?a=%2Fb&c=d",
            "https://app.example/cb?a=%2Fb&c=d#",
            "https://app.example/cb?a=%2Fb&c=d#x",
            "https://app.example/cb?a=%2Fb&c=d ",
            " https://app.example/cb?a=%2Fb&c=d",
            "https://app.example/cb?a=%2Fb&c=d\t",
            "https://app.example/cb?a=%2Fb&c=d\n",
            "https://app.example/cb?a=%2Fb&c=d\0",
            "https://app.example:443/cb?a=%2Fb&c=d",
            "https://app.example./cb?a=%2Fb&c=d",
            "https://APP.example/cb?a=%2Fb&c=d",
            "HTTPS://app.example/cb?a=%2Fb&c=d",
            "http://app.example/cb?a=%2Fb&c=d",
            "//app.example/cb?a=%2Fb&c=d",
            "app.example/cb?a=%2Fb&c=d",
            "https:/app.example/cb?a=%2Fb&c=d",
            "https:\\\\app.example/cb?a=%2Fb&c=d",
            "https://app.example\\cb?a=%2Fb&c=d",
            "https://app.example@evil.example/cb?a=%2Fb&c=d",
            "https://evil.example@app.example/cb?a=%2Fb&c=d",
            "https://app.example.evil.example/cb?a=%2Fb&c=d",
            "https://evil.example/https://app.example/cb?a=%2Fb&c=d",
            "https://evilapp.example/cb?a=%2Fb&c=d",
            "https://sub.app.example/cb?a=%2Fb&c=d",
            "https://app.example%2f@evil.example/cb?a=%2Fb&c=d",
            "https://app.example%00.evil.example/cb?a=%2Fb&c=d",
            "https://app.example\u{3002}evil.example/cb?a=%2Fb&c=d",
            "https://аpp.example/cb?a=%2Fb&c=d",
            "https://app.example/cb?a=%2Fb&c=d,https://evil.example",
            "https://app.example/cb?a=%2Fb&c=d https://evil.example",
            "https://*.example/cb?a=%2Fb&c=d",
            "javascript:alert(1)//https://app.example/cb?a=%2Fb&c=d",
            "",
        ] {
            assert!(!is_of(&app, trick), "{trick}");
        }
    }

    #[test]
    fn hosts_of_this_machine_are_not_each_other() {
        let app = client("http://localhost:3000");
        for trick in [
            "http://localhost:3000/",
            "http://localhost",
            "http://localhost:3001",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "http://[::1%25lo]:3000",
            "https://localhost:3000",
        ] {
            assert!(!is_of(&app, trick), "{trick}");
        }
    }

    #[test]
    fn what_was_registered_before_it_was_refused_is_not_taken() {
        let uri = "javascript:alert(1)";
        assert!(!is_of(&client(uri), uri));
    }
}
