//! The list of challenges that the platform kept of this sign-in, read as a stage of the flow.

use serde_json::Value;

use crate::event::Caller;
use crate::keys::Keys;
use crate::round::Round;

/// How far a sign-in has come. Any list that is none of these is [`Stage::Unnamed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The user is named, nothing is proven: `[SRP_A true]`.
    Named,
    /// The password is proven: `[SRP_A true, PASSWORD_VERIFIER true]`.
    PasswordProven,
    /// Behind these two, code challenges of ours: all but the last without success.
    CodeAnswered {
        /// The last of them.
        last: Round,
        /// What Verify said to its answer.
        right: bool,
    },
    /// No list that the flow makes.
    Unnamed,
}

impl Stage {
    /// Reads the list of this event. Names count as much as results: `[SRP_A true]` proves nothing.
    pub(crate) fn read(caller: &Caller<'_>, keys: Option<&Keys>) -> Self {
        Self::of_list(caller, keys).unwrap_or(Self::Unnamed)
    }

    fn of_list(caller: &Caller<'_>, keys: Option<&Keys>) -> Option<Self> {
        let (first, rest) = caller.session()?.split_first()?;
        if !is(first, "SRP_A", true) {
            return None;
        }
        let Some((second, codes)) = rest.split_first() else {
            return Some(Self::Named);
        };
        if !is(second, "PASSWORD_VERIFIER", true) {
            return None;
        }
        let Some((last, earlier)) = codes.split_last() else {
            return Some(Self::PasswordProven);
        };
        if !earlier.iter().all(|entry| is(entry, "CUSTOM_CHALLENGE", false)) {
            return None;
        }
        let right = is(last, "CUSTOM_CHALLENGE", true);
        if !right && !is(last, "CUSTOM_CHALLENGE", false) {
            return None;
        }
        // Every challenge must be ours and stand where it was made for: a list with another function's challenge in
        // it, or with one of ours moved, is not this flow.
        let mut rounds = (1..=u8::MAX).zip(codes).map(|(place, entry)| {
            let text = entry.get("challengeMetadata").and_then(Value::as_str)?;
            Round::open(text, keys, caller).filter(|round| round.number == place)
        });
        let last = rounds.try_fold(None, |_, round| round.map(Some))??;
        (usize::from(last.number) == codes.len()).then_some(Self::CodeAnswered { last, right })
    }
}

fn is(entry: &Value, name: &str, result: bool) -> bool {
    entry.get("challengeName").and_then(Value::as_str) == Some(name)
        && entry.get("challengeResult").and_then(Value::as_bool) == Some(result)
}
