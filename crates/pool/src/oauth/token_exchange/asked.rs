//! A token exchange as it is asked for, at either door.

use super::presented::Shown;
use crate::auth::verified::Kind;

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The user's token.
    pub subject: Shown<'a>,
    /// The token of who acts for the user, if somebody does.
    pub actor: Option<Shown<'a>>,
    /// The scopes, a space between them. `None`: those of the user's token.
    pub scope: Option<&'a str>,
    /// The app client that the new token is for, beside this one.
    pub audience: Option<&'a str>,
    /// The resource server that it is for.
    pub resource: Option<&'a str>,
    /// Which token is wanted.
    pub wanted: Kind,
}
