//! Who holds how many connections, and who makes room for the next one.
//!
//! A connection that waits for its client makes room: an idle one before one whose head has begun, that one before one
//! whose body does not come, and of each kind the one that has waited for the longest. One whose request is being served
//! keeps its place. Where an address has all of its own places, its own connections make room; the last places of all are
//! for addresses that hold next to none, so that somebody who comes for the first time finds one.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// All together.
    pub total: usize,
    /// From one address (IPv6: one /64).
    pub per_address: usize,
    /// From one /48 of IPv6, which a customer of a provider usually has all of.
    pub per_network: usize,
}

/// Of all places, the part that is for addresses with few connections.
const RESERVED_PART: usize = 8;
/// Few connections.
const FEW: usize = 8;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing: it waits for a request.
    Idle,
    /// A request's head has begun and has not ended.
    Head,
    /// A request's body has not all come.
    Body,
    /// A request is being served.
    Serving,
}

/// A connection in the order in which connections make room: what it waits for, since when, which it is.
type Waiting = (Phase, Instant, u64);

/// Connections that count together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    Address(IpAddr),
    Network(Ipv6Addr),
}

/// All places.
pub struct Places {
    counts: Counts,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: u64,
    connections: HashMap<u64, Connection>,
    waiting: BTreeSet<Waiting>,
    groups: HashMap<Group, Members>,
}

#[derive(Default)]
struct Members {
    count: usize,
    waiting: BTreeSet<Waiting>,
}

struct Connection {
    groups: [Option<Group>; 2],
    waiting: Option<Waiting>,
    leave: Arc<Notify>,
}

/// A connection's place, given back when dropped.
pub struct Place {
    places: Arc<Places>,
    id: u64,
    leave: Arc<Notify>,
}

impl Places {
    /// So many places, all of them free.
    pub fn new(counts: Counts) -> Arc<Places> {
        Arc::new(Places {
            counts,
            state: Mutex::default(),
        })
    }

    /// A place for a connection from this address, for which another may have to go; `None` if all are being served. An
    /// `exempt` address (this machine's own, a proxy's) may hold any number.
    pub fn take(places: &Arc<Places>, from: IpAddr, exempt: bool) -> Option<Place> {
        let groups = if exempt { [None, None] } else { groups(from) };
        Places::enter(places, groups, Phase::Idle)
    }

    /// A place for a request from this address, which keeps it until it is served; `None` if others have all.
    pub fn serve(places: &Arc<Places>, from: IpAddr) -> Option<Place> {
        Places::enter(places, groups(from), Phase::Serving)
    }

    fn enter(places: &Arc<Places>, groups: [Option<Group>; 2], phase: Phase) -> Option<Place> {
        let mut state = places.state();
        for group in groups.into_iter().flatten() {
            if state.held(group) >= places.most(group) && !state.dismiss(Some(group)) {
                return None;
            }
        }
        let address = groups[0].filter(|address| state.held(*address) >= FEW);
        let reserved = places.counts.total / RESERVED_PART;
        if address.is_some() && state.connections.len() >= places.counts.total - reserved {
            // What is left is for others: it may only change one of its own for another.
            if !state.dismiss(address) {
                return None;
            }
        } else if state.connections.len() >= places.counts.total && !state.dismiss(None) {
            return None;
        }
        let leave = Arc::new(Notify::new());
        let id = state.enter(groups, leave.clone(), phase);
        drop(state);
        Some(Place {
            places: places.clone(),
            id,
            leave,
        })
    }

    fn most(&self, group: Group) -> usize {
        match group {
            Group::Address(_) => self.counts.per_address,
            Group::Network(_) => self.counts.per_network,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn held(&self, group: Group) -> usize {
        self.groups.get(&group).map_or(0, |members| members.count)
    }

    fn enter(&mut self, groups: [Option<Group>; 2], leave: Arc<Notify>, phase: Phase) -> u64 {
        self.last += 1;
        let connection = Connection {
            groups,
            waiting: None,
            leave,
        };
        for group in groups.into_iter().flatten() {
            self.groups.entry(group).or_default().count += 1;
        }
        self.connections.insert(self.last, connection);
        self.wait(self.last, waiting(phase, self.last));
        self.last
    }

    /// Notes what a connection waits for, if for anything.
    fn wait(&mut self, id: u64, waiting: Option<Waiting>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut connection.waiting, waiting);
        let update = |set: &mut BTreeSet<Waiting>| {
            if let Some(before) = before {
                set.remove(&before);
            }
            set.extend(waiting);
        };
        update(&mut self.waiting);
        for group in connection.groups.into_iter().flatten() {
            if let Some(members) = self.groups.get_mut(&group) {
                update(&mut members.waiting);
            }
        }
    }

    /// Sends away the connection, of a group or of all, that makes room before all others. Returns whether there is one.
    fn dismiss(&mut self, group: Option<Group>) -> bool {
        let waiting = match group {
            Some(group) => self
                .groups
                .get(&group)
                .and_then(|members| members.waiting.first()),
            None => self.waiting.first(),
        };
        let Some((_, _, id)) = waiting.copied() else {
            return false;
        };
        if let Some(connection) = self.leave(id) {
            connection.leave.notify_one();
        }
        true
    }

    fn leave(&mut self, id: u64) -> Option<Connection> {
        self.wait(id, None);
        let connection = self.connections.remove(&id)?;
        for group in connection.groups.into_iter().flatten() {
            if let Some(members) = self.groups.get_mut(&group) {
                members.count -= 1;
                if members.count == 0 {
                    self.groups.remove(&group);
                }
            }
        }
        Some(connection)
    }
}

impl Place {
    /// Notes what the connection does from now on.
    pub fn change(&self, phase: Phase) {
        let waiting = waiting(phase, self.id);
        self.places.state().wait(self.id, waiting);
    }

    /// Returns when the connection has to make room for another.
    pub async fn dismissed(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.state().leave(self.id);
    }
}

/// Where a connection stands in the order in which connections make room, from now on.
fn waiting(phase: Phase, id: u64) -> Option<Waiting> {
    (phase != Phase::Serving).then(|| (phase, Instant::now(), id))
}

/// What a connection from this address counts under: its address; for IPv6 its /64, of which one machine usually has all,
/// and its /48.
fn groups(from: IpAddr) -> [Option<Group>; 2] {
    let network = |address: Ipv6Addr, bits: u32| {
        let host = 128 - bits;
        Ipv6Addr::from_bits(address.to_bits() >> host << host)
    };
    match from.to_canonical() {
        address @ IpAddr::V4(_) => [Some(Group::Address(address)), None],
        IpAddr::V6(address) => [
            Some(Group::Address(network(address, 64).into())),
            Some(Group::Network(network(address, 48))),
        ],
    }
}

#[cfg(test)]
mod tests;
