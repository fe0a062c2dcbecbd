//! Reading the mail that the server sent, all of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use poolhouse_mail::inbox::Message;

use super::TestPool;

impl TestPool {
    /// Takes the newest mail to this address that was not taken yet.
    ///
    /// # Panics
    /// If there is none.
    pub async fn mail_to(&self, address: &str) -> Arc<Message> {
        self.deliver_mail().await;
        let mut taken = self.taken.lock().expect("no panic under this lock");
        let mail = self
            .inbox
            .list(Some(address))
            .into_iter()
            .find(|mail| !taken.contains(&mail.id));
        let mail = mail.unwrap_or_else(|| panic!("there is no unread mail to {address}"));
        taken.push(mail.id.clone());
        mail
    }

    /// Takes the newest mail to this address and returns the code in it: its first run of six digits or more.
    ///
    /// # Panics
    /// If there is no mail, or no code in it.
    pub async fn code_to(&self, address: &str) -> String {
        let mail = self.mail_to(address).await;
        let runs = mail.text.split(|c: char| !c.is_ascii_digit());
        runs.map(str::to_owned)
            .find(|run| run.len() >= 6)
            .unwrap_or_else(|| panic!("no code in: {}", mail.text))
    }

    /// How many mails nobody has taken.
    pub fn unread_mails(&self) -> usize {
        let taken = self.taken.lock().map(|taken| taken.len()).unwrap_or_default();
        self.inbox.list(None).len() - taken
    }

    /// Says that this test leaves mail unread.
    pub fn ignore_mail(&self) {
        self.ignores_mail.store(true, Ordering::SeqCst);
    }

    /// Brings what lies in the outbox into the inbox.
    ///
    /// # Panics
    /// If the outbox cannot be read.
    pub async fn deliver_mail(&self) {
        self.worker
            .lock()
            .await
            .drain()
            .await
            .expect("the outbox can be read");
    }
}

impl Drop for TestPool {
    fn drop(&mut self) {
        if std::thread::panicking() || self.ignores_mail.load(Ordering::SeqCst) {
            return;
        }
        assert_eq!(self.unread_mails(), 0, "mail was sent that the test did not read");
    }
}
