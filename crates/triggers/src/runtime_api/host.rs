//! What functions need of the process that runs them.

use std::sync::Arc;

/// The wall clock: milliseconds since 1970.
pub type WallClock = Arc<dyn Fn() -> i64 + Send + Sync>;
/// Fills a buffer with random bytes that nobody can guess.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;
/// Takes a line about a function, which is named first.
pub type Log = Arc<dyn Fn(&str, LogSource, &str) + Send + Sync>;

/// Who wrote a line of a function's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// The function, to its standard output or error.
    Function,
    /// The host: `START`, `END` and `REPORT` of each call, `INIT_REPORT` of a start that failed.
    ///
    /// A function's last lines about a call may come after its `END`: they take another way.
    Platform,
}

/// What the host of the processes lends them.
#[derive(Clone)]
pub struct Host {
    /// For the deadlines that a function is told.
    pub wall: WallClock,
    /// For request ids.
    pub random: Random,
    /// For what a function prints, and what is to be said about its calls.
    pub log: Log,
}
