//! Email addresses that are safe to put on the wire.
//!
//! The grammar is a deliberate subset of RFC 5321 and RFC 6531: dot-atoms before the `@`, a domain name after it.
//! Quoted local parts and address literals are refused; no sign-up form needs them, and both have carried attacks.

use std::error::Error;
use std::fmt;

/// Longest address in bytes, after the domain became A-labels (RFC 5321 4.5.3.1.3 less the two angle brackets).
const MAX_ADDRESS: usize = 254;
/// Longest local part in bytes (RFC 5321 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// Longest label of a domain name in bytes (RFC 1035 2.3.4).
const MAX_LABEL: usize = 63;
/// Longest display name in bytes. A limit of ours: longer ones are mistakes or attacks.
const MAX_NAME: usize = 256;

/// A checked address. Its domain is ASCII (A-labels) and lower case; the local part is kept as written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Checks an address and turns an international domain into A-labels.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(AddressError::ControlOrSpace);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::NoAt)?;
        check_local(local)?;
        let domain = ascii_domain(domain)?;
        let address = Self {
            text: format!("{local}@{domain}"),
            at: local.len(),
        };
        if address.text.len() > MAX_ADDRESS {
            return Err(AddressError::TooLong);
        }
        Ok(address)
    }

    /// The whole address, as it goes into the envelope.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain in A-labels, lower case.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// Whether only a relay with SMTPUTF8 (RFC 6531) can carry this address.
    pub fn needs_smtputf8(&self) -> bool {
        !self.local().is_ascii()
    }

    /// Whether the domain is a single label such as `localhost`, which only a relay on this machine may be given.
    pub fn is_local_name(&self) -> bool {
        !self.domain().contains('.') || self.domain().ends_with(".localhost")
    }
}

fn check_local(local: &str) -> Result<(), AddressError> {
    if local.is_empty() || local.len() > MAX_LOCAL {
        return Err(AddressError::LocalLength);
    }
    let atext = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    if local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(atext))
    {
        Ok(())
    } else {
        Err(AddressError::LocalSyntax)
    }
}

fn ascii_domain(domain: &str) -> Result<String, AddressError> {
    if domain.starts_with('[') {
        return Err(AddressError::AddressLiteral);
    }
    let ascii = idna::domain_to_ascii(domain).map_err(|_| AddressError::Domain)?;
    let label_ok = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if !ascii.split('.').all(label_ok) {
        return Err(AddressError::Domain);
    }
    // A last label of digits is an IPv4 address without its brackets; no top-level domain looks like that.
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AddressError::AddressLiteral);
    }
    Ok(ascii)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Shows the domain only: addresses are personal data and `Debug` ends up in logs.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address(…@{})", self.domain())
    }
}

/// An address with the name shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

impl Mailbox {
    /// A mailbox from a display name and an address. An empty name counts as none.
    pub fn new(name: Option<&str>, address: Address) -> Result<Self, AddressError> {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        if name.is_some_and(|name| name.chars().any(char::is_control) || name.len() > MAX_NAME) {
            return Err(AddressError::Name);
        }
        Ok(Self {
            name: name.map(str::to_owned),
            address,
        })
    }

    /// Reads `ada@example.com`, `Ada <ada@example.com>` or `"Ada, of the pool" <ada@example.com>`.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, rest)) = text.rsplit_once('<') else {
            return Self::new(None, Address::parse(text)?);
        };
        let address = Address::parse(rest.strip_suffix('>').ok_or(AddressError::NoAt)?)?;
        let name = name.trim();
        match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(quoted) => Self::new(Some(&unescape(quoted)), address),
            None => Self::new(Some(name), address),
        }
    }

    /// The display name, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

/// Undoes the backslashes of an RFC 5322 quoted string.
fn unescape(quoted: &str) -> String {
    let mut chars = quoted.chars();
    let mut plain = String::with_capacity(quoted.len());
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    plain
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Self {
        Self { name: None, address }
    }
}

/// Who a mail is from and who it goes to, as the relay is told. One recipient: a code is nobody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go.
    pub from: Address,
    /// The one recipient.
    pub to: Address,
}

