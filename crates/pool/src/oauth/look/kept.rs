//! The looks of this second: every page asks for one, and hardly any changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use poolhouse_text::with_causes;

use super::{Look, of};
use crate::base::clock::Millis;
use crate::oauth::site::Site;
use crate::request::Ctx;

/// For how long a look is taken for what it was: a change shows after that.
const SECONDS: i64 = 1;
/// The most looks that are known at a time.
const MOST: usize = 1000;

/// The looks that are known, by pool and app client.
#[derive(Default)]
pub struct Looks(Mutex<HashMap<Whose, (Millis, Arc<Look>)>>);

/// A pool and an app client of its, by their ids.
type Whose = (String, String);

impl Looks {
    /// How the pages of a client look. One that cannot be read is as without: nobody is kept from signing in by it.
    pub async fn of(&self, ctx: &Ctx, site: &Site, client_id: &str) -> Arc<Look> {
        let key = (site.pool.value.id().to_owned(), client_id.to_owned());
        if let Some(known) = self.known(&key, ctx.now) {
            return known;
        }
        match of(ctx, site, client_id).await {
            Ok(found) => self.keep(key, ctx.now, Arc::new(found)),
            Err(error) => {
                let request_id = &ctx.request_id;
                tracing::error!(request_id, error = with_causes(&error), "a look cannot be read");
                Arc::default()
            }
        }
    }

    fn known(&self, key: &Whose, now: Millis) -> Option<Arc<Look>> {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, look) = looks.get(key)?;
        (now < at.plus_seconds(SECONDS)).then(|| look.clone())
    }

    fn keep(&self, key: Whose, now: Millis, look: Arc<Look>) -> Arc<Look> {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= MOST {
            looks.clear();
        }
        looks.insert(key, (now, look.clone()));
        look
    }
}
