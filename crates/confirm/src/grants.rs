//! The door before tokens: on clients that need a code, a sign-in gets tokens only behind one.
//!
//! Cognito asks the function before tokens on every road to them and does not say which one it was. So Verify leaves a
//! grant in the ledger beside a right code, and the client says the name of its sign-in again when it gives the code.

use serde_json::Value;

use crate::book::{Book, REPEAT_WINDOW_S};
use crate::device::DeviceToken;
use crate::event::Caller;
use crate::facts::Facts;
use crate::keys::{Keys, Purpose};
use crate::ledger::{Grant, Ledger};
use crate::parameters::SIGN_IN;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::time::Moment;

/// How long a right code lets tokens pass, in seconds.
const GRANT_S: u32 = 60;

/// What an event asks of the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Road {
    /// It leads behind a code already, or to a client that needs none.
    Open,
    /// It needs a right code.
    NeedsCode,
    /// It is shut.
    Shut,
}

pub(crate) fn road(settings: &Settings, event: &Value) -> Road {
    let source = event
        .get("triggerSource")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let client = event.pointer("/callerContext/clientId").and_then(Value::as_str);
    if client.is_some_and(|client| !settings.door.needs_code(client)) {
        return Road::Open;
    }
    match source {
        _ if !settings.door.is_shut() => Road::Open,
        "TokenGeneration_RefreshTokens" | "TokenGeneration_ClientCredentials" => Road::Open,
        "TokenGeneration_HostedAuth" if settings.door.hosted_auth => Road::Open,
        "TokenGeneration_Authentication" | "TokenGeneration_AuthenticateDevice" => Road::NeedsCode,
        _ => Road::Shut,
    }
}

/// Leaves a grant for the sign-in of this name.
pub(crate) fn leave(keys: &Keys, caller: &Caller<'_>, ledger: &mut Ledger, sign_in: &str, now: Moment) {
    ledger.grants.retain(|grant| now.since(grant.at) < GRANT_S);
    ledger.grants.insert(
        0,
        Grant {
            tag: tag(keys, caller, sign_in),
            client: tag(keys, caller, ""),
            at: now,
            taken_by: Default::default(),
            taken_at: Moment::START,
        },
    );
}

fn tag<const N: usize>(keys: &Keys, caller: &Caller<'_>, sign_in: &str) -> [u8; N] {
    keys.current.keyed_short(
        Purpose::Grant,
        &[&caller.binding()[..], &[sign_in.as_bytes()]].concat(),
    )
}

/// Checks that a sign-in brings the token of a trusted device or the name of a sign-in whose code was right. What it
/// takes is marked in the ledger: a grant lets one event pass, and that event again.
pub(crate) fn pass(settings: &Settings, event: &Value, facts: &Facts<'_>) -> Result<Option<String>, Refusal> {
    let caller = Caller::read(settings, event)?;
    let keys = settings.keys.as_ref().ok_or(Refusal::CodeRequired)?;
    let mut book = Book::open(settings, &caller, facts, &mut Vec::new());
    if !book.is_exact() || caller.unknown {
        return Err(Refusal::CodeRequired);
    }
    let device = DeviceToken::trusted_one(settings, &caller);
    if device
        .is_some_and(|token| token.is_alive(settings.trusted_device_days, facts) && book.trusts(token.id))
    {
        return Ok(None);
    }
    let now = Moment::from_epoch_s(facts.now);
    let print = caller.fingerprint(&settings.attribute, "");
    let print: [u8; 4] = keys.current.keyed_short(Purpose::EventTag, &[&print]);
    let echoed = caller.client_metadata(SIGN_IN).and_then(Value::as_str);
    let wanted = echoed.map(|sign_in| tag(keys, &caller, sign_in));
    let of_client = tag(keys, &caller, "");
    let fits = |grant: &Grant| match wanted {
        Some(wanted) => grant.tag == wanted,
        None => !settings.door.needs_echo(caller.client) && grant.client == of_client,
    };
    let mut grants = book.ledger_mut().grants.iter_mut();
    let grant = grants
        .find(|grant| {
            let is_free = grant.taken_at == Moment::START && now.since(grant.at) < GRANT_S;
            let is_again = grant.taken_by == print && now.since(grant.taken_at) <= REPEAT_WINDOW_S;
            fits(grant) && (is_free || is_again)
        })
        .ok_or(Refusal::CodeRequired)?;
    if grant.taken_at == Moment::START {
        (grant.taken_by, grant.taken_at) = (print, now);
    }
    Ok(book.close(&caller))
}
