//! Which pool a request of hosted login is for: by its host, by a path that names the domain, or because there is but one.
//!
//! Where answers point to follows from the domain and the settings alone, never from what the request says of its host.

use std::sync::Arc;

use poolhouse_crypto::sha256;
use poolhouse_text::hex;

use crate::auth::issuer;
use crate::base::error::ApiError;
use crate::base::hosted::HostedSettings;
use crate::base::settings::Settings;
use crate::records::{DomainRecord, PoolRecord, Stored};
use crate::request::{Ctx, hosted};

/// What stands between a prefix and the suffixes of this server.
const AUTH: &str = ".auth.";
/// Characters of the longest name of a host.
const LONGEST_HOST: usize = 253;
/// The folder of paths that name their domain.
const BY_PATH: &str = "/d/";

/// A pool's hosted login, at the domain that a request came to.
#[derive(Clone, Debug)]
pub struct Site {
    /// The pool.
    pub pool: Stored<Arc<PoolRecord>>,
    /// The domain: a prefix, or the name of a custom one.
    pub domain: String,
    /// Where it is reached, without a slash at the end.
    pub base: String,
    /// 1 for the classic pages, 2 for managed login.
    pub managed_login_version: i64,
    /// What names of cookies end with, where pools may share the host.
    pub cookie_suffix: Option<String>,
    /// The issuer, where answers of the authorization endpoint are to say it (RFC 9207).
    pub iss: Option<String>,
}

/// Finds the site that a request is for, and the path within it. `None`: it is for none.
///
/// # Errors
/// When the store fails.
pub async fn find(ctx: &Ctx, host: Option<&str>, path: &str) -> Result<Option<(Site, String)>, ApiError> {
    let settings = &ctx.app.settings;
    let host = host.and_then(plain);
    if let Some(domain) = by_host(ctx, host.as_deref()).await? {
        return Ok(site(ctx, domain, false)
            .await?
            .map(|site| (site, path.to_owned())));
    }
    if let Some(rest) = path.strip_prefix(BY_PATH) {
        let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let domain = match may_be_domain(name) {
            true => hosted::domain(ctx, name).await?,
            false => None,
        };
        let Some(domain) = domain else { return Ok(None) };
        return Ok(site(ctx, domain.value, true)
            .await?
            .map(|site| (site, rest.to_owned())));
    }
    // A name that speaks of a domain speaks of no other.
    if host.as_deref().and_then(|host| prefix(settings, host)).is_some() {
        return Ok(None);
    }
    let domain = match &settings.hosted.default_domain {
        Some(name) => hosted::domain(ctx, name).await?,
        None => {
            let mut domains = hosted::all_domains(ctx).await?;
            domains.pop().filter(|_| domains.is_empty())
        }
    };
    let Some(domain) = domain else { return Ok(None) };
    Ok(site(ctx, domain.value, true)
        .await?
        .map(|site| (site, path.to_owned())))
}

/// The domain that the name of a host stands for.
async fn by_host(ctx: &Ctx, host: Option<&str>) -> Result<Option<DomainRecord>, ApiError> {
    let Some(host) = host else { return Ok(None) };
    if let Some(prefix) = prefix(&ctx.app.settings, host) {
        let found = hosted::domain(ctx, prefix).await?;
        return Ok(found
            .map(|found| found.value)
            .filter(|domain| domain.custom.is_none()));
    }
    // Machines and addresses are no custom domains; most requests come to one of them.
    if !host.contains('.') || host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Ok(None);
    }
    let found = hosted::domain(ctx, host).await?;
    Ok(found
        .map(|found| found.value)
        .filter(|domain| domain.custom.is_some()))
}

/// The prefix in the name of a host that ends with one of this server's suffixes.
fn prefix<'a>(settings: &Settings, host: &'a str) -> Option<&'a str> {
    let (prefix, suffix) = host.split_once(AUTH)?;
    let is_ours = suffix == "localhost"
        || suffix.strip_suffix(".amazoncognito.com") == Some(settings.region.as_str())
        || settings.hosted.domain_suffixes.iter().any(|held| held == suffix);
    (is_ours && !prefix.is_empty() && !prefix.contains('.')).then_some(prefix)
}

/// The name of a host as it is compared: without port and last dot, in small letters. `None` for what is none.
fn plain(host: &str) -> Option<String> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    may_be_domain(name).then(|| name.to_ascii_lowercase())
}

fn may_be_domain(name: &str) -> bool {
    let is_legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    !name.is_empty() && name.len() <= LONGEST_HOST && name.bytes().all(is_legal)
}

