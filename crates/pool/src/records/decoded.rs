//! Records that nearly every request reads and hardly any changes, decoded once per version.
//!
//! The row is read every time, so a change made by another request or another process is seen at once; what is saved is
//! the parsing, which for a user pool costs more than everything else that a request does to it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use poolhouse_store::{Store, Version};

use super::document::{Document, LoadError, Stored, decode};

/// Records kept at most. A server with more pools than this parses some of them again.
const CAPACITY: usize = 1024;

/// Decoded records of one kind, by key and version.
pub struct Decoded<T> {
    held: RwLock<HashMap<String, (Version, Arc<T>)>>,
}

impl<T> Default for Decoded<T> {
    fn default() -> Decoded<T> {
        Decoded {
            held: RwLock::default(),
        }
    }
}

impl<T: Document> Decoded<T> {
    /// Reads the record at `key`.
    ///
    /// # Errors
    /// When the store fails or the row is not such a record; a missing row is `Ok(None)`.
    pub async fn load(&self, store: &dyn Store, key: &str) -> Result<Option<Stored<Arc<T>>>, LoadError> {
        let Some(row) = store.get(key).await.map_err(LoadError::Store)? else {
            return Ok(None);
        };
        if let Some((version, value)) = self.held.read().unwrap_or_else(PoisonError::into_inner).get(key)
            && *version == row.version
        {
            return Ok(Some(Stored {
                key: row.key,
                version: row.version,
                value: value.clone(),
            }));
        }
        let Stored { key, version, value } = decode::<T>(row)?;
        let value = Arc::new(value);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= CAPACITY {
            held.clear();
        }
        held.insert(key.clone(), (version, value.clone()));
        Ok(Some(Stored { key, version, value }))
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_store::{Batch, Expect, Memory};
    use serde_json::{Value, json};

    use super::*;

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
        let (store, decoded) = (Memory::new(), Decoded::<Number>::default());
        for number in [1, 2] {
            let body = Number(number).to_body();
            store
                .commit(Batch::new().put("n", Expect::Any, body))
                .await
                .unwrap();
            for _ in 0..2 {
                let stored = decoded.load(&store, "n").await.unwrap().unwrap();
                assert_eq!(*stored.value, Number(number));
            }
        }
        store.commit(Batch::new().delete("n", Expect::Any)).await.unwrap();
        assert!(decoded.load(&store, "n").await.unwrap().is_none());
    }
}
