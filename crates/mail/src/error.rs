//! The four ways in which a mail is not accepted, and where in the conversation it happened.

use std::error::Error;
use std::fmt;
use std::io;

use poolhouse_outbound::aws::CredentialsError;

use crate::smtp::Reply;

/// What a failure means for the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The relay does not have the mail; the same bytes may be accepted later or by another relay.
    Transient,
    /// The relay does not have the mail and will never take it for this recipient. Do not try again.
    Permanent,
    /// The message was written to its last byte and no reply came: the relay may have it. Try once more, with the
    /// same bytes, on a fresh connection; after a second one stop.
    Unknown,
    /// The relay does not have the mail because of how it and we are set up: credentials, TLS, policy. Keep the mail
    /// and tell the operator.
    Config,
}

/// The step of the conversation that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Our own checks, before anything was sent.
    Check,
    /// DNS and TCP.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The relay's first line.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM, and the RSET before it on a connection used again.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA, and the message up to its final dot.
    Data,
    /// From the final dot to its reply.
    Accept,
    /// The one request that hands a mail to SES, and its answer.
    Request,
}

impl Phase {
    /// The step's name in the protocol's own words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Connect => "connect",
            Self::Tls => "TLS handshake",
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Accept => "final dot",
            Self::Request => "SendEmail",
        }
    }
}

/// What went wrong in that step.
#[derive(Debug)]
pub enum Problem {
    /// The step's deadline passed, or the whole transaction's.
    Deadline,
    /// The relay closed the connection.
    Closed,
    /// The connection or the look-up of the relay's name failed.
    Io(io::Error),
    /// The TLS handshake failed: certificate, name, version.
    Handshake(io::Error),
    /// TLS could not be set up on our side.
    TlsSetup(rustls::Error),
    /// There is nothing to sign requests to SES with.
    Credentials(CredentialsError),
    /// The relay answered with a refusal.
    Refused(Reply),
    /// SES answered with a refusal.
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The error's name, letters and digits only.
        error: String,
    },
    /// What the relay sent is not SMTP, or not at this point. The text says which rule it broke.
    Protocol(&'static str),
    /// The relay lacks something that this mail or our settings need.
    Lacking(&'static str),
    /// The message or the envelope must not be sent as it is.
    Unsendable(&'static str),
}

/// A mail that was not accepted. `Display` and `Debug` name the step, the code and nothing that a relay echoed.
#[derive(Debug)]
pub struct SendError {
    phase: Phase,
    problem: Problem,
}

impl SendError {
    pub(crate) fn new(phase: Phase, problem: Problem) -> Self {
        Self { phase, problem }
    }

    /// The same, told as a failure of the handshake if it is one: where TCP and TLS are one step, that step is the one
    /// before.
    pub(crate) fn in_handshake(self) -> Self {
        match self.problem {
            Problem::Handshake(_) | Problem::TlsSetup(_) => Self {
                phase: Phase::Tls,
                ..self
            },
            _ => self,
        }
    }

    /// What it means for the mail.
    pub fn class(&self) -> Class {
        match &self.problem {
            Problem::Unsendable(_) => Class::Permanent,
            Problem::Handshake(_) | Problem::TlsSetup(_) | Problem::Credentials(_) => Class::Config,
            // What an address needs and the relay lacks is this mail's fate; what our settings need is the operator's.
            Problem::Lacking(_) if self.phase == Phase::Mail => Class::Permanent,
            Problem::Lacking(_) => Class::Config,
            Problem::Refused(reply) => refusal(self.phase, reply),
            Problem::Rejected { status, error } => rejection(*status, error),
            Problem::Deadline | Problem::Closed | Problem::Io(_) | Problem::Protocol(_) => match self.phase {
                Phase::Accept | Phase::Request => Class::Unknown,
                _ => Class::Transient,
            },
        }
    }

    /// Where it happened.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// What happened.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The relay's refusal, if it gave one. Its text may repeat the recipient's address.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.problem {
            Problem::Refused(reply) => Some(reply),
            _ => None,
        }
    }
}

/// The class of a refusal. A 4xx is transient wherever it comes. A 5xx is permanent when it is about this recipient
/// or this message, and the operator's business when it is about us: before MAIL, about the sender, or by policy.
fn refusal(phase: Phase, reply: &Reply) -> Class {
    if !reply.is_permanent() {
        return Class::Transient;
    }
    // RFC 4954: 530 authentication required, 534 mechanism too weak, 535 bad credentials, 538 encryption required.
    if matches!(reply.code(), 530 | 534 | 535 | 538) {
        return Class::Config;
    }
    match phase {
        // 552: too large. 555: a parameter that was offered and is not taken. Both are about the message.
        Phase::Mail if matches!(reply.code(), 552 | 555) => Class::Permanent,
        // RFC 3463 5.7.x: security or policy, such as "relaying denied".
        Phase::Recipient if reply.is_policy() => Class::Config,
        Phase::Recipient | Phase::Data | Phase::Accept => Class::Permanent,
        _ => Class::Config,
    }
}

/// The class of a refusal by SES. Only a request that SES cannot read as a mail to somebody is this mail's fault; an
/// identity that is not verified, a paused account or a missing permission is the operator's business.
fn rejection(status: u16, error: &str) -> Class {
    match error {
        "TooManyRequestsException" | "LimitExceededException" => Class::Transient,
        "BadRequestException" => Class::Permanent,
        _ if status == 429 || status >= 500 => Class::Transient,
        _ => Class::Config,
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = self.phase.name();
        match &self.problem {
            Problem::Deadline => write!(f, "the mail relay did not finish {phase} within its deadline"),
            Problem::Closed => write!(f, "the mail relay closed the connection at {phase}"),
            Problem::Io(_) => write!(f, "the connection to the mail relay failed at {phase}"),
            Problem::Handshake(_) => f.write_str("the TLS handshake with the mail relay failed"),
            Problem::TlsSetup(_) => f.write_str("TLS to the mail relay could not be set up"),
            Problem::Credentials(_) => f.write_str("SES was not asked"),
            Problem::Refused(reply) => write!(f, "the mail relay refused {phase} with {reply}"),
            Problem::Rejected { status, error } => {
                write!(f, "the mail relay refused {phase} with {status} {error}")
            }
            Problem::Protocol(rule) => write!(f, "the mail relay broke the protocol at {phase}: {rule}"),
            Problem::Lacking(what) => write!(f, "the mail relay does not offer {what}"),
            Problem::Unsendable(why) => write!(f, "the mail was not sent: {why}"),
        }
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Io(source) | Problem::Handshake(source) => Some(source),
            Problem::TlsSetup(source) => Some(source),
            Problem::Credentials(source) => Some(source),
            _ => None,
        }
    }
}
