//! Whom a request turned out to be about, and what follows its answer.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::mailer::Mailer;

/// Whom a request turned out to be about, for the logs. Copies of it share what is noted; with the last of them, which goes when the answer
/// has left, the rest begins.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Found>);

#[derive(Default)]
struct Found {
    pool: OnceLock<String>,
    user: OnceLock<String>,
    client: OnceLock<String>,
    mailer: OnceLock<Arc<Mailer>>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Found");
        shown.field("pool", &self.pool).field("user", &self.user);
        shown.field("client", &self.client).finish_non_exhaustive()
    }
}

impl Drop for Found {
    fn drop(&mut self) {
        if let Some(mailer) = self.mailer.get() {
            mailer.wake();
        }
    }
}

impl Noted {
    /// Has a queued mail handed over once the answer has left: before, the work of it would show in the answer's time that there is
    /// somebody to be mailed.
    pub fn mail_afterwards(&self, mailer: &Arc<Mailer>) {
        // One waking is enough.
        self.0.mailer.get_or_init(|| mailer.clone());
    }

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

#[cfg(test)]
mod tests {
    use crate::request::Asker;
    use crate::testing::TestPool;

    #[tokio::test]
    async fn a_mail_that_follows_the_answer_waits_until_nothing_of_the_request_is_left() {
        let pool = TestPool::new().await;
        let mailer = &pool.app().mailer;
        let _ = mailer.is_woken();
        let asker = Asker::default();
        let of_the_answer = asker.noted.clone();
        asker.noted.mail_afterwards(mailer);
        drop(asker);
        assert!(!mailer.is_woken());
        drop(of_the_answer);
        assert!(mailer.is_woken());
    }
}
