//! A mail server that keeps what it is sent.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use poolhouse_mail::inbox::{self, Inbox};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::attack::Outcome;

/// More than any attack causes.
const CAPACITY: usize = 20_000;
/// A mail that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(20);
const CODE_LENGTHS: [usize; 2] = [6, 12];

/// Where a server's mail goes.
#[derive(Clone)]
pub struct Mail {
    kept: Inbox,
    pub address: SocketAddr,
}

impl Mail {
    /// Takes mail from now on.
    pub async fn open() -> Outcome<Mail> {
        Mail::open_at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    /// The same at this address.
    pub async fn open_at(address: SocketAddr) -> Outcome<Mail> {
        let kept = Inbox::new(CAPACITY);
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        // When a mail came does not matter. If the listener breaks, the wait for the next mail says so.
        tokio::spawn(inbox::listen(listener, kept.clone(), Arc::new(|| 0)));
        Ok(Mail { kept, address })
    }

    /// The code in the `nth` mail to an address that has one.
    pub async fn code(&self, to: &str, nth: usize) -> Outcome<String> {
        let mut arrived = self.kept.subscribe();
        let wanted = async {
            loop {
                let codes = self.codes(to);
                if let Some(code) = codes.into_iter().nth(nth) {
                    return code;
                }
                if arrived.changed().await.is_err() {
                    return String::new();
                }
            }
        };
        let code = timeout(PATIENCE, wanted)
            .await
            .map_err(|_| format!("mail {nth} to {to} did not come"))?;
        Ok(code)
    }

    /// All codes mailed to an address, in the order in which they came.
    pub fn codes(&self, to: &str) -> Vec<String> {
        let mut mails = self.kept.list(Some(to));
        mails.sort_by_key(|mail| mail.id.parse::<u64>().unwrap_or_default());
        mails.iter().filter_map(|mail| first_code(&mail.text)).collect()
    }

    /// The HTML of all mails to an address.
    pub fn html(&self, to: &str) -> Vec<String> {
        let mails = self.kept.list(Some(to));
        mails.iter().map(|mail| mail.html.clone()).collect()
    }

    /// How many mails came to an address.
    pub fn count(&self, to: &str) -> usize {
        self.kept.list(Some(to)).len()
    }
}

/// The first code in a mail's text: six digits in a row, or twelve.
pub fn first_code(text: &str) -> Option<String> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers
        .find(|digits| CODE_LENGTHS.contains(&digits.len()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_among_other_numbers() {
        assert_eq!(first_code("in 5 minutes: 123456."), Some("123456".to_owned()));
        assert_eq!(first_code("2026-01-02, 1234567"), None);
    }
}
