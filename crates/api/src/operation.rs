//! What the model says about each operation.

use crate::constraint::Node;
use crate::generated::errors::ErrorCode;
use crate::generated::operations::{FACTS, Operation};

/// How a caller proves that it may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// Unsigned: the parameters themselves are the credential.
    None,
    /// Unsigned, with the required member `AccessToken`.
    AccessToken,
    /// Unsigned, with `AccessToken` or, while signing in, `Session`.
    AccessTokenOrSession,
    /// Signed with Signature Version 4.
    SigV4,
}

/// One row of the table of operations.
pub(crate) struct Facts {
    pub(crate) operation: Operation,
    pub(crate) name: &'static str,
    pub(crate) auth: Auth,
    pub(crate) has_output: bool,
    pub(crate) input: &'static Node,
    pub(crate) errors: &'static [ErrorCode],
}

impl Operation {
    /// Every operation, in the order of names.
    pub const ALL: &'static [Self] = &{
        let mut all = [Self::AddCustomAttributes; FACTS.len()];
        let mut index = 0;
        while index < all.len() {
            all[index] = FACTS[index].operation;
            index += 1;
        }
        all
    };

    /// The operation of that exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        let index = FACTS.binary_search_by(|facts| facts.name.cmp(name)).ok()?;
        Some(FACTS[index].operation)
    }

    /// The name, as it follows the dot in `X-Amz-Target`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// How a caller proves that it may call the operation.
    pub fn auth(self) -> Auth {
        self.facts().auth
    }

    /// Whether success has a body: an operation without an output shape answers with no bytes at all, one with an
    /// output shape and nothing to say answers `{}`.
    pub fn has_output(self) -> bool {
        self.facts().has_output
    }

    /// The errors that the model lists for the operation.
    pub fn errors(self) -> &'static [ErrorCode] {
        self.facts().errors
    }

    pub(crate) fn input(self) -> &'static Node {
        self.facts().input
    }

    fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }
}
