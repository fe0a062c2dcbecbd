//! Forgeries.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use num_bigint::BigUint;
use poolhouse_crypto::hmac_sha256;
use poolhouse_crypto::jwt::{BadToken, SigningKey, verify};
use serde_json::json;

use super::{base64url, claims, key, other_key, verified};

/// Headers a forger may try, with the algorithm it hopes for. `KID` stands for the pool's key.
const HEADERS: [&str; 36] = [
    r#"{"alg":"none"}"#,
    r#"{"alg":"None"}"#,
    r#"{"alg":"NONE"}"#,
    r#"{"alg":"nOnE"}"#,
    r#"{"alg":""}"#,
    r#"{"alg":null}"#,
    r#"{"alg":["RS256"]}"#,
    r#"{}"#,
    r#"[]"#,
    r#""#,
    r#"null"#,
    r#"{"kid":"KID","alg":"none"}"#,
    r#"{"kid":"KID","alg":"HS256"}"#,
    r#"{"kid":"KID","alg":"HS384"}"#,
    r#"{"kid":"KID","alg":"RS1"}"#,
    r#"{"kid":"KID","alg":"RS384"}"#,
    r#"{"kid":"KID","alg":"RS512"}"#,
    r#"{"kid":"KID","alg":"PS256"}"#,
    r#"{"kid":"KID","alg":"ES256"}"#,
    r#"{"kid":"KID","alg":"EdDSA"}"#,
    r#"{"kid":"KID","alg":"rs256"}"#,
    r#"{"kid":"KID","alg":"RS256 "}"#,
    r#"{"kid":"KID","alg":"RS256","alg":"none"}"#,
    r#"{"kid":"KID","alg":"none","alg":"RS256"}"#,
    r#"{"kid":"KID","alg":"RS256","crit":["b64"],"b64":false}"#,
    r#"{"kid":"KID","alg":"RS256","crit":["exp"],"exp":0}"#,
    r#"{"kid":"KID","alg":"RS256","zip":"DEF"}"#,
    r#"{"kid":"KID","alg":"RS256","jku":"https://evil.example/jwks.json"}"#,
    r#"{"kid":"KID","alg":"RS256","x5u":"https://evil.example/key.pem"}"#,
    r#"{"kid":"KID","alg":"RS256","x5c":["MIIB"]}"#,
    r#"{"kid":"KID","alg":"RS256","typ":"JWE","enc":"A256GCM"}"#,
    r#"{"kid":"","alg":"RS256"}"#,
    r#"{"kid":"../../dev/null","alg":"RS256"}"#,
    r#"{"kid":"x' UNION SELECT 'key","alg":"RS256"}"#,
    r#"{"kid":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","alg":"RS256"}"#,
    r#"{"alg":"RS256"}"#,
];

#[test]
fn no_header_but_our_own_is_accepted_even_over_a_good_signature() {
    for header in HEADERS {
        let header = base64url(header.replace("KID", key().kid()));
        let payload = base64url(claims().to_string());
        for signer in [key(), other_key()] {
            // The forger signs with the key it has; the strongest one has the pool's own signature over its header.
            let signature = signature_of(signer, &header, &payload);
            assert_eq!(
                verified(&format!("{header}.{payload}.{signature}")),
                Err(BadToken::UnknownKey)
            );
        }
        assert_eq!(
            verified(&format!("{header}.{payload}.")),
            Err(BadToken::UnknownKey)
        );
    }
}

/// The key's signature over any header, made with its private numbers: m^d mod n.
fn signature_of(signer: &SigningKey, header: &str, payload: &str) -> String {
    let pair = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&signer.to_pkcs8().unwrap()).unwrap();
    let mut signature = [0; 256];
    let random = aws_lc_rs::rand::SystemRandom::new();
    let message = format!("{header}.{payload}");
    pair.sign(
        &aws_lc_rs::signature::RSA_PKCS1_SHA256,
        &random,
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    base64url(signature)
}

