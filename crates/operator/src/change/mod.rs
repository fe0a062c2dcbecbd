//! Changing a pool so that nothing else changes: the steps that `attach`, `detach`, `rollback` and `doctor --fix` share.
//!
//! A [`Plan`] says what a pool, its app clients and its functions shall be like. [`carry_out`] shows it, asks, writes a
//! [`Snapshot`], applies it and compares what the service says afterwards with what was planned.

mod apply;
mod carry_out;
mod plan;
mod snapshot;

pub(crate) use apply::Surroundings;
pub(crate) use carry_out::{ChangeError, Consent, carry_out};
pub(crate) use plan::{Permission, Plan};
pub(crate) use snapshot::{Snapshot, SnapshotError, rfc_3339};
