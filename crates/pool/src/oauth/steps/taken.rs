//! What comes of a form.

use crate::oauth::granting::Granted;

/// What came of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The transaction's page has something new to say: of this challenge, or of the beginning.
    Next(Option<String>),
    /// The page was out of date: nothing was evaluated, and the page that is due says so.
    OutOfDate,
    /// There is no such transaction in this browser.
    Unknown,
    /// The sign-in has ended, here or a moment ago: the browser is sent back to the client.
    Ended(Granted),
}
