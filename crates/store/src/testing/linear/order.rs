//! The search for an order.

use std::collections::{BTreeMap, HashSet};

use super::history::{Heard, Operation, What, Written};
use crate::Version;

/// The versions of the rows, each at its key's place.
type State = Vec<Option<Version>>;

/// What came of a search.
pub(super) enum Found {
    Order {
        states: usize,
    },
    /// None; the calls that had to be next where most others had a place.
    None {
        stuck: Vec<usize>,
        explained: usize,
    },
    TooMany {
        states: usize,
    },
}

/// Calls on a few keys, in the order in which they began.
pub(super) struct Search<'a> {
    operations: &'a [Operation],
    places: BTreeMap<&'a str, usize>,
    state: State,
    /// The calls that have a place in the order so far, a bit each.
    placed: Vec<u64>,
    /// How many there are of those that must have one.
    explained: usize,
    /// Every call before this one has a place.
    first_open: usize,
    seen: HashSet<(Vec<u64>, State)>,
}

/// One decision: what could come next, and what was chosen last.
struct Fork {
    /// In the order in which they are tried, the last one first.
    left: Vec<usize>,
    chosen: Option<usize>,
    before: State,
    first_open: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(keys: &'a [String], operations: &'a [Operation]) -> Search<'a> {
        Search {
            operations,
            places: keys
                .iter()
                .enumerate()
                .map(|(at, key)| (key.as_str(), at))
                .collect(),
            state: vec![None; keys.len()],
            placed: vec![0; operations.len().div_ceil(64)],
            explained: 0,
            first_open: 0,
            seen: HashSet::new(),
        }
    }

    /// Tries what can come next, and goes back where nothing can.
    pub(super) fn run(mut self, most_states: usize) -> Found {
        let certain = self.operations.iter().filter(|call| call.ended.is_some()).count();
        let mut forks = vec![self.fork()];
        let (mut deepest, mut stuck) = (0, self.certain_of(&forks[0]));
        while self.explained < certain {
            if self.seen.len() > most_states {
                return Found::TooMany {
                    states: self.seen.len(),
                };
            }
            let Some(fork) = forks.last_mut() else {
                return Found::None {
                    stuck,
                    explained: deepest,
                };
            };
            if let Some(chosen) = fork.chosen.take() {
                let (before, first_open) = (fork.before.clone(), fork.first_open);
                self.take_back(chosen, before, first_open);
            }
            let Some(next) = fork.left.pop() else {
                forks.pop();
                continue;
            };
            let Some(after) = self.after(next) else { continue };
            fork.chosen = Some(next);
            self.place(next, after);
            if self.seen.insert((self.placed.clone(), self.state.clone())) {
                let fork = self.fork();
                if self.explained >= deepest {
                    deepest = self.explained;
                    stuck = self.certain_of(&fork);
                }
                forks.push(fork);
            }
        }
        Found::Order {
            states: self.seen.len(),
        }
    }

    /// What can come next: calls that began before any other without a place had ended.
    fn fork(&self) -> Fork {
        let mut next = Vec::new();
        let mut horizon = u64::MAX;
        for at in self.first_open..self.operations.len() {
            if self.is_placed(at) {
                continue;
            }
            let call = &self.operations[at];
            if call.begun > horizon {
                break;
            }
            horizon = horizon.min(call.ended.unwrap_or(u64::MAX));
            next.push(at);
        }
        // What ended first is tried first; what may never have happened, last.
        next.sort_by_key(|at| std::cmp::Reverse(self.operations[*at].ended.unwrap_or(u64::MAX)));
        Fork {
            left: next,
            chosen: None,
            before: self.state.clone(),
            first_open: self.first_open,
        }
    }

    /// The state behind a call, if it can have been answered as it was on this one.
    fn after(&self, at: usize) -> Option<State> {
        let current = |key: &str| self.places.get(key).and_then(|place| self.state[*place]);
        match &self.operations[at].what {
            What::Read(rows) => {
                let is_true = rows.iter().all(|(key, version)| current(key) == *version);
                is_true.then(|| self.state.clone())
            }
            // Made into reads before.
            What::Listed { .. } => None,
            What::Commit { changes, heard } => {
                let holds = |key: &str| {
                    let mut meant = changes.iter().filter(|change| change.key == key);
                    meant.all(|change| change.expects.iter().all(|expect| expect.holds(current(key))))
                };
                match heard {
                    Heard::Conflict(key) => (!holds(key)).then(|| self.state.clone()),
                    Heard::Refused => None,
                    Heard::Applied | Heard::Nothing => {
                        if !changes.iter().all(|change| holds(&change.key)) {
                            return None;
                        }
                        let mut after = self.state.clone();
                        for change in changes {
                            let row = self
                                .places
                                .get(change.key.as_str())
                                .map(|place| &mut after[*place]);
                            match (row, change.written) {
                                (Some(row), Written::Put(version)) => *row = Some(version),
                                (Some(row), Written::Deleted) => *row = None,
                                _ => {}
                            }
                        }
                        Some(after)
                    }
                }
            }
        }
    }

    fn place(&mut self, at: usize, after: State) {
        self.state = after;
        self.placed[at / 64] |= 1 << (at % 64);
        self.explained += usize::from(self.is_certain(at));
        while self.first_open < self.operations.len() && self.is_placed(self.first_open) {
            self.first_open += 1;
        }
    }

    fn take_back(&mut self, at: usize, before: State, first_open: usize) {
        self.state = before;
        self.placed[at / 64] &= !(1 << (at % 64));
        self.explained -= usize::from(self.is_certain(at));
        self.first_open = first_open;
    }

    fn certain_of(&self, fork: &Fork) -> Vec<usize> {
        fork.left
            .iter()
            .copied()
            .filter(|at| self.is_certain(*at))
            .collect()
    }

    fn is_certain(&self, at: usize) -> bool {
        self.operations[at].ended.is_some()
    }

    fn is_placed(&self, at: usize) -> bool {
        self.placed[at / 64] & (1 << (at % 64)) != 0
    }
}
