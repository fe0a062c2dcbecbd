//! A refresh token and the tokens descended from it: one family per sign-in.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer, text};
use super::granted::Granted;
use super::key::{Key, user_prefix};
use super::user::UserRecord;
use crate::base::clock::Millis;

/// Rotations that one grace period covers. Of a client that exchanges its tokens faster, the oldest lose their grace.
const GRACES: usize = 16;

/// A family of tokens. While its row exists the tokens are good; deleting the row revokes them all.
#[derive(Clone, Debug)]
pub struct RefreshRecord {
    /// The app client it is bound to.
    pub client_id: String,
    /// The user's real username.
    pub username: String,
    /// Which token is live: how often one was exchanged for the next.
    pub generation: u64,
    /// Until when tokens are still taken that were exchanged in rotation's grace period, the last one first.
    pub graces: Vec<Millis>,
    /// When the password and code were given: the tokens' `auth_time`.
    pub auth_time: Millis,
    /// The user's security epoch at the end of that sign-in.
    pub epoch: u64,
    /// The tokens' `event_id`, kept across refreshes.
    pub event_id: String,
    /// When the family ends. Rotation does not prolong it.
    pub expires: Millis,
    /// The device that it was signed in on, in a pool that tracks devices.
    pub device: Option<FamilyDevice>,
    /// What its tokens say, where it began at the token endpoint; those of the API have the API's scope.
    pub granted: Option<Granted>,
}

/// The device of a family, whose refresh tokens are good together with its key alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FamilyDevice {
    /// The device's key.
    pub key: String,
    /// Its group key, where the two were handed out with these tokens: a device can be confirmed under them.
    pub group: Option<String>,
    /// Whether the device was forgotten since, which ends the refresh tokens.
    pub is_forgotten: bool,
}

/// What a genuine token of a family is at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The live one.
    Live,
    /// Exchanged, and still taken.
    Grace,
    /// Not to be used any more. Its use tells of a theft.
    Spent,
}

