//! A refresh token and the tokens descended from it: one family per sign-in.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::key::{Key, user_prefix};
use super::user::UserRecord;
use crate::base::clock::Millis;

/// A family of tokens. While its row exists the tokens are good; deleting the row revokes them all.
#[derive(Clone, Debug)]
pub struct RefreshRecord {
    /// The app client it is bound to.
    pub client_id: String,
    /// The user's real username.
    pub username: String,
    /// SHA-256, in hex, of the secrets of the refresh tokens that work: one, or several where rotation's grace period
    /// let parallel requests each draw a successor.
    pub live: Vec<String>,
    /// Under rotation, the digests of tokens that were exchanged, and until when each is still taken. Using one later
    /// is a sign of theft and revokes the family.
    pub spent: Vec<(String, Millis)>,
    /// When the password and code were given: the tokens' `auth_time`.
    pub auth_time: Millis,
    /// The tokens' `event_id`, kept across refreshes.
    pub event_id: String,
    /// When the family ends. Rotation does not prolong it.
    pub expires: Millis,
}

/// The part of the key between the user and the family.
const FOLDER: &str = "refresh/";
/// How long an expired refresh token stays, so that whoever comes back with it is told that it has expired and not that
/// it was revoked.
const EXPIRED_KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

impl RefreshRecord {
    /// Where a family lies.
    pub fn key(pool_id: &str, sub: &str, origin_jti: &str) -> Key<RefreshRecord> {
        Key::of_user(pool_id, sub, format_args!("{FOLDER}{origin_jti}"))
    }

    /// Whether the user has signed out everywhere since. A sign-in that was under way at that moment may leave a family
    /// behind; none of its tokens is good.
    pub fn is_signed_out(&self, user: &UserRecord) -> bool {
        user.signed_out.is_some_and(|when| self.auth_time < when)
    }

    /// Prefix of one user's families.
    pub fn all(pool_id: &str, sub: &str) -> String {
        user_prefix(pool_id, sub) + FOLDER
    }
}

impl Document for RefreshRecord {
    fn sweepable(&self) -> Option<Millis> {
        Some(
            self.expires
                .plus_seconds(EXPIRED_KEPT_SECONDS + SWEEP_MARGIN_SECONDS),
        )
    }

    fn to_document(&self) -> Value {
        let spent: Vec<Value> = self
            .spent
            .iter()
            .map(|(digest, until)| json!({ "digest": digest, "until": until.0 }))
            .collect();
        json!({
            "client": self.client_id,
            "username": self.username,
            "live": self.live,
            "spent": spent,
            "authTime": self.auth_time.0,
            "eventId": self.event_id,
            "expires": self.expires.0,
        })
    }

    fn from_document(document: &Value) -> Option<RefreshRecord> {
        let live = document.get("live")?.as_array()?;
        let spent = document.get("spent")?.as_array()?;
        Some(RefreshRecord {
            client_id: text(document, "client")?,
            username: text(document, "username")?,
            live: live
                .iter()
                .map(|d| Some(d.as_str()?.to_owned()))
                .collect::<Option<_>>()?,
            spent: spent
                .iter()
                .map(|s| Some((text(s, "digest")?, Millis(integer(s, "until")?))))
                .collect::<Option<_>>()?,
            auth_time: Millis(integer(document, "authTime")?),
            event_id: text(document, "eventId")?,
            expires: Millis(integer(document, "expires")?),
        })
    }
}
