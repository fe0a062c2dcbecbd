//! Whom a request turned out to be about.

use std::sync::{Arc, OnceLock};

/// Whom a request turned out to be about, for the logs. Copies of it share what is noted.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    pool: OnceLock<String>,
    user: OnceLock<String>,
    client: OnceLock<String>,
}

impl Noted {
    /// The id of the first pool that was found.
    pub fn pool(&self) -> Option<&str> {
        self.0.pool.get().map(String::as_str)
    }

    /// The `sub` of the first user that was found.
    pub fn user(&self) -> Option<&str> {
        self.0.user.get().map(String::as_str)
    }

    /// The id of the first app client that was found.
    pub fn client(&self) -> Option<&str> {
        self.0.client.get().map(String::as_str)
    }

    /// Notes a pool, unless one was found before.
    pub(super) fn found_pool(&self, id: &str) {
        self.0.pool.get_or_init(|| id.to_owned());
    }

    /// Notes a user, unless one was found before.
    pub fn found_user(&self, sub: &str) {
        self.0.user.get_or_init(|| sub.to_owned());
    }

    /// Notes an app client, unless one was found before.
    pub(super) fn found_client(&self, id: &str) {
        self.0.client.get_or_init(|| id.to_owned());
    }
}
