//! What an operator can do about a refusal, where that is known.

use std::fmt::Display;
use std::io;

use crate::error::{Phase, Problem, SendError};
use crate::smtp::{Relay, Security};

/// What to do about a failure at this relay. `None`: nothing that is known from here.
pub fn for_relay(error: &SendError, relay: &Relay) -> Option<&'static str> {
    let reply = error.reply();
    let code = reply.map(|reply| reply.code());
    let says = |word: &str| reply.is_some_and(|reply| reply.text().to_ascii_uppercase().contains(word));
    match (error.phase(), error.problem()) {
        (_, Problem::Refused(_)) if code == Some(530) && (says("STARTTLS") || says("TLS")) => {
            Some("It asks for encryption: add ?tls=starttls to its URL.")
        }
        (_, Problem::Refused(_)) if code == Some(530) && !relay.signs_in() => {
            Some("It asks for credentials: write smtp://user:password@… as its URL.")
        }
        (_, Problem::Refused(_)) if code == Some(530) && relay.security() == Security::None => {
            Some("It may ask for encryption: add ?tls=starttls to its URL.")
        }
        (Phase::Auth, Problem::Refused(_)) if code < Some(500) => None,
        (Phase::Auth, Problem::Refused(_)) if is_microsoft(relay) => {
            Some("Exchange Online takes no passwords for SMTP any more: use ?oauth=FILE.")
        }
        (Phase::Auth, Problem::Refused(_)) => Some("Look at user and password in its URL."),
        (Phase::Auth, Problem::Rejected { .. }) => {
            Some("Look at the file of ?oauth=: its issuer gave no token.")
        }
        (Phase::StartTls, Problem::Lacking(_)) => {
            Some("If it takes TLS from the first byte, write smtps:// and its port.")
        }
        (Phase::Tls, Problem::Handshake(cause)) => Some(for_handshake(cause, relay.names_ca())),
        (Phase::Mail, Problem::Lacking(what)) if what.ends_with("size") => {
            Some("A mail has a few kilobytes, and a logo more: raise its limit.")
        }
        (Phase::Connect, Problem::Io(cause)) => Some(for_connection(cause)),
        (_, Problem::Refused(_)) if code >= Some(500) && (says("SENDAS") || says("SEND AS")) => {
            Some("It does not let these credentials send as this sender: look at from.")
        }
        (_, Problem::Refused(_)) if code == Some(421) => {
            Some("It takes fewer connections now: lower connections if this happens often.")
        }
        (_, Problem::Refused(_)) if code < Some(500) && (says("RATE") || says("TOO MANY")) => {
            Some("It takes only so many mails in a time: set others_per_minute below that.")
        }
        (_, Problem::Refused(_)) if code >= Some(500) && is_about_a_list(&says) => Some(
            "It believes that this server's address is on a list of senders of spam: have it taken off, or use another relay.",
        ),
        (Phase::Greeting, Problem::Deadline | Problem::Closed)
            if relay.port() == 465 && relay.security() != Security::Implicit =>
        {
            Some("Port 465 takes TLS from the first byte: write smtps://.")
        }
        (Phase::Connect, Problem::Deadline) => Some(for_silence(relay.port())),
        (Phase::Recipient, Problem::Refused(_)) if !error.is_refused_mailbox() && code >= Some(500) => Some(
            "It may not relay for this machine or this sender: look at its rules and at the credentials.",
        ),
        (Phase::Mail, Problem::Refused(_)) if code >= Some(500) => {
            Some("It may not let these credentials send as this sender: look at from.")
        }
        _ => None,
    }
}

/// Lists by the words with which relays name them.
fn is_about_a_list(says: &impl Fn(&str) -> bool) -> bool {
    let words = ["LISTED", "BLOCKLIST", "BLACKLIST", "SPAMHAUS", "DNSBL", "RBL"];
    words.into_iter().any(says)
}

fn for_silence(port: u16) -> &'static str {
    match port {
        25 => "Many networks block port 25: use 587, or 465 with smtps://.",
        _ => {
            "Nothing answers there: something on the way drops what is sent. Look at firewalls and security groups; a function in \
             a VPC needs a NAT gateway or an endpoint."
        }
    }
}

