//! Who is at the other end of the connection, and behind it.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Version};

/// The address a connection comes from, attached to each of its requests. Behind a proxy it is the proxy's.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// Whether the other end is on this machine.
    pub fn is_loopback(self) -> bool {
        self.0.ip().to_canonical().is_loopback()
    }
}

/// The address that a request comes from, attached to it: the peer's, or the one that a trusted proxy names.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

/// What proxies say of whom they speak for.
const TRACES: [&str; 8] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-original-forwarded-for",
    "x-real-ip",
];

/// Whether a request shows that a proxy handed it on. The older HTTP is what nginx speaks unless told otherwise; no browser
/// does.
pub fn shows_a_proxy(version: Version, headers: &HeaderMap) -> bool {
    version < Version::HTTP_11 || TRACES.iter().any(|trace| headers.contains_key(*trace))
}

/// The address that a request comes from which one of these proxies hands on: the last one in `X-Forwarded-For` that is
/// no proxy of these, for everything before it anybody may have written. `None` if the other end is no such proxy or does
/// not say.
pub fn proxied_for(proxies: &[IpAddr], peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let is_proxy = |address: &IpAddr| proxies.contains(address);
    if !is_proxy(&peer.to_canonical()) {
        return None;
    }
    let mut named: Vec<&str> = Vec::new();
    for line in headers.get_all("x-forwarded-for") {
        named.extend(line.to_str().ok()?.split(','));
    }
    for text in named.into_iter().rev() {
        let address = address(text.trim())?;
        if !is_proxy(&address) {
            return Some(address);
        }
    }
    None
}

/// An address as proxies write it, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address = text.parse().ok().or_else(bracketed).or_else(with_port)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap()));
        lines.collect()
    }

    #[test]
    fn a_request_comes_from_the_last_address_that_a_trusted_proxy_names() {
        let proxies = ["127.0.0.1", "10.0.0.5"].map(|address| address.parse().unwrap());
        for (peer, lines, client) in [
            ("127.0.0.1", &["192.0.2.7"][..], Some("192.0.2.7")),
            ("::ffff:127.0.0.1", &["192.0.2.7"], Some("192.0.2.7")),
            ("127.0.0.1", &["192.0.2.1, 192.0.2.7"], Some("192.0.2.7")),
            (
                "127.0.0.1",
                &["192.0.2.1", "192.0.2.7 , 10.0.0.5"],
                Some("192.0.2.7"),
            ),
            ("127.0.0.1", &["192.0.2.7:4711"], Some("192.0.2.7")),
            ("127.0.0.1", &["[2001:db8::7]:4711"], Some("2001:db8::7")),
            ("127.0.0.1", &["2001:db8::7"], Some("2001:db8::7")),
            ("127.0.0.1", &["[2001:db8::7]"], Some("2001:db8::7")),
            ("127.0.0.1", &["192.0.2.7, unknown"], None),
            ("127.0.0.1", &["192.0.2.7,"], None),
            ("127.0.0.1", &["10.0.0.5"], None),
            ("127.0.0.1", &[], None),
            ("192.0.2.9", &["192.0.2.7"], None),
        ] {
            let found = proxied_for(&proxies, peer.parse().unwrap(), &headers(lines));
            assert_eq!(found, client.map(|client| client.parse().unwrap()), "{lines:?}");
        }
    }
}
