//! Which hosts are reached without the proxy.

use std::net::IpAddr;

/// `NO_PROXY`: names, which stand for what is below them too, addresses, and networks; each may name a port; `*` is all.
#[derive(Debug, Default)]
pub(super) struct NoProxy(Vec<Exception>);

#[derive(Debug)]
struct Exception {
    host: Host,
    port: Option<u16>,
}

#[derive(Debug)]
enum Host {
    All,
    /// Without a dot before it, in small letters.
    Name(String),
    Network(IpAddr, u32),
}

impl NoProxy {
    /// Reads a list, parted by commas. What is none of these is passed over, as every program does.
    pub(super) fn parse(list: &str) -> Self {
        let elements = list.split([',', ' ']).map(str::trim);
        Self(elements.filter_map(Exception::parse).collect())
    }

    /// Whether the host is reached directly. This machine always is.
    pub(super) fn covers(&self, host: &str, port: u16) -> bool {
        let ip: Option<IpAddr> = host.parse().ok();
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_this_machine = host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
        is_this_machine
            || self.0.iter().any(|exception| {
                exception.port.is_none_or(|only| only == port)
                    && match (&exception.host, ip) {
                        (Host::All, _) => true,
                        (Host::Network(network, bits), Some(ip)) => is_within(ip, *network, *bits),
                        (Host::Name(name), None) => {
                            let above = host.strip_suffix(name.as_str());
                            above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
                        }
                        _ => false,
                    }
            })
    }
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        if let Some((network, bits)) = text.split_once('/') {
            let host = Host::Network(network.parse().ok()?, bits.parse().ok()?);
            return Some(Self { host, port: None });
        }
        // An IPv6 address has colons of its own, and brackets where a port follows.
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, Some(port.parse().ok()?))
            }
            _ => (text, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let host = match (host, host.parse::<IpAddr>()) {
            ("*", _) => Host::All,
            (_, Ok(ip)) => Host::Network(ip, if ip.is_ipv4() { 32 } else { 128 }),
            (name, Err(_)) => {
                let name = name.trim_start_matches("*.").trim_matches('.');
                Host::Name(Some(name.to_ascii_lowercase()).filter(|name| !name.is_empty())?)
            }
        };
        Some(Self { host, port })
    }
}

fn is_within(ip: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            let differing = ip.to_bits() ^ network.to_bits();
            bits <= 32 && differing.leading_zeros() >= bits
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            let differing = ip.to_bits() ^ network.to_bits();
            bits <= 128 && differing.leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_what_is_below_them_and_addresses_for_their_network() {
        let list = NoProxy::parse(
            "example.com, .corp.example,*.test 10.0.0.0/8,fd00::/8, 192.0.2.7,only.example:8443",
        );
        for (host, covered) in [
            ("example.com", true),
            ("EXAMPLE.com.", true),
            ("pool.example.com", true),
            ("notexample.com", false),
            ("corp.example", true),
            ("a.corp.example", true),
            ("a.test", true),
            ("10.200.3.4", true),
            ("11.0.0.1", false),
            ("fd12::1", true),
            ("fe80::1", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("only.example", false),
            ("localhost", true),
            ("127.0.0.9", true),
            ("::1", true),
        ] {
            assert_eq!(list.covers(host, 443), covered, "{host}");
        }
        assert!(list.covers("only.example", 8443));
        assert!(NoProxy::parse("*").covers("anywhere.example", 443));
        assert!(NoProxy::parse("[fd00::1]:443").covers("fd00::1", 443));
    }

    #[test]
    fn what_is_no_exception_excepts_nothing() {
        let list = NoProxy::parse(",, .,x:port,10.0.0.0/eight,10.0.0.0/64");
        for host in ["a.example", "x", "10.0.0.1"] {
            assert!(!list.covers(host, 443), "{host}");
        }
    }
}
