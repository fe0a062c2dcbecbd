//! The greeting, EHLO, and what the relay says it can do.

use super::wire::Wire;
use crate::deadlines::Clock;
use crate::error::{Phase, SendError, expect};
use crate::reply::Reply;

/// What a relay offers, of the things this client knows how to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) starttls: bool,
    /// RFC 2920.
    pub(super) pipelining: bool,
    /// RFC 6152.
    pub(super) eight_bit: bool,
    /// RFC 6531.
    pub(super) smtputf8: bool,
    /// RFC 1870: the offer, and the most bytes if the relay says.
    pub(super) size: Option<Option<u64>>,
    pub(super) auth_plain: bool,
    pub(super) auth_login: bool,
    pub(super) auth_xoauth2: bool,
}

impl Extensions {
    fn read(reply: &Reply) -> Self {
        let mut offered = Self::default();
        // The first line is the relay's name.
        for line in reply.lines().iter().skip(1) {
            // Some relays write `AUTH=LOGIN` for clients of the 1990s.
            let upper = line.to_ascii_uppercase().replace('=', " ");
            let mut words = upper.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => offered.starttls = true,
                Some("PIPELINING") => offered.pipelining = true,
                Some("8BITMIME") => offered.eight_bit = true,
                Some("SMTPUTF8") => offered.smtputf8 = true,
                // `SIZE` alone and `SIZE 0` both mean that there is no fixed limit.
                Some("SIZE") => {
                    offered.size = Some(words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0))
                }
                Some("AUTH") => {
                    for mechanism in words {
                        offered.auth_plain |= mechanism == "PLAIN";
                        offered.auth_login |= mechanism == "LOGIN";
                        offered.auth_xoauth2 |= mechanism == "XOAUTH2";
                    }
                }
                _ => {}
            }
        }
        offered
    }
}

/// Waits for the relay's first line.
pub(super) async fn greeting(wire: &mut Wire, clock: &Clock) -> Result<(), SendError> {
    let reply = clock.run(Phase::Greeting, wire.reply()).await?;
    expect(reply, Phase::Greeting, |code| code == 220).map(drop)
}

/// Says EHLO, or HELO to a relay that does not know it.
pub(super) async fn hello(wire: &mut Wire, own_name: &str, clock: &Clock) -> Result<Extensions, SendError> {
    let reply = wire
        .command(Phase::Hello, &format!("EHLO {own_name}"), clock)
        .await?;
    if reply.is_positive() {
        return Ok(Extensions::read(&reply));
    }
    if !matches!(reply.code(), 500 | 501 | 502 | 504) {
        return Err(SendError::refused(Phase::Hello, reply));
    }
    let reply = wire
        .command(Phase::Hello, &format!("HELO {own_name}"), clock)
        .await?;
    expect(reply, Phase::Hello, |code| code == 250)?;
    Ok(Extensions::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_in_any_case_and_order() {
        let mut reply = Reply::new(250);
        for line in [
            "AUTH PLAIN",
            "size 1000",
            "Pipelining",
            "AUTH LOGIN CRAM-MD5",
            "AUTH=PLAIN",
            "DSN",
            "",
        ] {
            reply.push(line.as_bytes());
        }
        let expected = Extensions {
            pipelining: true,
            size: Some(Some(1000)),
            auth_plain: true,
            auth_login: true,
            ..Extensions::default()
        };
        assert_eq!(Extensions::read(&reply), expected);
    }

    #[test]
    fn a_relay_name_that_looks_like_an_offer_is_none() {
        let mut reply = Reply::new(250);
        reply.push(b"STARTTLS");
        reply.push(b"SIZE 0");
        assert_eq!(
            Extensions::read(&reply),
            Extensions {
                size: Some(None),
                ..Extensions::default()
            }
        );
    }
}
