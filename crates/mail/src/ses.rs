//! Amazon SES v2: one signed request for a mail, which is handed over as the same bytes that a relay would get.

use std::error::Error;
use std::fmt;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_outbound::aws::{Call, Credentials, Service};
use poolhouse_outbound::http::{Answer, Connection as Http, HttpError};
use serde_json::{Value, json};

use crate::address::Envelope;
use crate::deadlines::{Clock, Deadlines};
use crate::error::{Phase, Problem, SendError};
use crate::smtp::message::check_message;
use crate::words;

/// The name of SES in signatures; its endpoint is `email.REGION.amazonaws.com`.
pub const SIGNING_NAME: &str = "ses";
const PATH: &str = "/v2/email/outbound-emails";

/// Where SES is and how it is to send, as one URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SesUrl {
    /// The region; `None` is the caller's own.
    pub region: Option<String>,
    /// The configuration set, for the sender's events and reputation; `None` is the identity's own.
    pub configuration_set: Option<String>,
}

impl SesUrl {
    /// Reads `ses://[region][?configuration-set=NAME]`. Credentials are no part of it.
    pub fn parse(url: &str) -> Result<Self, SesUrlError> {
        let rest = url.trim().strip_prefix("ses://").ok_or(SesUrlError::Scheme)?;
        let (region, query) = rest
            .split_once('?')
            .map_or((rest, None), |(region, query)| (region, Some(query)));
        let region = region.strip_suffix('/').unwrap_or(region);
        let is_name = |text: &str, more: &[u8]| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || more.contains(&b))
        };
        if !is_name(region, b"") {
            return Err(SesUrlError::Region);
        }
        let configuration_set = match query {
            None | Some("") => None,
            Some(query) => {
                let name = query.strip_prefix("configuration-set=");
                let name = name.filter(|name| (1..=64).contains(&name.len()) && is_name(name, b"_"));
                Some(name.ok_or(SesUrlError::Query)?.to_owned())
            }
        };
        Ok(Self {
            region: Some(region.to_owned()).filter(|region| !region.is_empty()),
            configuration_set,
        })
    }
}

/// What is wrong with a URL of SES.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SesUrlError {
    /// Not `ses://`.
    Scheme,
    /// Something else than a region's name behind it.
    Region,
    /// A parameter that is not known, or no name of a configuration set.
    Query,
}

impl fmt::Display for SesUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "a URL of SES starts with ses://",
            Self::Region => {
                "a URL of SES has a region behind ses:// or nothing; credentials come from the environment"
            }
            Self::Query => "a URL of SES takes one parameter, configuration-set=NAME",
        })
    }
}

impl Error for SesUrlError {}

/// SES in one region.
#[derive(Clone, Debug)]
pub struct Ses {
    service: Service,
    configuration_set: Option<String>,
}

/// A connection to SES, good for one mail.
pub struct Connection<'a> {
    ses: &'a Ses,
    credentials: Credentials,
    http: Http,
}

impl Ses {
    /// SES behind `service`, whose signing name is [`SIGNING_NAME`].
    pub fn new(service: Service, configuration_set: Option<String>) -> Self {
        Self {
            service,
            configuration_set,
        }
    }

    /// Connects, within the deadlines.
    pub async fn open(&self, deadlines: &Deadlines) -> Result<Connection<'_>, SendError> {
        let clock = deadlines.start();
        let find = async { self.service.credentials().await.map_err(Problem::Credentials) };
        let credentials = clock.run(Phase::Auth, find).await?;
        let connect = async { self.service.connect().await.map_err(problem) };
        match clock.run(Phase::Connect, connect).await {
            Ok(http) => Ok(Connection {
                ses: self,
                credentials,
                http,
            }),
            Err(error) => Err(error.in_handshake()),
        }
    }

    /// The body of SendEmail. The sender and all else that the person sees is in the message.
    fn body(&self, envelope: &Envelope, message: &[u8]) -> Value {
        let mut body = json!({
            "Destination": { "ToAddresses": [envelope.to.as_str()] },
            "Content": { "Raw": { "Data": STANDARD.encode(message) } },
        });
        if let Some(name) = &self.configuration_set {
            body["ConfigurationSetName"] = json!(name);
        }
        body
    }
}

