//! `poolhouse.toml`: what the command line does not say. Everything in it is optional; an unknown key is a mistake.

mod address;
mod audit;
mod faults;
mod functions;
mod hosted;
mod http;
mod issuer;
pub mod keys;
mod mail;
mod metrics;
mod nearest;
pub mod settings;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod traces;

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use poolhouse_audit::StreamSettings;
use poolhouse_confirm::Templates;
use poolhouse_crypto::jwt::KeyBits;
use poolhouse_mail::CarrierUrl;
use poolhouse_mail::sms::Gateway;

use crate::settings::{HttpSettings, MetricsSettings, TlsSettings, TraceSettings, WebSettings};
pub use address::{AddressError, address};
pub use faults::{Fault, check};
pub use issuer::issuer;
pub use mail::{FROM_FORM, RELAY_FORM};
pub use nearest::nearest_first;
use poolhouse_pool::base::settings::{AwsSettings, MailTemplate, Settings};
use poolhouse_store::postgres::Address;
use poolhouse_text::with_causes;
pub use table::ConfigError;
use table::Section;
pub use template::template;
use toml::Table;

/// What the file says: settings, and what is only settled when the server starts.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Defaults with the file's settings over them.
    pub settings: Settings,
    /// The PostgreSQL database that holds everything but the key, if there is one.
    pub store: Option<Address>,
    /// The sign-in page.
    pub web: WebSettings,
    /// Limits on requests and connections.
    pub http: HttpSettings,
    /// TLS, if the server speaks it itself.
    pub tls: Option<TlsSettings>,
    /// Numbers for operators.
    pub metrics: MetricsSettings,
    /// Where spans are sent, if they are.
    pub traces: Option<TraceSettings>,
    /// Where the audit log is sent on.
    pub streams: Vec<StreamSettings>,
    /// The base of `iss`, if the file says.
    pub issuer: Option<String>,
    /// Whether the local inbox is on. The file cannot switch it on: a server that shows mail is started as one.
    pub inbox: bool,
    /// Where the local inbox takes mail, if the file says.
    pub inbox_smtp: Option<SocketAddr>,
    /// The carriers of mail; SES still without credentials, which no file holds.
    pub carriers: Vec<CarrierUrl>,
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, is not TOML, has an unknown key or a value that cannot be used.
pub fn load(file: &Path) -> Result<Configuration, ConfigError> {
    parse(file, &text_of(file)?)
}

fn text_of(file: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(file).map_err(|error| ConfigError {
        file: file.to_owned(),
        key: String::new(),
        problem: format!("cannot be read ({error}). Give another file with --config, or leave --config out."),
    })
}

fn parse(file: &Path, text: &str) -> Result<Configuration, ConfigError> {
    read(file, table::table_of(file, text)?)
}

fn read(file: &Path, table: Table) -> Result<Configuration, ConfigError> {
    let mut configuration = Configuration::default();
    let mut top = Section::top(file, table);
    let settings = &mut configuration.settings;
    if let Some(listen) = top.text(&keys::top::LISTEN)? {
        let read = address(&listen).map_err(|error| top.error(&keys::top::LISTEN, error.to_string()));
        settings.listen = read?;
    }
    settings.data = top.path(&keys::top::DATA)?;
    configuration.store = store(&mut top)?;
    configuration.issuer = top.parsed(
        &keys::top::ISSUER,
        "an http or https URL without a slash at its end",
        issuer,
    )?;
    if let Some(account) = top.parsed(&keys::top::ACCOUNT, "an account number of twelve digits", account)? {
        settings.account = account;
    }
    if let Some(region) = top.parsed(&keys::top::REGION, "a region, such as eu-central-1", region)? {
        settings.region = region;
    }
    settings.signing_key_bits = match top.count(&keys::top::SIGNING_KEY_BITS)? {
        None | Some(2048) => KeyBits::Rsa2048,
        Some(3072) => KeyBits::Rsa3072,
        Some(_) => return Err(top.error(&keys::top::SIGNING_KEY_BITS, "must be 2048 or 3072")),
    };
    if let Some(flag) = top.flag(&keys::top::PRE_AUTHENTICATION)? {
        settings.pre_authentication_in_custom_auth = flag;
    }
    let mail = mail::read(top.section(&keys::top::MAIL)?)?;
    settings.mail = mail.settings;
    configuration.carriers = mail.carriers;
    configuration.inbox_smtp = inbox(top.section(&keys::top::INBOX)?)?;
    settings.mail.sms = sms(top.section(&keys::top::SMS)?)?;
    settings.confirm = confirm(top.section(&keys::top::CONFIRM)?, mail.templates)?;
    settings.confirm.look.logo = mail.logo;
    configuration.web = web(top.section(&keys::top::WEB)?)?;
    (configuration.http, settings.calls) = http::read(top.section(&keys::top::HTTP)?)?;
    configuration.tls = tls(top.section(&keys::top::TLS)?)?;
    configuration.metrics = metrics::read(top.section(&keys::top::METRICS)?)?;
    configuration.traces = traces::read(top.section(&keys::top::TRACES)?)?;
    settings.hosted = hosted::read(top.section(&keys::top::HOSTED)?)?;
    (settings.audit_days, configuration.streams) = audit::read(top.section(&keys::top::AUDIT)?)?;
    for (name, section) in top.section(&keys::top::FUNCTIONS)?.sections()? {
        settings
            .functions
            .push(functions::read(name, section, &settings.region)?);
    }
    settings.aws = aws(top.section(&keys::top::AWS)?)?;
    top.end()?;
    Ok(configuration)
}

