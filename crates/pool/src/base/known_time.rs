//! Time that does not run back: what has ended by a clock stays ended when that clock is set back.
//!
//! Codes, sessions and tokens end by the server's clock. So the latest moment that is known counts for more than a clock that says
//! less: time goes on from there, as this process measures it, until the clock has caught up. It goes on slower by a hundredth, so
//! that small differences go away by themselves.
//!
//! A clock that leaps forward is taken at its word, which ends what lives rather too early. But the leap is remembered only when it has
//! lasted: a clock that was wrong for minutes does not drag the server's time along for good.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::{Clock, Millis};

/// Forward by so many milliseconds beyond what has passed is a leap. Drift is far less, and so is what a daemon slews.
const LEAP: i64 = 60_000;
/// For so many milliseconds a clock stays where it has leapt to before that is remembered.
const LASTED: i64 = 600_000;
/// The share by which time goes on slower while the clock is behind.
const SLOWER: i64 = 100;

/// A clock that does not run back.
pub struct KnownTime {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl KnownTime {
    /// By this clock, which is right as far as anybody knows.
    pub fn new(clock: Arc<dyn Clock>) -> KnownTime {
        let look = Look::at(&*clock);
        KnownTime {
            clock,
            state: Mutex::new(State {
                known: Anchor {
                    at: look.wall,
                    ran: look.ran,
                },
                leapt: None,
            }),
        }
    }

    /// It is this late already, by somebody who knows.
    pub fn learn(&self, moment: Millis) {
        let look = Look::at(&*self.clock);
        let mut state = self.state();
        if moment.0 > state.known.least(look.ran) {
            state.known = Anchor {
                at: moment.0,
                ran: look.ran,
            };
        }
    }

    /// The latest moment that is known; a leap forward is not, until it has lasted.
    pub fn known(&self) -> Millis {
        let look = Look::at(&*self.clock);
        let mut state = self.state();
        state.now(&look);
        match state.leapt {
            None => Millis(state.known.now(&look)),
            Some(_) => Millis(state.known.least(look.ran)),
        }
    }

    /// By how many milliseconds the clock is behind what is known.
    pub fn behind(&self) -> i64 {
        let look = Look::at(&*self.clock);
        (self.state().now(&look) - look.wall).max(0)
    }

