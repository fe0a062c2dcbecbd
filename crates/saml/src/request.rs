//! What an identity provider is asked: by a browser that is sent there, with the question in the address (the redirect binding).

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use poolhouse_crypto::jwt::{KeyError, SigningKey};
use poolhouse_text::html::escape;
use poolhouse_text::percent;

use crate::moment;
use crate::names::{ASSERTION, POST, PROTOCOL, RSA_SHA256};

/// Who asks whom, and when.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The request's ID, which its answer repeats: a letter or an underscore, then random characters.
    pub id: &'a str,
    /// Milliseconds since 1970.
    pub now: i64,
    /// Where it is sent.
    pub destination: &'a str,
    /// Who asks, by our entity id.
    pub issuer: &'a str,
}

impl Head<'_> {
    fn attributes(&self) -> String {
        format!(
            "xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{}\" Version=\"2.0\" IssueInstant=\"{}\" \
             Destination=\"{}\"",
            escape(self.id),
            moment::write(self.now),
            escape(self.destination)
        )
    }

    fn issuer(&self) -> String {
        format!("<saml:Issuer>{}</saml:Issuer>", escape(self.issuer))
    }
}

/// Asks who somebody is. The answer is posted to `acs`. `is_forced`: they are to prove it anew.
pub fn authentication(head: Head<'_>, acs: &str, is_forced: bool) -> String {
    let forced = if is_forced { " ForceAuthn=\"true\"" } else { "" };
    format!(
        "<samlp:AuthnRequest {} ProtocolBinding=\"{POST}\" AssertionConsumerServiceURL=\"{}\"{forced}>{}</samlp:AuthnRequest>",
        head.attributes(),
        escape(acs),
        head.issuer()
    )
}

/// Says that somebody leaves: by the name, and the session, that the assertion had.
pub fn logout(
    head: Head<'_>,
    name_id: &str,
    attributes: &[(&str, &str)],
    session_index: Option<&str>,
) -> String {
    let attributes: String = attributes
        .iter()
        .map(|(name, value)| format!(" {name}=\"{}\"", escape(value)))
        .collect();
    let session = session_index
        .map(|index| format!("<samlp:SessionIndex>{}</samlp:SessionIndex>", escape(index)))
        .unwrap_or_default();
    format!(
        "<samlp:LogoutRequest {}>{}<saml:NameID{attributes}>{}</saml:NameID>{session}</samlp:LogoutRequest>",
        head.attributes(),
        head.issuer(),
        escape(name_id)
    )
}

/// The address to which a browser is sent with a request: signed, if there is a key, as the binding has it (SAML 2.0 Bindings, 3.4.4.1).
///
/// # Errors
/// [`KeyError`] if the signature cannot be made.
pub fn redirect(
    to: &str,
    request: &str,
    relay_state: &str,
    key: Option<&SigningKey>,
) -> Result<String, KeyError> {
    let mut query = format!(
        "SAMLRequest={}&RelayState={}",
        percent::encode(STANDARD.encode(deflated(request))),
        percent::encode(relay_state)
    );
    if let Some(key) = key {
        query = format!("{query}&SigAlg={}", percent::encode(RSA_SHA256));
        let signature = STANDARD.encode(key.sign_bytes(query.as_bytes())?);
        query = format!("{query}&Signature={}", percent::encode(signature));
    }
    let sign = if to.contains('?') { '&' } else { '?' };
    Ok(format!("{to}{sign}{query}"))
}

/// Compressed, without a head. Writing to memory does not fail.
fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes());
    written.and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use flate2::read::DeflateDecoder;
    use poolhouse_crypto::jwt::KeyBits;

    use super::*;

    const HEAD: Head<'_> = Head {
        id: "_1",
        now: 1_795_996_800_000,
        destination: "https://idp.example/sso?a=1&b=2",
        issuer: "urn:amazon:cognito:sp:us-east-1_a",
    };

    fn parameter(url: &str, name: &str) -> String {
        let query = url.split_once('?').unwrap().1;
        let pair = query
            .split('&')
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        percent::decode(pair.unwrap()).unwrap()
    }

    fn inflated(url: &str) -> String {
        let bytes = STANDARD.decode(parameter(url, "SAMLRequest")).unwrap();
        let mut text = String::new();
        DeflateDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_request_says_who_asks_and_where_the_answer_goes() {
        let request = authentication(HEAD, "https://login.example/saml2/idpresponse", false);
        assert_eq!(
            request,
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" \
             IssueInstant=\"2026-11-30T00:00:00Z\" Destination=\"https://idp.example/sso?a=1&amp;b=2\" \
             ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             AssertionConsumerServiceURL=\"https://login.example/saml2/idpresponse\">\
             <saml:Issuer>urn:amazon:cognito:sp:us-east-1_a</saml:Issuer></samlp:AuthnRequest>"
        );
        assert!(
            authentication(HEAD, "a", true)
                .contains("AssertionConsumerServiceURL=\"a\" ForceAuthn=\"true\">")
        );
        let url = redirect(HEAD.destination, &request, "state", None).unwrap();
        assert!(url.starts_with("https://idp.example/sso?a=1&b=2&SAMLRequest="));
        assert_eq!(inflated(&url), request);
        assert_eq!(parameter(&url, "RelayState"), "state");
        assert!(!url.contains("Sig"));
    }

    #[test]
    fn a_signed_request_is_signed_over_its_own_parameters() {
        let key = SigningKey::generate(KeyBits::Rsa2048).unwrap();
        let url = redirect("https://idp.example/sso", "<a/>", "a b", Some(&key)).unwrap();
        let (signed, _) = url.split_once('?').unwrap().1.rsplit_once("&Signature=").unwrap();
        assert!(signed.ends_with(
            "&RelayState=a%20b&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256"
        ));
        let signature = STANDARD.decode(parameter(&url, "Signature")).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key_der());
        assert!(public.verify(signed.as_bytes(), &signature).is_ok());
    }

    #[test]
    fn nobodys_name_ends_an_element() {
        let request = logout(HEAD, "<&>", &[("Format", "\"x\"")], Some("</>"));
        assert!(request.ends_with(
            "<saml:NameID Format=\"&quot;x&quot;\">&lt;&amp;&gt;</saml:NameID>\
             <samlp:SessionIndex>&lt;/&gt;</samlp:SessionIndex></samlp:LogoutRequest>"
        ));
    }
}
