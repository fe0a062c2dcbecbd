//! Refresh tokens. The first byte of the input says what the rest is.

use std::sync::Arc;

use poolhouse_crypto::opaque;
use poolhouse_pool::auth::refresh_token::RefreshToken;
use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::keys::Keys;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::testing::{FrozenClock, SeededEntropy};
use poolhouse_store::Memory;

use crate::input::{Input, edited, text};

const POOL: &str = "us-east-1_a";
/// The longest text that is read.
const LONGEST: usize = 4096;

/// Only what our key has signed for this pool is accepted: no text (`t`), no payload (`p`) in a token of the right form, no
/// genuine token (`e`: user, family, generation, and what is changed in it) with anything changed.
pub(crate) fn run(data: &[u8]) {
    let ours = platform(7);
    let mut input = Input::new(data);
    match input.byte() {
        b't' => assert_eq!(RefreshToken::read(&ours, POOL, input.rest_as_text()), None),
        b'p' => {
            let payload = input.rest();
            let token = opaque::refresh_token(payload, &*ours.entropy);
            let read = opaque::parse_refresh_token(&token);
            if token.len() <= LONGEST {
                assert_eq!(read.as_deref(), Some(payload));
            }
            assert_eq!(RefreshToken::read(&ours, POOL, &token), None);
        }
        _ => genuine(&ours, &mut input),
    }
}

fn genuine(ours: &Platform, input: &mut Input<'_>) {
    let token = RefreshToken {
        sub: id(input.line()),
        origin_jti: id(input.line()),
        generation: text(input.line()).trim().parse().unwrap_or_default(),
    };
    let written = token.text(ours, POOL);
    if written.len() > LONGEST {
        return;
    }
    assert_eq!(RefreshToken::read(ours, POOL, &written).as_ref(), Some(&token));
    assert_eq!(RefreshToken::read(ours, "us-east-1_b", &written), None);
    assert_eq!(RefreshToken::read(&platform(8), POOL, &written), None);
    let payload = opaque::parse_refresh_token(&written).expect("it was read above");
    let mut of_text = Input::new(input.line());
    let changed = edited(written.as_bytes(), &mut of_text);
    if changed != written.as_bytes() {
        let read = std::str::from_utf8(&changed).map(|changed| RefreshToken::read(ours, POOL, changed));
        assert_eq!(read.ok().flatten(), None, "{changed:?}");
    }
    let changed = edited(&payload, input);
    if changed != payload {
        let text = opaque::refresh_token(&changed, &*ours.entropy);
        assert_eq!(RefreshToken::read(ours, POOL, &text), None, "{changed:?}");
    }
}

/// Ids are letters, digits and hyphens.
fn id(bytes: &[u8]) -> String {
    let characters = text(bytes).chars();
    characters
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}

fn platform(key: u8) -> Platform {
    let keys = Keys::derive(KeyRing::of_master([key; 32])).expect("a key ring");
    Platform::new(
        Arc::new(Memory::new()),
        keys,
        Arc::new(SeededEntropy::new(u64::from(key))),
        Arc::new(FrozenClock::default()),
        1,
    )
}
