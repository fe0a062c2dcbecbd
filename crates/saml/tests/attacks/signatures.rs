//! Signatures that are none, of something else, by somebody else, or of a form that the profile does not have.

use poolhouse_saml::testing::{Idp, Said, expected, posted};
use poolhouse_saml::{Fault, accept};

use crate::{fault, parts, without_signature};

#[test]
fn an_unsigned_assertion_is_nobodys() {
    let said = Said::default();
    assert_eq!(fault(&said.response()), Some(Fault::Unsigned));
    let [before, signed, after] = parts();
    let (signature, rest) = without_signature(&signed);
    assert_eq!(fault(&format!("{before}{rest}{after}")), Some(Fault::Unsigned));
    // A signature that lies about covers nothing.
    assert_eq!(
        fault(&format!(
            "{before}{rest}<samlp:Extensions>{signature}</samlp:Extensions>{after}"
        )),
        Some(Fault::Signature)
    );
}

#[test]
fn what_was_changed_after_signing_is_refused() {
    let signed = Said::default().signed();
    for (from, to) in [
        (">alice<", ">admin<"),
        ("alice@example.com", "admin@example.com"),
        ("SessionIndex=\"_session\"", "SessionIndex=\"_other\""),
        (
            "</saml:AttributeStatement>",
            "<saml:Attribute Name=\"admin\"/></saml:AttributeStatement>",
        ),
    ] {
        let changed = signed.replacen(from, to, 1);
        assert_ne!(changed, signed);
        assert_eq!(fault(&changed), Some(Fault::Signature), "{from}");
    }
    // The digest fits what was changed, but not the signature of it.
    let other = Said {
        name_id: "admin".to_owned(),
        ..Said::default()
    };
    let digest = |document: &str| {
        let (_, rest) = document.split_once("<ds:DigestValue>").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let theirs = Idp::other().sign(&other.response(), "_assertion");
    let changed = signed
        .replace(">alice<", ">admin<")
        .replace(&digest(&signed), &digest(&theirs));
    assert_eq!(fault(&changed), Some(Fault::Signature));
}

#[test]
fn a_comment_in_a_signature_makes_it_none() {
    for part in ["<ds:DigestValue>", "<ds:SignatureValue>", "<ds:SignedInfo>"] {
        let document = Said::default()
            .signed()
            .replacen(part, &format!("{part}<!-- x -->"), 1);
        assert_eq!(fault(&document), Some(Fault::Signature), "{part}");
    }
}

#[test]
fn a_key_that_comes_with_the_response_is_not_believed() {
    let thief = Idp::other();
    let response = Said::default().response();
    let info = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
        thief.certificate()
    );
    for document in [
        thief.sign(&response, "_assertion"),
        thief.sign_as(&response, "_assertion", &info),
    ] {
        assert_eq!(fault(&document), Some(Fault::Signature));
    }
    // Both are asked for: a right one does not make up for a wrong one.
    let both = thief.sign(&Said::default().signed(), "_response");
    assert_eq!(fault(&both), Some(Fault::Signature));
}

#[test]
fn an_expired_certificate_signs_nothing() {
    let document = posted(&Said::default().signed());
    for times in [
        ["20250101000000", "20261129235959"],
        ["20261130000001", "20360101000000"],
    ] {
        let keys = [Idp::new().counting(times).key()];
        assert_eq!(
            accept(&document, &expected(&keys)).err(),
            Some(Fault::CertificateExpired)
        );
    }
    assert_eq!(
        accept(&document, &expected(&[])).err(),
        Some(Fault::CertificateExpired)
    );
}

/// The response signed over another `SignedInfo`: by the right key, which a careless identity provider could do.
fn signed_over(from: &str, to: &str) -> String {
    let response = Said::default().response();
    let signed = Idp::new().sign(&response, "_assertion");
    let begin = signed.find("<ds:SignedInfo>").unwrap();
    let end = "</ds:SignedInfo>";
    let until = signed.find(end).unwrap() + end.len();
    let info = signed[begin..until].replacen(from, to, 1);
    assert_ne!(info, signed[begin..until], "{from}");
    Idp::new().sign_with(&response, "_assertion", &info, "")
}

#[test]
fn only_the_algorithms_and_the_form_of_the_profile_count() {
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let enveloped =
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
    let second = format!("<ds:Transform Algorithm=\"{exclusive}\"></ds:Transform>");
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"></ds:Transform>";
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"></ds:Transform>";
    for (from, to, fault_of) in [
        ("http://www.w3.org/2001/04/xmlenc#sha256", sha1, Fault::Algorithm),
        (
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#rsa-sha1",
            Fault::Algorithm,
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Fault::Algorithm,
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            Fault::Algorithm,
        ),
        (
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#hmac-sha256",
            Fault::Algorithm,
        ),
        (
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#rsa-sha512",
            Fault::Signature,
        ),
        (
            "xmldsig-more#rsa-sha256",
            "xmldsig-more#ecdsa-sha256",
            Fault::Signature,
        ),
        (
            "Method Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
            "Method Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"",
            Fault::Algorithm,
        ),
        ("URI=\"#_assertion\"", "URI=\"\"", Fault::Signature),
        ("URI=\"#_assertion\"", "URI=\"#_response\"", Fault::Signature),
        ("URI=\"#_assertion\"", "URI=\"#xpointer(/)\"", Fault::Signature),
        (
            "URI=\"#_assertion\"",
            "URI=\"file:///etc/passwd\"",
            Fault::Signature,
        ),
        (" URI=\"#_assertion\"", "", Fault::Signature),
        (enveloped, "", Fault::Signature),
        (second.as_str(), "", Fault::Signature),
        (second.as_str(), xpath, Fault::Algorithm),
        (second.as_str(), xslt, Fault::Algorithm),
        (enveloped, xpath, Fault::Signature),
        (
            "</ds:Transforms>",
            &format!("{xpath}</ds:Transforms>"),
            Fault::Signature,
        ),
        (
            "</ds:Reference>",
            "</ds:Reference><ds:Reference URI=\"#_response\"></ds:Reference>",
            Fault::Shape("Reference"),
        ),
        (
            "<ds:DigestValue>",
            "<ds:DigestValue></ds:DigestValue><ds:DigestValue>",
            Fault::Shape("DigestValue"),
        ),
    ] {
        assert_eq!(fault(&signed_over(from, to)), Some(fault_of), "{from} {to}");
    }
}
