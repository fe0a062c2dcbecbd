//! Factors of the platform's own, counted in the ledger of the codes.

use poolhouse_confirm::{FactorEvent, FactorState, Settings, factor_counted, factor_state, standing, unlock};

use crate::kit::{PERSON, START, session_only, settings};

/// A user's ledger, as a platform keeps it.
struct Kept {
    settings: Settings,
    text: Option<String>,
    now: i64,
}

impl Kept {
    fn new(settings: Settings) -> Kept {
        Kept {
            settings,
            text: None,
            now: START,
        }
    }

    fn count(&mut self, event: FactorEvent) {
        let counted = factor_counted(
            &self.settings,
            &PERSON,
            self.text.as_deref(),
            false,
            event,
            self.now,
        );
        self.text = counted.or(self.text.take());
    }

    fn state(&self, placed: bool) -> FactorState {
        factor_state(&self.settings, &PERSON, self.text.as_deref(), placed, self.now)
    }
}

const OPEN: FactorState = FactorState::Open { mail_wait_s: 0 };

#[test]
fn l1_ten_wrong_answers_to_a_factor_lock_as_ten_wrong_codes_do() {
    let mut kept = Kept::new(settings());
    for _ in 0..9 {
        kept.count(FactorEvent::Wrong);
        assert_eq!(kept.state(false), OPEN);
    }
    kept.count(FactorEvent::Wrong);
    assert_eq!(kept.state(false), FactorState::Locked { left_s: 32 });
    assert_eq!(kept.state(true), OPEN, "a browser that is known is counted apart");
    let text = kept.text.clone().unwrap();
    assert_eq!(
        standing(&kept.settings, &PERSON, &text, kept.now).unwrap().row,
        10
    );
    kept.now += 32;
    assert_eq!(kept.state(false), OPEN);
    kept.text = unlock(&kept.settings, &PERSON, &text, kept.now);
    assert_eq!(
        standing(&kept.settings, &PERSON, &kept.text.clone().unwrap(), kept.now)
            .unwrap()
            .row,
        0
    );
}

#[test]
fn l1_a_hundred_wrong_answers_in_a_row_close_the_factor_and_a_right_one_takes_ten_off() {
    let mut kept = Kept::new(settings());
    for _ in 0..99 {
        kept.count(FactorEvent::Wrong);
        kept.now += 3_000;
    }
    kept.count(FactorEvent::Right { mailed: None });
    kept.count(FactorEvent::Wrong);
    assert_ne!(kept.state(false), FactorState::Closed);
    for _ in 0..10 {
        kept.count(FactorEvent::Wrong);
    }
    assert_eq!(kept.state(false), FactorState::Closed);
}

#[test]
fn r5_messages_of_a_factor_take_places_and_a_right_answer_gives_its_one_back() {
    let mut kept = Kept::new(settings());
    for _ in 0..3 {
        assert_eq!(kept.state(false), OPEN);
        kept.count(FactorEvent::Mailed);
    }
    assert_eq!(kept.state(false), FactorState::Open { mail_wait_s: 60 });
    kept.count(FactorEvent::Right { mailed: Some(START) });
    assert_eq!(kept.state(false), OPEN);
}

#[test]
fn a_right_answer_that_changes_nothing_writes_nothing_and_without_a_key_nothing_is_kept() {
    let mut kept = Kept::new(settings());
    kept.count(FactorEvent::Right { mailed: None });
    assert_eq!(kept.text, None);
    let mut without_key = Kept::new(session_only());
    for _ in 0..20 {
        without_key.count(FactorEvent::Wrong);
    }
    assert_eq!((without_key.text.clone(), without_key.state(false)), (None, OPEN));
}
