//! Why there is no answer, and what to look at.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use poolhouse_outbound::aws::Step;
use poolhouse_outbound::http::{Endpoint, HttpError};

/// Why there is no answer. Nothing of what was sent is in it.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no connection, or it broke.
    Http(HttpError),
    /// What was waited for did not come in this time.
    Deadline(Step, Option<Duration>),
}

impl Trouble {
    /// Whether the service may have had the request.
    pub(super) fn is_after_the_request(&self) -> bool {
        match self {
            Trouble::Http(error) => !error.is_before_the_request(),
            Trouble::Deadline(step, _) => *step == Step::Answer,
        }
    }

    /// What to look at.
    pub(super) fn advice(&self, endpoint: &Endpoint) -> String {
        match self {
            Trouble::Http(HttpError::Resolve(_)) => format!(
                "Check how {} is spelled, the region in it, and this machine's name server.",
                endpoint.host()
            ),
            Trouble::Http(error) if error.is_refused() => {
                format!("Check that the server at {endpoint} runs, and that this is its port.")
            }
            Trouble::Http(error) if error.is_unroutable() => {
                format!("Check this machine's network, and the VPN if {endpoint} is behind one.")
            }
            Trouble::Http(HttpError::Handshake(_)) => format!(
                "Check that {endpoint} speaks TLS and is who it should be; where a company's proxy signs, set AWS_CA_BUNDLE."
            ),
            Trouble::Http(HttpError::Proxy(_) | HttpError::ProxyRefused(_)) => format!(
                "Check HTTPS_PROXY and HTTP_PROXY, or put {} into NO_PROXY.",
                endpoint.host()
            ),
            Trouble::Deadline(Step::Connection, _) => format!(
                "Something on the way to {endpoint} drops what is sent there: check firewalls and security groups, and set \
                 HTTPS_PROXY if the way out is a proxy."
            ),
            Trouble::Deadline(Step::Answer, _) => {
                format!("{endpoint} takes connections and is slow or stuck; run the command again.")
            }
            Trouble::Http(_) => format!("Check that {endpoint} is right and can be reached from here."),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Http(error) => error.fmt(f),
            Trouble::Deadline(step, limit) => {
                f.write_str(match step {
                    Step::Connection => "nothing answers there",
                    Step::Answer => "no answer",
                })?;
                match limit {
                    Some(limit) => write!(f, " within {} s", limit.as_secs_f32()),
                    None => f.write_str(" in time"),
                }
            }
        }
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Trouble::Http(error) => error.source(),
            Trouble::Deadline(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use poolhouse_text::with_causes;

    use super::*;

    #[test]
    fn refused_unroutable_unresolvable_and_dropped_are_told_apart() {
        let endpoint = Endpoint::parse("https://sts.eu-central-1.amazonaws.com").unwrap();
        let connect = |kind: io::ErrorKind| Trouble::Http(HttpError::Connect(kind.into()));
        let second = Some(Duration::from_secs(5));
        for (trouble, said, advised) in [
            (
                connect(io::ErrorKind::ConnectionRefused),
                "nothing listens there: connection refused",
                "Check that the server at https://sts.eu-central-1.amazonaws.com runs, and that this is its port.",
            ),
            (
                connect(io::ErrorKind::NetworkUnreachable),
                "no route leads there: network unreachable",
                "Check this machine's network, and the VPN if https://sts.eu-central-1.amazonaws.com is behind one.",
            ),
            (
                Trouble::Http(HttpError::Resolve(io::Error::other("no such name"))),
                "the host's name has no address: no such name",
                "Check how sts.eu-central-1.amazonaws.com is spelled, the region in it, and this machine's name server.",
            ),
            (
                Trouble::Deadline(Step::Connection, second),
                "nothing answers there within 5 s",
                "Something on the way to https://sts.eu-central-1.amazonaws.com drops what is sent there: check firewalls \
                 and security groups, and set HTTPS_PROXY if the way out is a proxy.",
            ),
            (
                Trouble::Deadline(Step::Answer, second),
                "no answer within 5 s",
                "https://sts.eu-central-1.amazonaws.com takes connections and is slow or stuck; run the command again.",
            ),
            (
                Trouble::Http(HttpError::ProxyRefused(407)),
                "the proxy opens no way there (HTTP 407)",
                "Check HTTPS_PROXY and HTTP_PROXY, or put sts.eu-central-1.amazonaws.com into NO_PROXY.",
            ),
        ] {
            assert_eq!(with_causes(&trouble), said);
            assert_eq!(trouble.advice(&endpoint), advised);
        }
    }
}
