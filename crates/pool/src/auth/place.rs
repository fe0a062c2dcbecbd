//! Place tokens, as far as the pool has to do with them: every challenge hands one out, the commit of a right code makes it
//! good, and no function sees one that is not.

use poolhouse_store::{Batch, Expect};

use super::handle;
use super::step::SignIn;
use super::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{Failures, Key, Place, PlacesRecord, PoolRecord, RecordBatch, Stored, load};
use crate::request::Ctx;
use crate::triggers::events::Metadata;

/// The token's name in public parameters and in `ClientMetadata`.
pub const TOKEN: &str = "deviceToken";

/// How long a token is good, in seconds: as long as the longest trust in a device.
const LIFE_SECONDS: i64 = 90 * 24 * 3600;

/// What is kept of a token.
pub fn digest(token: &str) -> String {
    handle::digest(token.as_bytes())
}

/// What is kept of the good token that came with a request whose metadata were stripped of all others.
pub fn of_request(metadata: &Metadata) -> Option<String> {
    metadata.get(TOKEN).map(|token| digest(token))
}

/// The note that makes the token of a sign-in good, in the commit that ends the sign-in.
pub struct Noting {
    key: Key<PlacesRecord>,
    before: Option<Stored<PlacesRecord>>,
    place: Place,
    instead_of: Option<String>,
}

impl Noting {
    /// Of the token that a sign-in was handed, if it was handed one, under a security epoch.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(sign_in: &SignIn<'_>, epoch: u64) -> Result<Option<Noting>, ApiError> {
        let Some(digest) = sign_in.place.clone() else {
            return Ok(None);
        };
        let ctx = sign_in.ctx;
        let key = PlacesRecord::key(sign_in.pool.id(), sign_in.subject.id());
        Ok(Some(Noting {
            before: ctx.load(&key).await?,
            key,
            place: Place {
                digest,
                epoch,
                expires: ctx.now.plus_seconds(LIFE_SECONDS),
            },
            instead_of: sign_in.place_before.clone(),
        }))
    }

    /// The note.
    pub fn batch(&self, ctx: &Ctx) -> Batch {
        let before = self.before.as_ref();
        let expect = before.map_or(Expect::Absent, Stored::unchanged);
        let before = before.map(|before| before.value.clone()).unwrap_or_default();
        let noted = before.with(self.place.clone(), self.instead_of.as_deref(), ctx.now);
        Batch::new().record(self.key.clone(), expect, &noted)
    }

    /// After a conflict at `key`: whether another browser of the user's was noted, beside which this one can be.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if key != self.key.as_str() {
            return Ok(false);
        }
        self.before = load(ctx.platform(), &self.key).await?;
        Ok(true)
    }
}

/// The rows that a token sent with a password asks for: whether it is good for this user, or made-up user, and what was
/// counted where it is kept.
pub fn rows(pool_id: &str, sub: &str, metadata: &Metadata) -> Vec<String> {
    match of_request(metadata) {
        Some(digest) => vec![row(pool_id, sub), Failures::key_at(pool_id, sub, &digest).into()],
        None => Vec::new(),
    }
}

/// The row of the places of this user, or made-up user.
pub fn row(pool_id: &str, sub: &str) -> String {
    PlacesRecord::key(pool_id, sub).into()
}

/// Whether the token is good for the user of this name, as somebody at a page has typed it.
///
/// # Errors
/// When the store fails; a name that nobody can have.
pub async fn is_of(ctx: &Ctx, pool: &PoolRecord, name: &str, token: &str) -> Result<bool, ApiError> {
    if name.is_empty() {
        return Ok(false);
    }
    let subject = Subject::named(ctx, pool, name, |_| None).await?;
    let mut metadata = Metadata::from([(TOKEN.to_owned(), token.to_owned())]);
    strip(ctx, pool, &subject, &mut metadata).await?;
    Ok(metadata.contains_key(TOKEN))
}

/// Takes the token out of a request's metadata unless it is good for this user now. It is looked up for nobody, too.
///
/// # Errors
/// When the store fails.
pub async fn strip(
    ctx: &Ctx,
    pool: &PoolRecord,
    subject: &Subject,
    metadata: &mut Metadata,
) -> Result<(), ApiError> {
    let Some(token) = metadata.get(TOKEN) else {
        return Ok(());
    };
    let noted = ctx.load(&PlacesRecord::key(pool.id(), subject.id())).await?;
    let is_good = noted.is_some_and(|noted| {
        let is_good = |epoch| noted.value.has(&digest(token), epoch, ctx.now);
        subject.user().is_some_and(|user| is_good(user.epoch))
    });
    if !is_good {
        metadata.remove(TOKEN);
    }
    Ok(())
}
