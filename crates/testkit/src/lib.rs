//! A server in process for tests: frozen clock, seeded randomness, a mailbox that must be read.
