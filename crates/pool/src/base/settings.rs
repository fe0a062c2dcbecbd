//! What the operator decides: the command line and `poolhouse.toml`, resolved into one value before anything starts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use poolhouse_api::Operation;
use poolhouse_crypto::jwt::KeyBits;
use poolhouse_mail::sms::Gateway;
use poolhouse_mail::smtp::Relay;
use poolhouse_mail::{Address, Mailbox};
use poolhouse_outbound::http::Endpoint;
use poolhouse_triggers::Runtime;

use super::hosted::HostedSettings;

/// The settings the pool runs with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API and the pages are served.
    pub listen: SocketAddr,
    /// The directory of the database and its key; `None` keeps everything in memory, for tests.
    pub data: Option<PathBuf>,
    /// The base of `iss`: tokens say `{issuer}/{poolId}`. By default the address the server listens on.
    pub issuer: String,
    /// The account number in ARNs.
    pub account: String,
    /// The region that new pools' ids begin with.
    pub region: String,
    /// How long new signing keys are.
    pub signing_key_bits: KeyBits,
    /// Where mail goes, and from whom.
    pub mail: MailSettings,
    /// Where the local inbox takes mail by SMTP; `None` switches the inbox off.
    pub inbox: Option<SocketAddr>,
    /// The confirm-code functions that run in process. Their key is not set here: every server has its own.
    pub confirm: poolhouse_confirm::Settings,
    /// Whether PreAuthentication also runs before custom authentication. The service does not do so.
    pub pre_authentication_in_custom_auth: bool,
    /// Where programs on this machine reach the server by plain HTTP, if not where it listens.
    pub inside: Option<SocketAddr>,
    /// Where functions run that do not run in process, by ARN or name.
    pub functions: Vec<FunctionSettings>,
    /// What functions on this machine find in place of AWS.
    pub aws: AwsSettings,
    /// How many days entries of the audit log are kept.
    pub audit_days: u32,
    /// Hosted login.
    pub hosted: HostedSettings,
    /// How often what no access key signs is called.
    pub calls: CallLimits,
}

/// How many calls that no access key signs each server takes in a second; three seconds' worth may come at once. Nought is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallLimits {
    /// Of one address.
    pub of_address: u32,
    /// Of everybody at one app client.
    pub of_client: u32,
}

/// How many days entries of the audit log are kept unless told otherwise.
pub const AUDIT_DAYS: u32 = 400;

/// The port that the server listens on unless told otherwise.
pub const DEFAULT_PORT: u16 = 9229;

impl Settings {
    /// Where programs on this machine reach the server by plain HTTP.
    pub fn local_address(&self) -> SocketAddr {
        self.inside.unwrap_or_else(|| self.address())
    }

    /// Where the server listens, as this machine would reach it.
    pub fn address(&self) -> SocketAddr {
        let port = self.listen.port();
        match self.listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
            _ => self.listen,
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT)),
            data: None,
            issuer: format!("http://127.0.0.1:{DEFAULT_PORT}"),
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            signing_key_bits: KeyBits::default(),
            mail: MailSettings::default(),
            inbox: None,
            confirm: poolhouse_confirm::Settings::with_keys(None),
            pre_authentication_in_custom_auth: false,
            inside: None,
            functions: Vec::new(),
            aws: AwsSettings::default(),
            audit_days: AUDIT_DAYS,
            hosted: HostedSettings::default(),
            calls: CallLimits::default(),
        }
    }
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The carriers, in order of preference. Empty: the local inbox, if it is on.
    pub carriers: Vec<MailCarrier>,
    /// Whom mail comes from. Without it no mail is sent.
    pub from: Option<Mailbox>,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Where bounces go, if not to the sender.
    pub bounces_to: Option<Address>,
    /// Whether each mail's bounces go to an address of its own, `bounces+TOKEN@…`, so that they say whose they are.
    pub verp: bool,
    /// The most connections to a carrier, and so the mails under way at a time. One of several is kept for codes.
    pub connections: usize,
    /// The most mails a minute that are no codes, if a relay takes only so many.
    pub others_per_minute: Option<u32>,
    /// The header in which a trusted proxy names the place that a request comes from, in lower case.
    pub place_header: Option<String>,
    /// What a bounce must know to be believed; `None`: none is.
    pub bounce_secret: Option<BounceSecret>,
    /// Where text messages go. `None`: into the local inbox, if it is on.
    pub sms: Option<Gateway>,
}