async fn site(ctx: &Ctx, domain: DomainRecord, is_shared: bool) -> Result<Option<Site>, ApiError> {
    let pool = match ctx.pool(&domain.pool_id).await {
        Ok(pool) => pool,
        Err(error) if error.status() < 500 => return Ok(None),
        Err(error) => return Err(error),
    };
    let base = base(&ctx.app.settings, &domain);
    let digest = hex::encode(&sha256(&[domain.pool_id.as_bytes()]));
    Ok(Some(Site {
        pool,
        base,
        iss: ctx
            .app
            .settings
            .hosted
            .iss_in_response
            .then(|| issuer::issuer(ctx, &domain.pool_id)),
        cookie_suffix: is_shared.then(|| digest.chars().take(8).collect()),
        managed_login_version: domain.managed_login_version,
        domain: domain.domain,
    }))
}

/// Where a domain is reached, without a slash at the end.
pub fn base(settings: &Settings, domain: &DomainRecord) -> String {
    let HostedSettings {
        bases,
        domain_suffixes,
        ..
    } = &settings.hosted;
    let name = &domain.domain;
    if let Some(base) = bases.get(name) {
        return base.clone();
    }
    if domain.custom.is_some() {
        return format!("https://{name}");
    }
    let secure = settings.issuer.strip_prefix("https://");
    if let (Some(issuer), Some(suffix)) = (secure, domain_suffixes.first()) {
        let authority = issuer.split('/').next().unwrap_or_default();
        let port = authority
            .rsplit_once(':')
            .filter(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(String::new(), |(_, port)| format!(":{port}"));
        return format!("https://{name}{AUTH}{suffix}{port}");
    }
    format!("{}{BY_PATH}{name}", settings.issuer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Millis;

    fn domain(name: &str, is_custom: bool) -> DomainRecord {
        let custom = crate::records::domain::CustomDomain {
            certificate_arn: "arn".to_owned(),
            security_policy: None,
        };
        DomainRecord {
            domain: name.to_owned(),
            pool_id: "us-east-1_a".to_owned(),
            custom: is_custom.then_some(custom),
            managed_login_version: 1,
            version: "20261128231500".to_owned(),
            cloud_front: "d.cloudfront.net".to_owned(),
            created: Millis(0),
        }
    }

    #[test]
    fn a_host_names_a_prefix_only_before_a_suffix_of_this_server() {
        let mut settings = Settings::default();
        settings.hosted.domain_suffixes = vec!["id.example".to_owned()];
        for (host, expected) in [
            ("acme.auth.localhost", Some("acme")),
            ("acme.auth.us-east-1.amazoncognito.com", Some("acme")),
            ("acme.auth.id.example", Some("acme")),
            ("acme.auth.eu-west-1.amazoncognito.com", None),
            ("acme.auth.evil.example", None),
            ("acme.auth.localhost.evil.example", None),
            ("a.b.auth.localhost", None),
            (".auth.localhost", None),
            ("localhost", None),
        ] {
            assert_eq!(prefix(&settings, host), expected, "{host}");
        }
    }

    #[test]
    fn a_host_is_compared_without_port_case_and_last_dot() {
        for (host, expected) in [
            ("ACME.auth.localhost:9443", Some("acme.auth.localhost")),
            ("id.example.", Some("id.example")),
            ("id.example.:443", Some("id.example")),
            ("id.example@evil.example", None),
            ("id.example/x", None),
            ("[::1]:9229", None),
            ("id.example\0", None),
            (":443", None),
            ("", None),
        ] {
            assert_eq!(plain(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn where_a_domain_is_reached_follows_from_the_settings() {
        let mut settings = Settings::default();
        let of = |settings: &Settings, name, is_custom| base(settings, &domain(name, is_custom));
        assert_eq!(of(&settings, "acme", false), "http://127.0.0.1:9229/d/acme");
        assert_eq!(
            of(&settings, "login.acme.example", true),
            "https://login.acme.example"
        );
        settings.issuer = "https://id.example:9443".to_owned();
        assert_eq!(of(&settings, "acme", false), "https://id.example:9443/d/acme");
        settings.hosted.domain_suffixes = vec!["id.example".to_owned()];
        assert_eq!(of(&settings, "acme", false), "https://acme.auth.id.example:9443");
        let named = ("acme".to_owned(), "https://login.example".to_owned());
        settings.hosted.bases.extend([named]);
        assert_eq!(of(&settings, "acme", false), "https://login.example");
    }
}
