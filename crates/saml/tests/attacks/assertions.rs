//! Assertions that are signed, and say what they must not.

use poolhouse_saml::testing::{ACS, Idp, NOW, REQUEST, Said, expected, posted};
use poolhouse_saml::{Fault, accept};

use crate::fault;

#[test]
fn a_comment_in_a_name_does_not_shorten_it() {
    let said = Said {
        name_id: "admin@example.com.evil.example".to_owned(),
        ..Said::default()
    };
    // Comments are not signed: anybody may put one anywhere.
    let document = said
        .signed()
        .replacen("admin@example.com", "admin@example.com<!-- -->", 1);
    let read = accept(&posted(&document), &expected(&[Idp::new().key()])).unwrap();
    assert_eq!(read.name_id, "admin@example.com.evil.example");
    for inside in [
        "admin<?x y?>.evil.example",
        "admin<b/>",
        "<b>admin</b>",
        "",
        " admin",
        "admin\n",
    ] {
        let said = Said {
            name_id: inside.to_owned(),
            ..Said::default()
        };
        assert_eq!(fault(&said.signed()), Some(Fault::NameId), "{inside}");
    }
}

/// What becomes of a signed response in which this is changed.
fn changed(change: impl FnOnce(&mut Said)) -> Option<Fault> {
    let mut said = Said::default();
    change(&mut said);
    fault(&said.signed())
}

#[test]
fn an_assertion_for_others_is_refused() {
    let other = || "https://other.example".to_owned();
    for pool in ["us-east-1_b", "us-east-1_A", "us-east-1_a ", ""] {
        let refused = changed(|said| said.audience = format!("urn:amazon:cognito:sp:{pool}x"));
        assert_eq!(refused, Some(Fault::Audience));
    }
    assert_eq!(changed(|said| said.recipient = other()), Some(Fault::Recipient));
    assert_eq!(changed(|said| said.recipient.push('/')), Some(Fault::Recipient));
    assert_eq!(
        changed(|said| said.destination = other()),
        Some(Fault::Destination)
    );
    assert_eq!(changed(|said| said.issuer = other()), Some(Fault::Issuer));
    let failed = changed(|said| said.status = "Responder".to_owned());
    assert_eq!(failed, Some(Fault::NotSuccess));
    // Of several restrictions all hold, and one that nobody knows might.
    let second = "<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>";
    let restricted = changed(|said| said.conditions = second.to_owned());
    assert_eq!(restricted, Some(Fault::Audience));
    let unknown = changed(|said| said.conditions = "<saml:Condition/>".to_owned());
    assert_eq!(unknown, Some(Fault::Condition));
}

#[test]
fn an_assertion_in_answer_to_something_else_is_refused() {
    let another = changed(|said| said.in_response_to = Some("_another".to_owned()));
    assert_eq!(another, Some(Fault::InResponseTo));
    let nothing = changed(|said| said.in_response_to = None);
    assert_eq!(nothing, Some(Fault::InResponseTo));
    // The response says what was asked; the assertion in it was made for somebody else's request, or for none.
    for answered in [Some("_another".to_owned()), None] {
        let inner = Said {
            in_response_to: answered,
            ..Said::default()
        };
        let mixed = Said::default().around(&inner.assertion());
        let mixed = Idp::new().sign(&mixed, "_assertion");
        assert_eq!(fault(&mixed), Some(Fault::InResponseTo));
    }
}

#[test]
fn an_assertion_of_another_time_is_refused_by_a_clock_that_may_be_a_minute_off() {
    for (until, refused) in [
        (59, None),
        (60, Some(Fault::Expired)),
        (3600, Some(Fault::Expired)),
    ] {
        assert_eq!(
            changed(|said| said.until = NOW - until * 1000),
            refused,
            "{until}"
        );
    }
    for (from, refused) in [(60, None), (61, Some(Fault::NotYet)), (3600, Some(Fault::NotYet))] {
        assert_eq!(changed(|said| said.from = NOW + from * 1000), refused, "{from}");
        assert_eq!(changed(|said| said.issued = NOW + from * 1000), refused, "{from}");
    }
}

#[test]
fn an_assertion_that_says_too_little_is_refused() {
    let response = Said::default().response();
    let cut = |from: &str, until: &str| {
        let at = response.find(from).unwrap();
        let end = at + response[at..].find(until).unwrap() + until.len();
        let less = format!("{}{}", &response[..at], &response[end..]);
        fault(&Idp::new().sign(&less, "_assertion"))
    };
    for (from, until, fault_of) in [
        (
            "<saml:Conditions",
            "</saml:Conditions>",
            Fault::Shape("Conditions"),
        ),
        (
            "<saml:AudienceRestriction>",
            "</saml:AudienceRestriction>",
            Fault::Audience,
        ),
        ("<saml:Subject>", "</saml:Subject>", Fault::Shape("Subject")),
        ("<saml:NameID>", "</saml:NameID>", Fault::NameId),
        (
            "<saml:SubjectConfirmation ",
            "</saml:SubjectConfirmation>",
            Fault::Shape("SubjectConfirmation"),
        ),
        (
            "<saml:SubjectConfirmationData",
            "/>",
            Fault::Shape("SubjectConfirmationData"),
        ),
        (
            "<saml:AuthnStatement",
            "</saml:AuthnStatement>",
            Fault::Shape("AuthnStatement"),
        ),
    ] {
        assert_eq!(cut(from, until), Some(fault_of), "{from}");
    }
    for (from, to, fault_of) in [
        (format!(" Recipient=\"{ACS}\""), "", Fault::Recipient),
        (
            format!(" InResponseTo=\"{REQUEST}\"/>"),
            "/>",
            Fault::InResponseTo,
        ),
        (
            "cm:bearer".to_owned(),
            "cm:sender-vouches",
            Fault::Shape("SubjectConfirmation"),
        ),
        (
            "Version=\"2.0\" IssueInstant=\"2026-11-29T23:59:59Z\"><saml:Issuer>".to_owned(),
            "Version=\"1.1\" IssueInstant=\"2026-11-29T23:59:59Z\"><saml:Issuer>",
            Fault::Shape("Version"),
        ),
    ] {
        let less = response.replacen(&from, to, 1);
        assert_ne!(less, response, "{from}");
        assert_eq!(
            fault(&Idp::new().sign(&less, "_assertion")),
            Some(fault_of),
            "{from}"
        );
    }
}
