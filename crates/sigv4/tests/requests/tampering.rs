//! Requests that somebody changed, kept back, or signed with the wrong key.

use poolhouse_sigv4::{Credentials, Presented, sign};

use crate::received::*;

#[test]
fn an_honest_request_gets_in() {
    assert_eq!(Received::signed(&[]).verify(), Ok(()));
}

#[test]
fn a_request_with_any_part_changed_is_refused() {
    let honest = Received::signed(&[("X-Other", "value")]);
    let change = |change: fn(&mut Received)| {
        let mut received = honest.clone();
        change(&mut received);
        received
    };
    for (what, received) in [
        ("method", change(|r| r.method = "PUT".to_owned())),
        ("method's case", change(|r| r.method = "post".to_owned())),
        ("path", change(|r| r.path = "/x".to_owned())),
        ("query", change(|r| r.query = "a".to_owned())),
        ("host", change(|r| r.header("host").push('x'))),
        (
            "target",
            change(|r| {
                *r.header("x-amz-target") = "AWSCognitoIdentityProviderService.DeleteUserPool".to_owned()
            }),
        ),
        ("content type", change(|r| r.header("content-type").push('x'))),
        ("another signed header", change(|r| r.header("x-other").push('x'))),
        (
            "session token",
            change(|r| r.header("x-amz-security-token").push('x')),
        ),
        (
            "second",
            change(|r| *r.header("x-amz-date") = "20260102T030406Z".to_owned()),
        ),
        ("body", change(|r| r.body.push(b' '))),
        ("body's absence", change(|r| r.body.clear())),
        ("signed header's absence", honest.clone().without("x-other")),
        ("signed header twice", honest.clone().and("x-other", "value")),
        (
            "target twice",
            honest
                .clone()
                .and("x-amz-target", "AWSCognitoIdentityProviderService.DeleteUserPool"),
        ),
        ("region", honest.clone().authorized("us-east-1", "us-east-2")),
        (
            "signed headers less one",
            honest.clone().authorized(";x-other", ""),
        ),
        (
            "signed headers and one more",
            honest.clone().authorized("content-type;", "accept;content-type;"),
        ),
        (
            "signature's case",
            change(|r| {
                let header = r.header("authorization");
                let (start, signature) = header.rsplit_once('=').unwrap();
                *header = format!("{start}={}", signature.to_uppercase());
            }),
        ),
    ] {
        assert_mismatch(&received, what);
    }
}

#[test]
fn every_bit_of_the_body_and_of_the_signature_counts() {
    let honest = Received::signed(&[]);
    for bit in 0..honest.body.len() * 8 {
        let mut received = honest.clone();
        received.body[bit / 8] ^= 1 << (bit % 8);
        assert_mismatch(&received, "body");
    }
    let (start, signature) = honest.headers.last().unwrap().1.rsplit_once('=').unwrap();
    for place in 0..signature.len() {
        let mut signature = signature.to_owned();
        let other = if &signature[place..=place] == "0" {
            "1"
        } else {
            "0"
        };
        signature.replace_range(place..=place, other);
        let mut received = honest.clone();
        *received.header("authorization") = format!("{start}={signature}");
        assert_mismatch(&received, "signature");
    }
}

#[test]
fn every_character_of_the_authorization_counts() {
    let honest = Received::signed(&[]);
    let header = honest.headers.last().unwrap().1.clone();
    for place in 0..header.len() {
        for other in ["~", "A", ",", "/", "=", ";"] {
            let mut changed = header.clone();
            changed.replace_range(place..=place, other);
            let mut received = honest.clone();
            *received.header("authorization") = changed.clone();
            // A request that names another access key is measured by that key's secret.
            let id = received
                .with(|r| Presented::parse(r, SERVICE).map(|presented| presented.access_key_id().to_owned()));
            if changed != header && id.as_deref().is_ok_and(|id| id == "AKIDEXAMPLE") {
                assert!(received.verify().is_err(), "{changed}");
            }
        }
    }
}

#[test]
fn another_secret_is_refused() {
    let honest = Received::signed(&[]);
    for secret in [
        "",
        "x",
        &SECRET[1..],
        &SECRET.to_lowercase(),
        "0000000000000000000000000000000000000000",
    ] {
        let refused = honest.with(|r| Presented::parse(r, SERVICE)?.verify(Some(secret), NOW));
        assert_eq!(said(refused).1, MISMATCH);
    }
}