#[test]
fn the_header_check_refuses_and_nothing_else() {
    let header = base64url(format!(r#"{{"kid":"{}","alg":"RS256"}}"#, key().kid()));
    let payload = base64url(claims().to_string());
    let signature = signature_of(key(), &header, &payload);
    assert_eq!(verified(&format!("{header}.{payload}.{signature}")), Ok(claims()));
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::KeyPair as _;
    let pair = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&key().to_pkcs8().unwrap()).unwrap();
    let pkcs1 = pair.public_key().as_ref().to_vec();
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let spki = spki.as_ref().to_vec();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&spki)
    );
    let jwk = key().jwk().to_string();
    let n = key().jwk()["n"].as_str().unwrap().to_owned();
    for secret in [
        pkcs1,
        spki,
        pem.into_bytes(),
        jwk.into_bytes(),
        n.into_bytes(),
        Vec::new(),
    ] {
        for algorithm in ["HS256", "RS256"] {
            let header = base64url(format!(r#"{{"kid":"{}","alg":"{algorithm}"}}"#, key().kid()));
            let message = format!("{header}.{}", base64url(claims().to_string()));
            let signature = base64url(hmac_sha256(&secret, &[message.as_bytes()]));
            let expected = if algorithm == "RS256" {
                BadToken::WrongSignature
            } else {
                BadToken::UnknownKey
            };
            assert_eq!(verified(&format!("{message}.{signature}")), Err(expected));
        }
    }
}

#[test]
fn a_signature_that_is_not_the_keys_is_refused() {
    let token = key().sign(&claims()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let good = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let n = BigUint::from_bytes_be(
        &URL_SAFE_NO_PAD
            .decode(key().jwk()["n"].as_str().unwrap())
            .unwrap(),
    );
    let plus_n = (BigUint::from_bytes_be(&good) + n).to_bytes_be();
    let others = key().sign(&json!({ "sub": "somebody else" })).unwrap();
    let of_other_claims = URL_SAFE_NO_PAD
        .decode(others.rsplit_once('.').unwrap().1)
        .unwrap();
    let mut flipped = good.clone();
    flipped[128] ^= 1;
    let bad: [&[u8]; 12] = [
        &[],
        &[0],
        &[0; 64],
        &[0; 256],
        &[0xff; 256],
        &good[..255],
        &good[1..],
        &[&[0], &good[..]].concat(),
        &[&good[..], &[0]].concat(),
        &plus_n,
        &of_other_claims,
        &flipped,
    ];
    for signature in bad {
        assert_eq!(
            verified(&format!("{message}.{}", base64url(signature))),
            Err(BadToken::WrongSignature)
        );
    }
}

#[test]
fn a_signature_covers_header_and_claims() {
    let token = key().sign(&claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut changed = claims();
    changed["sub"] = json!("somebody else");
    let payload = base64url(changed.to_string());
    assert_eq!(
        verified(&[parts[0], &payload, parts[2]].join(".")),
        Err(BadToken::WrongSignature)
    );
    // Two keys of one pool: the signature of one is none under the name of the other.
    let others = other_key().sign(&claims()).unwrap();
    let others: Vec<&str> = others.split('.').collect();
    let keys = [key().verifying_key(), other_key().verifying_key()];
    assert_eq!(
        verify(keys, &[parts[0], others[1], others[2]].join(".")),
        Err(BadToken::WrongSignature)
    );
    assert_eq!(
        verify(keys, &[others[0], parts[1], parts[2]].join(".")),
        Err(BadToken::WrongSignature)
    );
}

#[test]
fn what_is_not_three_parts_of_base64url_is_refused() {
    let token = key().sign(&claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let padded = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(parts[2]).unwrap());
    let standard = STANDARD_NO_PAD.encode([0xfb_u8; 256]);
    let long = format!("{}.{}.{}", parts[0], "A".repeat(64 * 1024), parts[2]);
    let bad = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        parts[0].to_owned(),
        parts[..2].join("."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{}", parts[2]),
        format!("{token}.."),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}\n"),
        format!("Bearer {token}"),
        [parts[0], parts[1], &padded].join("."),
        [parts[0], parts[1], &standard].join("."),
        [parts[0], &parts[1].replace(char::is_numeric, "+"), parts[2]].join("."),
        [parts[0], "eyJ=", parts[2]].join("."),
        token.replace('.', ":"),
        format!("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.{token}.x"),
        long,
    ];
    for token in bad {
        let refused = verified(&token);
        assert!(
            matches!(refused, Err(BadToken::Malformed | BadToken::UnknownKey)),
            "{token}: {refused:?}"
        );
    }
}

#[test]
fn claims_that_are_no_object_are_refused_though_signed() {
    for claims in [json!(null), json!([]), json!("sub"), json!(1)] {
        assert_eq!(verified(&key().sign(&claims).unwrap()), Err(BadToken::Malformed));
    }
}
