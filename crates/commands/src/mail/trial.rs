//! `poolhouse mail test`: one mail through every carrier, so that the way out is known to work before it is needed.

use poolhouse_confirm::{CodeMail, Locale, Templates};
use poolhouse_mail::{Address, Attempt, Carrier, Deadlines, Email, Mailbox};
use tokio::time::Instant;

use super::TestArgs;
use super::page::Sample;
use crate::args::ServeArgs;
use crate::aws;
use crate::configure::{configure, ready};
use crate::environment::Environment;
use crate::error::CliError;
use crate::output::print;
use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_pool::base::settings::Settings;
use poolhouse_pool::mailer;
use poolhouse_text::with_causes;

pub(super) async fn run(arguments: TestArgs, environment: &Environment) -> Result<(), CliError> {
    let TestArgs {
        to,
        language,
        kind,
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
    let (aws, clock) = (aws::caller(&settings, environment).await?, SystemClock);
    let email = email(&settings, from, &to, (&kind, &language), clock.now().seconds())?;
    let mut refusals = 0;
    for carrier in &settings.mail.carriers {
        let attempt = attempt(&ready(carrier, &aws), &email, &clock).await?;
        refusals += usize::from(!attempt.accepted);
        print(&attempt.to_string())?;
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

/// One try, as its record.
async fn attempt(carrier: &Carrier, email: &Email, clock: &dyn Clock) -> Result<Attempt, CliError> {
    let bytes = email
        .to_bytes()
        .map_err(|error| CliError::new("the mail cannot be written").caused_by(error))?;
    let (deadlines, started) = (Deadlines::default(), Instant::now());
    let sent = match carrier.open(&deadlines).await {
        Ok(opened) => opened.send(&email.envelope(), &bytes, &deadlines).await,
        Err(error) => Err(error),
    };
    let outcome = sent.as_ref().map_err(|error| (error, carrier.advice(error)));
    let took = started.elapsed();
    let mut attempt = Attempt::new(clock.now().0, carrier.to_string(), took, &email.to, outcome);
    if let Err(error) = &sent {
        attempt.problem = with_causes(error);
    }
    Ok(attempt)
}

/// The mail of this kind in this language.
fn email(
    settings: &Settings,
    from: Mailbox,
    to: &str,
    (kind, language): (&str, &str),
    now: i64,
) -> Result<Email, CliError> {
    let locale = language_of(&settings.confirm.templates, language)?;
    let to = Address::parse(to).map_err(|error| CliError::new("--to is no mail address").caused_by(error))?;
    let code = CodeMail::sample(&settings.confirm, locale, to.as_str(), now);
    let code = code.map_err(|error| CliError::new("the mail cannot be made").caused_by(error))?;
    let dedup_id = format!("{}.{kind}", code.dedup_id);
    let samples = Sample::of_language(&settings.confirm, code, now);
    let sample = samples.into_iter().find(|sample| sample.kind == kind);
    let Sample { mail, .. } =
        sample.ok_or_else(|| CliError::new("--kind must be code, notice or invitation"))?;
    Ok(Email {
        message_id: format!("{dedup_id}@{}", from.address().domain()),
        date: u64::try_from(now).unwrap_or_default(),
        from,
        to,
        reply_to: settings.mail.reply_to.clone(),
        bounces_to: settings.mail.bounces_to.clone(),
        picture: mail.logo.as_ref().map(mailer::picture),
        subject: mail.subject,
        text: mail.text,
        html: Some(mail.html),
        language: Some(mail.locale.tag().to_owned()),
    })
}

fn language_of(templates: &Templates, tag: &str) -> Result<Locale, CliError> {
    templates.find_locale(tag).ok_or_else(|| {
        let known: Vec<_> = Locale::all().chain(templates.added()).map(Locale::tag).collect();
        CliError::new(format!("--language must be one of {}", known.join(", ")))
    })
}
