//! What a code page is about.

use std::collections::BTreeMap;

/// The challenge as it is now.
#[derive(Clone, Debug)]
pub struct CodeChallenge<'a> {
    /// Its public parameters.
    pub parameters: &'a BTreeMap<String, String>,
    /// Seconds that have passed since it was made.
    pub passed: i64,
    /// What the page itself has to say, in words of the texts' names.
    pub said: &'a str,
    /// Whether a first password was chosen on the way.
    pub has_chosen: bool,
}

impl CodeChallenge<'_> {
    /// A parameter; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A parameter that counts something.
    pub(super) fn count(&self, name: &str) -> Option<i64> {
        let value = self.text(name);
        let is_count =
            !value.is_empty() && value.len() <= 6 && value.bytes().all(|byte| byte.is_ascii_digit());
        is_count.then(|| value.parse().unwrap_or_default())
    }
}
