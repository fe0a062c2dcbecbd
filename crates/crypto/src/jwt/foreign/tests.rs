use aws_lc_rs::signature::KeyPair;
use serde_json::json;

use super::*;

/// A key on P-256: its pair, its PKCS#8 in Base64, and itself as the issuer publishes it.
fn key(kid: &str) -> (EcdsaKeyPair, String, Value) {
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref()).unwrap();
    let point = pair.public_key().as_ref().to_vec();
    let published = json!({
        "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256",
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
    });
    (pair, STANDARD.encode(der.as_ref()), published)
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(pair: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn refused(token: &str, set: &Value, secret: Option<&str>) -> Option<BadForeign> {
    verify_foreign(token, set, secret).err()
}

#[test]
fn a_token_is_good_by_the_key_that_it_names_and_by_no_other() {
    let (one, _, first) = key("one");
    let (two, _, second) = key("two");
    let set = json!({ "keys": [first, second] });
    let claims = json!({ "sub": "mara" });
    let good = signed(&one, &json!({ "alg": "ES256", "kid": "one" }), &claims);
    assert_eq!(verify_foreign(&good, &set, None).unwrap().claims, claims);
    let cases = [
        (
            signed(&two, &json!({ "alg": "ES256", "kid": "one" }), &claims),
            BadForeign::WrongSignature,
        ),
        (
            signed(&one, &json!({ "alg": "ES256", "kid": "three" }), &claims),
            BadForeign::UnknownKey,
        ),
        // Two fit, and none is named.
        (
            signed(&one, &json!({ "alg": "ES256" }), &claims),
            BadForeign::UnknownKey,
        ),
        (
            signed(&one, &json!({ "alg": "RS256", "kid": "one" }), &claims),
            BadForeign::UnknownKey,
        ),
        (
            signed(
                &one,
                &json!({ "alg": "ES256", "kid": "one", "crit": ["b64"], "b64": true }),
                &claims,
            ),
            BadForeign::Malformed,
        ),
        (
            signed(&one, &json!({ "alg": "ES256", "kid": "one" }), &json!("mara")),
            BadForeign::Malformed,
        ),
        (String::new(), BadForeign::Malformed),
        ("a.b".to_owned(), BadForeign::Malformed),
        ("a".repeat(MAX_TOKEN_LEN + 1), BadForeign::Malformed),
    ];
    for (token, expected) in cases {
        assert_eq!(refused(&token, &set, None), Some(expected), "{token:.80}");
    }
    let (_, signature) = good.rsplit_once('.').unwrap();
    let other = format!(
        "{}.{}.{signature}",
        part(&json!({ "alg": "ES256", "kid": "one" })),
        part(&json!({ "sub": "noel" }))
    );
    assert_eq!(refused(&other, &set, None), Some(BadForeign::WrongSignature));
}

#[test]
fn o_33_no_token_chooses_how_it_is_verified() {
    let (pair, _, published) = key("one");
    let set = json!({ "keys": [published] });
    let claims = json!({ "sub": "mara" });
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims));
    assert_eq!(
        refused(&unsigned, &set, Some("secret")),
        Some(BadForeign::Malformed)
    );
    for alg in ["HS256", "HS384", "HS512"] {
        // The public key as if it were a secret.
        let token = with_secret(alg, set.to_string().as_bytes(), &claims);
        assert_eq!(refused(&token, &set, None), Some(BadForeign::Malformed), "{alg}");
        assert!(refused(&token, &set, Some("secret")).is_some(), "{alg}");
    }
    // A key that the token itself brings along, or says where to get.
    let (thief, _, own) = key("one");
    for header in [
        json!({ "alg": "ES256", "kid": "one", "jwk": own }),
        json!({ "alg": "ES256", "kid": "one", "jku": "https://evil.example/keys" }),
        json!({ "alg": "ES256", "kid": "one", "x5u": "https://evil.example/cert" }),
    ] {
        assert_eq!(
            refused(&signed(&thief, &header, &claims), &set, None),
            Some(BadForeign::WrongSignature)
        );
    }
    assert!(verify_foreign(&signed(&pair, &json!({ "alg": "ES256" }), &claims), &set, None).is_ok());
}

#[test]
fn o_33_of_two_keys_of_one_name_neither_is_taken_nor_one_that_is_for_something_else() {
    let (pair, _, published) = key("one");
    let token = signed(&pair, &json!({ "alg": "ES256", "kid": "one" }), &json!({}));
    let with = |member: &str, value: Value| {
        let mut key = published.clone();
        key[member] = value;
        json!({ "keys": [key] })
    };
    for set in [
        json!({ "keys": [published, key("one").2] }),
        with("use", json!("enc")),
        with("key_ops", json!(["sign"])),
        with("alg", json!("ES384")),
        with("crv", json!("P-384")),
        json!({ "keys": [] }),
        json!({}),
        json!([]),
    ] {
        assert_eq!(refused(&token, &set, None), Some(BadForeign::UnknownKey), "{set}");
    }
    assert!(verify_foreign(&token, &with("key_ops", json!(["verify"])), None).is_ok());
}

