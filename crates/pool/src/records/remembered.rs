//! Texts that never change once they are written, so that reading them once is enough.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Texts kept at most.
const CAPACITY: usize = 4096;

/// Texts by key.
#[derive(Default)]
pub struct Remembered(RwLock<HashMap<String, String>>);

impl Remembered {
    /// The text at `key`, if it was kept.
    pub fn get(&self, key: &str) -> Option<String> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    /// Keeps a text. When there are too many, all others are forgotten.
    pub fn keep(&self, key: String, text: String) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= CAPACITY {
            held.clear();
        }
        held.insert(key, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_keys_than_there_is_room_for_forget_the_others_and_not_the_last() {
        let remembered = Remembered::default();
        for number in 0..=CAPACITY {
            remembered.keep(number.to_string(), "text".to_owned());
        }
        assert_eq!(remembered.get("0"), None);
        assert_eq!(remembered.get(&CAPACITY.to_string()), Some("text".to_owned()));
    }
}
