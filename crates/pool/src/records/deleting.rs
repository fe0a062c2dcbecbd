//! That a pool, a user or a group was deleted and some of its rows are still there.

use serde_json::Value;

use super::document::Document;
use super::key::{Directory, Key};
use crate::base::clock::Millis;

/// What the keys of these rows begin with.
pub const PREFIX: &str = Directory::Deleting.prefix();

/// Between the pool and the id of a group.
const GROUP: &str = "group/";

/// When the deletion began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleting(pub Millis);

impl Deleting {
    /// The tombstone of a pool.
    pub fn pool(pool_id: &str) -> Key<Deleting> {
        Key::listed(Directory::Deleting, pool_id)
    }

    /// The tombstone of a user.
    pub fn user(pool_id: &str, sub: &str) -> Key<Deleting> {
        Key::listed(Directory::Deleting, format_args!("{pool_id}/{sub}"))
    }

    /// The tombstone of the group with this id.
    pub fn group(pool_id: &str, id: &str) -> Key<Deleting> {
        Key::listed(Directory::Deleting, format_args!("{pool_id}/{GROUP}{id}"))
    }

    /// Whose tombstone lies at `key`.
    pub fn subject(key: &str) -> Option<Deleted<'_>> {
        let rest = key.strip_prefix(PREFIX)?;
        let Some((pool_id, rest)) = rest.split_once('/') else {
            return Some(Deleted::Pool(rest));
        };
        Some(match rest.strip_prefix(GROUP) {
            Some(id) => Deleted::Group { pool_id, id },
            None => Deleted::User { pool_id, sub: rest },
        })
    }
}

/// What was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted<'a> {
    /// The pool with this id.
    Pool(&'a str),
    /// A user.
    User {
        /// Its pool.
        pool_id: &'a str,
        /// Its `sub`.
        sub: &'a str,
    },
    /// A group.
    Group {
        /// Its pool.
        pool_id: &'a str,
        /// Its id.
        id: &'a str,
    },
}

impl Document for Deleting {
    fn to_document(&self) -> Value {
        Value::from(self.0.0)
    }

    fn from_document(document: &Value) -> Option<Deleting> {
        document.as_i64().map(|since| Deleting(Millis(since)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tombstone_tells_what_it_is_of() {
        let of = |key: Key<Deleting>| Deleting::subject(key.as_str()).map(|subject| format!("{subject:?}"));
        let told = |subject: Deleted<'_>| Some(format!("{subject:?}"));
        assert_eq!(of(Deleting::pool("p")), told(Deleted::Pool("p")));
        let user = Deleted::User {
            pool_id: "p",
            sub: "s",
        };
        assert_eq!(of(Deleting::user("p", "s")), told(user));
        let group = Deleted::Group {
            pool_id: "p",
            id: "g",
        };
        assert_eq!(of(Deleting::group("p", "g")), told(group));
        assert_eq!(Deleting::subject("pool/p"), None);
    }
}
