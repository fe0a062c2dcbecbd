//! `poolhouse mail test`: one mail through every carrier, so that the way out is known to work before it is needed.

use poolhouse_confirm::{CodeMail, Locale};
use poolhouse_mail::carrier::Taken;
use poolhouse_mail::{Address, Carrier, Class, Deadlines, Email, Mailbox, SendError};
use poolhouse_outbound::aws::Caller;
use tokio::time::Instant;

use super::TestArgs;
use crate::cli::configure::configure;
use crate::cli::{CliError, Environment, ServeArgs, aws, print};
use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_pool::base::settings::{MailCarrier, Settings};
use poolhouse_pool::base::tls;
use poolhouse_pool::mailer;
use poolhouse_text::with_causes;

pub(super) async fn run(arguments: TestArgs, environment: &Environment) -> Result<(), CliError> {
    let TestArgs {
        to,
        language,
        smtp,
        mail_from,
        config,
    } = arguments;
    let as_served = ServeArgs {
        smtp,
        mail_from,
        config,
        ..ServeArgs::default()
    };
    let settings = configure(as_served)?.settings;
    let Some(from) = settings
        .mail
        .from
        .clone()
        .filter(|_| !settings.mail.carriers.is_empty())
    else {
        return Err(CliError::new(
            "there is nothing to try: name relays and from under [mail] in poolhouse.toml, or give --smtp and --mail-from",
        ));
    };
    let aws = aws::caller(&settings, environment).await?;
    let email = email(&settings, from, &to, &language, SystemClock.now().seconds())?;
    let mut refusals = 0;
    for carrier in &settings.mail.carriers {
        let started = Instant::now();
        let outcome = send(&ready(carrier, &aws), &email).await;
        refusals += usize::from(outcome.is_err());
        print(&report(carrier, &outcome, started.elapsed().as_millis()))?;
    }
    match refusals {
        0 => Ok(()),
        count => {
            let all = settings.mail.carriers.len();
            Err(CliError::new(format!(
                "the mail was not taken by {count} of {all}"
            )))
        }
    }
}

fn email(settings: &Settings, from: Mailbox, to: &str, language: &str, now: i64) -> Result<Email, CliError> {
    let locale = Locale::find(language).ok_or_else(|| {
        let known: Vec<_> = Locale::all().map(Locale::tag).collect();
        CliError::new(format!("--language must be one of {}", known.join(", ")))
    })?;
    let to = Address::parse(to).map_err(|error| CliError::new("--to is no mail address").caused_by(error))?;
    let sample = CodeMail::sample(&settings.confirm, locale, to.as_str(), now);
    let sample = sample.map_err(|error| CliError::new("the mail cannot be made").caused_by(error))?;
    Ok(Email {
        message_id: format!("{}@{}", sample.dedup_id, from.address().domain()),
        date: u64::try_from(now).unwrap_or_default(),
        from,
        to,
        reply_to: None,
        subject: sample.subject,
        text: sample.text,
        html: Some(sample.html),
        language: Some(locale.tag().to_owned()),
    })
}

fn ready(carrier: &MailCarrier, aws: &Caller) -> Carrier {
    match carrier {
        MailCarrier::Smtp(relay) => Carrier::Smtp(relay.clone(), tls::source()),
        MailCarrier::Ses(settings) => Carrier::Ses(mailer::ses(settings, aws)),
    }
}

async fn send(carrier: &Carrier, email: &Email) -> Result<Taken, Failure> {
    let bytes = email
        .to_bytes()
        .map_err(|error| Failure::Unwritable(with_causes(&error)))?;
    let deadlines = Deadlines::default();
    let opened = carrier.open(&deadlines).await.map_err(Failure::Refused)?;
    let sent = opened.send(&email.envelope(), &bytes, &deadlines).await;
    sent.map_err(Failure::Refused)
}

/// Why a carrier does not have the mail.
enum Failure {
    /// It could not be written.
    Unwritable(String),
    /// The carrier did not take it.
    Refused(SendError),
}

fn report(carrier: &MailCarrier, outcome: &Result<Taken, Failure>, ms: u128) -> String {
    match outcome {
        Ok(Taken { id: None }) => format!("{carrier} took the mail in {ms} ms"),
        Ok(Taken { id: Some(id) }) => format!("{carrier} took the mail in {ms} ms, as {id}"),
        Err(Failure::Unwritable(why)) => format!("{carrier} was not asked: {why}"),
        Err(Failure::Refused(error)) => {
            let advice = match error.class() {
                Class::Transient => "it may take it later",
                Class::Permanent => "it will never take this mail for this recipient",
                Class::Unknown => "it may have it all the same",
                Class::Config => {
                    "look at the credentials, the sender and the certificate: this is between it and us"
                }
            };
            let why = with_causes(error);
            format!("{carrier} did not take the mail after {ms} ms: {why} ({advice})")
        }
    }
}
