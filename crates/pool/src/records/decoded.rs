//! Records that nearly every request reads and hardly any changes, decoded once for each state of its row.
//!
//! The row is read every time, so a change made by another request or another process is seen at once; what is saved is
//! the parsing, which for a user pool costs more than everything else that a request does to it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use poolhouse_store::Row;

use super::document::{Document, Stored, decode};
use super::key::Key;
use crate::base::envelope;
use crate::base::load::LoadError;
use crate::base::platform::Platform;

/// Records kept at most. A server with more pools than this parses some of them again.
const CAPACITY: usize = 1024;

/// Decoded records of one kind, by key, each with the authenticated head of its row: a row that is sealed again keeps its version, and
/// what is held of it must not outlive the key it was sealed with.
pub struct Decoded<T> {
    held: RwLock<HashMap<String, (String, Arc<T>)>>,
}

impl<T> Default for Decoded<T> {
    fn default() -> Decoded<T> {
        Decoded {
            held: RwLock::default(),
        }
    }
}

impl<T: Document> Decoded<T> {
    /// The record at `key` as it was decoded last, which may have changed since: for guesses that are checked.
    pub fn last(&self, key: &Key<T>) -> Option<Arc<T>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.get(key.as_str()).map(|(_, value)| value.clone())
    }

    /// The record in a row as the store returned it. What is held was authenticated when it was decoded.
    ///
    /// # Errors
    /// When the row is not such a record.
    pub fn decode(&self, platform: &Platform, row: Row) -> Result<Stored<Arc<T>>, LoadError> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((head, value)) = held.get(&row.key)
            && head == envelope::head(&row.body)
        {
            return Ok(Stored {
                key: row.key,
                version: row.version,
                value: value.clone(),
            });
        }
        drop(held);
        let head = envelope::head(&row.body).to_owned();
        let Stored { key, version, value } = decode::<T>(platform.open_row(row)?)?;
        let value = Arc::new(value);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= CAPACITY {
            held.clear();
        }
        held.insert(key.clone(), (head, value.clone()));
        Ok(Stored { key, version, value })
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_store::{Batch, Expect};
    use serde_json::{Value, json};

    use super::*;
    use crate::records::RecordBatch;
    use crate::testing::TestPool;

    #[derive(Debug, PartialEq)]
    struct Number(i64);

    impl Document for Number {
        fn to_document(&self) -> Value {
            json!(self.0)
        }

        fn from_document(document: &Value) -> Option<Number> {
            document.as_i64().map(Number)
        }
    }

    #[tokio::test]
    async fn a_record_that_changed_is_decoded_again() {
        let pool = TestPool::new().await;
        let (platform, decoded) = (&pool.app().platform, Decoded::<Number>::default());
        let key = || Key::from_text("n".to_owned());
        assert_eq!(decoded.last(&key()), None);
        for number in [1, 2] {
            let batch = Batch::new().record(key(), Expect::Any, &Number(number));
            platform.commit(batch).await.unwrap();
            for _ in 0..2 {
                let row = platform.store.get("n").await.unwrap().unwrap();
                let stored = decoded.decode(platform, row).unwrap();
                assert_eq!(*stored.value, Number(number));
            }
            assert_eq!(decoded.last(&key()).as_deref(), Some(&Number(number)));
        }
    }
}
