//! Pages of rows.

use crate::StoreError;
use crate::key::end_of_prefix;

/// Which rows to read: those whose key starts with `prefix` and is greater than `after`, at most `limit` of them.
///
/// The next page begins after the last key of this one. A page shorter than `limit` is the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// What the keys start with. The empty prefix means every row.
    pub prefix: String,
    /// Only keys strictly greater than this one.
    pub after: Option<String>,
    /// The most rows to answer.
    pub limit: usize,
}

impl Scan {
    /// The first `limit` rows whose key starts with `prefix`.
    #[must_use]
    pub fn prefix(prefix: impl Into<String>, limit: usize) -> Self {
        Self {
            prefix: prefix.into(),
            after: None,
            limit,
        }
    }

    /// The same, but beginning after `key`.
    #[must_use]
    pub fn after(mut self, key: impl Into<String>) -> Self {
        self.after = Some(key.into());
        self
    }

    /// A prefix and an `after` may be any text, for they name no row; only NUL cannot be sent to every engine.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let nul = |text: &str| text.contains('\0');
        if nul(&self.prefix) || self.after.as_deref().is_some_and(nul) {
            return Err(StoreError::Key);
        }
        Ok(())
    }

    /// Where the page begins, and whether that key itself belongs to it.
    pub(crate) fn start(&self) -> (&str, Start) {
        match &self.after {
            Some(after) if after.as_str() >= self.prefix.as_str() => (after, Start::Excluded),
            _ => (&self.prefix, Start::Included),
        }
    }

    /// The least key that is past the prefix; `None` when every greater key has it.
    pub(crate) fn end(&self) -> Option<String> {
        end_of_prefix(&self.prefix)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Included,
    Excluded,
}