/// The secret in the URL that bounces are sent to. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct BounceSecret(pub String);

impl fmt::Debug for BounceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BounceSecret(..)")
    }
}

impl Default for MailSettings {
    fn default() -> MailSettings {
        MailSettings {
            carriers: Vec::new(),
            from: None,
            reply_to: None,
            bounces_to: None,
            verp: false,
            connections: 4,
            others_per_minute: None,
            place_header: None,
            bounce_secret: None,
            sms: None,
        }
    }
}

/// A mail carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailCarrier {
    /// An SMTP server.
    Smtp(Relay),
    /// Amazon SES.
    Ses(SesSettings),
}

/// Amazon SES in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SesSettings {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Its region.
    pub region: String,
    /// The configuration set, if it is not the identity's own.
    pub configuration_set: Option<String>,
}

/// How logs and people are told of it.
impl fmt::Display for MailCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MailCarrier::Smtp(relay) => relay.fmt(f),
            MailCarrier::Ses(ses) => write!(f, "ses.{}", ses.region),
        }
    }
}

/// What functions on this machine find in place of AWS: values by name.
#[derive(Clone, Default)]
pub struct AwsSettings {
    /// Parameters of Systems Manager.
    pub parameters: Vec<(String, String)>,
    /// Secrets of Secrets Manager.
    pub secrets: Vec<(String, String)>,
    /// Templates of SES.
    pub templates: Vec<MailTemplate>,
}

/// A mail with gaps: `{{name}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTemplate {
    /// What functions call it.
    pub name: String,
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The same in HTML.
    pub html: Option<String>,
}

/// Leaves out the values: they are secrets.
impl fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |values: &[(String, String)]| -> Vec<String> {
            values.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("AwsSettings")
            .field("parameters", &names(&self.parameters))
            .field("secrets", &names(&self.secrets))
            .field("templates", &self.templates)
            .finish()
    }
}

/// One function that does not run in process.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    /// The ARN, or the name at its end.
    pub function: String,
    /// Where it runs.
    pub place: FunctionPlace,
}

/// Where a function runs.
#[derive(Clone, Debug)]
pub enum FunctionPlace {
    /// On this machine, as a process over the Runtime API.
    Process(ProcessSettings),
    /// On Lambda, or behind another Invoke endpoint.
    Remote(RemoteFunction),
}

/// A function on this machine.
#[derive(Clone)]
pub struct ProcessSettings {
    /// What is run.
    pub code: FunctionCode,
    /// The most processes at a time.
    pub processes: Option<usize>,
    /// Environment variables for it.
    pub environment: Vec<(String, String)>,
    /// Operations its access key may call, on pools that name the function as a trigger.
    pub operations: Vec<Operation>,
}

/// What a function is made of.
#[derive(Clone, Debug)]
pub enum FunctionCode {
    /// A program that speaks the Runtime API itself: a `bootstrap` of `provided.al2023`.
    Program {
        /// The program.
        program: PathBuf,
        /// What it is started with.
        arguments: Vec<String>,
        /// Where its files are; by default, where the program is.
        directory: Option<PathBuf>,
        /// `_HANDLER`, for programs that ask.
        handler: Option<String>,
    },
    /// A handler in a language that the server has a runtime for.
    Handler {
        /// The language.
        runtime: Runtime,
        /// The language's interpreter; by default, the one on the `PATH`.
        program: Option<PathBuf>,
        /// Where its files are.
        directory: PathBuf,
        /// File and function: `2faCreate.handler`.
        handler: String,
    },
}

/// A function elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFunction {
    /// The Invoke endpoint.
    pub endpoint: Endpoint,
    /// The region that requests are signed for.
    pub region: String,
}

/// Leaves out the values of the environment: there are keys and passwords among them.
impl fmt::Debug for ProcessSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<&str> = self.environment.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ProcessSettings")
            .field("code", &self.code)
            .field("environment", &variables)
            .finish_non_exhaustive()
    }
}
