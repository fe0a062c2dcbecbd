//! The memory engine, by the suite.

use poolhouse_store::Memory;

async fn open() -> (Memory, ()) {
    (Memory::new(), ())
}

poolhouse_store::suite!(open);
