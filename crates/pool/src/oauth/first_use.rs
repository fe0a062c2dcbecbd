//! The first use of a client that has registered itself. Until then its rows go by themselves.

use std::sync::Arc;

use poolhouse_store::{Batch, Expect};

use crate::records::{ClientRecord, RecordBatch, Reference, Stored};

/// What keeps it, if nothing of it has changed meanwhile.
pub fn of(client: &Stored<Arc<ClientRecord>>) -> Batch {
    let used = ClientRecord {
        unused_until: None,
        ..ClientRecord::clone(&client.value)
    };
    let pool = Reference(used.pool_id().to_owned());
    Batch::new()
        .replace(client, &used)
        .record(ClientRecord::pool_key(used.id()), Expect::Any, &pool)
}
