//! Whom a request turned out to be about, and what follows its answer.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::mailer::Mailer;

/// Whom a request turned out to be about, and what follows its answer. Copies of it share what is noted; with the last, which goes when
/// the answer has left, the rest begins.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Found>);

#[derive(Default)]
struct Found {
    user: OnceLock<String>,
    client: OnceLock<String>,
    mailer: OnceLock<Arc<Mailer>>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (user, client) = (&self.user, &self.client);
        let mut shown = f.debug_struct("Found");
        shown
            .field("user", user)
            .field("client", client)
            .finish_non_exhaustive()
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
        // A mailer that is to be woken is woken once.
        let _ = self.0.mailer.set(mailer.clone());
    }

    /// Notes a user, unless one was found before.
    pub(super) fn is_about_user(&self, sub: &str) {
        self.0.user.get_or_init(|| sub.to_owned());
    }

    /// Notes an app client, unless one was found before.
    pub(super) fn is_about_client(&self, id: &str) {
        self.0.client.get_or_init(|| id.to_owned());
    }

    /// The `sub` of the first user that was found.
    pub fn user(&self) -> Option<&str> {
        self.0.user.get().map(String::as_str)
    }

    /// The id of the first app client that was found.
    pub fn client(&self) -> Option<&str> {
        self.0.client.get().map(String::as_str)
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
