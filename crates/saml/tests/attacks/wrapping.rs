//! Elements that are not signed in the place of one that is: the eight ways that have names, and their like.

use poolhouse_saml::Fault;
use poolhouse_saml::testing::{Idp, Said};

use crate::{evil, evil_with, fault, parts, without_signature};

const TWO: Option<Fault> = Some(Fault::Shape("Assertion"));

#[test]
fn signature_wrapping_1_the_signed_response_in_the_signature_of_another() {
    let signed = Idp::new().sign(&Said::default().response(), "_response");
    let (signature, original) = without_signature(&signed);
    let wrapping = signature.replace("</ds:Signature>", &format!("{original}</ds:Signature>"));
    let head = Said {
        response_id: "_evil_response".to_owned(),
        ..Said::default()
    };
    let document = head
        .around(&evil())
        .replacen("</saml:Issuer>", &format!("</saml:Issuer>{wrapping}"), 1);
    assert_eq!(fault(&document), TWO);
}

#[test]
fn signature_wrapping_2_the_signed_response_beside_the_signature() {
    let signed = Idp::new().sign(&Said::default().response(), "_response");
    let (signature, original) = without_signature(&signed);
    let head = Said {
        response_id: "_evil_response".to_owned(),
        ..Said::default()
    };
    let beside = format!("</saml:Issuer>{signature}{original}");
    let document = head.around(&evil()).replacen("</saml:Issuer>", &beside, 1);
    assert_eq!(fault(&document), TWO);
}

#[test]
fn signature_wrapping_3_another_assertion_before_the_signed_one() {
    let [before, signed, after] = parts();
    assert_eq!(fault(&format!("{before}{}{signed}{after}", evil())), TWO);
    assert_eq!(fault(&format!("{before}{signed}{}{after}", evil())), TWO);
}

#[test]
fn signature_wrapping_4_the_signed_assertion_in_another_one() {
    let [before, signed, after] = parts();
    assert_eq!(fault(&format!("{before}{}{after}", evil_with(&signed))), TWO);
}

#[test]
fn signature_wrapping_5_the_signature_in_another_assertion() {
    let [before, signed, after] = parts();
    let (signature, original) = without_signature(&signed);
    let document = format!("{before}{}{original}{after}", evil_with(&signature));
    assert_eq!(fault(&document), TWO);
    // Alone, it is of another element.
    let document = format!("{before}{}{after}", evil_with(&signature));
    assert_eq!(fault(&document), Some(Fault::Signature));
}

#[test]
fn signature_wrapping_6_the_signed_assertion_in_the_signature_of_another_one() {
    let [before, signed, after] = parts();
    let (signature, original) = without_signature(&signed);
    let wrapping = signature.replace("</ds:Signature>", &format!("{original}</ds:Signature>"));
    assert_eq!(fault(&format!("{before}{}{after}", evil_with(&wrapping))), TWO);
}

#[test]
fn signature_wrapping_7_another_assertion_in_an_extension() {
    let [before, signed, after] = parts();
    let extensions = format!("<samlp:Extensions>{}</samlp:Extensions>", evil());
    assert_eq!(fault(&format!("{before}{extensions}{signed}{after}")), TWO);
    let extensions = format!("<samlp:Extensions>{signed}</samlp:Extensions>");
    assert_eq!(fault(&format!("{before}{extensions}{}{after}", evil())), TWO);
    assert_eq!(fault(&format!("{before}{extensions}{after}")), TWO);
}

#[test]
fn signature_wrapping_8_the_signed_assertion_in_an_object_of_the_signature() {
    let [before, signed, after] = parts();
    let (signature, original) = without_signature(&signed);
    let object = format!("<ds:Object>{original}</ds:Object></ds:Signature>");
    let wrapping = signature.replace("</ds:Signature>", &object);
    assert_eq!(fault(&format!("{before}{}{after}", evil_with(&wrapping))), TWO);
    // Whatever is in it, a signature with an object is none of SAML's.
    let harmless = signature.replace("</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>");
    let document = format!("{before}{}{after}", signed.replace(&signature, &harmless));
    assert_eq!(fault(&document), Some(Fault::Signature));
}

#[test]
fn two_elements_of_one_id_are_no_document() {
    let [before, signed, after] = parts();
    let twin = evil().replace("_evil", "_assertion");
    assert_eq!(fault(&format!("{before}{twin}{signed}{after}")), Some(Fault::Xml));
    let status = before.replace("<samlp:Status>", "<samlp:Status Id=\"_assertion\">");
    assert_eq!(fault(&format!("{status}{signed}{after}")), Some(Fault::Xml));
}
