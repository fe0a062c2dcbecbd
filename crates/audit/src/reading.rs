//! Reading the logs of pools in order of time, a page at a time.

use std::collections::{BTreeMap, VecDeque};

use poolhouse_pool::base::clock::Millis;
use poolhouse_pool::base::load::LoadError;
use poolhouse_pool::base::platform::Platform;
use poolhouse_pool::records::{AuditEntry, EntryId, Refused, audit_log};

/// Rows that are read of one log at a time.
const PAGE: usize = 200;
/// After the minute in which something was refused, how long until all servers have written it.
const WRITTEN_SECONDS: i64 = 75;

/// Something to be shown.
#[derive(Clone, Debug)]
pub enum Line {
    /// An entry.
    Entry(EntryId, Box<AuditEntry>),
    /// What one server refused in a minute.
    Refused {
        /// The pool, if it was about one.
        pool: Option<String>,
        /// The minute's beginning.
        at: Millis,
        /// How often, by operation and outcome.
        counts: BTreeMap<String, u64>,
    },
}

impl Line {
    /// When.
    pub fn at(&self) -> Millis {
        match self {
            Line::Entry(id, _) => id.at,
            Line::Refused { at, .. } => *at,
        }
    }

    /// What tells it from all others.
    pub fn name(&self) -> (Millis, String) {
        match self {
            Line::Entry(id, _) => (id.at, id.request_id.clone()),
            Line::Refused { pool, at, counts } => (*at, format!("{pool:?} {counts:?}")),
        }
    }

    /// Whether nothing is added to it any more.
    pub fn is_final(&self, now: Millis) -> bool {
        match self {
            Line::Entry(..) => true,
            Line::Refused { at, .. } => now >= at.plus_seconds(WRITTEN_SECONDS),
        }
    }
}

/// One pool's entries or refusals, or those that are about no pool.
struct Log {
    pool: Option<String>,
    is_of_refusals: bool,
    after: String,
    read: VecDeque<Line>,
    has_more: bool,
}

/// Several logs at once.
pub struct Reading {
    logs: Vec<Log>,
    user: Option<String>,
    until: Option<Millis>,
}

impl Reading {
    /// From a moment to another, of one pool or all, and of one user if `user` is a `sub`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(
        platform: &Platform,
        pool: Option<&str>,
        user: Option<&str>,
        since: Millis,
        until: Option<Millis>,
    ) -> Result<Reading, LoadError> {
        let pools = match pool {
            Some(pool) => vec![Some(pool.to_owned())],
            None => {
                let pools = audit_log::pools(platform).await?.into_iter().map(Some);
                [None].into_iter().chain(pools).collect()
            }
        };
        let mut logs = Vec::new();
        for pool in pools {
            let log = |is_of_refusals: bool, after: String| Log {
                pool: pool.clone(),
                is_of_refusals,
                after,
                read: VecDeque::new(),
                has_more: true,
            };
            logs.push(log(false, AuditEntry::from_moment(pool.as_deref(), since)));
            if user.is_none() {
                logs.push(log(true, Refused::from_moment(pool.as_deref(), since)));
            }
        }
        Ok(Reading {
            logs,
            user: user.map(str::to_owned),
            until,
        })
    }

    /// The next of all logs, in order of time.
    ///
    /// # Errors
    /// When the store fails, or a row is none of the log's.
    pub async fn next(&mut self, platform: &Platform) -> Result<Option<Line>, LoadError> {
        loop {
            for log in &mut self.logs {
                log.fill(platform).await?;
            }
            let times = self.logs.iter().enumerate();
            let times = times.filter_map(|(index, log)| Some((log.read.front()?.at(), index)));
            let Some((at, index)) = times.min() else {
                return Ok(None);
            };
            if self.until.is_some_and(|until| at > until) {
                return Ok(None);
            }
            let Some(line) = self.logs.get_mut(index).and_then(|log| log.read.pop_front()) else {
                return Ok(None);
            };
            match (&line, &self.user) {
                (Line::Entry(_, entry), Some(user)) if entry.user.as_ref() != Some(user) => {}
                _ => return Ok(Some(line)),
            }
        }
    }
}

impl Log {
    async fn fill(&mut self, platform: &Platform) -> Result<(), LoadError> {
        if !self.read.is_empty() || !self.has_more {
            return Ok(());
        }
        match self.is_of_refusals {
            true => self.read_refusals(platform).await,
            false => self.read_entries(platform).await,
        }
    }

    async fn read_entries(&mut self, platform: &Platform) -> Result<(), LoadError> {
        let pool = self.pool.as_deref();
        let page = audit_log::entries(platform, pool, &self.after, PAGE).await?;
        self.has_more = page.len() == PAGE;
        if let Some((last, _)) = page.last() {
            self.after = AuditEntry::key(pool, last).into();
        }
        let lines = page
            .into_iter()
            .map(|(id, entry)| Line::Entry(id, Box::new(entry)));
        self.read.extend(lines);
        Ok(())
    }

    async fn read_refusals(&mut self, platform: &Platform) -> Result<(), LoadError> {
        let page = audit_log::refused(platform, self.pool.as_deref(), &self.after, PAGE).await?;
        self.has_more = page.len() == PAGE;
        if let Some((last, ..)) = page.last() {
            self.after.clone_from(last);
        }
        let line = |(_, at, refused): (String, Millis, Refused)| Line::Refused {
            pool: self.pool.clone(),
            at,
            counts: refused.counts,
        };
        self.read.extend(page.into_iter().map(line));
        Ok(())
    }
}
