//! Documents of others that are kept for a while: what identity providers say of themselves, and their keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::clock::Millis;

/// Documents that are kept at most; the oldest goes first.
const MOST: usize = 1_000;

/// Documents by their URLs.
#[derive(Default)]
pub struct Documents(Mutex<BTreeMap<String, Kept>>);

struct Kept {
    since: Millis,
    document: Arc<Value>,
}

impl Documents {
    /// The document, if it was had no longer ago than so many seconds.
    pub fn get(&self, url: &str, now: Millis, seconds: i64) -> Option<Arc<Value>> {
        let held = self.held();
        let kept = held.get(url)?;
        (now < kept.since.plus_seconds(seconds)).then(|| kept.document.clone())
    }

    /// Keeps a document, in place of what was had before.
    pub fn keep(&self, url: &str, now: Millis, document: Arc<Value>) {
        let mut held = self.held();
        if held.len() >= MOST && !held.contains_key(url) {
            let oldest = held.iter().min_by_key(|(_, kept)| kept.since.0);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                held.remove(&oldest);
            }
        }
        held.insert(url.to_owned(), Kept { since: now, document });
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_kept_for_its_time_and_the_oldest_makes_room() {
        let documents = Documents::default();
        let at = |second: i64| Millis(second * 1000);
        documents.keep("a", at(0), Arc::new(json!(1)));
        assert_eq!(documents.get("a", at(9), 10).as_deref(), Some(&json!(1)));
        assert_eq!(documents.get("a", at(10), 10), None);
        assert_eq!(documents.get("b", at(0), 10), None);
        for number in 0..MOST {
            documents.keep(&number.to_string(), at(1), Arc::new(json!(number)));
        }
        assert_eq!(documents.get("a", at(1), 10), None);
        assert!(documents.get("0", at(1), 10).is_some());
        documents.keep("0", at(5), Arc::new(json!("new")));
        assert_eq!(documents.get("0", at(14), 10).as_deref(), Some(&json!("new")));
    }
}
