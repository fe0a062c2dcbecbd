//! The store: ordered text keys, JSON documents, compare-and-set batches.
