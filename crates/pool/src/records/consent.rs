//! What a user lets a client of strangers do: remembered, so that it is asked once.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer, text};
use super::granted::texts;
use super::key::Key;
use super::user::UserRecord;
use crate::base::clock::Millis;

/// How long it is remembered.
const DAYS: i64 = 90;

/// A consent as stored. The row lies under a digest of what the user was shown: the client, where it is led back to, and which API
/// its tokens are for. Another of these is another consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRecord {
    /// The client, for people who look into the database.
    pub client: String,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// The user's security epoch at that moment.
    pub epoch: u64,
    /// When.
    pub given: Millis,
}

impl ConsentRecord {
    /// Where the consent to what has this digest lies.
    pub fn key(pool_id: &str, sub: &str, digest: &str) -> Key<ConsentRecord> {
        Key::of_user(pool_id, sub, format_args!("consent/{digest}"))
    }

    /// Whether these scopes need not be asked for again. A sign-out everywhere has ended what was granted before it.
    pub fn covers(&self, user: &UserRecord, scopes: &[String], now: Millis) -> bool {
        let is_over = now >= self.ends()
            || self.epoch < user.signed_out_epoch
            || user.signed_out_since(self.given.seconds());
        !is_over && scopes.iter().all(|scope| self.scopes.contains(scope))
    }

    fn ends(&self) -> Millis {
        self.given.plus_seconds(DAYS * 24 * 3600)
    }
}

impl Document for ConsentRecord {
    fn to_document(&self) -> Value {
        let mut document = json!({
            "client": self.client,
            "scopes": self.scopes,
            "given": self.given.0,
        });
        if self.epoch > 0 {
            document["epoch"] = json!(self.epoch);
        }
        document
    }

    fn from_document(document: &Value) -> Option<ConsentRecord> {
        Some(ConsentRecord {
            client: text(document, "client")?,
            scopes: texts(document, "scopes")?,
            epoch: epoch(document, "epoch")?,
            given: Millis(integer(document, "given")?),
        })
    }

    fn sweepable(&self) -> Option<Millis> {
        Some(self.ends().plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_covers_its_own_scopes_for_ninety_days_and_until_a_sign_out_everywhere() {
        let scopes = |scopes: &[&str]| -> Vec<String> { scopes.iter().map(|s| (*s).to_owned()).collect() };
        let given = Millis(1_767_323_045_000);
        let consent = ConsentRecord {
            client: "c".to_owned(),
            scopes: scopes(&["openid", "mcp/read"]),
            epoch: 3,
            given,
        };
        assert_eq!(
            ConsentRecord::from_document(&consent.to_document()),
            Some(consent.clone())
        );
        let status = poolhouse_api::shapes::UserStatusType::Confirmed;
        let user = UserRecord::new("mara".to_owned(), "5d0a".to_owned(), status, given);
        let later = given.plus_seconds(90 * 24 * 3600 - 1);
        assert!(consent.covers(&user, &scopes(&["mcp/read"]), later));
        assert!(!consent.covers(&user, &scopes(&["mcp/read", "mcp/write"]), given));
        assert!(!consent.covers(&user, &scopes(&["openid"]), later.plus_seconds(1)));
        let signed_out = UserRecord {
            signed_out_epoch: 4,
            ..user.clone()
        };
        assert!(!consent.covers(&signed_out, &scopes(&["openid"]), given));
        let signed_out = UserRecord {
            signed_out: Some(given),
            ..user
        };
        assert!(!consent.covers(&signed_out, &scopes(&["openid"]), given));
    }
}
