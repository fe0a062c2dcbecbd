//! `[mail]`: where mail goes, from whom, and what becomes of what comes back.

use std::fs;
use std::path::Path;

use poolhouse_confirm::{Logo, Templates};
use poolhouse_mail::{Address, CarrierUrl, Mailbox};
use poolhouse_pool::base::settings::{BounceSecret, MailSettings};

use super::keys::mail as keys;
use super::table::{ConfigError, Section};

/// How relays are written.
pub const RELAY_FORM: &str =
    "Write smtp://user:password@mail.example.com:587, smtps:// for port 465, or ses://REGION";
/// How the sender is written.
pub const FROM_FORM: &str = "an email address, such as App <no-reply@example.com>";
/// Relays beyond that would get too little time each.
const MOST_RELAYS: usize = 3;
/// The shortest secret for bounces, in bytes.
const SHORTEST_SECRET: usize = 20;

/// What `[mail]` says.
pub(super) struct Mail {
    /// The settings but for the carriers, which are made when everything else is known.
    pub settings: MailSettings,
    /// The carriers; SES still without credentials, which no file holds.
    pub carriers: Vec<CarrierUrl>,
    /// The operator's own words.
    pub templates: Templates,
    /// The picture in mails.
    pub logo: Option<Logo>,
}

pub(super) fn read(mut section: Section<'_>) -> Result<Mail, ConfigError> {
    let urls = section.texts(&keys::RELAYS)?.unwrap_or_default();
    if urls.len() > MOST_RELAYS {
        return Err(section.error(&keys::RELAYS, format!("must name at most {MOST_RELAYS} relays")));
    }
    let mailbox = |text: &str| Mailbox::parse(text).ok();
    let mut settings = MailSettings {
        from: section.parsed(&keys::FROM, FROM_FORM, mailbox)?,
        reply_to: section.parsed(&keys::REPLY_TO, FROM_FORM, mailbox)?,
        bounces_to: section.parsed(
            &keys::BOUNCES_TO,
            "an email address, such as bounces@example.com",
            |text| Address::parse(text).ok(),
        )?,
        verp: section.flag(&keys::VERP)?.unwrap_or_default(),
        bounce_secret: bounce_secret(&mut section)?,
        ..MailSettings::default()
    };
    let ca = section.path(&keys::CA)?;
    let own_name = section.text(&keys::EHLO)?;
    let mut carriers = Vec::new();
    for url in urls {
        let url = section.secret(&keys::RELAYS, url)?;
        carriers.push(carrier(&section, &url, ca.as_deref(), own_name.as_deref())?);
    }
    if let Some(connections) = section.count(&keys::CONNECTIONS)? {
        settings.connections = connections;
    }
    let others = section.count(&keys::OTHERS_PER_MINUTE)?;
    settings.others_per_minute = others.map(|others| u32::try_from(others).unwrap_or(u32::MAX));
    let header = section.parsed(&keys::PLACE_HEADER, "the name of a header", |text| {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        text.bytes().all(legal).then(|| text.to_ascii_lowercase())
    });
    settings.place_header = header?;
    let templates = templates(&mut section)?;
    let logo = logo(&mut section)?;
    section.end()?;
    Ok(Mail {
        settings,
        carriers,
        templates,
        logo,
    })
}

/// One carrier with what holds for all of them. The URL is not repeated, for it may hold a password.
fn carrier(
    section: &Section<'_>,
    url: &str,
    ca: Option<&Path>,
    own_name: Option<&str>,
) -> Result<CarrierUrl, ConfigError> {
    let carrier = CarrierUrl::parse(url);
    let carrier = carrier.map_err(|error| {
        section.error(
            &keys::RELAYS,
            format!("has an unusable URL: {error}. {RELAY_FORM}"),
        )
    })?;
    let CarrierUrl::Smtp(mut relay) = carrier else {
        return Ok(carrier);
    };
    if let Some(ca) = ca {
        relay = relay.with_ca(&ca.to_string_lossy());
    }
    if let Some(name) = own_name {
        relay = relay.with_own_name(name);
        if relay.own_name().is_none() {
            return Err(section.error(&keys::EHLO, "must be a host name, such as pool.example.com"));
        }
    }
    Ok(CarrierUrl::Smtp(relay))
}

fn bounce_secret(section: &mut Section<'_>) -> Result<Option<BounceSecret>, ConfigError> {
    let Some(text) = section.text(&keys::BOUNCE_SECRET)? else {
        return Ok(None);
    };
    let text = section.secret(&keys::BOUNCE_SECRET, text)?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    if text.len() < SHORTEST_SECRET || !text.bytes().all(legal) {
        let problem = format!("must have at least {SHORTEST_SECRET} letters, digits, or any of - . _ ~");
        return Err(section.error(&keys::BOUNCE_SECRET, problem));
    }
    Ok(Some(BounceSecret(text)))
}

fn templates(section: &mut Section<'_>) -> Result<Templates, ConfigError> {
    let Some(folder) = section.path(&keys::TEMPLATES)? else {
        return Ok(Templates::default());
    };
    // A folder that cannot be listed has no languages; what it lacks is said when its files are read.
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let languages = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    Templates::read(languages, |name| fs::read_to_string(folder.join(name)))
        .map_err(|error| section.error(&keys::TEMPLATES, format!("cannot be used: {error}")))
}

fn logo(section: &mut Section<'_>) -> Result<Option<Logo>, ConfigError> {
    let Some(file) = section.path(&keys::LOGO)? else {
        return Ok(None);
    };
    let unreadable = |error| section.error(&keys::LOGO, format!("cannot be read: {error}"));
    let bytes = fs::read(file).map_err(unreadable)?;
    Logo::parse(bytes).map(Some).map_err(|error| {
        let text = error.to_string();
        section.error(
            &keys::LOGO,
            text.trim_start_matches(error.variable()).trim_start(),
        )
    })
}
