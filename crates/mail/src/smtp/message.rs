//! What may be sent, and how it is written after DATA.

use crate::address::Envelope;

use super::relay::Relay;
use crate::error::{Phase, Problem, SendError};

/// Longest line in bytes, without its end (RFC 5321 4.5.3.1.6).
const MAX_LINE: usize = 998;

/// Refuses a message that a relay could read differently from us: bare CR or LF are how one message is smuggled
/// behind another (CVE-2023-51764 and its kin), and longer lines are cut by some relays.
pub(crate) fn check_message(message: &[u8]) -> Result<(), SendError> {
    let unsendable = |why| Err(SendError::new(Phase::Check, Problem::Unsendable(why)));
    let Some(body) = message.strip_suffix(b"\r\n") else {
        return unsendable("the message does not end with a line break");
    };
    let mut rest = body;
    loop {
        let end = rest
            .iter()
            .position(|b| matches!(b, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        if end > MAX_LINE {
            return unsendable("a line of the message is longer than 998 bytes");
        }
        match rest[end..].strip_prefix(b"\r\n") {
            Some(next) => rest = next,
            None if end == rest.len() => return Ok(()),
            None => return unsendable("the message holds a bare carriage return or line feed"),
        }
    }
}

/// Refuses to hand a relay elsewhere a recipient that means something only on this machine.
pub(super) fn check_recipient(relay: &Relay, envelope: &Envelope) -> Result<(), SendError> {
    match envelope.to.is_local_name() && !relay.is_loopback() {
        true => Err(SendError::new(
            Phase::Check,
            Problem::Unsendable("the recipient's domain is a local name"),
        )),
        false => Ok(()),
    }
}

/// The message with its leading dots doubled and the final dot behind it, to be written at once.
pub(super) fn dotted(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 64);
    for line in message.split_inclusive(|b| *b == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leading_dots_are_doubled_and_nothing_else() {
        assert_eq!(dotted(b".\r\n..a\r\nb.\r\n"), b"..\r\n...a\r\nb.\r\n.\r\n");
    }

    #[test]
    fn what_two_relays_could_read_differently_is_not_sent() {
        let long = [vec![b'a'; 999], b"\r\n".to_vec()].concat();
        let longest = [vec![b'a'; 998], b"\r\n".to_vec()].concat();
        for (message, ok) in [
            (b"a\r\n".as_slice(), true),
            (b"\r\n", true),
            (b"a\r\n\r\nb\r\n", true),
            (&longest, true),
            (b"", false),
            (b"a", false),
            (b"a\n", false),
            (b"a\n.\r\n", false),
            (b"a\r.\r\n", false),
            (b"a\r\n.\n\r\n", false),
            (b"a\r\r\n", false),
            (&long, false),
        ] {
            assert_eq!(
                check_message(message).is_ok(),
                ok,
                "{:?}",
                String::from_utf8_lossy(message)
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_passes_the_check_ends_only_at_the_final_dot(
            pieces in proptest::collection::vec(
                prop_oneof![4 => Just("\r\n"), 4 => Just("."), 2 => Just("a"), 1 => Just("\r"), 1 => Just("\n")],
                0..12,
            )
        ) {
            let message = format!("{}\r\n", pieces.concat()).into_bytes();
            let bare = pieces.contains(&"\n") || pieces.contains(&"\r");
            if check_message(&message).is_err() {
                prop_assert!(bare);
                return Ok(());
            }
            let wire = dotted(&message);
            let alone = wire.starts_with(b".\r\n").then_some(3);
            let first_end = wire.windows(5).position(|w| w == b"\r\n.\r\n").map(|at| at + 5);
            prop_assert_eq!(alone.or(first_end), Some(wire.len()));
        }
    }
}