/// Why a text is no usable address. The text itself is not repeated: it is personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// A control character, a line break or white space.
    ControlOrSpace,
    /// No `@`, or an angle bracket that is not closed.
    NoAt,
    /// Nothing before the `@`, or more than 64 bytes.
    LocalLength,
    /// A character or an order of dots that is not allowed before the `@`.
    LocalSyntax,
    /// An IP address instead of a domain name.
    AddressLiteral,
    /// No valid domain name after the `@`.
    Domain,
    /// More than 254 bytes in all.
    TooLong,
    /// A display name with control characters or more than 256 bytes.
    Name,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlOrSpace => "the address holds a control character or white space",
            Self::NoAt => "the address has no @, or its angle brackets do not match",
            Self::LocalLength => "the part before the @ must have 1 to 64 bytes",
            Self::LocalSyntax => "the part before the @ holds characters that are not allowed there",
            Self::AddressLiteral => "the address names an IP address instead of a domain",
            Self::Domain => "the part after the @ is no valid domain name",
            Self::TooLong => "the address is longer than 254 bytes",
            Self::Name => "the display name holds control characters or is longer than 256 bytes",
        })
    }
}

impl Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_and_international_addresses_are_accepted() {
        for (given, kept) in [
            ("ada@example.com", "ada@example.com"),
            (
                "Ada.Lovelace+code@Sub.Example.COM",
                "Ada.Lovelace+code@sub.example.com",
            ),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("dörte@example.com", "dörte@example.com"),
            ("o'neil@example.co", "o'neil@example.co"),
            ("dev@localhost", "dev@localhost"),
        ] {
            assert_eq!(
                Address::parse(given).map(|a| a.to_string()),
                Ok(kept.to_owned()),
                "{given}"
            );
        }
        assert!(Address::parse("dörte@example.com").unwrap().needs_smtputf8());
        assert!(!Address::parse("ada@bücher.example").unwrap().needs_smtputf8());
        assert!(Address::parse("dev@localhost").unwrap().is_local_name());
        assert!(Address::parse("dev@mail.localhost").unwrap().is_local_name());
        assert!(!Address::parse("ada@example.com").unwrap().is_local_name());
    }

    #[test]
    fn hostile_addresses_are_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("{}@{}.com", "a".repeat(60), vec!["b".repeat(60); 4].join("."));
        for (given, error) in [
            (
                "ada@example.com\r\nBcc: eve@example.com",
                AddressError::ControlOrSpace,
            ),
            ("ada\0@example.com", AddressError::ControlOrSpace),
            ("ada @example.com", AddressError::ControlOrSpace),
            ("ada\u{85}@example.com", AddressError::ControlOrSpace),
            ("example.com", AddressError::NoAt),
            ("@example.com", AddressError::LocalLength),
            (long_local.as_str(), AddressError::LocalLength),
            ("\"ada\"@example.com", AddressError::LocalSyntax),
            ("ada..b@example.com", AddressError::LocalSyntax),
            ("ada>@example.com", AddressError::LocalSyntax),
            ("ada@eve@example.com", AddressError::LocalSyntax),
            ("ada@[127.0.0.1]", AddressError::AddressLiteral),
            ("ada@127.0.0.1", AddressError::AddressLiteral),
            ("ada@", AddressError::Domain),
            ("ada@-example.com", AddressError::Domain),
            ("ada@exa_mple.com", AddressError::Domain),
            ("ada@example..com", AddressError::Domain),
            ("ada@example.com>", AddressError::Domain),
            (long.as_str(), AddressError::TooLong),
        ] {
            assert_eq!(Address::parse(given), Err(error), "{given}");
        }
    }

    #[test]
    fn mailboxes_are_read_in_the_three_usual_forms() {
        for (given, name) in [
            ("ada@example.com", None),
            ("<ada@example.com>", None),
            ("Ada Lovelace <ada@example.com>", Some("Ada Lovelace")),
            (
                r#""Ada, of the \"pool\"" <ada@example.com>"#,
                Some(r#"Ada, of the "pool""#),
            ),
            ("J@hn (c) [x] <ada@example.com>", Some("J@hn (c) [x]")),
        ] {
            let mailbox = Mailbox::parse(given).unwrap();
            assert_eq!(
                (mailbox.name(), mailbox.address().as_str()),
                (name, "ada@example.com"),
                "{given}"
            );
        }
        assert_eq!(Mailbox::parse("Ada <ada@example.com"), Err(AddressError::NoAt));
        assert_eq!(Mailbox::parse("A\nda <ada@example.com>"), Err(AddressError::Name));
    }

    #[test]
    fn debug_hides_the_person() {
        let address = Address::parse("ada@example.com").unwrap();
        assert_eq!(format!("{address:?}"), "Address(…@example.com)");
    }
}
