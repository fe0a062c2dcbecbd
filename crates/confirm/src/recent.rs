//! What a warm function remembers of its last answers.

use std::collections::VecDeque;
use std::fmt;

use serde_json::{Value, json};

use crate::book::{Book, REPEAT_WINDOW_S};
use crate::create::CHALLENGE_PARAMETER;
use crate::device::DEVICE_TOKEN;
use crate::event::{Caller, answered};
use crate::facts::Facts;
use crate::parameters::{SIGN_IN, place_token};
use crate::round::Round;
use crate::settings::Settings;

/// How many answers are kept; older ones go first.
const MOST_ANSWERS: usize = 64;

/// The answers that Create gave in the last 15 seconds, so that an event that is delivered again gets the same code and
/// no second mail. Keep one for the life of the process.
#[derive(Default)]
pub struct Recent {
    answers: VecDeque<Answer>,
}

struct Answer {
    fingerprint: [u8; 32],
    at: i64,
    response: Value,
}

impl Recent {
    /// An empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether this event was answered within the last 15 seconds. `now` is seconds since 1970.
    #[must_use]
    pub fn has(&self, settings: &Settings, event: &Value, now: i64) -> bool {
        fingerprint(settings, event).is_some_and(|print| self.answer(&print, now).is_some())
    }

    /// This event with the answer that it got before, if that was within the last 15 seconds and its code has not led to
    /// tokens since, by the ledger in `facts`.
    ///
    /// It may be another sign-in that looks the same, so what names a sign-in is drawn anew: the first to give the code is
    /// the one that it was good for.
    #[must_use]
    pub fn find(&self, settings: &Settings, event: &Value, facts: &Facts<'_>) -> Option<Value> {
        let caller = Caller::read(settings, event).ok()?;
        let print = caller.fingerprint(&settings.attribute, "");
        let mut response = self.answer(&print, facts.now)?.response.clone();
        let text = response.get("challengeMetadata")?.as_str()?;
        let mut round = Round::open(text, settings.keys.as_ref(), &caller)?;
        let book = Book::open(settings, &caller, facts, &mut Vec::new());
        if round.code.is_some_and(|code| book.is_used(&code.nonce)) {
            return None;
        }
        if round.number == 1 {
            round.draw_names(facts.entropy);
            let text = round.seal(&caller);
            let parameters = response.get_mut("publicChallengeParameters")?.as_object_mut()?;
            parameters.insert(SIGN_IN.to_owned(), json!(round.sign_in_text()));
            if let Some((_, token)) = place_token(settings, &caller, &round) {
                parameters.insert(DEVICE_TOKEN.to_owned(), json!(token));
            }
            let members = response.as_object_mut()?;
            members.insert(
                "privateChallengeParameters".to_owned(),
                json!({ CHALLENGE_PARAMETER: text }),
            );
            members.insert("challengeMetadata".to_owned(), json!(text));
        }
        Some(answered(event.clone(), response))
    }

    fn answer(&self, fingerprint: &[u8; 32], now: i64) -> Option<&Answer> {
        let mut answers = self.answers.iter().rev();
        let answer = answers.find(|answer| answer.fingerprint == *fingerprint)?;
        is_recent(answer.at, now).then_some(answer)
    }

    /// Remembers what an event was answered with, its `response`. Call it when the mail is out, not before: an event whose mail failed must be
    /// worked through again.
    pub fn remember(&mut self, settings: &Settings, event: &Value, response: &Value, now: i64) {
        let Some(fingerprint) = fingerprint(settings, event) else {
            return;
        };
        self.answers
            .retain(|answer| is_recent(answer.at, now) && answer.fingerprint != fingerprint);
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.pop_front();
        }
        self.answers.push_back(Answer {
            fingerprint,
            at: now,
            response: response.clone(),
        });
    }
}

/// Says how many answers there are, nothing of what is in them.
impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent")
            .field("answers", &self.answers.len())
            .finish_non_exhaustive()
    }
}

fn fingerprint(settings: &Settings, event: &Value) -> Option<[u8; 32]> {
    Some(
        Caller::read(settings, event)
            .ok()?
            .fingerprint(&settings.attribute, ""),
    )
}

fn is_recent(at: i64, now: i64) -> bool {
    now.checked_sub(at)
        .is_some_and(|age| (0..=i64::from(REPEAT_WINDOW_S)).contains(&age))
}
