//! That the database was put back from a backup, and what of a backup may come back.

use serde_json::{Value, json};

use super::document::{Document, integer, text};
use super::key::{Directory, Key};
use super::outbox;
use super::reference::Reference;
use super::server_keys::{KeysInUse, SERVERS};
use crate::base::clock::Millis;
use crate::base::restore::Mark;

/// `meta/restored`: the last time that it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// How often it was.
    pub times: u64,
    /// What everything short-lived depends on from then on.
    pub mark: Mark,
}

impl Restored {
    /// Where it lies.
    pub fn key() -> Key<Restored> {
        Key::listed(Directory::Meta, "restored")
    }

    /// `meta/arriving`: there while rows arrive from a backup or another database, and says which; nothing may be done with them
    /// before all are there.
    pub fn arriving_key() -> Key<Reference> {
        Key::listed(Directory::Meta, "arriving")
    }
}

impl Document for Restored {
    fn to_document(&self) -> Value {
        json!({ "times": self.times, "mark": self.mark.text, "from": self.mark.from.0 })
    }

    fn from_document(document: &Value) -> Option<Restored> {
        Some(Restored {
            times: document.get("times")?.as_u64()?,
            mark: Mark {
                text: text(document, "mark")?,
                from: Millis(integer(document, "from")?),
            },
        })
    }
}

/// The kinds of a user's rows that come back: what lasts, and what counts against somebody.
const COME_BACK: &[&str] = &[
    "profile",
    "software-token",
    "passkeys",
    "lockout",
    "ledger",
    "counter",
    "quota",
    "wrong-codes",
    "first-codes",
];
/// Those that do not: what stands for a proof may have been used, revoked or exchanged since.
#[cfg(test)]
const END: &[&str] = &[
    "software-token-unverified",
    "passkey-registration",
    "device",
    "code",
    "session",
    "answered",
    "browser",
    "page",
    "places",
    "sessions",
    "refresh",
];

/// Whether the row at a key tells of the place that the database is in, and not of what is in it: that rows arrive there, which servers run
/// there, and which keys those must have. In another place it would be untrue.
pub fn is_of_its_place(key: &str) -> bool {
    key == Restored::arriving_key().as_str() || key == KeysInUse::key().as_str() || key.starts_with(SERVERS)
}

/// Whether the row at a key comes back from a backup. Of a user's rows, only kinds that are known to: one that is forgotten here is lost,
/// and revives nothing. A mail that waited then has left long ago, or says what is no longer so.
pub fn comes_back(key: &str) -> bool {
    if key.starts_with(outbox::PREFIX) || key == Restored::key().as_str() || is_of_its_place(key) {
        return false;
    }
    match key.split('/').collect::<Vec<_>>()[..] {
        ["p", _, "user", _, kind, ..] => COME_BACK.contains(&kind),
        // A code may have been used since, and a sign-in on the pages has gone on.
        ["p", _, "authorization-code" | "transaction", ..] => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        AnsweredBlock, AuthorizationCode, BrowserSession, ClientRecord, CodeRecord, CounterRecord,
        DeviceRecord, Failures, FirstCodes, LedgerRecord, PlacesRecord, PoolRecord, RefreshRecord,
        ServerKeys, SessionRecord, SigningKeysRecord, TransactionRecord, UserRecord,
    };
    use super::*;

    #[test]
    fn proofs_and_mails_do_not_come_back_and_whatever_lasts_or_counts_does() {
        for key in [
            String::from(SessionRecord::key("p", "s", "d")),
            AnsweredBlock::key("p", "s", "d").into(),
            CodeRecord::key("p", "s", "sign-up").into(),
            RefreshRecord::key("p", "s", "o").into(),
            DeviceRecord::key("p", "s", "us-east-1_0f").into(),
            PlacesRecord::key("p", "s").into(),
            AuthorizationCode::key("p", "d").into(),
            BrowserSession::key("p", "s", "d").into(),
            TransactionRecord::key("p", "d").into(),
            outbox::key(1, Millis(1), "id"),
            Restored::key().into(),
            Restored::arriving_key().into(),
            KeysInUse::key().into(),
            ServerKeys::key("id").into(),
        ] {
            assert!(!comes_back(&key), "{key}");
        }
        for key in [
            String::from(PoolRecord::key("p")),
            ClientRecord::key("p", "c").into(),
            SigningKeysRecord::key("p").into(),
            UserRecord::key("p", "s").into(),
            Failures::key("p", "s").into(),
            LedgerRecord::key("p", "s").into(),
            FirstCodes::key("p", "s").into(),
            CounterRecord::key("p", "s").into(),
            "p/p/user/s/quota/GetUser".to_owned(),
            "p/p/name/session".to_owned(),
            "access-key/AKIA".to_owned(),
            "meta/seal".to_owned(),
        ] {
            assert!(comes_back(&key), "{key}");
        }
    }

    #[test]
    fn every_kind_of_a_users_rows_is_decided() {
        let table = include_str!("key.rs");
        let rows = table
            .lines()
            .filter_map(|line| line.strip_prefix("//! | `p/POOL/user/SUB/"));
        let mut count = 0;
        for row in rows {
            let kind = row.split(['/', '`']).next().unwrap();
            let (back, ends) = (COME_BACK.contains(&kind), END.contains(&kind));
            assert!(back != ends, "{kind}");
            count += 1;
        }
        assert!(count > 10, "the table is still there");
    }
}
