//! Which client ids are URLs, and which patterns they fit.

use std::net::IpAddr;

/// Characters of the longest, as patterns have them.
const LONGEST: usize = 256;
const SCHEME: &str = "https://";

/// Whether a client id is a URL at which a client may describe itself: HTTPS, a host with a name, a path with something in it, and
/// nothing that could be left out, so that one document has one URL.
pub fn is_one(id: &str) -> bool {
    let Some((authority, path)) = parts(id) else {
        return false;
    };
    let host = authority.split(':').next().unwrap_or_default();
    let port = authority
        .strip_prefix(host)
        .and_then(|rest| rest.strip_prefix(':'));
    let is_port =
        |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with(['0', '+']);
    let is_of_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_');
    let has_name = !host.is_empty()
        && host.bytes().all(is_of_name)
        && host.parse::<IpAddr>().is_err()
        && (authority == host || port.is_some_and(is_port));
    let is_of_path = |b: u8| b.is_ascii_graphic() && !b"\"#?<>\\^`{|}*".contains(&b);
    let has_dots = path.split('/').any(|segment| segment == "." || segment == "..");
    // Encoded dots are dots to some servers.
    let has_encoded = path.to_ascii_lowercase().contains("%2e");
    id.len() <= LONGEST
        && has_name
        && path.len() > 1
        && path.bytes().all(is_of_path)
        && !has_dots
        && !has_encoded
}

/// The host with its port, as people are to see it.
pub fn host(url: &str) -> &str {
    parts(url).map_or(url, |(authority, _)| authority)
}

fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix(SCHEME)?;
    Some(rest.split_at(rest.find('/')?))
}

/// Whether a URL fits a pattern. A star in the host stands for any run of characters of a host, one in the path for any of a path,
/// slashes included; neither reaches from one into the other.
pub fn fits(pattern: &str, url: &str) -> bool {
    match (parts(pattern), parts(url)) {
        (Some((hosts, paths)), Some((host, path))) => stands_for(hosts, host) && stands_for(paths, path),
        _ => false,
    }
}

/// How much of a pattern is said before its first star.
pub fn says(pattern: &str) -> usize {
    pattern.find('*').unwrap_or(pattern.len())
}

fn stands_for(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    // Where the last star stands, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                star = Some((at, read));
                at += 1;
            }
            (Some(held), _) if *held == text[read] => {
                at += 1;
                read += 1;
            }
            (_, Some((stands, reaches))) => {
                star = Some((stands, reaches + 1));
                at = stands + 1;
                read = reaches + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|held| *held == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_a_url_that_can_be_written_in_one_way() {
        for id in [
            "https://app.example/client.json",
            "https://app.example/a/b/c",
            "https://app.example:8443/c",
            "https://a_b.example/c;x=1",
        ] {
            assert!(is_one(id), "{id}");
        }
        let long = format!("https://app.example/{}", "a".repeat(256));
        for id in [
            "",
            "1example23456789",
            "http://app.example/c",
            "HTTPS://app.example/c",
            "https://App.example/c",
            "https://app.example",
            "https://app.example/",
            "https://app.example?x=/c",
            "https://app.example/c?x=1",
            "https://app.example/c#x",
            "https://a@app.example/c",
            "https://a:b@app.example/c",
            "https://app.example:/c",
            "https://app.example:0/c",
            "https://app.example:080/c",
            "https://app.example:1:2/c",
            "https:///c",
            "https://127.0.0.1/c",
            "https://[::1]/c",
            "https://app.example/../c",
            "https://app.example/./c",
            "https://app.example/%2E%2e/c",
            "https://app.example/c\\d",
            "https://app.example/ c",
            "https://app.example/\u{fc}",
            "https://app.example/*",
            "javascript://app.example/%0aalert(1)",
            long.as_str(),
        ] {
            assert!(!is_one(id), "{id}");
        }
    }

    #[test]
    fn a_star_never_reaches_from_the_host_into_the_path() {
        for (pattern, url, expected) in [
            ("https://app.example/c", "https://app.example/c", true),
            ("https://app.example/c", "https://app.example/cd", false),
            ("https://app.example/*", "https://app.example/a/b", true),
            ("https://app.example/a*c", "https://app.example/abbc", true),
            ("https://app.example/a*c", "https://app.example/abcb", false),
            ("https://*.app.example/*", "https://x.app.example/c", true),
            ("https://*.app.example/*", "https://x.y.app.example/c", true),
            ("https://*.app.example/*", "https://app.example/c", false),
            (
                "https://*.app.example/*",
                "https://evil.example/x.app.example/c",
                false,
            ),
            ("https://*app.example/*", "https://evilapp.example/c", true),
            ("https://app.example/*", "https://app.example:8443/c", false),
            (
                "https://app.example*/c",
                "https://app.example.evil.example/c",
                true,
            ),
            ("https://app.example*/c", "https://app.example/x/c", false),
        ] {
            assert_eq!(fits(pattern, url), expected, "{pattern} {url}");
        }
        assert_eq!(host("https://app.example:8443/c"), "app.example:8443");
        assert!(says("https://app.example/a*") > says("https://app.example/*"));
    }
}