/// A token that a secret signs, whatever it says of how.
fn with_secret(alg: &str, secret: &[u8], claims: &Value) -> String {
    let message = format!("{}.{}", part(&json!({ "alg": alg, "kid": "one" })), part(claims));
    let mac = hmac_sha256(secret, &[message.as_bytes()]);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac))
}

#[test]
fn a_shared_secret_verifies_where_there_is_one() {
    let token = with_secret("HS256", b"a secret of the client", &json!({ "sub": "mara" }));
    assert!(verify_foreign(&token, &json!({}), Some("a secret of the client")).is_ok());
    assert_eq!(
        refused(&token, &json!({}), Some("another")),
        Some(BadForeign::WrongSignature)
    );
    let by_nothing = with_secret("HS256", b"", &json!({ "sub": "mara" }));
    assert_eq!(
        refused(&by_nothing, &json!({}), Some("")),
        Some(BadForeign::Malformed)
    );
    assert_eq!(refused(&token, &json!({}), None), Some(BadForeign::Malformed));
}

#[test]
fn the_examples_of_the_standard_verify() {
    // RFC 7515, appendix A.3, and RFC 8037, appendix A.4 (whose payload is no object, so its signature alone).
    let key = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                 DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let read = verify_foreign(token, &json!({ "keys": [key] }), None).unwrap();
    assert_eq!(read.claims["iss"], "joe");
    let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let mac = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let by = named("EdDSA");
    assert!(fits(&key, by));
    assert_eq!(
        verifies(&key, by, message, &URL_SAFE_NO_PAD.decode(mac).unwrap()),
        Some(true)
    );
    assert_eq!(
        verifies(&key, by, b"another", &URL_SAFE_NO_PAD.decode(mac).unwrap()),
        Some(false)
    );
}

#[test]
fn every_way_of_rsa_verifies_what_was_signed_so_and_nothing_else() {
    use aws_lc_rs::signature::*;
    let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let mut key = crate::jwt::VerifyingKey::from_rsa_der(pair.public_key().as_ref())
        .unwrap()
        .jwk();
    key.as_object_mut().unwrap().remove("alg");
    let ways: [(&str, &dyn RsaEncoding); 6] = [
        ("RS256", &RSA_PKCS1_SHA256),
        ("RS384", &RSA_PKCS1_SHA384),
        ("RS512", &RSA_PKCS1_SHA512),
        ("PS256", &RSA_PSS_SHA256),
        ("PS384", &RSA_PSS_SHA384),
        ("PS512", &RSA_PSS_SHA512),
    ];
    for (name, encoding) in ways {
        let message = format!(
            "{}.{}",
            part(&json!({ "alg": name })),
            part(&json!({ "sub": "mara" }))
        );
        let mut mac = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut mac)
            .unwrap();
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(&mac));
        assert!(
            verify_foreign(&token, &json!({ "keys": [key] }), None).is_ok(),
            "{name}"
        );
        for (other, _) in ways.iter().filter(|(other, _)| *other != name) {
            assert_eq!(
                verifies(&key, named(other), message.as_bytes(), &mac),
                Some(false),
                "{name} as {other}"
            );
        }
    }
}

fn named(name: &str) -> Algorithm {
    *ALGORITHMS.iter().find(|known| known.name == name).unwrap()
}

#[test]
fn half_a_hash_is_that_of_openid_connect() {
    let foreign = |name| Foreign {
        claims: json!({}),
        algorithm: named(name),
    };
    // From OpenID Connect Core 1.0, appendix A.3.
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    assert_eq!(foreign("RS256").half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
    assert_eq!(foreign("PS384").half_hash(token).len(), 32);
    assert_eq!(foreign("EdDSA").half_hash(token).len(), 43);
}

#[test]
fn what_is_signed_for_an_issuer_verifies_with_the_key() {
    let (_, private, published) = key("K1");
    let claims = json!({ "iss": "TEAM" });
    let armoured = format!("-----BEGIN PRIVATE KEY-----\n{private}\n-----END PRIVATE KEY-----\n");
    for key in [private, armoured] {
        let token = sign_es256(&key, "K1", &claims).unwrap();
        let set = json!({ "keys": [published] });
        assert_eq!(verify_foreign(&token, &set, None).unwrap().claims, claims);
    }
    for key in ["", "p", "-----BEGIN PRIVATE KEY-----", "AAAA"] {
        assert!(sign_es256(key, "K1", &claims).is_err(), "{key}");
    }
}