/// The part of the key between the user and the family.
const FOLDER: &str = "refresh/";
/// How long an expired refresh token stays, so that a client that comes back with it is told that it has expired and not that
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
        self.epoch < user.signed_out_epoch || user.signed_out_since(self.auth_time.seconds())
    }

    /// The client's id, where it is a URL.
    pub fn client_url(&self) -> Option<&str> {
        self.granted.as_ref()?.client_url.as_deref()
    }

    /// Whether refresh tokens are good that come with this device key: with the key of their device and no other, and with any or
    /// none where there is no device.
    pub fn goes_with(&self, device_key: Option<&str>) -> bool {
        match &self.device {
            None => true,
            Some(device) => !device.is_forgotten && device_key == Some(device.key.as_str()),
        }
    }

    /// Whether the key of this device was handed out with the family's tokens, and not forgotten since.
    pub fn was_handed(&self, device_key: &str) -> bool {
        let is_it = |device: &FamilyDevice| {
            device.key == device_key && device.group.is_some() && !device.is_forgotten
        };
        self.device.as_ref().is_some_and(is_it)
    }

    /// Prefix of one user's families.
    pub fn all(pool_id: &str, sub: &str) -> String {
        user_prefix(pool_id, sub) + FOLDER
    }

    /// What the token of this generation is. One that the family has not come to is spent, too: the row was set back.
    pub fn standing(&self, generation: u64, now: Millis) -> Standing {
        let Some(age) = self.generation.checked_sub(generation) else {
            return Standing::Spent;
        };
        let Some(exchanged) = age.checked_sub(1) else {
            return Standing::Live;
        };
        let until = usize::try_from(exchanged).ok().and_then(|at| self.graces.get(at));
        match until {
            Some(until) if now < *until => Standing::Grace,
            _ => Standing::Spent,
        }
    }

    /// The family after the live token was exchanged, which is taken for a grace period of so many seconds.
    #[must_use]
    pub fn rotated(&self, now: Millis, grace_seconds: i64) -> RefreshRecord {
        let mut graces = vec![now.plus_seconds(grace_seconds)];
        graces.extend(self.graces.iter().take(GRACES - 1));
        while graces.last().is_some_and(|until| now >= *until) {
            graces.pop();
        }
        RefreshRecord {
            generation: self.generation.saturating_add(1),
            graces,
            ..self.clone()
        }
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
        let graces: Vec<i64> = self.graces.iter().map(|until| until.0).collect();
        let mut document = json!({
            "client": self.client_id,
            "username": self.username,
            "generation": self.generation,
            "graces": graces,
            "authTime": self.auth_time.0,
            "eventId": self.event_id,
            "expires": self.expires.0,
        });
        if self.epoch > 0 {
            document["epoch"] = json!(self.epoch);
        }
        if let Some(device) = &self.device {
            document["device"] = json!({ "key": device.key });
            if let Some(group) = &device.group {
                document["device"]["group"] = json!(group);
            }
            if device.is_forgotten {
                document["device"]["forgotten"] = json!(true);
            }
        }
        if let Some(granted) = &self.granted {
            document["granted"] = granted.to_member();
        }
        document
    }

    fn from_document(document: &Value) -> Option<RefreshRecord> {
        let graces = document.get("graces")?.as_array()?;
        Some(RefreshRecord {
            client_id: text(document, "client")?,
            username: text(document, "username")?,
            generation: document.get("generation")?.as_u64()?,
            graces: graces
                .iter()
                .map(|until| until.as_i64().map(Millis))
                .collect::<Option<_>>()?,
            auth_time: Millis(integer(document, "authTime")?),
            epoch: epoch(document, "epoch")?,
            event_id: text(document, "eventId")?,
            expires: Millis(integer(document, "expires")?),
            device: match document.get("device") {
                None => None,
                Some(device) => Some(FamilyDevice {
                    key: text(device, "key")?,
                    group: text(device, "group"),
                    is_forgotten: device.get("forgotten").is_some_and(|forgotten| forgotten == true),
                }),
            },
            granted: Granted::from_member(document.get("granted"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family() -> RefreshRecord {
        RefreshRecord {
            client_id: "client".to_owned(),
            username: "mara".to_owned(),
            generation: 0,
            graces: Vec::new(),
            auth_time: Millis(0),
            epoch: 0,
            event_id: "event".to_owned(),
            expires: Millis(1_000_000),
            device: None,
            granted: None,
        }
    }

    #[test]
    fn of_all_tokens_that_there_ever_were_the_last_one_is_live() {
        let mut family = family();
        for _ in 0..1000 {
            family = family.rotated(Millis(0), 0);
        }
        assert_eq!(family.standing(1000, Millis(0)), Standing::Live);
        for generation in (0..1000).chain([1001, u64::MAX]) {
            assert_eq!(
                family.standing(generation, Millis(0)),
                Standing::Spent,
                "{generation}"
            );
        }
        assert!(family.graces.is_empty(), "nothing is remembered of spent ones");
    }

    #[test]
    fn the_device_of_a_family_survives_its_json_form() {
        for (group, is_forgotten) in [(None, false), (Some("-v7w9UcY6".to_owned()), true)] {
            let key = "us-east-1_0f".to_owned();
            let device = FamilyDevice {
                key,
                group,
                is_forgotten,
            };
            let family = RefreshRecord {
                device: Some(device.clone()),
                ..family()
            };
            let read = RefreshRecord::from_document(&family.to_document()).unwrap();
            assert_eq!(read.device, Some(device));
        }
        let read = RefreshRecord::from_document(&family().to_document()).unwrap();
        assert_eq!(read.device, None);
    }

    #[test]
    fn what_was_granted_survives_the_json_form_of_a_family() {
        let granted = Granted {
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            ..Granted::default()
        };
        let family = RefreshRecord {
            granted: Some(granted.clone()),
            ..family()
        };
        let read = RefreshRecord::from_document(&family.to_document()).unwrap();
        assert_eq!(read.granted, Some(granted));
        let mut broken = family.to_document();
        broken["granted"] = json!("openid");
        assert!(RefreshRecord::from_document(&broken).is_none());
    }

    #[test]
    fn each_token_has_a_grace_period_of_its_own() {
        let first = family().rotated(Millis(0), 10);
        let second = first.rotated(Millis(6_000), 10);
        assert_eq!(second.standing(0, Millis(9_999)), Standing::Grace);
        assert_eq!(second.standing(0, Millis(10_000)), Standing::Spent);
        assert_eq!(second.standing(1, Millis(15_999)), Standing::Grace);
        assert_eq!(second.standing(1, Millis(16_000)), Standing::Spent);
        assert_eq!(second.rotated(Millis(10_000), 10).graces.len(), 2);
    }

    #[test]
    fn the_graces_of_a_hurried_client_stay_few() {
        let mut family = family();
        for _ in 0..100 {
            family = family.rotated(Millis(0), 60);
        }
        assert_eq!(family.graces.len(), GRACES);
        assert_eq!(family.standing(84, Millis(1)), Standing::Grace);
        assert_eq!(family.standing(83, Millis(1)), Standing::Spent);
    }
}
