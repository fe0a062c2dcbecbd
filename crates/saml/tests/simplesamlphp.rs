//! Responses and metadata as SimpleSAMLphp 1.19 has written them: what the crate's own tests sign is signed by its own reading of
//! the standard.

use poolhouse_saml::{Expected, Fault, Metadata, accept};

/// When they were made.
const NOW: i64 = 1_796_007_200_000;

fn read(response: &str) -> Result<poolhouse_saml::Assertion, Fault> {
    let metadata = Metadata::read(include_str!("simplesamlphp/metadata.xml"))?;
    let expected = Expected {
        issuer: "http://localhost:8765/metadata",
        audience: "urn:amazon:cognito:sp:us-east-1_a",
        acs: "https://login.example/saml2/idpresponse",
        in_response_to: Some("_request"),
        now: NOW,
        keys: &metadata.keys,
        decryption: &[],
        wants_encrypted: false,
    };
    accept(response, &expected)
}

#[test]
fn what_simplesamlphp_signs_is_read() {
    for (what, response) in [
        ("both", include_str!("simplesamlphp/both-signed.b64")),
        ("assertion", include_str!("simplesamlphp/assertion-signed.b64")),
        ("response", include_str!("simplesamlphp/response-signed.b64")),
        ("sha512", include_str!("simplesamlphp/sha512.b64")),
    ] {
        let read = read(response).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert_eq!(read.name_id, "alice", "{what}");
        assert_eq!(read.attributes["mail"], ["alice@example.com"], "{what}");
        assert_eq!(read.attributes["groups"], ["staff", "a, b"], "{what}");
        assert!(read.session_index.is_some(), "{what}");
    }
}

#[test]
fn what_simplesamlphp_signs_by_sha_1_is_refused() {
    let response = include_str!("simplesamlphp/sha1.b64");
    assert_eq!(read(response).err(), Some(Fault::Algorithm));
}

#[test]
fn the_metadata_of_simplesamlphp_is_read() {
    let read = Metadata::read(include_str!("simplesamlphp/metadata.xml"));
    let read = read.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(read.entity_id, "http://localhost:8765/metadata");
    assert_eq!(read.sign_in, "http://localhost:8765/saml2/idp/SSOService.php");
    let sign_out = "http://localhost:8765/saml2/idp/SingleLogoutService.php";
    assert_eq!(read.sign_out.as_deref(), Some(sign_out));
    assert_eq!(read.keys.len(), 1);
    assert_eq!(read.check(NOW), Ok(()));
}
