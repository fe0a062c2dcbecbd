//! Requests that carry no signature that could be good, and what they are told.

use poolhouse_sigv4::{Credentials, Presented};

use crate::received::*;

#[test]
fn a_request_without_a_signature_is_told_so() {
    let expected = (
        "MissingAuthenticationTokenException",
        "Missing Authentication Token".to_owned(),
    );
    assert_eq!(
        said(Received::signed(&[]).without("authorization").verify()),
        expected
    );
    let mut empty = Received::signed(&[]);
    empty.header("authorization").clear();
    assert_eq!(said(empty.verify()), expected);
}

#[test]
fn a_signature_that_cannot_be_read_is_told_what_it_lacks() {
    let honest = || Received::signed(&[]);
    let replaced = |header: &str| {
        let mut received = honest();
        *received.header("authorization") = header.to_owned();
        received
    };
    let algorithm = "Unsupported AWS 'algorithm' in the Authorization header: it must be 'AWS4-HMAC-SHA256'.";
    let elements =
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.";
    let basic = "Date must be in ISO-8601 'basic format'.";
    let twice = "There is more than one 'X-Amz-Date' or 'Date' header.";
    let parameter = |name| format!("Authorization header requires '{name}' parameter.");
    let all = ["Credential", "Signature", "SignedHeaders"]
        .map(parameter)
        .join(" ");
    for (received, text) in [
        (replaced("Bearer abc.def.ghi"), algorithm),
        (replaced("AWS4-HMAC-SHA256"), algorithm),
        (replaced("AWS4-HMAC-SHA512 Credential=x"), algorithm),
        (replaced("AWS4-ECDSA-P256-SHA256 Credential=x"), algorithm),
        (replaced("AWS4-HMAC-SHA256 Credential=, SignedHeaders="), &all),
        (
            honest().authorized("Signature", "Signatur"),
            "Authorization header has a parameter it should not have.",
        ),
        (
            honest().authorized("Credential=", "SignedHeaders=a, Credential="),
            "Authorization header has a parameter twice.",
        ),
        (
            honest().authorized("=", "~"),
            "Invalid key=value pair (missing equal-sign) in Authorization header.",
        ),
        (honest().authorized("/us-east-1", ""), elements),
        (honest().authorized("/us-east-1", "/"), elements),
        (honest().authorized("AKIDEXAMPLE", ""), elements),
        (honest().authorized("aws4_request", "aws4_request/more"), elements),
        (
            honest().and("Authorization", "AWS4-HMAC-SHA256 Credential=x"),
            "There is more than one Authorization header.",
        ),
        (
            honest().without("x-amz-date"),
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        ),
        (honest().and("x-amz-date", DATE), twice),
        (
            honest()
                .without("x-amz-date")
                .and("X-Amz-Date", "2026-01-02T03:04:05Z"),
            basic,
        ),
        (
            honest()
                .without("x-amz-date")
                .and("X-Amz-Date", "20260230T030405Z"),
            basic,
        ),
        (
            honest()
                .without("x-amz-date")
                .and("X-Amz-Date", "20260102T030460Z"),
            basic,
        ),
        (
            honest()
                .without("x-amz-date")
                .and("X-Amz-Date", "+0260102T030405Z"),
            basic,
        ),
        (honest().without("x-amz-date").and("X-Amz-Date", ""), basic),
        (honest().without("x-amz-date").and("Date", "yesterday"), basic),
    ] {
        assert_eq!(
            said(received.verify()),
            ("IncompleteSignatureException", text.to_owned())
        );
    }
}

#[test]
fn a_missing_parameter_is_named() {
    let honest = Received::signed(&[]);
    let header = honest.headers.last().unwrap().1.clone();
    let (scheme, parameters) = header.split_once(' ').unwrap();
    for missing in ["Credential", "Signature", "SignedHeaders"] {
        let rest: Vec<&str> = parameters
            .split(", ")
            .filter(|parameter| !parameter.starts_with(&format!("{missing}=")))
            .collect();
        let mut received = honest.clone();
        *received.header("authorization") = format!("{scheme} {}", rest.join(", "));
        let text = format!("Authorization header requires '{missing}' parameter.");
        assert_eq!(said(received.verify()), ("IncompleteSignatureException", text));
    }
}

#[test]
fn a_signature_in_the_query_is_refused_by_name() {
    let text = "Signatures in the query string are not supported. Use the Authorization header.".to_owned();
    for query in [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00",
        "a=b&x-amz-signature=00",
        "X-Amz-Signature",
    ] {
        for mut received in [
            Received::signed(&[]),
            Received::signed(&[]).without("authorization"),
        ] {
            received.query = query.to_owned();
            assert_eq!(
                said(received.verify()),
                ("IncompleteSignatureException", text.clone())
            );
        }
    }
}

#[test]
fn a_signature_for_another_scope_is_told_so() {
    let honest = || Received::signed(&[]);
    for (received, text) in [
        (
            honest().authorized("cognito-idp/", "ses/"),
            "Credential should be scoped to correct service: 'cognito-idp'.",
        ),
        (
            honest().authorized("aws4_request", "aws5_request"),
            "Credential should be scoped with a valid terminator: 'aws4_request'.",
        ),
        (
            honest().authorized("20260102", "20260103"),
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != \
             '20260102', from '20260102T030405Z'.",
        ),
        (
            honest().authorized("20260102", "2026"),
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '2026' != \
             '20260102', from '20260102T030405Z'.",
        ),
    ] {
        assert_eq!(
            said(received.verify()),
            ("InvalidSignatureException", text.to_owned())
        );
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some("token".to_owned()));
    assert_eq!(
        format!("{credentials:?}"),
        "Credentials { access_key_id: \"AKIDEXAMPLE\", .. }"
    );
    Received::signed(&[]).with(|request| {
        assert_eq!(
            format!("{request:?}"),
            "Request { method: \"POST\", path: \"/\", .. }"
        );
        let presented = Presented::parse(request, SERVICE).unwrap();
        assert_eq!(
            format!("{presented:?}"),
            "Presented { access_key_id: \"AKIDEXAMPLE\", .. }"
        );
    });
}
