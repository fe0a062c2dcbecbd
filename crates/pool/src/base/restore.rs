//! What ends with a restore.
//!
//! A database that is put back from a backup knows nothing of what happened since: which sessions were used, which tokens exchanged or
//! revoked. So a restore draws a mark, and whatever is made from then on and must come back depends on it: what was made before opens no
//! more. Of a token that anybody can check by its signature, the moment is compared.

use super::clock::Millis;

/// The mark of the last restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Random text.
    pub text: String,
    /// The first second after it.
    pub from: Millis,
}

/// What is known of restores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restores(Option<Mark>);

impl Restores {
    /// The last one had this mark; `None`: there was none.
    pub fn new(last: Option<Mark>) -> Restores {
        Restores(last)
    }

    /// The context that something is sealed under, for what must not outlive a restore.
    pub fn context(&self, context: &str) -> String {
        match &self.0 {
            Some(mark) => format!("{context}\0{}", mark.text),
            None => context.to_owned(),
        }
    }

    /// What a code is made over besides what it is a code of.
    pub fn part(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |mark| mark.text.as_bytes())
    }

    /// Whether a sign-in at this time, in seconds, was before the last restore.
    pub fn is_after(&self, auth_time: i64) -> bool {
        self.0
            .as_ref()
            .is_some_and(|mark| auth_time < mark.from.seconds())
    }
}
