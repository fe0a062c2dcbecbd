//! Refresh tokens: what looks, from outside, like the encrypted JWTs Amazon Cognito gives out.
//!
//! Clients treat the token as opaque, but some check or split its five dot-separated parts. The fourth carries the
//! server's payload. To have the token is to have the payload: put in whatever it takes to look it up and what nobody else
//! can make, a code or 256 random bits; nothing that is a secret by itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Entropy, constant_time_eq, sha256};

/// `{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}` in base64url.
const HEADER: &str = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ";
/// What RSA-OAEP would make of the content key.
const KEY_LEN: usize = 256;
/// The nonce of AES-GCM.
const NONCE_LEN: usize = 12;
/// The tag of AES-GCM.
const TAG_LEN: usize = 16;
/// More than any payload; the limit keeps what is decoded small.
const MAX_TOKEN_LEN: usize = 4096;

/// A token for this payload. Two tokens for the same payload differ.
pub fn refresh_token(payload: &[u8], entropy: &dyn Entropy) -> String {
    let mut filler = [0; KEY_LEN + NONCE_LEN];
    entropy.fill(&mut filler);
    let (key, nonce) = filler.split_at(KEY_LEN);
    let [key, nonce, payload] = [key, nonce, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let body = [HEADER, &key, &nonce, &payload].join(".");
    let check = URL_SAFE_NO_PAD.encode(checksum(&body));
    [body, check].join(".")
}

/// The payload of a token that [`refresh_token`] made. `None` for anything else, including such a token with a
/// character changed: a token has one spelling. This proves no origin; the payload does that.
pub fn parse_refresh_token(token: &str) -> Option<Vec<u8>> {
    if token.len() > MAX_TOKEN_LEN {
        return None;
    }
    let (body, check) = token.rsplit_once('.')?;
    let mut parts = body.split('.');
    let [header, key, nonce, payload] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || header != HEADER {
        return None;
    }
    let [key, nonce, payload, check] =
        [key, nonce, payload, check].map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let shape_fits = key?.len() == KEY_LEN && nonce?.len() == NONCE_LEN;
    let payload = payload?;
    (shape_fits && constant_time_eq(&check?, &checksum(body))).then_some(payload)
}

fn checksum(body: &str) -> [u8; TAG_LEN] {
    let mut check = [0; TAG_LEN];
    check.copy_from_slice(&sha256(&[body.as_bytes()])[..TAG_LEN]);
    check
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::Seeded;

    #[test]
    fn a_token_looks_like_an_encrypted_jwt() {
        let token = refresh_token(&[7; 48], &Seeded::new(1));
        assert!(token.starts_with("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ."));
        assert_eq!(
            token.split('.').map(str::len).collect::<Vec<_>>(),
            [62, 342, 16, 64, 22]
        );
        assert!(
            token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_=.".contains(&byte))
        );
    }

    #[test]
    fn tokens_for_the_same_payload_differ() {
        let entropy = Seeded::new(2);
        assert_ne!(refresh_token(b"same", &entropy), refresh_token(b"same", &entropy));
    }

    #[test]
    fn a_token_with_any_character_changed_is_refused() {
        let token = refresh_token(b"a handle", &Seeded::new(3));
        for place in 0..token.len() {
            for other in ["A", "b", ".", "=", "\0"] {
                let mut changed = token.clone();
                changed.replace_range(place..=place, other);
                if changed != token {
                    assert_eq!(parse_refresh_token(&changed), None, "{place} to {other}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let token = refresh_token(b"a handle", &Seeded::new(4));
        let changed = [
            String::new(),
            "....".to_owned(),
            HEADER.to_owned(),
            format!("{token}."),
            format!("{token}="),
            format!(" {token}"),
            format!("{token}\n"),
            token[..token.len() - 1].to_owned(),
            token[1..].to_owned(),
            format!("{token}.{token}"),
            refresh_token(&[0; MAX_TOKEN_LEN], &Seeded::new(5)),
        ];
        for token in changed {
            assert_eq!(parse_refresh_token(&token), None, "{token}");
        }
    }

    proptest! {
        #[test]
        fn a_payload_comes_back(payload in proptest::collection::vec(any::<u8>(), 0..600), seed: u32) {
            let token = refresh_token(&payload, &Seeded::new(seed));
            prop_assert_eq!(parse_refresh_token(&token), Some(payload));
        }
    }
}