fn for_connection(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::ConnectionRefused => "Nothing listens there: look at host and port in its URL.",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "No route leads there: look at the network; a function in a VPC needs a NAT gateway or an endpoint."
        }
        // The look-up's errors have no kind of their own.
        _ if cause.to_string().contains("lookup") => {
            "Look at the host name in its URL, and at this machine's DNS."
        }
        _ => "Look at host and port in its URL, and at what lies between.",
    }
}

fn for_handshake(cause: &impl Display, names_ca: bool) -> &'static str {
    let cause = cause.to_string();
    let is_unknown = cause.contains("UnknownIssuer") || cause.contains("CaUsedAsEndEntity");
    if is_unknown && names_ca {
        "Its certificate is not of the authority in the file of ?ca= or [mail] ca."
    } else if is_unknown {
        "If its authority is your own, name its certificate with ?ca=FILE."
    } else if cause.contains("not valid for name") || cause.contains("NotValidForName") {
        "Write its URL with the name that its certificate carries."
    } else {
        "Look at its certificate and the TLS versions that it offers."
    }
}

fn is_microsoft(relay: &Relay) -> bool {
    let host = relay.host().to_ascii_lowercase();
    host.ends_with(".office365.com") || host.ends_with(".outlook.com")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;

    #[test]
    fn refused_unroutable_unresolvable_and_black_holed_relays_are_told_apart() {
        let relay = Relay::parse("smtp://a.example").unwrap();
        let connect = |cause: io::Error| SendError::new(Phase::Connect, Problem::Io(cause));
        let lookup = "failed to lookup address information: Name or service not known";
        for (error, begins) in [
            (
                connect(io::ErrorKind::ConnectionRefused.into()),
                "Nothing listens there: ",
            ),
            (
                connect(io::ErrorKind::NetworkUnreachable.into()),
                "No route leads there: ",
            ),
            (
                connect(io::ErrorKind::HostUnreachable.into()),
                "No route leads there: ",
            ),
            (
                connect(io::Error::other(lookup)),
                "Look at the host name in its URL, ",
            ),
            (
                SendError::new(Phase::Connect, Problem::Deadline),
                "Nothing answers there: something on the way drops what is sent. ",
            ),
        ] {
            let advice = for_relay(&error, &relay).unwrap();
            assert!(advice.starts_with(begins), "{advice}");
        }
    }

    #[test]
    fn the_usual_mistakes_are_told_apart() {
        let refused = |phase, code, line: &str| {
            let mut reply = Reply::new(code);
            reply.push(line.as_bytes());
            SendError::new(phase, Problem::Refused(reply))
        };
        for (url, error, advice) in [
            (
                "smtp://localhost",
                refused(Phase::Mail, 530, "5.7.0 Must issue a STARTTLS command first"),
                Some("It asks for encryption: add ?tls=starttls to its URL."),
            ),
            (
                "smtp://a.example",
                refused(Phase::Mail, 530, "5.7.0 Authentication required"),
                Some("It asks for credentials: write smtp://user:password@… as its URL."),
            ),
            (
                "smtp://u:p@smtp.office365.com",
                refused(Phase::Auth, 535, "5.7.3 Authentication unsuccessful"),
                Some("Exchange Online takes no passwords for SMTP any more: use ?oauth=FILE."),
            ),
            (
                "smtp://u:p@a.example",
                refused(Phase::Auth, 535, "5.7.8 no"),
                Some("Look at user and password in its URL."),
            ),
            (
                "smtp://a.example:465",
                SendError::new(Phase::Greeting, Problem::Deadline),
                Some("Port 465 takes TLS from the first byte: write smtps://."),
            ),
            (
                "smtp://a.example",
                refused(Phase::Accept, 554, "5.2.252 SendAsDenied"),
                Some("It does not let these credentials send as this sender: look at from."),
            ),
            (
                "smtp://a.example",
                SendError::new(
                    Phase::Connect,
                    Problem::Io(io::ErrorKind::ConnectionRefused.into()),
                ),
                Some("Nothing listens there: look at host and port in its URL."),
            ),
            (
                "smtp://a.example",
                refused(Phase::Recipient, 550, "5.1.1 no"),
                None,
            ),
            (
                "smtp://a.example",
                refused(Phase::Recipient, 450, "4.2.0 greylisted"),
                None,
            ),
        ] {
            let relay = Relay::parse(url).unwrap();
            assert_eq!(for_relay(&error, &relay), advice, "{url}: {error}");
        }
    }
}