/// Where the local inbox takes mail.
fn inbox(mut section: Section<'_>) -> Result<Option<SocketAddr>, ConfigError> {
    let form = "a loopback address and a port, such as 127.0.0.1:2525";
    let smtp = section.parsed(&keys::inbox::SMTP, form, loopback)?;
    section.end()?;
    Ok(smtp)
}

/// The database's address, which the file may leave to a file of its own, for it holds a password.
fn store(top: &mut Section<'_>) -> Result<Option<Address>, ConfigError> {
    let Some(text) = top.text(&keys::top::STORE)? else {
        return Ok(None);
    };
    let address = Address::parse(&top.secret(&keys::top::STORE, text)?);
    let complain = |error| {
        top.error(
            &keys::top::STORE,
            format!("cannot be used: {}", with_causes(&error)),
        )
    };
    address.map(Some).map_err(complain)
}

/// What functions elsewhere must be told, and a pool knows.
const OF_THE_POOL: [&str; 4] = [
    "SESSION_MINUTES",
    "REQUIRE_CODE",
    "REQUIRE_CODE_WITHOUT_ECHO",
    "ALLOW_HOSTED_AUTH",
];

/// The variables of the functions' environment, under the same names. Which there are, the functions' own reader knows:
/// a name that it did not ask for is a mistake.
fn confirm(section: Section<'_>, templates: Templates) -> Result<poolhouse_confirm::Settings, ConfigError> {
    let complaints = section.nameless();
    let variables = section.variables()?;
    if variables.iter().any(|(name, _)| name.starts_with("OTP_KEY")) {
        return Err(complaints.error(
            "OTP_KEY",
            "is not set here: the server has a key of its own. Leave it out",
        ));
    }
    if let Some((name, _)) = variables
        .iter()
        .find(|(name, _)| OF_THE_POOL.contains(&name.as_str()))
    {
        return Err(complaints.error(
            name,
            "is not set here: the pool and its app clients say it. Leave it out",
        ));
    }
    let given = |name: &str| {
        variables
            .iter()
            .find(|(held, _)| held == name)
            .map(|(_, value)| value.clone())
    };
    let asked = RefCell::new(HashSet::new());
    let settings = poolhouse_confirm::Settings::from_vars_without_keys(|name| {
        asked.borrow_mut().insert(name.to_owned());
        given(name)
    });
    let settings = settings.and_then(|settings| settings.with_templates(templates));
    let settings = settings.map_err(|error| {
        let text = error.to_string();
        complaints.error(
            error.variable(),
            text.trim_start_matches(error.variable()).trim_start(),
        )
    })?;
    match variables.iter().find(|(name, _)| !asked.borrow().contains(name)) {
        Some((name, _)) => {
            let asked = asked.borrow();
            let mut known: Vec<&str> = asked
                .iter()
                .map(String::as_str)
                .filter(|known| !OF_THE_POOL.contains(known) && !known.starts_with("OTP_KEY"))
                .collect();
            known.sort_unstable();
            let known = nearest_first(name, known).join(", ");
            let problem = format!("is not a setting of the confirm-code functions. Those there are: {known}");
            Err(complaints.error(name, problem))
        }
        None => Ok(settings),
    }
}

