//! What a warm function remembers of its last answers.

use std::collections::VecDeque;
use std::fmt;

use serde_json::Value;

use crate::device::DEVICE_TOKEN;
use crate::event::Caller;
use crate::limits::REPEAT_WINDOW_S;
use crate::settings::Settings;

/// How many answers are kept; older ones go first.
const MOST_ANSWERS: usize = 64;

/// The answers that Create gave in the last 15 seconds, so that an event that is delivered again gets the same answer and
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

    /// This event with the answer that it got before, if that was within the last 15 seconds. `now` is seconds since
    /// 1970.
    #[must_use]
    pub fn find(&self, settings: &Settings, event: &Value, now: i64) -> Option<Value> {
        let fingerprint = fingerprint(settings, event)?;
        let answer = self
            .answers
            .iter()
            .rev()
            .find(|answer| answer.fingerprint == fingerprint)?;
        is_recent(answer.at, now).then(|| with_response(event, answer.response.clone()))
    }

    /// Remembers the answer to an event. Call it when the mail is out, not before: an event whose mail failed must be
    /// worked through again.
    pub fn remember(&mut self, settings: &Settings, event: &Value, answer: &Value, now: i64) {
        let Some(fingerprint) = fingerprint(settings, event) else {
            return;
        };
        let Some(mut response) = answer.get("response").cloned() else {
            return;
        };
        // A device token is for one client; whoever gets this answer again may be another one.
        if let Some(parameters) = response
            .get_mut("publicChallengeParameters")
            .and_then(Value::as_object_mut)
        {
            parameters.remove(DEVICE_TOKEN);
        }
        self.answers
            .retain(|answer| is_recent(answer.at, now) && answer.fingerprint != fingerprint);
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.pop_front();
        }
        self.answers.push_back(Answer {
            fingerprint,
            at: now,
            response,
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

fn with_response(event: &Value, response: Value) -> Value {
    let mut event = event.clone();
    if let Some(event) = event.as_object_mut() {
        event.insert("response".to_owned(), response);
    }
    event
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
