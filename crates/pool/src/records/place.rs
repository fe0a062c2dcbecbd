//! In which browsers a right code was typed: what makes the tokens good that they were given.

use serde_json::{Value, json};

use super::document::{Document, SWEEP_MARGIN_SECONDS, epoch, integer, text};
use super::key::Key;
use crate::base::clock::Millis;

/// Places of one user that are kept: more than anybody's browsers. The oldest goes first.
const MOST: usize = 20;

/// A place token that became good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The token's digest.
    pub digest: String,
    /// The user's security epoch at that moment. The token is good under no other.
    pub epoch: u64,
    /// When it is good no longer.
    pub expires: Millis,
}

/// The places of one user, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlacesRecord(Vec<Place>);

impl PlacesRecord {
    /// Where the places of this user are noted.
    pub fn key(pool_id: &str, sub: &str) -> Key<PlacesRecord> {
        Key::of_user(pool_id, sub, "places")
    }

    /// Whether the token with this digest is good.
    pub fn has(&self, digest: &str, epoch: u64, now: Millis) -> bool {
        let is_it = |place: &Place| place.digest == digest && place.epoch == epoch && now < place.expires;
        self.0.iter().any(is_it)
    }

    /// The same with a place more, in place of the one whose token this browser had before. What is not good any more goes.
    pub fn with(&self, place: Place, instead_of: Option<&str>, now: Millis) -> PlacesRecord {
        let is_kept = |other: &&Place| {
            let is_replaced = other.digest == place.digest || Some(other.digest.as_str()) == instead_of;
            !is_replaced && other.epoch == place.epoch && now < other.expires
        };
        let others: Vec<Place> = self.0.iter().filter(is_kept).take(MOST - 1).cloned().collect();
        PlacesRecord([vec![place], others].concat())
    }
}

impl Document for PlacesRecord {
    fn to_document(&self) -> Value {
        let place = |place: &Place| json!({ "digest": place.digest, "epoch": place.epoch, "expires": place.expires.0 });
        json!({ "places": self.0.iter().map(place).collect::<Vec<_>>() })
    }

    fn from_document(document: &Value) -> Option<PlacesRecord> {
        let place = |place: &Value| {
            Some(Place {
                digest: text(place, "digest")?,
                epoch: epoch(place, "epoch")?,
                expires: Millis(integer(place, "expires")?),
            })
        };
        let places = document.get("places")?.as_array()?;
        places.iter().map(place).collect::<Option<_>>().map(PlacesRecord)
    }

    fn sweepable(&self) -> Option<Millis> {
        let last = self.0.iter().map(|place| place.expires).max();
        Some(last.unwrap_or(Millis(0)).plus_seconds(SWEEP_MARGIN_SECONDS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(digest: &str, epoch: u64, expires: i64) -> Place {
        Place {
            digest: digest.to_owned(),
            epoch,
            expires: Millis(expires),
        }
    }

    fn digests(places: &PlacesRecord) -> Vec<&str> {
        places.0.iter().map(|place| place.digest.as_str()).collect()
    }

    #[test]
    fn a_browser_that_comes_again_takes_one_place_and_what_has_ended_none() {
        let now = Millis(10);
        let places = PlacesRecord::default()
            .with(place("ended", 1, 10), None, Millis(0))
            .with(place("phone", 1, 90), None, Millis(0))
            .with(place("desk", 1, 90), None, now);
        assert_eq!(digests(&places), ["desk", "phone"]);
        let again = places.with(place("desk again", 1, 91), Some("desk"), now);
        assert_eq!(digests(&again), ["desk again", "phone"]);
        assert!(again.has("phone", 1, Millis(89)) && !again.has("phone", 1, Millis(90)));
        assert!(!again.has("phone", 2, now) && !again.has("desk", 1, now));
        assert_eq!(digests(&again.with(place("new", 2, 92), None, now)), ["new"]);
        assert_eq!(PlacesRecord::from_document(&again.to_document()), Some(again));
    }

    #[test]
    fn only_the_newest_twenty_places_are_kept() {
        let mut places = PlacesRecord::default();
        for number in 0..25 {
            places = places.with(place(&number.to_string(), 1, 90), None, Millis(0));
        }
        assert_eq!(places.0.len(), 20);
        assert!(places.has("24", 1, Millis(0)) && places.has("5", 1, Millis(0)));
        assert!(!places.has("4", 1, Millis(0)));
    }
}
