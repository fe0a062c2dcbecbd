//! The list of challenges that the platform kept of this sign-in, read as a stage of the flow.

use serde_json::Value;

use crate::event::Caller;
use crate::keys::Keys;
use crate::outcome::WhyFailed;
use crate::round::Round;

/// What Cognito itself may ask between the password and the first code: its own factors, and the two steps by which it
/// knows a device again.
const NATIVE: [&str; 5] = [
    "SOFTWARE_TOKEN_MFA",
    "SMS_MFA",
    "EMAIL_OTP",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
];

/// How far a sign-in has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The user is named, nothing is proven: `[SRP_A true]`.
    Named,
    /// The password is proven, and what Cognito asked for behind it: `[SRP_A true, PASSWORD_VERIFIER true]`.
    PasswordProven {
        /// Whether Cognito asked for something of its own.
        native_factor: bool,
    },
    /// Behind these, code challenges of ours: all but the last without success.
    CodeAnswered {
        /// The last of them.
        last: Round,
        /// What Verify said to its answer.
        right: bool,
    },
}

impl Stage {
    /// Reads the list of this event. Names count as much as results: `[SRP_A true]` proves nothing.
    pub(crate) fn read(caller: &Caller<'_>, keys: Option<&Keys>) -> Result<Self, WhyFailed> {
        let list = caller.session().ok_or(WhyFailed::NoList)?;
        let (first, rest) = list.split_first().ok_or(WhyFailed::NotBegun)?;
        if !is(first, "SRP_A", true) {
            return Err(WhyFailed::NotBegun);
        }
        let Some((second, rest)) = rest.split_first() else {
            return Ok(Self::Named);
        };
        if !is(second, "PASSWORD_VERIFIER", true) {
            return Err(WhyFailed::PasswordNotProven);
        }
        let native = rest.iter().take_while(|entry| is_native(entry)).count();
        let (native, codes) = rest.split_at(native);
        if !native.iter().all(|entry| result(entry) == Some(true)) {
            return Err(WhyFailed::FactorNotProven);
        }
        let Some((last, earlier)) = codes.split_last() else {
            return Ok(Self::PasswordProven {
                native_factor: !native.is_empty(),
            });
        };
        if !codes.iter().all(|entry| name(entry) == Some("CUSTOM_CHALLENGE")) {
            return Err(WhyFailed::OtherChallenge);
        }
        let right = result(last).ok_or(WhyFailed::NoList)?;
        if !earlier.iter().all(|entry| result(entry) == Some(false)) {
            return Err(WhyFailed::BehindARightCode);
        }
        // Every challenge must be ours and stand where it was made for: a list with another function's challenge in
        // it, or with one of ours moved, is not this flow.
        let mut rounds = (1..=u8::MAX).zip(codes).map(|(place, entry)| {
            let text = entry.get("challengeMetadata").and_then(Value::as_str)?;
            Round::open(text, keys, caller).filter(|round| round.number == place)
        });
        let last = rounds
            .try_fold(None, |_, round| round.map(Some))
            .flatten()
            .filter(|last| usize::from(last.number) == codes.len());
        match last {
            Some(last) => Ok(Self::CodeAnswered { last, right }),
            None => Err(WhyFailed::ForeignChallenge),
        }
    }
}

fn name(entry: &Value) -> Option<&str> {
    entry.get("challengeName").and_then(Value::as_str)
}

fn result(entry: &Value) -> Option<bool> {
    entry.get("challengeResult").and_then(Value::as_bool)
}

fn is(entry: &Value, expected: &str, right: bool) -> bool {
    name(entry) == Some(expected) && result(entry) == Some(right)
}

fn is_native(entry: &Value) -> bool {
    name(entry).is_some_and(|name| NATIVE.contains(&name))
}