fn web(mut section: Section<'_>) -> Result<WebSettings, ConfigError> {
    let settings = WebSettings {
        directory: section.path(&keys::web::DIRECTORY)?,
        user_pool_id: section.text(&keys::web::USER_POOL_ID)?,
        client_id: section.text(&keys::web::CLIENT_ID)?,
        endpoint: section.parsed(
            &keys::web::ENDPOINT,
            "an http or https URL without a path",
            origin,
        )?,
    };
    if settings.user_pool_id.is_some() != settings.client_id.is_some() {
        return Err(section.error(
            &keys::web::USER_POOL_ID,
            "and client_id go together: set both or neither",
        ));
    }
    section.end()?;
    Ok(settings)
}

/// What functions find in place of AWS.
/// Where text messages go, if they do.
fn sms(mut section: Section<'_>) -> Result<Option<Gateway>, ConfigError> {
    let token = section.text(&keys::sms::TOKEN)?;
    let token = token
        .map(|text| section.secret(&keys::sms::TOKEN, text))
        .transpose()?;
    let form = "an http or https URL without a password, such as https://sms.example.com/send, and a token in one line";
    let gateway = section.parsed(&keys::sms::GATEWAY, form, |url| {
        Gateway::parse(url, token.clone())
    })?;
    if gateway.is_none() && token.is_some() {
        return Err(section.error(&keys::sms::TOKEN, "goes together with gateway"));
    }
    section.end()?;
    Ok(gateway)
}

fn aws(mut section: Section<'_>) -> Result<AwsSettings, ConfigError> {
    let mut settings = AwsSettings {
        parameters: section.section(&keys::aws::PARAMETERS)?.variables()?,
        secrets: section.section(&keys::aws::SECRETS)?.variables()?,
        templates: Vec::new(),
    };
    for (name, mut section) in section.section(&keys::aws::TEMPLATES)?.sections()? {
        let (text, html) = (
            section.text(&keys::aws_template::TEXT)?,
            section.text(&keys::aws_template::HTML)?,
        );
        let Some(subject) = section.text(&keys::aws_template::SUBJECT)? else {
            return Err(section.error(&keys::aws_template::SUBJECT, "is missing"));
        };
        if text.is_none() && html.is_none() {
            return Err(section.error(&keys::aws_template::TEXT, "is missing: set it or html"));
        }
        section.end()?;
        settings.templates.push(MailTemplate {
            name,
            subject,
            text,
            html,
        });
    }
    section.end()?;
    Ok(settings)
}

fn tls(mut section: Section<'_>) -> Result<Option<TlsSettings>, ConfigError> {
    let (certificate, key) = (
        section.path(&keys::tls::CERTIFICATE)?,
        section.path(&keys::tls::KEY)?,
    );
    let hsts = section.flag(&keys::tls::HSTS)?;
    let missing = |key| Err(section.error(key, "is missing: certificate and key go together"));
    let settings = match (certificate, key) {
        (None, None) if hsts.is_none() => None,
        (None, _) => return missing(&keys::tls::CERTIFICATE),
        (_, None) => return missing(&keys::tls::KEY),
        (Some(certificate), Some(key)) => Some(TlsSettings {
            certificate,
            key,
            hsts: hsts.unwrap_or(true),
        }),
    };
    section.end()?;
    Ok(settings)
}

fn loopback(text: &str) -> Option<SocketAddr> {
    address(text).ok().filter(|address| address.ip().is_loopback())
}

/// An origin: an issuer without a path. It becomes part of a header, where spaces and semicolons would add to it.
fn origin(text: &str) -> Option<String> {
    let (_, host) = text.split_once("://")?;
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    issuer(text).filter(|_| host.chars().all(legal))
}

fn account(text: &str) -> Option<String> {
    (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.to_owned())
}

/// A region as pool ids begin with it.
fn region(text: &str) -> Option<String> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    ((1..=32).contains(&text.len()) && text.contains('-') && text.bytes().all(legal)).then(|| text.to_owned())
}
