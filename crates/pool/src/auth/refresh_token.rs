//! Refresh tokens: which one of which family, authenticated by itself.
//!
//! | bytes | |
//! |---|---|
//! | 1 | the epoch of the key |
//! | 8 | the generation: how often the family's token had been exchanged when this one was made |
//! | 32 | a code over pool, user, family and generation |
//! | n | `sub/origin_jti`: the user and the family |
//!
//! Nothing of a token is stored. That it is genuine follows from the code, and whether it is live from the family's
//! generation, so a spent one is recognised however many came after it.

use poolhouse_crypto::opaque;

use crate::base::authenticator::CODE_BYTES;
use crate::base::platform::Platform;

/// A refresh token that this server made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The user's `sub`.
    pub sub: String,
    /// The family's id.
    pub origin_jti: String,
    /// Which of the family's tokens it is, counted from 0.
    pub generation: u64,
}

impl RefreshToken {
    /// The token as the client gets it. Two texts of one token differ, and are equally good.
    pub fn text(&self, platform: &Platform, pool_id: &str) -> String {
        let keys = platform.keys();
        let codes = keys.refresh_codes();
        let code = codes.code(&self.parts(platform, pool_id, &self.generation.to_be_bytes()));
        let mut payload = vec![codes.epoch()];
        payload.extend_from_slice(&self.generation.to_be_bytes());
        payload.extend_from_slice(&code);
        payload.extend_from_slice(format!("{}/{}", self.sub, self.origin_jti).as_bytes());
        opaque::refresh_token(&payload, &*platform.entropy)
    }

    /// Reads a token of this pool; `None` for everything that this server did not make for it.
    pub fn read(platform: &Platform, pool_id: &str, text: &str) -> Option<RefreshToken> {
        let payload = opaque::parse_refresh_token(text)?;
        let (&epoch, rest) = payload.split_first()?;
        let (&generation, rest) = rest.split_first_chunk::<8>()?;
        let (code, family) = rest.split_first_chunk::<CODE_BYTES>()?;
        let (sub, origin_jti) = std::str::from_utf8(family).ok()?.split_once('/')?;
        let token = RefreshToken {
            sub: sub.to_owned(),
            origin_jti: origin_jti.to_owned(),
            generation: u64::from_be_bytes(generation),
        };
        let parts = token.parts(platform, pool_id, &generation);
        platform
            .keys()
            .refresh_codes()
            .is_code(epoch, &parts, code)
            .then_some(token)
    }

    /// What the code is made over: ids, none of which holds a NUL, the generation, and what ends with a restore.
    fn parts<'a>(
        &'a self,
        platform: &'a Platform,
        pool_id: &'a str,
        generation: &'a [u8; 8],
    ) -> [&'a [u8]; 8] {
        let [pool, sub, family] = [pool_id, &self.sub, &self.origin_jti].map(str::as_bytes);
        let restored = platform.restores.part();
        [pool, &[0], sub, &[0], family, &[0], generation, restored]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use poolhouse_store::Memory;

    use super::*;
    use crate::base::key_ring::KeyRing;
    use crate::base::keys::Keys;
    use crate::testing::{FrozenClock, SeededEntropy};

    fn platform(key: u8) -> Platform {
        let entropy = Arc::new(SeededEntropy::new(u64::from(key)));
        let clock = Arc::new(FrozenClock::default());
        let keys = Keys::derive(KeyRing::of_master([key; 32])).unwrap();
        Platform::new(Arc::new(Memory::new()), keys, entropy, clock, 1)
    }

    fn token() -> RefreshToken {
        RefreshToken {
            sub: "5d0a".to_owned(),
            origin_jti: "77aa".to_owned(),
            generation: 3,
        }
    }

    #[test]
    fn a_token_is_good_in_its_pool_and_under_its_key_alone() {
        let text = token().text(&platform(7), "us-east-1_a");
        assert_eq!(
            RefreshToken::read(&platform(7), "us-east-1_a", &text),
            Some(token())
        );
        assert_eq!(RefreshToken::read(&platform(7), "us-east-1_b", &text), None);
        assert_eq!(RefreshToken::read(&platform(8), "us-east-1_a", &text), None);
    }

    #[test]
    fn a_token_with_anything_changed_is_refused() {
        let platform = platform(7);
        let text = token().text(&platform, "us-east-1_a");
        let payload = opaque::parse_refresh_token(&text).unwrap();
        for place in 0..payload.len() {
            let mut changed = payload.clone();
            changed[place] ^= 1;
            let text = opaque::refresh_token(&changed, &*platform.entropy);
            assert_eq!(
                RefreshToken::read(&platform, "us-east-1_a", &text),
                None,
                "{place}"
            );
        }
        for length in 0..payload.len() {
            let text = opaque::refresh_token(&payload[..length], &*platform.entropy);
            assert_eq!(
                RefreshToken::read(&platform, "us-east-1_a", &text),
                None,
                "{length}"
            );
        }
    }
}
