//! A mail carrier: an SMTP relay or Amazon SES, behind one interface.

use std::error::Error;
use std::fmt;

use poolhouse_outbound::TlsSource;

use crate::address::Envelope;
use crate::advice;
use crate::deadlines::Deadlines;
use crate::error::SendError;
use crate::ses::{self, Ses, SesUrl, SesUrlError};
use crate::smtp::{self, Relay, RelayError};

/// A carrier as a setting names it. Neither `Debug` nor `Display` shows a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CarrierUrl {
    /// `smtp://…` or `smtps://…`
    Smtp(Relay),
    /// `ses://…`; the credentials are added where a [`Carrier`] is made of it.
    Ses(SesUrl),
}

impl CarrierUrl {
    /// Reads the URL of a relay ([`Relay::parse`]) or of SES ([`SesUrl::parse`]).
    pub fn parse(url: &str) -> Result<Self, CarrierUrlError> {
        let scheme = url.trim().split_once("://").map(|(scheme, _)| scheme);
        match scheme.map(str::to_ascii_lowercase).as_deref() {
            Some("smtp" | "smtps") => Relay::parse(url).map(Self::Smtp).map_err(CarrierUrlError::Smtp),
            Some("ses") => SesUrl::parse(url).map(Self::Ses).map_err(CarrierUrlError::Ses),
            _ => Err(CarrierUrlError::Scheme),
        }
    }
}

/// How people are told of it: `host:port`, `ses.eu-central-1`.
impl fmt::Display for CarrierUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(relay) => relay.fmt(f),
            Self::Ses(url) => match &url.region {
                Some(region) => write!(f, "ses.{region}"),
                None => f.write_str("ses"),
            },
        }
    }
}

/// What is wrong with a carrier's URL. The URL is not repeated: it may carry a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarrierUrlError {
    /// None of the schemes that are known.
    Scheme,
    /// A relay's URL that cannot be used.
    Smtp(RelayError),
    /// A URL of SES that cannot be used.
    Ses(SesUrlError),
}

impl fmt::Display for CarrierUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme => f.write_str("a mail URL starts with smtp://, smtps:// or ses://"),
            Self::Smtp(error) => error.fmt(f),
            Self::Ses(error) => error.fmt(f),
        }
    }
}

impl Error for CarrierUrlError {}

/// A carrier, ready to be asked.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// A relay, and how TLS to it is set up.
    Smtp(Relay, TlsSource),
    /// SES.
    Ses(Ses),
}

/// An open connection to a carrier, good for one mail. It can be opened while something else is waited for.
#[derive(Debug)]
pub enum Opened<'a> {
    /// To a relay, greeted and signed in.
    Smtp(smtp::Connection),
    /// To SES.
    Ses(ses::Connection<'a>),
}

/// A mail that a carrier took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What the carrier calls it: SES's message id, a relay's id in its queue.
    pub id: Option<String>,
    /// The relay's reply code.
    pub code: Option<u16>,
    /// What the relay said, its addresses masked.
    pub words: Option<String>,
}

impl From<smtp::Accepted> for Taken {
    fn from(accepted: smtp::Accepted) -> Self {
        Self {
            id: accepted.queue_id(),
            code: Some(accepted.reply.code()),
            words: Some(accepted.words()),
        }
    }
}

impl Carrier {
    /// Connects, within the deadlines.
    pub async fn open(&self, deadlines: &Deadlines) -> Result<Opened<'_>, SendError> {
        match self {
            Self::Smtp(relay, tls) => smtp::Connection::open(relay, tls, deadlines)
                .await
                .map(Opened::Smtp),
            Self::Ses(ses) => ses.open(deadlines).await.map(Opened::Ses),
        }
    }
}

impl Carrier {
    /// What an operator can do about a failure, where that is known.
    pub fn advice(&self, error: &SendError) -> Option<&'static str> {
        match self {
            Self::Smtp(relay, _) => advice::for_relay(error, relay),
            Self::Ses(_) => None,
        }
    }
}

impl Opened<'_> {
    /// Hands over one message, the bytes of [`Email::to_bytes`](crate::Email::to_bytes).
    pub async fn send(
        self,
        envelope: &Envelope,
        message: &[u8],
        deadlines: &Deadlines,
    ) -> Result<Taken, SendError> {
        match self {
            Self::Smtp(connection) => {
                let sent = connection.send(envelope, message, deadlines).await;
                sent.outcome.map(Taken::from)
            }
            Self::Ses(connection) => {
                let id = connection.send(envelope, message, deadlines).await?;
                Ok(Taken {
                    id: Some(id),
                    ..Taken::default()
                })
            }
        }
    }

    /// Does what sending takes, and sends nothing.
    pub async fn rehearse(self, deadlines: &Deadlines) -> Result<(), SendError> {
        match self {
            Self::Smtp(connection) => connection.rehearse(deadlines).await,
            Self::Ses(connection) => connection.rehearse(deadlines).await,
        }
    }
}

/// How logs name a carrier: `host:port`, `ses.eu-central-1`.
impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(relay, _) => relay.fmt(f),
            Self::Ses(ses) => ses.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_says_who_carries_and_errors_never_repeat_the_url() {
        assert!(matches!(
            CarrierUrl::parse("SMTP://u:p@relay.example"),
            Ok(CarrierUrl::Smtp(_))
        ));
        assert!(matches!(CarrierUrl::parse("ses://"), Ok(CarrierUrl::Ses(_))));
        for (url, words) in [
            (
                "https://relay.example",
                "a mail URL starts with smtp://, smtps:// or ses://",
            ),
            (
                "relay.example",
                "a mail URL starts with smtp://, smtps:// or ses://",
            ),
            (
                "smtp://u:hunter2@",
                "the SMTP URL names no valid host (an IPv6 address stands in brackets)",
            ),
            (
                "ses://u:hunter2@eu-west-1",
                "a URL of SES has a region behind ses:// or nothing; credentials come from the environment",
            ),
        ] {
            assert_eq!(CarrierUrl::parse(url).unwrap_err().to_string(), words);
        }
        let url = CarrierUrl::parse("smtp://u:hunter2@relay.example").unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