impl Connection<'_> {
    /// Sends one message. Returns the id by which SES knows it.
    ///
    /// SES has no token that would make a repetition harmless, and gives each mail a Message-ID of its own: a request
    /// without an answer ([`Class::Unknown`](crate::Class)) that is repeated may be a second copy.
    pub async fn send(
        self,
        envelope: &Envelope,
        message: &[u8],
        deadlines: &Deadlines,
    ) -> Result<String, SendError> {
        check_message(message)?;
        if envelope.from.needs_smtputf8() || envelope.to.needs_smtputf8() {
            let lacking = Problem::Lacking("SMTPUTF8, which this address needs");
            return Err(SendError::new(Phase::Mail, lacking));
        }
        let body = self.ses.body(envelope, message);
        let answer = self.request(&body, &deadlines.start()).await?;
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let id = body.as_ref().and_then(|body| body.get("MessageId"));
        let id = id.and_then(Value::as_str).unwrap_or_default().chars();
        Ok(id
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(128)
            .collect())
    }

    /// A request that SES refuses because nobody is to get the mail: what a mail to nobody costs is near what a mail to
    /// somebody costs.
    pub async fn rehearse(self, deadlines: &Deadlines) -> Result<(), SendError> {
        let nothing = json!({ "Content": {} });
        match self.request(&nothing, &deadlines.start()).await {
            Err(error) if matches!(error.problem(), Problem::Rejected { status: 400, .. }) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(SendError::new(
                Phase::Request,
                Problem::Protocol("a mail to nobody was taken"),
            )),
        }
    }

    async fn request(mut self, body: &Value, clock: &Clock) -> Result<Answer, SendError> {
        let call = Call::post(PATH, "application/json", body.to_string());
        let request = self.ses.service.request(&call, Some(&self.credentials));
        let request = request.map_err(|error| SendError::new(Phase::Check, problem(error)))?;
        let exchange = async {
            let answer = self.http.send(request).await.map_err(problem)?;
            self.ses
                .service
                .judge(answer)
                .map_err(|refusal| Problem::Rejected {
                    status: refusal.status,
                    error: refusal.code,
                    words: words::masked(&refusal.message),
                })
        };
        clock.run(Phase::Request, exchange).await
    }
}

/// A failure of HTTP in the words for failures of mail.
pub(crate) fn problem(error: HttpError) -> Problem {
    match error {
        HttpError::Resolve(error) | HttpError::Connect(error) => Problem::Io(error),
        HttpError::Handshake(error) => crate::smtp::handshake_problem(error),
        HttpError::Tls(error) => Problem::TlsSetup(error),
        HttpError::Name => Problem::Lacking("a name that TLS can check"),
        error => Problem::Io(io::Error::other(error)),
    }
}

impl fmt::Display for Ses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ses.{}", self.service.region)
    }
}

impl fmt::Debug for Connection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("ses", &self.ses)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_region_and_a_configuration_set_or_neither() {
        let read = |url| SesUrl::parse(url).map(|url| (url.region, url.configuration_set));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("ses://"), Ok((None, None)));
        assert_eq!(read(" ses://eu-west-1/ "), Ok((some("eu-west-1"), None)));
        assert_eq!(
            read("ses://?configuration-set=codes_1"),
            Ok((None, some("codes_1")))
        );
        assert_eq!(read("ses://eu-west-1?"), Ok((some("eu-west-1"), None)));
        for (url, error) in [
            ("smtp://eu-west-1", SesUrlError::Scheme),
            ("ses://key:secret@eu-west-1", SesUrlError::Region),
            ("ses://email.eu-west-1.amazonaws.com", SesUrlError::Region),
            ("ses://eu-west-1?tls=none", SesUrlError::Query),
            ("ses://eu-west-1?configuration-set=", SesUrlError::Query),
            ("ses://eu-west-1?configuration-set=a b", SesUrlError::Query),
        ] {
            assert_eq!(SesUrl::parse(url), Err(error), "{url}");
        }
    }
}
