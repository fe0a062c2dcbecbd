//! The user pool without sockets: what is stored, the operations, the sign-in flows, triggers and mail.
//!
//! The folders are floors, and each imports only from those below it (`cargo xtask tidy` proves it):
//!
//! | floor | folder | holds |
//! |---|---|---|
//! | 1 | `base` | platform, clock, errors, settings |
//! | 2 | `records` | what is stored, a kind of record to a file |
//! | 3 | `mailer`, `keyring` | outbox and carriers; signing keys, access keys, function keys |
//! | 4 | `triggers` | events, answers, where functions run |
//! | 5 | `request` | one request: the pool's services, its id and moment, lookups |
//! | 6 | `users` | attributes, aliases, passwords, quotas |
//! | 7 | `auth` | sign-in flows, challenges, tokens |
//! | 8 | `ops` | the API's operations, one to a file |
//! | 9 | `run` | putting a pool together, the sweeper |

pub mod auth;
pub mod base;
pub mod keyring;
pub mod mailer;
pub mod ops;
pub mod records;
pub mod request;
pub mod run;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod triggers;
pub mod users;
