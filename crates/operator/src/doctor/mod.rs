//! `doctor`: what is wrong, or could be better, with sign-in by confirm code on a pool.
//!
//! [`gather`] reads everything into [`Facts`]; each [`Rule`] is one row of a table and one pure function over them;
//! [`report`] shows what they found. Nothing is changed unless `--fix` asks for it, by the same road as `attach`.

mod dns;
mod environment;
mod examination;
mod facts;
mod finding;
mod fix;
mod gather;
mod report;
mod rules;
#[cfg(test)]
mod tests;

pub(crate) use dns::Resolver;
pub(crate) use examination::{Examination, examine};
pub(crate) use facts::Facts;
pub(crate) use fix::plan as plan_fixes;
pub(crate) use gather::{Gathering, gather};
pub use report::Output;
pub(crate) use report::{exit_code, json, text};
