//! Good tokens in the wrong place or at the wrong time.

use poolhouse_crypto::jwt::{BadClaims, Expected, check_claims};
use serde_json::{Value, json};

use super::claims;

fn checked(name: &str, value: Value) -> Result<(), BadClaims> {
    let mut claims = claims();
    claims[name] = value;
    check_at(&claims, 1500)
}

fn check_at(claims: &Value, now: i64) -> Result<(), BadClaims> {
    let expected = Expected {
        issuer: "https://pool.example/us-east-1_Pool1",
        token_use: "access",
        now,
    };
    check_claims(claims, &expected)
}

#[test]
fn a_token_is_good_until_the_second_before_it_expires() {
    assert_eq!(check_at(&claims(), 1999), Ok(()));
    assert_eq!(check_at(&claims(), 2000), Err(BadClaims::Expired));
    assert_eq!(check_at(&claims(), 2001), Err(BadClaims::Expired));
}

#[test]
fn a_token_is_good_from_its_first_second() {
    assert_eq!(checked("nbf", json!(1499)), Ok(()));
    assert_eq!(checked("nbf", json!(1500)), Ok(()));
    assert_eq!(checked("nbf", json!(1501)), Err(BadClaims::NotYetValid));
    assert_eq!(checked("nbf", json!("1")), Err(BadClaims::NotYetValid));
    assert_eq!(checked("nbf", json!(null)), Err(BadClaims::NotYetValid));
}

#[test]
fn an_expiry_that_is_no_whole_number_has_passed() {
    let enormous = serde_json::from_str("1e300").unwrap();
    let beyond = json!(u64::MAX);
    for expiry in [
        json!("2000"),
        json!(2000.5),
        enormous,
        beyond,
        json!(null),
        json!(true),
        json!([2000]),
        json!(-1),
    ] {
        assert_eq!(
            checked("exp", expiry.clone()),
            Err(BadClaims::Expired),
            "{expiry}"
        );
    }
}

#[test]
fn a_number_beyond_all_bounds_is_no_claim() {
    assert!(serde_json::from_str::<Value>(r#"{"exp":1e400}"#).is_err());
}

#[test]
fn a_token_of_another_pool_or_kind_is_refused() {
    for issuer in [
        json!("https://pool.example/us-east-1_Pool2"),
        json!("https://pool.example/us-east-1_Pool1/"),
        json!("https://POOL.example/us-east-1_Pool1"),
        json!(["https://pool.example/us-east-1_Pool1"]),
        json!(""),
        json!(null),
    ] {
        assert_eq!(checked("iss", issuer.clone()), Err(BadClaims::Issuer), "{issuer}");
    }
    for token_use in [json!("id"), json!("Access"), json!(["access"]), json!(null)] {
        assert_eq!(
            checked("token_use", token_use.clone()),
            Err(BadClaims::TokenUse),
            "{token_use}"
        );
    }
}