    /// What the clock itself says.
    pub fn by_the_clock(&self) -> Millis {
        self.clock.now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for KnownTime {
    fn now(&self) -> Millis {
        let look = Look::at(&*self.clock);
        Millis(self.state().now(&look))
    }

    fn ran(&self) -> Millis {
        self.clock.ran()
    }
}

/// What the clock says, and for how long this process has looked at it.
struct Look {
    wall: i64,
    ran: i64,
}

impl Look {
    fn at(clock: &dyn Clock) -> Look {
        Look {
            wall: clock.now().0,
            ran: clock.ran().0,
        }
    }
}

struct State {
    known: Anchor,
    /// Where the clock has leapt to, and when.
    leapt: Option<(Anchor, i64)>,
}

impl State {
    fn now(&mut self, look: &Look) -> i64 {
        if look.wall <= self.known.expected(look.ran).saturating_add(LEAP) {
            // It never leapt, or is back.
            self.leapt = None;
            return self.known.follow(look);
        }
        let begun = Anchor {
            at: look.wall,
            ran: look.ran,
        };
        let (anchor, since) = self.leapt.get_or_insert((begun, look.ran));
        // Within a leap time does not run back either.
        let now = anchor.follow(look);
        if look.ran - *since >= LASTED {
            self.known = *anchor;
            self.leapt = None;
        }
        now
    }
}

/// A moment, and for how long the process had run by then.
#[derive(Clone, Copy)]
struct Anchor {
    at: i64,
    ran: i64,
}

impl Anchor {
    fn passed(self, ran: i64) -> i64 {
        (ran - self.ran).max(0)
    }

    /// What it is by now, if the clock is right.
    fn expected(self, ran: i64) -> i64 {
        self.at.saturating_add(self.passed(ran))
    }

    /// It is not earlier than this.
    fn least(self, ran: i64) -> i64 {
        let passed = self.passed(ran);
        self.at.saturating_add(passed - passed / SLOWER)
    }

    fn now(self, look: &Look) -> i64 {
        look.wall.max(self.least(look.ran))
    }

    /// As [`now`](Self::now), and goes on from the clock where that is right.
    fn follow(&mut self, look: &Look) -> i64 {
        let now = self.now(look);
        if now == look.wall {
            *self = Anchor {
                at: now,
                ran: look.ran,
            };
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    /// Noon of some day.
    const NOON: i64 = 1_767_355_200_000;
    const SECOND: i64 = 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const YEAR: i64 = 365 * 24 * HOUR;

    #[derive(Default)]
    struct Hands {
        wall: AtomicI64,
        ran: AtomicI64,
    }

    impl Clock for Hands {
        fn now(&self) -> Millis {
            Millis(self.wall.load(Ordering::SeqCst))
        }

        fn ran(&self) -> Millis {
            Millis(self.ran.load(Ordering::SeqCst))
        }
    }

    enum Then {
        /// So much time passes, a look at each second.
        Passes(i64),
        /// The clock is set, by so much.
        Set(i64),
        /// Somebody knows that it is so late.
        Learns(i64),
        /// Now it is so late, counted from noon.
        Is(i64),
        /// And this is what is remembered.
        Remembers(i64),
    }

    fn play(steps: &[Then]) {
        let hands = Arc::new(Hands::default());
        hands.wall.store(NOON, Ordering::SeqCst);
        let time = KnownTime::new(hands.clone());
        for (number, step) in steps.iter().enumerate() {
            match step {
                Then::Passes(millis) => {
                    for part in (0..*millis).step_by(1000) {
                        let part = SECOND.min(millis - part);
                        hands.wall.fetch_add(part, Ordering::SeqCst);
                        hands.ran.fetch_add(part, Ordering::SeqCst);
                        time.now();
                    }
                }
                Then::Set(by) => drop(hands.wall.fetch_add(*by, Ordering::SeqCst)),
                Then::Learns(moment) => time.learn(Millis(NOON + moment)),
                Then::Is(moment) => assert_eq!(time.now().0 - NOON, *moment, "step {number}"),
                Then::Remembers(moment) => assert_eq!(time.known().0 - NOON, *moment, "step {number}"),
            }
        }
    }

    #[test]
    fn a_clock_that_is_right_is_followed() {
        use Then::*;
        play(&[
            Is(0),
            Passes(HOUR),
            Is(HOUR),
            Remembers(HOUR),
            Set(30 * SECOND),
            Is(HOUR + 30 * SECOND),
        ]);
    }

    #[test]
    fn a_clock_that_is_set_back_sets_nothing_back_and_time_goes_on() {
        use Then::*;
        for back in [SECOND, HOUR, YEAR] {
            play(&[
                Passes(HOUR),
                Set(-back),
                Is(HOUR),
                Remembers(HOUR),
                Passes(100),
                Is(HOUR + 99),
            ]);
        }
        // A hundredth slower, until the clock has caught up.
        play(&[
            Set(-SECOND),
            Passes(90 * SECOND),
            Is(90 * SECOND - 900),
            Passes(10 * SECOND),
            Is(99 * SECOND),
        ]);
        play(&[
            Set(-SECOND),
            Passes(101 * SECOND),
            Is(100 * SECOND),
            Passes(MINUTE),
            Is(160 * SECOND),
        ]);
    }

    #[test]
    fn a_clock_that_leaps_forward_is_believed_at_once_and_remembered_when_it_has_lasted() {
        use Then::*;
        for leap in [HOUR, YEAR] {
            // Back again after five minutes: nothing has happened.
            play(&[
                Passes(HOUR),
                Set(leap),
                Is(HOUR + leap),
                Passes(5 * MINUTE),
                Is(HOUR + leap + 5 * MINUTE),
                Remembers(HOUR + 5 * MINUTE - 3 * SECOND),
                Set(-leap),
                Is(HOUR + 5 * MINUTE),
                Remembers(HOUR + 5 * MINUTE),
            ]);
            // Back again after eleven: it was that late.
            play(&[
                Set(leap),
                Is(leap),
                Passes(11 * MINUTE),
                Remembers(leap + 11 * MINUTE),
                Set(-leap),
                Is(leap + 11 * MINUTE),
            ]);
            // Within a leap, too, time does not run back.
            play(&[
                Set(leap),
                Is(leap),
                Passes(MINUTE),
                Set(-leap / 2),
                Is(leap + MINUTE),
            ]);
        }
    }

    #[test]
    fn what_somebody_knows_counts_for_more_than_the_clock() {
        use Then::*;
        play(&[
            Learns(-HOUR),
            Is(0),
            Learns(HOUR),
            Is(HOUR),
            Passes(100),
            Is(HOUR + 99),
            Set(2 * HOUR),
            Is(2 * HOUR + 100),
        ]);
    }

    #[test]
    fn how_far_the_clock_is_behind_is_known() {
        let hands = Arc::new(Hands::default());
        hands.wall.store(NOON, Ordering::SeqCst);
        let time = KnownTime::new(hands.clone());
        assert_eq!(time.behind(), 0);
        hands.wall.store(NOON - HOUR, Ordering::SeqCst);
        assert_eq!((time.behind(), time.by_the_clock().0), (HOUR, NOON - HOUR));
        hands.wall.store(NOON + YEAR, Ordering::SeqCst);
        assert_eq!(time.behind(), 0);
    }
}
