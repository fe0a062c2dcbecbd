//! An address with its port, as people write it: by number or by name.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

/// Why a text is no address to listen on.
#[derive(Debug)]
pub enum AddressError {
    /// It is not of the form.
    Form,
    /// The name in it means no address here.
    Unknown(String, Option<io::Error>),
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressError::Form => {
                f.write_str("must be an address and a port, such as 127.0.0.1:9229 or localhost:9229")
            }
            AddressError::Unknown(name, _) => write!(f, "names {name}, which this machine cannot find"),
        }
    }
}

impl std::error::Error for AddressError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            AddressError::Unknown(_, Some(error)) => Some(error),
            _ => None,
        }
    }
}

/// The address that a text means. A name that means several means its first of IPv4, which `localhost` is everywhere.
///
/// # Errors
/// If the text is not `ADDRESS:PORT` or `NAME:PORT`, or the name is not known here.
pub fn address(text: &str) -> Result<SocketAddr, AddressError> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (name, port) = text.rsplit_once(':').ok_or(AddressError::Form)?;
    let port: u16 = port.parse().map_err(|_| AddressError::Form)?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(AddressError::Form);
    }
    let found: Vec<SocketAddr> = (name, port)
        .to_socket_addrs()
        .map_err(|error| AddressError::Unknown(name.to_owned(), Some(error)))?
        .collect();
    let best = found.iter().find(|address| address.is_ipv4()).or(found.first());
    best.copied()
        .ok_or_else(|| AddressError::Unknown(name.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_by_number_and_by_name() {
        for (text, expected) in [
            ("127.0.0.1:9229", "127.0.0.1:9229"),
            ("[::1]:80", "[::1]:80"),
            ("localhost:9229", "127.0.0.1:9229"),
            ("LOCALHOST:0", "127.0.0.1:0"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none_and_a_name_that_nobody_has_is_named() {
        for text in [
            "",
            "localhost",
            "9229",
            ":9229",
            "localhost:",
            "localhost:65536",
            "a b:1",
            "http://localhost:80",
        ] {
            let error = address(text).unwrap_err();
            assert!(matches!(error, AddressError::Form), "{text}: {error}");
        }
        // Longer than a name can be, so that nobody is asked for it.
        let name = "a".repeat(300);
        let unknown = address(&format!("{name}:80")).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            format!("names {name}, which this machine cannot find")
        );
    }
}
