//! Where a sign-in on the pages sends the browser.

use std::fmt;

/// Where a browser is sent, and what it is given.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    /// The client's redirect URI with the code. Nothing where the person is asked or offered something before, on the page of the
    /// transaction.
    pub location: Option<String>,
    /// The handle of the browser's session.
    pub session: String,
    /// The browser's place token, where a right code has made one good.
    pub place: Option<String>,
    /// Whether the person is asked whether the client may have what it asks for.
    pub is_asked: bool,
    /// The code, where it is not to be handed out but used for tokens.
    pub(super) code: Option<String>,
}

impl Granted {
    /// Back to the client, in a browser that is signed in already.
    pub fn back(location: String, session: &str) -> Granted {
        Granted {
            location: Some(location),
            session: session.to_owned(),
            place: None,
            is_asked: false,
            code: None,
        }
    }

    /// The same with the browser's place token.
    #[must_use]
    pub fn with_place(self, place: Option<String>) -> Granted {
        Granted { place, ..self }
    }
}

/// Nothing of it: both are secrets.
impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").finish_non_exhaustive()
    }
}
