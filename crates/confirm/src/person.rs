//! Whose ledger it is.

/// One user of one pool, whichever client is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'a> {
    /// The pool's id.
    pub pool: &'a str,
    /// The user's name, as events have it.
    pub user_name: &'a str,
    /// The user's `sub`; empty for a user who does not exist.
    pub sub: &'a str,
}

impl<'a> Person<'a> {
    /// What the ledger's signature covers.
    pub(crate) fn parts(&self) -> [&'a [u8]; 3] {
        [self.pool, self.user_name, self.sub].map(str::as_bytes)
    }
}
