//! What a sign-in on a page of this server ends in: not tokens, but rows that the page's caller writes, in the same commit.

use poolhouse_store::{Batch, BoxFuture};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, UserRecord};
use crate::request::Ctx;
use crate::users::first_factors::FirstFactor;

/// Somebody has signed in, by every proof that the pool asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The user.
    pub sub: String,
    /// The user's name in the pool.
    pub username: String,
    /// The user's security epoch under which all of it was proven.
    pub epoch: u64,
    /// When, as tokens will say it.
    pub auth_time: Millis,
    /// The id of the request that began it, which tokens carry.
    pub event_id: String,
    /// Whether a right confirm code was part of it, or what stands for one: the token of a browser that is trusted.
    pub had_code: bool,
    /// What the sign-in began with in place of a password.
    pub first: Option<FirstFactor>,
    /// What was proven after the password, by the challenges' names.
    pub proven: Vec<String>,
    /// Whether the user could begin with a passkey and has none.
    pub lacks_passkey: bool,
}

/// What takes the place of tokens. The page that began the sign-in makes it, and hands it to every step.
pub trait Ending: Send + Sync {
    /// The rows that say so, to be written in the commit that ends the sign-in: asked again for every try at it.
    fn rows(&self, ctx: &Ctx, ended: &Ended) -> Batch;

    /// Checks that the app client, as it is now, may get what the sign-in ends in.
    ///
    /// # Errors
    /// `Invalid session for the user.`
    fn check_client(&self, client: &ClientRecord) -> Result<(), ApiError>;

    /// After a conflict at `key`: whether it was one of its rows, which can be written anew.
    ///
    /// # Errors
    /// When the store fails.
    fn lost_race<'a>(&'a self, ctx: &'a Ctx, key: &'a str) -> BoxFuture<'a, Result<bool, ApiError>>;

    /// Whether this user, who has proved the password, is asked for a code on another page of the browser already: then this
    /// sign-in goes no further by itself.
    ///
    /// # Errors
    /// When the store fails.
    fn joins<'a>(&'a self, ctx: &'a Ctx, user: &'a UserRecord) -> BoxFuture<'a, Result<bool, ApiError>>;
}
