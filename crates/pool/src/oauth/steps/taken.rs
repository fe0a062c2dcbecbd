//! What comes of a form.

use crate::oauth::granting::Granted;

/// What came of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The transaction's page has something new to say: of this challenge, or of the beginning.
    Next(Option<String>),
    /// The same, and the browser forgets that it has been this person's: somebody else is to sign in.
    Forgets,
    /// The page was out of date: nothing was evaluated, and the page that is due says so.
    OutOfDate,
    /// There is no such transaction in this browser.
    Unknown,
    /// The client may not have what it has asked for any more: the error's code, for a page of ours.
    Refused(&'static str),
    /// The sign-in has ended, here or a moment ago: the browser is sent back to the client, or is asked or offered something before.
    Ended(Granted),
}
