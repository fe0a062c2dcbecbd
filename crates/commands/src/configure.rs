//! From arguments and the configuration file to settings.

use std::fs;
use std::path::PathBuf;

use poolhouse_mail::smtp::Relay;
use poolhouse_mail::{CarrierUrl, Mailbox};
use poolhouse_outbound::http::Endpoint;

use crate::args::{CONFIG, DEFAULT_DATA, QuickstartArgs, ServeArgs};
use crate::engine;
use crate::error::CliError;
use crate::own_name;
use poolhouse_config::{self as config, Configuration};
use poolhouse_pool::base::settings::{MailCarrier, SesSettings, Settings};
use poolhouse_pool::base::tls;

/// Whom mail in the local inbox comes from unless somebody says.
const LOCAL_SENDER: &str = "Poolhouse <no-reply@localhost>";

/// The configuration file's settings with those of the command line over them, and whether they make sense together.
pub fn configure(arguments: ServeArgs) -> Result<Configuration, CliError> {
    let mut configuration = from_file(arguments.config.clone())?;
    apply(arguments, &mut configuration)?;
    let settings = &mut configuration.settings;
    for url in std::mem::take(&mut configuration.carriers) {
        settings.mail.carriers.push(carrier(url)?);
    }
    check_mail(configuration.inbox, settings)?;
    Ok(configuration)
}

/// The same for a server that shows passwords and codes to all who reach it: on this machine alone, and without mail that
/// leaves it.
pub fn configure_quickstart(arguments: QuickstartArgs) -> Result<Configuration, CliError> {
    let QuickstartArgs { listen, data, config } = arguments;
    let mut configuration = from_file(config)?;
    configuration.carriers.clear();
    let arguments = ServeArgs {
        listen,
        data,
        inbox: true,
        ..ServeArgs::default()
    };
    apply(arguments, &mut configuration)?;
    let settings = &mut configuration.settings;
    if !settings.listen.ip().is_loopback() {
        return Err(CliError::new(format!(
            "quickstart shows sign-in codes to everybody who can reach {}. Give it an address of this machine alone: --listen \
             localhost:9229",
            settings.listen
        )));
    }
    check_mail(configuration.inbox, settings)?;
    Ok(configuration)
}

/// What the configuration file says, or the one that is read unasked.
pub(super) fn from_file(file: Option<PathBuf>) -> Result<Configuration, CliError> {
    let file = file.or_else(|| Some(PathBuf::from(CONFIG)).filter(|file| file.is_file()));
    match file {
        None => Ok(Configuration::default()),
        Some(file) => config::load(&file)
            .map_err(|error| CliError::new("the configuration is not usable").caused_by(error)),
    }
}

fn apply(arguments: ServeArgs, configuration: &mut Configuration) -> Result<(), CliError> {
    let settings = &mut configuration.settings;
    if let Some(listen) = arguments.listen {
        settings.listen = listen;
    }
    let data = arguments.data.or_else(|| settings.data.take());
    settings.data = Some(data.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA)));
    if let Some(given) = arguments.store {
        configuration.store = Some(engine::address(&given)?);
    }
    if let Some(url) = arguments.smtp {
        let form = config::RELAY_FORM;
        let url = match url.strip_prefix('@') {
            None => url,
            Some(file) => fs::read_to_string(file).map_err(|error| {
                CliError::new(format!("the file {file} of --smtp cannot be read")).caused_by(error)
            })?,
        };
        let relay = Relay::parse(&url);
        let relay = relay
            .map_err(|error| CliError::new(format!("--smtp has an unusable URL. {form}")).caused_by(error))?;
        configuration.carriers = vec![CarrierUrl::Smtp(relay)];
    }
    if let Some(from) = arguments.mail_from {
        let form = config::FROM_FORM;
        let from = Mailbox::parse(&from);
        let from =
            from.map_err(|error| CliError::new(format!("--mail-from must be {form}")).caused_by(error))?;
        settings.mail.from = Some(from);
    }
    if let Some(issuer) = arguments.issuer {
        let complaint = "--issuer must be an http or https URL without a slash at its end";
        configuration.issuer = Some(config::issuer(&issuer).ok_or_else(|| CliError::new(complaint))?);
    }
    configuration.inbox = arguments.inbox;
    Ok(())
}

/// A carrier and where it is.
fn carrier(url: CarrierUrl) -> Result<MailCarrier, CliError> {
    let url = match url {
        CarrierUrl::Smtp(relay) => return this_relay(relay).map(MailCarrier::Smtp),
        CarrierUrl::Ses(url) => url,
    };
    let no_region = || CliError::new("ses:// names no region. Write ses://eu-central-1, for instance");
    let region = url.region.ok_or_else(no_region)?;
    Ok(MailCarrier::Ses(SesSettings {
        endpoint: Endpoint::of_service("email", &region).ok_or_else(no_region)?,
        region,
        configuration_set: url.configuration_set,
    }))
}

/// A relay with its files read, and the name that this machine has for itself where none is set.
fn this_relay(relay: Relay) -> Result<Relay, CliError> {
    let named = match own_name::of_this_machine() {
        Some(name) if relay.own_name().is_none() => relay.with_own_name(&name),
        _ => relay,
    };
    let read = |file: &str| fs::read_to_string(file);
    named
        .with_files(read, &tls::provider())
        .map_err(|error| CliError::new("a mail relay cannot be used").caused_by(error))
}

/// Refuses what would send no mail, or show it to strangers.
fn check_mail(inbox: bool, settings: &mut Settings) -> Result<(), CliError> {
    let mail = &mut settings.mail;
    if inbox && !settings.listen.ip().is_loopback() {
        return Err(CliError::new(format!(
            "--inbox shows sign-in codes to everybody who can reach {}. Listen on a loopback address, or leave out --inbox",
            settings.listen
        )));
    }
    if !mail.carriers.is_empty() && mail.from.is_none() {
        return Err(CliError::new(format!(
            "a mail relay needs a sender. Add --mail-from, {}",
            config::FROM_FORM
        )));
    }
    if inbox && mail.from.is_none() {
        mail.from = Mailbox::parse(LOCAL_SENDER).ok();
    }
    if !inbox && mail.carriers.is_empty() {
        tracing::warn!(
            "no mail can be sent: give --smtp and --mail-from, or --inbox to read it on this machine"
        );
    }
    Ok(())
}
