//! The verdict on a history.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use super::history::Operation;
use super::order::{Found, Search};

/// More states than any history of a correct store makes the search look at, by a factor of a hundred.
const MOST_STATES: usize = 2_000_000;

/// An order was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The calls that have a place in it.
    pub operations: usize,
    /// Groups of keys that were judged apart.
    pub parts: usize,
    /// States of the store that the search looked at.
    pub states: usize,
}

/// There is no order, or none was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unordered {
    /// Nothing explains this answer.
    Impossible {
        /// The keys that were judged together.
        keys: Vec<String>,
        /// The answers that nothing explained where most others were: one of them cannot be true.
        unexplained: Vec<Operation>,
        /// How many calls had a place before them.
        explained: usize,
    },
    /// The search was given up: nothing is proved.
    TooMany {
        /// The keys that were judged together.
        keys: Vec<String>,
        /// States of the store that it looked at.
        states: usize,
    },
}

impl fmt::Display for Unordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impossible {
                keys,
                unexplained,
                explained,
            } => write!(
                f,
                "no order of calls on {} explains what was answered; after {explained} calls it is one of {unexplained:#?}",
                keys.join(", ")
            ),
            Self::TooMany { keys, states } => write!(
                f,
                "no order of calls on {} was found among {states} states",
                keys.join(", ")
            ),
        }
    }
}

impl Error for Unordered {}

/// Looks for an order of calls that explains all answers, on a store that had none of these rows in the beginning.
///
/// # Errors
/// If there is none, or the search became too long.
pub fn judge(history: &[Operation]) -> Result<Ordered, Unordered> {
    let keys: BTreeSet<String> = history
        .iter()
        .flat_map(|operation| operation.keys().into_iter().map(str::to_owned))
        .collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let operations: Vec<Operation> = history
        .iter()
        .map(|operation| operation.with_list_of(&keys))
        .filter(|operation| !operation.is_idle())
        .collect();
    let mut ordered = Ordered {
        operations: operations.len(),
        parts: 0,
        states: 0,
    };
    for (keys, operations) in parts(&keys, operations) {
        match Search::new(&keys, &operations).run(MOST_STATES) {
            Found::Order { states } => {
                ordered.parts += 1;
                ordered.states += states;
            }
            Found::None { stuck, explained } => {
                return Err(Unordered::Impossible {
                    unexplained: stuck.into_iter().map(|at| operations[at].clone()).collect(),
                    keys,
                    explained,
                });
            }
            Found::TooMany { states } => return Err(Unordered::TooMany { keys, states }),
        }
    }
    Ok(ordered)
}

/// The calls by the groups of keys that some call names together, each in the order in which they began.
fn parts(keys: &[String], operations: Vec<Operation>) -> Vec<(Vec<String>, Vec<Operation>)> {
    let place: BTreeMap<&str, usize> = keys
        .iter()
        .enumerate()
        .map(|(at, key)| (key.as_str(), at))
        .collect();
    let mut leaders: Vec<usize> = (0..keys.len()).collect();
    let places = |operation: &Operation| -> Vec<usize> {
        let named = operation.keys();
        named.iter().filter_map(|key| place.get(key).copied()).collect()
    };
    for operation in &operations {
        let named = places(operation);
        for pair in named.windows(2) {
            let (one, other) = (leader(&mut leaders, pair[0]), leader(&mut leaders, pair[1]));
            leaders[one.max(other)] = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, (Vec<String>, Vec<Operation>)> = BTreeMap::new();
    for (at, key) in keys.iter().enumerate() {
        let group = groups.entry(leader(&mut leaders, at)).or_default();
        group.0.push(key.clone());
    }
    for operation in operations {
        let first = places(&operation).first().copied().unwrap_or_default();
        if let Some(group) = groups.get_mut(&leader(&mut leaders, first)) {
            group.1.push(operation);
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for (_, operations) in &mut groups {
        operations.sort_by_key(|operation| operation.begun);
    }
    groups
}

fn leader(leaders: &mut [usize], of: usize) -> usize {
    let mut at = of;
    while leaders[at] != at {
        leaders[at] = leaders[leaders[at]];
        at = leaders[at];
    }
    at
}
