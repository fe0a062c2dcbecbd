//! What an identity provider says of itself.

use crate::assertion::text;
use crate::fault::Fault;
use crate::keys::Key;
use crate::moment;
use crate::names::{METADATA, PROTOCOL, REDIRECT, SIGNATURE};
use crate::xml::{self, Node};

/// Bytes of the longest metadata.
pub const LONGEST: usize = 1024 * 1024;
/// Characters of the longest entity id, which SAML has, and of the longest address.
const LONGEST_ENTITY: usize = 1024;
const LONGEST_URL: usize = 2048;
/// The most certificates that are read.
const MOST: usize = 16;

/// An identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Its name.
    pub entity_id: String,
    /// Where a browser is sent to sign in, by the redirect binding.
    pub sign_in: String,
    /// Where a browser is sent to sign out, by the same.
    pub sign_out: Option<String>,
    /// Where what answers a sign-out request of its own is to go, by the same, if that is another place.
    pub sign_out_response: Option<String>,
    /// Keys that sign. A certificate that is not readable is left out, as long as another one is.
    pub keys: Vec<Key>,
    /// When it stops counting, in milliseconds since 1970.
    pub until: Option<i64>,
}

impl Metadata {
    /// Reads metadata: of one entity, or of several of which one is an identity provider.
    ///
    /// # Errors
    /// [`Fault`]: it cannot be used.
    pub fn read(document: &str) -> Result<Metadata, Fault> {
        let document = xml::parse(document.trim_start_matches('\u{feff}'), LONGEST)?;
        let entities = match xml::root(&document, METADATA, "EntitiesDescriptor") {
            Ok(group) => group.below().filter(|node| is_entity(*node)).collect(),
            Err(_) => vec![xml::root(&document, METADATA, "EntityDescriptor")?],
        };
        let mut providers = entities.into_iter().filter_map(|entity| {
            let mut roles = entity.named(METADATA, "IDPSSODescriptor");
            roles.find(speaks_saml_2).map(|role| (entity, role))
        });
        match (providers.next(), providers.next()) {
            (Some((entity, role)), None) => of(entity, role),
            _ => Err(Fault::Shape("IDPSSODescriptor")),
        }
    }

    /// Whether it counts at a moment, and one of its certificates does.
    ///
    /// # Errors
    /// [`Fault::Expired`], [`Fault::CertificateExpired`].
    pub fn check(&self, now: i64) -> Result<(), Fault> {
        if self.until.is_some_and(|until| until <= now) {
            return Err(Fault::Expired);
        }
        match self.keys.iter().any(|key| key.counts_at(now)) {
            true => Ok(()),
            false => Err(Fault::CertificateExpired),
        }
    }
}

fn is_entity(node: Node<'_, '_>) -> bool {
    node.is(METADATA, "EntityDescriptor")
}

fn speaks_saml_2(role: &Node<'_, '_>) -> bool {
    let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
    protocols.split_ascii_whitespace().any(|named| named == PROTOCOL)
}

fn of(entity: Node<'_, '_>, role: Node<'_, '_>) -> Result<Metadata, Fault> {
    let entity_id = entity.attribute("entityID").unwrap_or_default();
    if entity_id.is_empty() || entity_id.chars().count() > LONGEST_ENTITY {
        return Err(Fault::Shape("entityID"));
    }
    let sign_in = role.named(METADATA, "SingleSignOnService").find(is_redirect);
    let sign_in = sign_in.ok_or(Fault::Shape("SingleSignOnService"))?;
    let sign_out = role.named(METADATA, "SingleLogoutService").find(is_redirect);
    let mut until = None;
    for node in [entity, role] {
        if let Some(text) = node.attribute("validUntil") {
            let moment = moment::read(text).ok_or(Fault::Shape("validUntil"))?;
            until = Some(until.map_or(moment, |other: i64| other.min(moment)));
        }
    }
    Ok(Metadata {
        entity_id: entity_id.to_owned(),
        sign_in: url(sign_in.attribute("Location"))?,
        sign_out: match sign_out {
            Some(service) => Some(url(service.attribute("Location"))?),
            None => None,
        },
        sign_out_response: match sign_out.and_then(|service| service.attribute("ResponseLocation")) {
            Some(location) => Some(url(Some(location))?),
            None => None,
        },
        keys: keys(role)?,
        until,
    })
}

fn is_redirect(service: &Node<'_, '_>) -> bool {
    service.attribute("Binding") == Some(REDIRECT)
}

/// An address that a browser may be sent to: HTTPS, or this very machine.
fn url(location: Option<&str>) -> Result<String, Fault> {
    let location = location.unwrap_or_default();
    let is_clean = location.len() <= LONGEST_URL
        && location.bytes().all(|byte| byte.is_ascii_graphic())
        && !location.contains(['\\', '#', '"', '<', '>']);
    let secure = location.strip_prefix("https://");
    let here = location.strip_prefix("http://").filter(|rest| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    });
    let has_host = |rest: &str| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@')
    };
    match secure.or(here) {
        Some(rest) if is_clean && has_host(rest) => Ok(location.to_owned()),
        _ => Err(Fault::Url),
    }
}

