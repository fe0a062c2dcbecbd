//! What answers a request to sign somebody out: right, and wrong.

use poolhouse_saml::testing::{ISSUER, Idp, NOW, REQUEST, SLO, SignedOut, posted};
use poolhouse_saml::{ExpectedLogout, Fault, accept_logout};

fn heard(document: &str) -> Result<(), Fault> {
    let keys = [Idp::new().key()];
    let expected = ExpectedLogout {
        issuer: ISSUER,
        destination: SLO,
        in_response_to: REQUEST,
        now: NOW,
        keys: &keys,
    };
    accept_logout(&posted(document), &expected)
}

fn signed(idp: &Idp, said: &SignedOut) -> String {
    idp.sign(&said.document(), SignedOut::ID)
}

#[test]
fn an_answer_is_heard_with_a_signature_and_without() {
    let said = SignedOut::default();
    assert_eq!(heard(&said.document()), Ok(()));
    assert_eq!(heard(&signed(&Idp::new(), &said)), Ok(()));
}

#[test]
fn an_answer_from_another_to_another_or_to_another_request_is_refused() {
    let right = SignedOut::default();
    let elsewhere = "https://evil.example".to_owned();
    for (said, fault) in [
        (
            SignedOut {
                issuer: elsewhere.clone(),
                ..right.clone()
            },
            Fault::Issuer,
        ),
        (
            SignedOut {
                destination: elsewhere,
                ..right.clone()
            },
            Fault::Destination,
        ),
        (
            SignedOut {
                in_response_to: "_another".to_owned(),
                ..right.clone()
            },
            Fault::InResponseTo,
        ),
        (
            SignedOut {
                status: "Responder".to_owned(),
                ..right.clone()
            },
            Fault::NotSuccess,
        ),
        (
            SignedOut {
                name: "Response".to_owned(),
                ..right.clone()
            },
            Fault::Shape("LogoutResponse"),
        ),
    ] {
        assert_eq!(heard(&said.document()), Err(fault));
        assert_eq!(heard(&signed(&Idp::new(), &said)), Err(fault));
    }
    let missing = |part: &str| right.document().replacen(part, "", 1);
    let destination = format!(" Destination=\"{SLO}\"");
    assert_eq!(heard(&missing(&destination)), Err(Fault::Destination));
    let answers = format!(" InResponseTo=\"{REQUEST}\"");
    assert_eq!(heard(&missing(&answers)), Err(Fault::InResponseTo));
    let issuer = format!("<saml:Issuer>{ISSUER}</saml:Issuer>");
    assert_eq!(heard(&missing(&issuer)), Err(Fault::Shape("Issuer")));
}

#[test]
fn a_signature_that_there_is_must_be_the_providers_and_of_the_answer() {
    let said = SignedOut::default();
    assert_eq!(heard(&signed(&Idp::other(), &said)), Err(Fault::Signature));
    let failed = SignedOut {
        status: "Responder".to_owned(),
        ..said.clone()
    };
    let changed = signed(&Idp::new(), &failed).replace(":Responder", ":Success");
    assert_eq!(heard(&changed), Err(Fault::Signature));
    // One that lies deeper covers something else.
    let whole = signed(&Idp::new(), &said);
    let from = whole.find("<ds:Signature ").unwrap();
    let until = whole.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let moved = format!("{}{}", &whole[..from], &whole[until..]);
    let moved = moved.replacen(
        "<samlp:Status>",
        &format!("<samlp:Status>{}", &whole[from..until]),
        1,
    );
    assert_eq!(heard(&moved), Err(Fault::Signature));
    let old = Idp::new().counting(["20200101000000", "20210101000000"]);
    let keys = [old.key()];
    let expected = ExpectedLogout {
        issuer: ISSUER,
        destination: SLO,
        in_response_to: REQUEST,
        now: NOW,
        keys: &keys,
    };
    let expired = accept_logout(&posted(&signed(&old, &said)), &expected);
    assert_eq!(expired, Err(Fault::CertificateExpired));
}

#[test]
fn nothing_is_read_that_is_too_long_or_has_a_document_type() {
    let right = SignedOut::default().document();
    let long = format!("{right}<!--{}-->", "x".repeat(100_000));
    assert_eq!(heard(&long), Err(Fault::TooLarge));
    let typed = format!("<!DOCTYPE a [<!ENTITY e \"x\">]>{right}");
    assert_eq!(heard(&typed), Err(Fault::Xml));
    let expected = heard("not XML at all");
    assert_eq!(expected, Err(Fault::Xml));
}
