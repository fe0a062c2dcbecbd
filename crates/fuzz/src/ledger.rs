//! The ledger of a user. The first byte of the input says what the rest is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use poolhouse_confirm::{
    Facts, Keys, LedgerSource, OtpKey, Person, Settings, Warning, forget_devices, ledger_for_attribute,
    ledger_has_row, renew_ledger, standing, unlock, verify,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::input::{Input, edited, text};

/// Whose ledger it is, and somebody else.
const OURS: Person<'_> = Person {
    pool: "eu-central-1_AbCd12345",
    user_name: "mara",
    sub: "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef",
};
const OTHER: Person<'_> = Person {
    user_name: "ada",
    ..OURS
};
/// The longest text for an attribute.
const ATTRIBUTE_CHARACTERS: usize = 256;

/// No text (`t`) that our keys did not sign is a ledger, nor a signed one (`e`) with anything changed, nor another
/// person's. What is signed may hold any bytes in the older (`1`) or the newer (`2`) layout: it is read or refused, and
/// what is read drifts with no writing, fits an attribute if that is asked for, and is unlocked by an unlock.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    let now = 60 * i64::from(u32::from_be_bytes(std::array::from_fn(|_| input.byte())));
    match kind {
        b't' => assert_refused(input.rest_as_text(), &OURS, now),
        b'1' => signed("v1", input.rest(), now),
        b'2' => signed("v2", input.rest(), now),
        _ => {
            let payload = input.line();
            let genuine = sealed("v2", payload);
            let changed = edited(genuine.as_bytes(), &mut input);
            if changed != genuine.as_bytes() {
                assert_refused(text(&changed), &OURS, now);
            }
        }
    }
}

fn signed(version: &str, payload: &[u8], now: i64) {
    let settings = settings(OLD, None);
    let ledger = sealed(version, payload);
    assert_refused(&ledger, &OTHER, now);
    let Some(stands) = standing(&settings, &OURS, &ledger, now) else {
        return assert_refused(&ledger, &OURS, now);
    };
    assert!(!warnings(&settings, &ledger, now).contains(&Warning::LedgerForged));

    let opened = unlock(&settings, &OURS, &ledger, now).expect("a genuine ledger can be unlocked");
    let opened = standing(&settings, &OURS, &opened, now).expect("it is genuine");
    assert_eq!(
        (opened.row, opened.closed, opened.locked_s, opened.mail_wait_s),
        (0, false, 0, 0)
    );
    let forgotten = forget_devices(&settings, &OURS, &ledger, now).expect("it is genuine");
    let forgotten = standing(&settings, &OURS, &forgotten, now).expect("it is genuine");
    assert_eq!(forgotten.devices, (0, 0));
    assert_eq!((forgotten.row, forgotten.closed), (stands.row, stands.closed));

    let small = ledger_for_attribute(&settings, &OURS, &ledger).expect("it is genuine");
    assert!(small.len() <= ATTRIBUTE_CHARACTERS, "{} characters", small.len());
    let small = standing(&settings, &OURS, &small, now).expect("it is genuine");
    assert_eq!((small.row, small.closed), (stands.row, stands.closed));
    assert_steady(&ledger);
}

/// Written again and again, under one key and the other in turn, a ledger stays what it is from the first time on.
fn assert_steady(ledger: &str) {
    let (to_new, to_old) = (keys(NEW, Some(OLD)), keys(OLD, Some(NEW)));
    let renew = |keys: &Keys, ledger: &str| {
        renew_ledger(keys, &OURS, ledger).expect("a genuine ledger under the other key is written again")
    };
    let once = renew(&to_new, ledger);
    let again = renew(&to_new, &renew(&to_old, &once));
    assert_eq!(once, again);
    assert_eq!(renew_ledger(&to_new, &OURS, &once), None);
}

/// The text is nobody's ledger: not this person's, at least.
fn assert_refused(ledger: &str, person: &Person<'_>, now: i64) {
    let settings = settings(OLD, Some(NEW));
    assert_eq!(standing(&settings, person, ledger, now), None, "{ledger:?}");
    assert_eq!(unlock(&settings, person, ledger, now), None);
    assert_eq!(forget_devices(&settings, person, ledger, now), None);
    assert_eq!(renew_ledger(&keys(NEW, Some(OLD)), person, ledger), None);
    if ledger.len() > ATTRIBUTE_CHARACTERS {
        assert_eq!(ledger_for_attribute(&settings, person, ledger), None);
    }
    // This one asks of text that nobody has checked.
    let _ = ledger_has_row(ledger);
    if *person == OURS && !ledger.is_empty() {
        let warned = warnings(&settings, ledger, now);
        let is_told = |warning: &Warning| matches!(warning, Warning::LedgerForged | Warning::LedgerLegacy);
        assert!(warned.iter().any(is_told), "{ledger:?}: {warned:?}");
    }
}

/// What a function says of the ledger.
fn warnings(settings: &Settings, ledger: &str, now: i64) -> Vec<Warning> {
    let event = json!({
        "userPoolId": OURS.pool,
        "userName": OURS.user_name,
        "callerContext": { "clientId": "client" },
        "request": { "userAttributes": { "sub": OURS.sub, "email": "mara@example.org" }, "challengeAnswer": "123456" },
    });
    let mut facts = Facts::new(now, &[7; 32]);
    facts.ledger = LedgerSource::Exact(Some(ledger));
    verify(settings, &event, &facts)
        .expect("the event is one of Verify's")
        .warnings
}

/// The seeds of two keys.
const OLD: u8 = 1;
const NEW: u8 = 2;

fn material(seed: u8) -> [u8; 32] {
    std::array::from_fn(|at| u8::try_from(at).unwrap_or_default().wrapping_mul(7) ^ seed)
}

fn keys(current: u8, previous: Option<u8>) -> Keys {
    let key = |seed| OtpKey::from_bytes(&material(seed)).expect("a key");
    Keys {
        current: key(current),
        previous: previous.map(key),
    }
}

fn settings(current: u8, previous: Option<u8>) -> Settings {
    Settings::with_keys(Some(keys(current, previous)))
}

/// A ledger of ours under the old key with any bytes in it, signed here as docs/decisions/confirm-code.md says it is done.
fn sealed(version: &str, payload: &[u8]) -> String {
    let id = &keyed("poolhouse.confirm.v1.key-id", &[])[..4];
    let [pool, user, sub] = [OURS.pool, OURS.user_name, OURS.sub].map(str::as_bytes);
    let purpose = format!("poolhouse.confirm.{version}.ledger");
    let code = &keyed(&purpose, &[pool, user, sub, payload])[..16];
    let [id, payload, code] = [id, payload, code].map(|part| BASE64.encode(part));
    [version, &id, &payload, &code].join(".")
}

fn keyed(purpose: &str, parts: &[&[u8]]) -> Vec<u8> {
    let key = Sha256::new()
        .chain_update(b"poolhouse.confirm.v1.key")
        .chain_update(material(OLD))
        .finalize();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
    mac.update(purpose.as_bytes());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
