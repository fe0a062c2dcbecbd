//! What was refused without an entry of its own in the audit log: counted by operation and outcome, a row a minute.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::document::{Document, integer};
use super::key::{Directory, Key};
use crate::base::clock::Millis;

const MINUTE: i64 = 60_000;

/// The counts of one server in one minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// How often, by operation and outcome, with a blank between them.
    pub counts: BTreeMap<String, u64>,
    /// When the row may go.
    pub expires: Millis,
}

impl Refused {
    /// Where the counts lie of a server, by the minute that they were begun in.
    pub fn key(pool_id: Option<&str>, minute: Millis, server: &str) -> Key<Refused> {
        let name = format!("{:013}-{server}", minute.0);
        match pool_id {
            Some(pool_id) => Key::of_pool(pool_id, format_args!("refused/{name}")),
            None => Key::listed(Directory::Refused, name),
        }
    }

    /// What the keys of a pool's counts begin with, or of those that speak of no pool.
    pub fn prefix(pool_id: Option<&str>) -> String {
        match pool_id {
            Some(pool_id) => Key::<Refused>::of_pool(pool_id, "refused/").into(),
            None => Directory::Refused.prefix().to_owned(),
        }
    }

    /// A key behind which the minutes from the one of this moment on lie.
    pub fn from_moment(pool_id: Option<&str>, moment: Millis) -> String {
        let minute = (moment.0 - MINUTE).max(0);
        format!("{}{minute:013}", Refused::prefix(pool_id))
    }
}

impl Document for Refused {
    fn to_document(&self) -> Value {
        json!({ "counts": self.counts, "expires": self.expires.0 })
    }

    fn from_document(document: &Value) -> Option<Refused> {
        let counts = document.get("counts")?.as_object()?.iter();
        Some(Refused {
            counts: counts
                .map(|(name, count)| Some((name.clone(), count.as_u64()?)))
                .collect::<Option<_>>()?,
            expires: Millis(integer(document, "expires")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.expires)
    }
}
