//! What the book knows of answers: which were judged wrong, and which codes were used.

use super::{Book, Use, short};
use crate::event::Caller;
use crate::ledger::{INSTANCE_TAG_BYTES, Judged, TAG_BYTES, Used};
use crate::round::{Issued, NONCE_BYTES, Round};
use crate::time::Moment;

impl Book<'_> {
    /// Counts a wrong code, and remembers which round of which sign-in it answered.
    pub(crate) fn wrong_code(&mut self, round: Option<&Round>) {
        let (rules, now) = (self.settings.lock, self.now);
        self.counts_mut().count_wrong_code(&rules, now);
        if let Some(round) = round {
            self.note_answer(round, true);
        }
    }

    /// Remembers that an answer was a code that a newer one has replaced.
    pub(crate) fn replaced_code(&mut self, round: &Round) {
        self.note_answer(round, false);
    }

    fn note_answer(&mut self, round: &Round, wrong: bool) {
        if round.is_named() {
            let (instance, number) = (short(&round.instance), round.number);
            self.changed = true;
            self.ledger.judged.retain(|judged| judged.instance != instance);
            self.ledger.judged.insert(
                0,
                Judged {
                    instance,
                    number,
                    wrong,
                },
            );
        }
    }

    /// Whether the last answer of a sign-in was judged wrong.
    ///
    /// Exact books know. Elsewhere the books may be older than the answer, so an answer counts unless it certainly was
    /// not judged.
    pub(crate) fn was_judged_wrong(&self, caller: &Caller<'_>, last: &Round) -> bool {
        if caller.action().is_some() || last.code.is_none() {
            return false;
        }
        let instance: [u8; INSTANCE_TAG_BYTES] = short(&last.instance);
        let mut judged = self.ledger.judged.iter();
        let noted = judged.find(|judged| judged.instance == instance && judged.number == last.number);
        if let Some(judged) = noted {
            return judged.wrong;
        }
        if self.kept && self.is_exact() && last.is_named() {
            return false;
        }
        last.code_left_s(self.now) > 0 && self.shut().is_none() && self.use_of(last) == Use::No
    }

    /// Whether the code of this round was used, and by whom.
    pub(crate) fn use_of(&self, round: &Round) -> Use {
        let Some(code) = &round.code else {
            return Use::No;
        };
        let tag: [u8; TAG_BYTES] = short(&code.nonce);
        match self.ledger.used.iter().find(|used| used.nonce == tag) {
            None => Use::No,
            Some(used) if round.is_named() && used.instance == short(&round.instance) => Use::Here,
            Some(_) => Use::Elsewhere,
        }
    }

    /// Whether a code of this nonce was used by anybody.
    pub(crate) fn is_used(&self, nonce: &[u8; NONCE_BYTES]) -> bool {
        let tag: [u8; TAG_BYTES] = short(nonce);
        self.ledger.used.iter().any(|used| used.nonce == tag)
    }

    /// Notes a right code: its end, the places that it gives back, and what it takes off the row. Those who share the code
    /// cannot use it any more.
    pub(crate) fn right_code(&mut self, round: &Round, code: &Issued) {
        let used = Used {
            nonce: short(&code.nonce),
            instance: short(&round.instance),
            ends: code.expires,
        };
        self.ledger.used.insert(0, used);
        let (rules, now) = (self.settings.mails, self.now);
        self.counts_mut().give_back(&rules, &round.mails, now);
        self.ledger.open.count_right_code();
        self.ledger.placed.count_right_code();
        self.ledger.held_at = [Moment::START; 2];
    }
}
