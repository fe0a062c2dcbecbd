//! Why a pool is left alone, and the way out.

use std::error::Error;
use std::fmt;

use crate::pool::Trigger;
use crate::pool::attribute::{self, Flaw};

/// Why a pool is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Other functions have the triggers.
    OtherTriggers(Vec<(Trigger, String)>),
    /// The attribute is there and cannot carry the ledger.
    Attribute { name: String, flaw: Flaw },
    /// Functions are configured for another attribute.
    OtherAttribute {
        expected: String,
        /// By name, with what each is configured for.
        functions: Vec<(String, String)>,
    },
    /// The pool has as many custom attributes as it may have.
    NoRoom,
}

impl Refusal {
    /// The way out.
    pub(crate) fn advice(&self) -> String {
        match self {
            Refusal::OtherTriggers(_) => {
                "If they may go, pass --replace-triggers; the snapshot brings them back. If they are the right ones, name \
                 them with --define, --create and --verify, and leave --post-confirmation out."
                    .to_owned()
            }
            Refusal::Attribute { .. } => {
                "An attribute can neither be changed nor removed. Use another one: --attribute NAME here, and \
                 CUSTOM_ATTRIBUTES=custom:NAME in the functions' environment."
                    .to_owned()
            }
            Refusal::OtherAttribute { expected, .. } => format!(
                "Set CUSTOM_ATTRIBUTES={expected} in their environment first, or name their attribute here with --attribute."
            ),
            Refusal::NoRoom => {
                "Use one that is there and free: --attribute NAME here, and CUSTOM_ATTRIBUTES=custom:NAME in the functions' \
                 environment."
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::OtherTriggers(others) => {
                f.write_str("other functions are in place, and nothing was changed:")?;
                others
                    .iter()
                    .try_for_each(|(trigger, arn)| write!(f, "\n  {} {arn}", trigger.member()))
            }
            Refusal::Attribute { name, flaw } => {
                write!(f, "custom:{name} cannot carry the ledger: ")?;
                match flaw {
                    Flaw::NotText => f.write_str("it is no string"),
                    Flaw::Immutable => f.write_str("it can be written only once"),
                    Flaw::TooShort { length } => {
                        write!(
                            f,
                            "it takes {length} characters, and {} are needed",
                            attribute::LEDGER_LENGTH
                        )
                    }
                }
            }
            Refusal::OtherAttribute { functions, .. } => {
                f.write_str("the functions keep the ledger in another attribute, and nothing was changed:")?;
                functions
                    .iter()
                    .try_for_each(|(name, told)| write!(f, "\n  {name}: {told}"))
            }
            Refusal::NoRoom => write!(
                f,
                "the pool has {} custom attributes already, which is the most there can be",
                attribute::MOST_ATTRIBUTES
            ),
        }
    }
}

impl Error for Refusal {}
