//! From arguments and the configuration file to settings.

use std::fs;
use std::path::PathBuf;

use poolhouse_mail::smtp::Relay;
use poolhouse_mail::{Carrier, CarrierUrl, Mailbox};
use poolhouse_outbound::aws::Caller;
use poolhouse_outbound::http::Endpoint;

use crate::args::{CONFIG, DEFAULT_DATA, QuickstartArgs, ServeArgs};
use crate::engine;
use crate::error::CliError;
use crate::own_name;
use poolhouse_config::{self as config, Configuration};
use poolhouse_pool::base::settings::{MailCarrier, SesSettings, Settings};
use poolhouse_pool::base::tls;
use poolhouse_pool::mailer;

/// Whom mail in the local inbox comes from unless somebody says.
const LOCAL_SENDER: &str = "Poolhouse <no-reply@localhost>";

/// The configuration file's settings with those of the command line over them, and whether they make sense together.
///
/// # Errors
/// The first fault that there is.
pub fn configure(arguments: ServeArgs) -> Result<Configuration, CliError> {
    let mut configuration = from_file(arguments.config.clone())?;
    let faults = complete(arguments, &mut configuration);
    faults.into_iter().next().map_or(Ok(configuration), Err)
}

/// Puts the command line's settings over those of the configuration file, and returns every reason why they cannot be used.
pub fn complete(arguments: ServeArgs, configuration: &mut Configuration) -> Vec<CliError> {
    let mut faults = apply(arguments, configuration);
    let settings = &mut configuration.settings;
    for url in std::mem::take(&mut configuration.carriers) {
        match carrier(url) {
            Ok(carrier) => settings.mail.carriers.push(carrier),
            Err(error) => faults.push(error),
        }
    }
    faults.extend(check_mail(configuration.inbox, settings));
    faults
}

/// The same for a server that shows passwords and codes to all who reach it: on this machine alone, and without mail that
/// leaves it.
///
/// # Errors
/// As [`configure`], and when others could reach it.
pub fn configure_quickstart(arguments: QuickstartArgs) -> Result<Configuration, CliError> {
    let QuickstartArgs { listen, data, config } = arguments;
    let mut configuration = from_file(config)?;
    configuration.carriers.clear();
    // Nobody else can reach it, and no certificate is for this machine.
    configuration.tls = None;
    let arguments = ServeArgs {
        listen,
        data,
        inbox: true,
        ..ServeArgs::default()
    };
    if let Some(fault) = apply(arguments, &mut configuration).into_iter().next() {
        return Err(fault);
    }
    let settings = &mut configuration.settings;
    if !settings.listen.ip().is_loopback() {
        return Err(CliError::new(format!(
            "quickstart shows sign-in codes to everybody who can reach {}. Give it an address of this machine alone: --listen \
             localhost:9229",
            settings.listen
        )));
    }
    let faults = check_mail(configuration.inbox, settings);
    faults.into_iter().next().map_or(Ok(configuration), Err)
}

/// The configuration file: the one that is named, or else the one that is read unasked, if it is there.
pub fn file(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| Some(PathBuf::from(CONFIG)).filter(|file| file.is_file()))
}

/// What the configuration file says, or the one that is read unasked.
pub(super) fn from_file(named: Option<PathBuf>) -> Result<Configuration, CliError> {
    match file(named) {
        None => Ok(Configuration::default()),
        Some(file) => config::load(&file)
            .map_err(|error| CliError::new("the configuration is not usable").caused_by(error)),
    }
}

fn apply(arguments: ServeArgs, configuration: &mut Configuration) -> Vec<CliError> {
    let settings = &mut configuration.settings;
    if let Some(listen) = arguments.listen {
        settings.listen = listen;
    }
    let data = arguments.data.or_else(|| settings.data.take());
    settings.data = Some(data.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA)));
    configuration.inbox = arguments.inbox;
    let mut faults = Vec::new();
    let mut given = |read: Result<(), CliError>| faults.extend(read.err());
    if let Some(store) = arguments.store {
        given(engine::address(&store).map(|address| configuration.store = Some(address)));
    }
    if let Some(url) = arguments.smtp {
        given(relay(url).map(|relay| configuration.carriers = vec![CarrierUrl::Smtp(relay)]));
    }
    if let Some(from) = arguments.mail_from {
        let complaint = || format!("--mail-from must be {}", config::FROM_FORM);
        let from = Mailbox::parse(&from).map_err(|error| CliError::new(complaint()).caused_by(error));
        given(from.map(|from| settings.mail.from = Some(from)));
    }
    if let Some(issuer) = arguments.issuer {
        let complaint = "--issuer must be an http or https URL without a slash at its end";
        let issuer = config::issuer(&issuer).ok_or_else(|| CliError::new(complaint));
        given(issuer.map(|issuer| configuration.issuer = Some(issuer)));
    }
    faults
}

/// The relay that --smtp names.
fn relay(url: String) -> Result<Relay, CliError> {
    let form = config::RELAY_FORM;
    let url = match url.strip_prefix('@') {
        None => url,
        Some(file) => fs::read_to_string(file).map_err(|error| {
            CliError::new(format!("the file {file} of --smtp cannot be read")).caused_by(error)
        })?,
    };
    Relay::parse(&url)
        .map_err(|error| CliError::new(format!("--smtp has an unusable URL. {form}")).caused_by(error))
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

/// A carrier, ready to be asked.
pub fn ready(carrier: &MailCarrier, aws: &Caller) -> Carrier {
    match carrier {
        MailCarrier::Smtp(relay) => Carrier::Smtp(relay.clone(), tls::source()),
        MailCarrier::Ses(settings) => Carrier::Ses(mailer::ses(settings, aws)),
    }
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

/// What is said where no mail can leave.
pub const NO_MAIL: &str =
    "no mail can be sent: give --smtp and --mail-from, or --inbox to read it on this machine";

/// Whether mail can leave, or stay here.
pub fn has_mail(configuration: &Configuration) -> bool {
    configuration.inbox || !configuration.settings.mail.carriers.is_empty()
}

/// Refuses what would send no mail, or show it to strangers.
fn check_mail(inbox: bool, settings: &mut Settings) -> Vec<CliError> {
    let (mail, mut faults) = (&mut settings.mail, Vec::new());
    if inbox && !settings.listen.ip().is_loopback() {
        faults.push(CliError::new(format!(
            "--inbox shows sign-in codes to everybody who can reach {}. Listen on a loopback address, or leave out --inbox",
            settings.listen
        )));
    }
    if !mail.carriers.is_empty() && mail.from.is_none() {
        faults.push(CliError::new(format!(
            "a mail relay needs a sender. Add --mail-from, {}",
            config::FROM_FORM
        )));
    }
    if inbox && mail.from.is_none() {
        mail.from = Mailbox::parse(LOCAL_SENDER).ok();
    }
    faults
}
