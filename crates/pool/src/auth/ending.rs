//! What a sign-in on a page of this server ends in: not tokens, but rows that the page's caller writes, in the same commit.

use poolhouse_store::Batch;

use crate::base::clock::Millis;
use crate::request::Ctx;

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
    /// What was proven after the password, by the challenges' names.
    pub proven: Vec<String>,
}

/// What takes the place of tokens. The page that began the sign-in makes it, and hands it to every step.
pub trait Ending: Send + Sync {
    /// The rows that say so, to be written in the commit that ends the sign-in: asked again for every try at it.
    fn rows(&self, ctx: &Ctx, ended: &Ended) -> Batch;
}
