//! `attach`, `detach` and `rollback`: what each of them wants of a pool.

mod detach;
mod functions;
mod plan;
mod refusal;
mod rollback;

pub(crate) use detach::{Detaching, ours, plan as plan_detach};
pub(crate) use functions::{FunctionsError, find_usual, resolve};
pub(crate) use plan::{Wanted, code_becomes_required, open_doors, plan as plan_attach};
pub(crate) use refusal::Refusal;
pub(crate) use rollback::{RollbackError, plan as plan_rollback};
