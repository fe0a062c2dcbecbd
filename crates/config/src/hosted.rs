//! Hosted login.

use poolhouse_pool::base::hosted::{HostedSettings, MOST_REGISTERED, PageLimits, PkceRequired, Registration};

use super::issuer::issuer;
use super::keys;
use super::table::{ConfigError, Section};

/// The shortest and the longest life of an authorization code in seconds.
const LIFE: std::ops::RangeInclusive<u32> = 30..=600;

/// Reads the table.
///
/// # Errors
/// When a value cannot be used, or a key is unknown.
pub(super) fn read(mut section: Section<'_>) -> Result<HostedSettings, ConfigError> {
    let mut settings = HostedSettings {
        default_domain: section.text(&keys::hosted::DEFAULT_DOMAIN)?,
        ..HostedSettings::default()
    };
    places(&mut section, &mut settings)?;
    let form = "never, public or always";
    if let Some(required) = section.parsed(&keys::hosted::PKCE_REQUIRED, form, PkceRequired::parse)? {
        settings.pkce_required = required;
    }
    if let Some(seconds) = section.count(&keys::hosted::CODE_LIFETIME)? {
        let seconds = u32::try_from(seconds)
            .ok()
            .filter(|seconds| LIFE.contains(seconds));
        settings.code_lifetime_seconds =
            seconds.ok_or_else(|| section.error(&keys::hosted::CODE_LIFETIME, "must be from 30 to 600"))?;
    }
    let flags = [
        (&keys::hosted::ISS_IN_RESPONSE, &mut settings.iss_in_response),
        (
            &keys::hosted::CODE_REUSE_REVOKES,
            &mut settings.code_reuse_revokes,
        ),
        (&keys::hosted::USERINFO_BOOLEANS, &mut settings.userinfo_booleans),
        (
            &keys::hosted::USERINFO_BEARER_SCHEME,
            &mut settings.userinfo_bearer_scheme,
        ),
        (
            &keys::hosted::INVALID_CLIENT_401,
            &mut settings.invalid_client_is_401,
        ),
        (
            &keys::hosted::IGNORE_UNKNOWN_SCOPES,
            &mut settings.ignores_unknown_scopes,
        ),
        (
            &keys::hosted::SAML_IDP_INITIATED,
            &mut settings.saml_idp_initiated,
        ),
    ];
    for (key, setting) in flags {
        if let Some(flag) = section.flag(key)? {
            *setting = flag;
        }
    }
    settings.limits = limits(&mut section)?;
    section.end()?;
    Ok(settings)
}

/// Where domains are, what may be fetched, and who asks for consent.
fn places(section: &mut Section<'_>, settings: &mut HostedSettings) -> Result<(), ConfigError> {
    if let Some(suffixes) = section.texts(&keys::hosted::DOMAIN_SUFFIXES)? {
        if !suffixes.iter().all(|suffix| is_host(suffix)) {
            let problem = "must be a list of names of hosts in small letters, such as \"id.example.com\"";
            return Err(section.error(&keys::hosted::DOMAIN_SUFFIXES, problem));
        }
        settings.domain_suffixes = suffixes;
    }
    if let Some(clients) = section.texts(&keys::hosted::CONSENT_CLIENTS)? {
        settings.consent_clients = clients;
    }
    settings.registration = registration(section.section(&keys::hosted::REGISTRATION)?)?;
    if let Some(hosts) = section.texts(&keys::hosted::FETCH_ALLOW)? {
        if !hosts.iter().all(|host| is_host_and_port(host)) {
            let problem = "must be a list of hosts with their ports, such as \"127.0.0.1:8443\"";
            return Err(section.error(&keys::hosted::FETCH_ALLOW, problem));
        }
        settings.fetch_allow = hosts;
    }
    let bases = section.section(&keys::hosted::BASES)?;
    let complaints = bases.nameless();
    for (domain, base) in bases.variables()? {
        let base = issuer(&base).ok_or_else(|| {
            complaints.error(&domain, "must be an http or https URL without a slash at its end")
        })?;
        settings.bases.insert(domain, base);
    }
    Ok(())
}

/// What clients that register themselves are kept to.
fn registration(mut section: Section<'_>) -> Result<Registration, ConfigError> {
    let mut settings = Registration::default();
    if let Some(count) = section.count(&keys::registration::PER_HOUR)? {
        let count = u32::try_from(count)
            .ok()
            .filter(|count| (1..=10_000).contains(count));
        settings.per_hour =
            count.ok_or_else(|| section.error(&keys::registration::PER_HOUR, "must be from 1 to 10000"))?;
    }
    if let Some(count) = section.count(&keys::registration::CLIENTS)? {
        let count = Some(count).filter(|count| (1..=MOST_REGISTERED).contains(count));
        settings.clients =
            count.ok_or_else(|| section.error(&keys::registration::CLIENTS, "must be from 1 to 1000"))?;
    }
    if let Some(days) = section.count(&keys::registration::UNUSED_DAYS)? {
        let days = u32::try_from(days).ok().filter(|days| (1..=90).contains(days));
        settings.unused_days =
            days.ok_or_else(|| section.error(&keys::registration::UNUSED_DAYS, "must be from 1 to 90"))?;
    }
    if let Some(hosts) = section.texts(&keys::registration::HOSTS)? {
        if !hosts.iter().all(|host| may_lead(host)) {
            let problem = "must be a list of hosts in small letters such as \"app.example\" or \"*.app.example\", and schemes such as \"myapp:\"";
            return Err(section.error(&keys::registration::HOSTS, problem));
        }
        settings.hosts = hosts;
    }
    if let Some(flag) = section.flag(&keys::registration::SECRETS)? {
        settings.secrets = flag;
    }
    section.end()?;
    Ok(settings)
}

/// A host, all hosts below one, or a scheme.
fn may_lead(text: &str) -> bool {
    let name = text.strip_prefix("*.").or(text.strip_suffix(':')).unwrap_or(text);
    !name.is_empty() && is_host(name)
}

fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let is_address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    port.parse::<u16>().is_ok_and(|port| port > 0) && (is_address || (!host.is_empty() && is_host(host)))
}

/// How often pages are asked for and forms are sent.
fn limits(section: &mut Section<'_>) -> Result<PageLimits, ConfigError> {
    let mut limits = PageLimits::default();
    let counts = [
        (&keys::hosted::PAGES_PER_SECOND, &mut limits.pages),
        (&keys::hosted::FORMS_PER_SECOND, &mut limits.forms),
        (&keys::hosted::POOL_FORMS_PER_SECOND, &mut limits.forms_of_pool),
    ];
    for (key, limit) in counts {
        if let Some(rate) = section.rate(key)? {
            *limit = rate;
        }
    }
    Ok(limits)
}

fn is_host(text: &str) -> bool {
    let is_legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    !text.starts_with('.') && !text.ends_with('.') && text.bytes().all(is_legal)
}