#[test]
fn an_unknown_access_key_is_refused_by_that_name() {
    let refused = Received::signed(&[]).with(|r| Presented::parse(r, SERVICE)?.verify(None, NOW));
    let expected = "The security token included in the request is invalid.".to_owned();
    assert_eq!(said(refused), ("UnrecognizedClientException", expected));
}

#[test]
fn the_secret_that_stands_in_for_unknown_keys_opens_nothing() {
    let mut received = Received::signed(&[])
        .without("authorization")
        .without("x-amz-date")
        .without("x-amz-security-token");
    let nobody = "0000000000000000000000000000000000000000";
    let credentials = Credentials::new("AKIDNOBODY", nobody, None);
    let added = received.with(|request| sign(&request, &credentials, "us-east-1", SERVICE, DATE));
    received
        .headers
        .extend(added.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let refused = received.with(|r| Presented::parse(r, SERVICE)?.verify(None, NOW));
    assert_eq!(said(refused).0, "UnrecognizedClientException");
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let honest = Received::signed(&[]);
    for skew in [-300, -299, 0, 299, 300] {
        assert_eq!(honest.verify_at(NOW + skew), Ok(()), "{skew}");
    }
    let expired = "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)";
    assert_eq!(
        said(honest.verify_at(NOW + 301)),
        ("InvalidSignatureException", expired.to_owned())
    );
    let early = "Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T025904Z + 5 min.)";
    assert_eq!(
        said(honest.verify_at(NOW - 301)),
        ("InvalidSignatureException", early.to_owned())
    );
}

#[test]
fn what_decides_over_the_request_must_be_signed() {
    for (header, text) in [
        (
            "host",
            "'Host' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (
            "x-amz-date",
            "'X-Amz-Date' or 'Date' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (
            "x-amz-target",
            "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (
            "x-amz-content-sha256",
            "'X-Amz-Content-SHA256' must be a 'SignedHeader' in the AWS Authorization.",
        ),
    ] {
        let mut received = Received::signed(&[("X-Amz-Content-SHA256", EMPTY_HASH)]);
        let names = received.header("authorization");
        let start = names.find("SignedHeaders=").unwrap();
        *names = [&names[..start], &names[start..].replacen(header, "x-none", 1)].concat();
        assert_eq!(
            said(received.verify()),
            ("InvalidSignatureException", text.to_owned())
        );
    }
}

#[test]
fn the_bodys_hash_must_be_the_bodys() {
    let wrong = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    let unsigned = "The body must be signed as a whole.";
    for (hash, text) in [
        (EMPTY_HASH, wrong),
        ("", wrong),
        ("UNSIGNED-PAYLOAD", unsigned),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", unsigned),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", unsigned),
    ] {
        let received = Received::signed(&[("X-Amz-Content-SHA256", hash)]);
        assert_eq!(
            said(received.verify()),
            ("InvalidSignatureException", text.to_owned())
        );
    }
    let mut empty = Received::signed(&[("X-Amz-Content-SHA256", EMPTY_HASH)]);
    empty.body.clear();
    assert_mismatch(&empty, "the hash is right, but not what was signed");
}

/// Signed by botocore.
#[test]
fn the_date_header_stands_in_for_x_amz_date() {
    let signature = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/cognito-idp/aws4_request, \
                     SignedHeaders=date;host;x-amz-target, \
                     Signature=5df97c1a11318fbb313e6e0f7e6525466b4ab62544445ded359c0004a0d5c512";
    let mut received = Received::signed(&[]);
    received.headers.clear();
    let mut received = received
        .and("Host", "pool.example")
        .and("X-Amz-Target", "AWSCognitoIdentityProviderService.ListUserPools")
        .and("Date", "Fri, 02 Jan 2026 03:04:05 GMT")
        .and("Authorization", signature);
    received.body = b"{}".to_vec();
    assert_eq!(received.verify(), Ok(()));
    assert!(
        said(received.verify_at(NOW + 301))
            .1
            .starts_with("Signature expired: 20260102T030405Z")
    );
    for date in [
        "Fri, 02 Jan 2026 03:04:06 GMT",
        "Sat, 02 Jan 2026 03:04:05 GMT",
        "20260102T030405Z",
    ] {
        *received.header("date") = date.to_owned();
        assert_mismatch(&received, date);
    }
    for date in [
        "Fri, 02 Jan 2026 03:04:05 UTC",
        "Fri, 2 Jan 2026 03:04:05 GMT",
        "Fri, 02 Jan 2026 03:04:05 GMT x",
    ] {
        *received.header("date") = date.to_owned();
        assert_eq!(
            said(received.verify()).1,
            "Date must be in ISO-8601 'basic format'.",
            "{date}"
        );
    }
}