fn keys(role: Node<'_, '_>) -> Result<Vec<Key>, Fault> {
    let described = role.named(METADATA, "KeyDescriptor");
    let signing = described.filter(|node| node.attribute("use").is_none_or(|r#use| r#use == "signing"));
    let certificates = signing
        .flat_map(|node| node.named(SIGNATURE, "KeyInfo"))
        .flat_map(|node| node.named(SIGNATURE, "X509Data"))
        .flat_map(|node| node.named(SIGNATURE, "X509Certificate"));
    let mut keys = Vec::new();
    for certificate in certificates.take(MOST) {
        keys.extend(Key::from_certificate(&text(certificate)?).ok());
    }
    match keys.is_empty() {
        true => Err(Fault::Certificate),
        false => Ok(keys),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Idp;

    fn read(change: impl Fn(String) -> String) -> Result<Metadata, Fault> {
        Metadata::read(&change(Idp::new().metadata()))
    }

    #[test]
    fn metadata_says_where_the_provider_is_and_how_it_signs() {
        let read = read(|text| text).unwrap();
        assert_eq!(read.entity_id, "https://idp.example/metadata");
        assert_eq!(read.sign_in, "https://idp.example/sso");
        assert_eq!(read.sign_out.as_deref(), Some("https://idp.example/slo"));
        assert_eq!(read.sign_out_response, None);
        assert_eq!(read.keys, [Idp::new().key()]);
        assert_eq!(read.until, None);
        assert_eq!(read.check(crate::testing::NOW), Ok(()));
        assert_eq!(read.check(0), Err(Fault::CertificateExpired));
    }

    #[test]
    fn metadata_that_cannot_be_used_is_refused() {
        let of = |from: &'static str, to: &'static str| read(move |text| text.replace(from, to)).err();
        for (from, to, fault) in [
            (
                "entityID=\"https://idp.example/metadata\"",
                "",
                Fault::Shape("entityID"),
            ),
            (
                "IDPSSODescriptor",
                "SPSSODescriptor",
                Fault::Shape("IDPSSODescriptor"),
            ),
            (
                "SAML:2.0:protocol",
                "SAML:1.1:protocol",
                Fault::Shape("IDPSSODescriptor"),
            ),
            (
                "bindings:HTTP-Redirect",
                "bindings:SOAP",
                Fault::Shape("SingleSignOnService"),
            ),
            ("https://idp.example/sso", "http://idp.example/sso", Fault::Url),
            ("https://idp.example/sso", "javascript:alert(1)", Fault::Url),
            (
                "https://idp.example/sso",
                "https://user@idp.example/sso",
                Fault::Url,
            ),
            ("https://idp.example/sso", "https:///sso", Fault::Url),
            (
                "https://idp.example/sso",
                "http://localhost.evil.example/sso",
                Fault::Url,
            ),
            ("use=\"signing\"", "use=\"encryption\"", Fault::Certificate),
            ("X509Certificate>MII", "X509Certificate>AII", Fault::Certificate),
            (
                "<md:EntityDescriptor",
                "<!DOCTYPE a><md:EntityDescriptor",
                Fault::Xml,
            ),
            (
                "<md:EntityDescriptor ",
                "<md:EntityDescriptor validUntil='soon' ",
                Fault::Shape("validUntil"),
            ),
        ] {
            assert_eq!(of(from, to), Some(fault), "{from} {to}");
        }
        assert_eq!(Metadata::read(""), Err(Fault::Xml));
        assert_eq!(Metadata::read("<a/>"), Err(Fault::Shape("EntityDescriptor")));
        assert_eq!(Metadata::read(&"x".repeat(LONGEST + 1)), Err(Fault::TooLarge));
    }

    #[test]
    fn metadata_counts_until_it_says() {
        let until = |place: &'static str| {
            let dated = format!("{place} validUntil='2026-11-30T00:00:00Z' ");
            read(move |text| text.replace(place, &dated)).unwrap()
        };
        for place in ["<md:EntityDescriptor", "<md:IDPSSODescriptor"] {
            let read = until(place);
            assert_eq!(read.until, Some(1_795_996_800_000));
            assert_eq!(read.check(1_795_996_799_999), Ok(()));
            assert_eq!(read.check(1_795_996_800_000), Err(Fault::Expired));
        }
    }

    #[test]
    fn of_a_federation_the_one_identity_provider_is_taken() {
        let group = |inside: String| {
            format!("<md:EntitiesDescriptor xmlns:md='{METADATA}'>{inside}</md:EntitiesDescriptor>")
        };
        let other = Idp::new()
            .metadata()
            .replace("IDPSSO", "SPSSO")
            .replace("idp.example", "sp.example");
        let one = Metadata::read(&group(format!("{other}{}", Idp::new().metadata()))).unwrap();
        assert_eq!(one.entity_id, "https://idp.example/metadata");
        let two = Metadata::read(&group(Idp::new().metadata().repeat(2)));
        assert_eq!(two, Err(Fault::Shape("IDPSSODescriptor")));
    }
}
