//! Ranges of IP addresses in CIDR notation.

use std::net::IpAddr;

/// A range: the addresses whose first bits are those of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange {
    address: IpAddr,
    bits: u8,
}

impl IpRange {
    /// Reads `192.0.2.0/24` or `2001:db8::/32`; `None` if it is neither.
    pub fn parse(text: &str) -> Option<IpRange> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let is_number = !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit());
        let bits = bits.parse().ok().filter(|_| is_number)?;
        (bits <= width(address)).then_some(IpRange { address, bits })
    }

    /// Whether the address is in the range. An IPv4 address is one however it is written.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if width(address) != width(self.address) {
            return false;
        }
        let free = u32::from(width(address) - self.bits);
        let kept = |address| number(address).checked_shr(free).unwrap_or(0);
        kept(address) == kept(self.address)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(range: &str, address: &str) -> bool {
        IpRange::parse(range).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_in_a_range_by_its_first_bits() {
        for (range, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.77/24", "192.0.2.0", "192.0.1.77"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.6"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "2001:db8::1"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("::1/128", "::1", "127.0.0.1"),
            ("::/0", "2001:db8::1", "127.0.0.1"),
        ] {
            assert!(is_in(range, inside), "{range} {inside}");
            assert!(!is_in(range, outside), "{range} {outside}");
        }
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in [
            "",
            "/",
            "192.0.2.0",
            "192.0.2.0/",
            "192.0.2.0/33",
            "192.0.2.0/+8",
            "192.0.2/24",
            "::/129",
            "a/8",
            "192.0.2.0/24 ",
            "192.0.2.0/1/2",
            "192.0.2.0/256",
        ] {
            assert_eq!(IpRange::parse(text), None, "{text}");
        }
    }
}
