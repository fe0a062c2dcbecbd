//! What is elsewhere, as a test has it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use poolhouse_outbound::guarded::{Asked, BoxFuture, Fetch, Fetched, Limits, Unfetched};
use serde_json::Value;

/// Answers by URL, and what was asked for. Where nothing was written, nothing is.
#[derive(Default)]
pub struct Outside {
    answers: Mutex<BTreeMap<String, Fetched>>,
    asked: Mutex<Vec<String>>,
    instead: Mutex<Option<Arc<dyn Fetch>>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outside {
    /// Has a URL answer this, whatever it answered before.
    pub fn answer(&self, url: &str, fetched: Fetched) {
        held(&self.answers).insert(url.to_owned(), fetched);
    }

    /// Has a URL answer this document.
    ///
    /// # Panics
    /// Never: the header is one.
    pub fn document(&self, url: &str, document: &Value) {
        let mut fetched = Fetched {
            status: 200,
            body: document.to_string().into(),
            ..Fetched::default()
        };
        let json = "application/json".parse().expect("a header");
        fetched.headers.insert("content-type", json);
        self.answer(url, fetched);
    }

    /// Has a URL answer nothing any more.
    pub fn forget(&self, url: &str) {
        held(&self.answers).remove(url);
    }

    /// What was asked for so far, each time.
    pub fn asked(&self) -> Vec<String> {
        held(&self.asked).clone()
    }

    /// Has something else fetch from now on.
    pub fn instead(&self, fetch: Arc<dyn Fetch>) {
        *held(&self.instead) = Some(fetch);
    }
}

impl Fetch for Outside {
    fn send<'a>(&'a self, asked: Asked<'a>, limits: Limits) -> BoxFuture<'a, Result<Fetched, Unfetched>> {
        held(&self.asked).push(asked.url.to_owned());
        let instead = held(&self.instead).clone();
        let answer = held(&self.answers).get(asked.url).cloned();
        Box::pin(async move {
            match instead {
                Some(fetch) => fetch.send(asked, limits).await,
                None => answer
                    .filter(|fetched| fetched.body.len() <= limits.bytes)
                    .ok_or(Unfetched::Off),
            }
        })
    }
}
