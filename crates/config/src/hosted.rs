//! Hosted login.

use poolhouse_pool::base::hosted::{HostedSettings, PageLimits, PkceRequired};

use super::issuer::issuer;
use super::keys;
use super::table::{ConfigError, Section};

/// The shortest and the longest life of an authorization code in seconds.
const LIFE: std::ops::RangeInclusive<u32> = 30..=600;

/// The most requests a second that a limit can be.
const FASTEST: u32 = 100_000;

/// Reads the table.
///
/// # Errors
/// When a value cannot be used, or a key is unknown.
pub(super) fn read(mut section: Section<'_>) -> Result<HostedSettings, ConfigError> {
    let mut settings = HostedSettings {
        default_domain: section.text(&keys::hosted::DEFAULT_DOMAIN)?,
        ..HostedSettings::default()
    };
    if let Some(suffixes) = section.texts(&keys::hosted::DOMAIN_SUFFIXES)? {
        if !suffixes.iter().all(|suffix| is_host(suffix)) {
            let problem = "must be a list of names of hosts in small letters, such as \"id.example.com\"";
            return Err(section.error(&keys::hosted::DOMAIN_SUFFIXES, problem));
        }
        settings.domain_suffixes = suffixes;
    }
    let bases = section.section(&keys::hosted::BASES)?;
    let complaints = bases.nameless();
    for (domain, base) in bases.variables()? {
        let base = issuer(&base).ok_or_else(|| {
            complaints.error(&domain, "must be an http or https URL without a slash at its end")
        })?;
        settings.bases.insert(domain, base);
    }
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

/// How often pages are asked for and forms are sent.
fn limits(section: &mut Section<'_>) -> Result<PageLimits, ConfigError> {
    let mut limits = PageLimits::default();
    let counts = [
        (&keys::hosted::PAGES_PER_SECOND, &mut limits.pages),
        (&keys::hosted::FORMS_PER_SECOND, &mut limits.forms),
        (&keys::hosted::POOL_FORMS_PER_SECOND, &mut limits.forms_of_pool),
    ];
    for (key, limit) in counts {
        if let Some(count) = section.count(key)? {
            let count = u32::try_from(count).ok().filter(|count| *count <= FASTEST);
            *limit = count.ok_or_else(|| section.error(key, "must be from 0, for no limit, to 100000"))?;
        }
    }
    Ok(limits)
}

fn is_host(text: &str) -> bool {
    let is_legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    !text.starts_with('.') && !text.ends_with('.') && text.bytes().all(is_legal)
}
