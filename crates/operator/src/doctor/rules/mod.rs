//! The rules, by what they are about. `docs/reference/doctor.md` lists them; a test compares the two.

mod attribute;
pub(crate) mod client;
mod doors;
mod environment;
pub(crate) mod function;
mod mail;
mod pool;
pub(crate) mod trigger;

use super::finding::Rule;

/// Every rule, in the order of the reference.
pub(crate) fn all() -> impl Iterator<Item = Rule> {
    let tables = [
        doors::RULES,
        attribute::RULES,
        client::RULES,
        pool::RULES,
        trigger::RULES,
        function::RULES,
        environment::RULES,
        mail::RULES,
    ];
    tables.into_iter().flatten().copied()
}
