//! Where a browser goes that signs out.

/// What becomes of a request to sign out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The browser is signed out, and sent there: to an address that the client has registered.
    To(String),
    /// The browser is signed out, and a page says so.
    Said,
    /// The browser is signed out here, and a page says that its person may be signed in still at the identity provider.
    Here,
    /// Nothing is done before the person says so: the request proves nothing, or is about somebody else.
    Ask,
    /// The browser is signed out, and sent to sign in again with these parameters.
    SignIn(String),
    /// The browser is signed out, and sent to the identity provider to be signed out there, too, from where it comes back by a form.
    Away {
        /// Where that is, with what it is told.
        location: String,
        /// The cookie that names the browser, where it had none.
        name: Option<String>,
    },
    /// The request is refused, with this error on the page.
    Refused(&'static str),
}

impl Leave {
    /// Whether the browser's session ends with it.
    pub fn ends(&self) -> bool {
        !matches!(self, Leave::Ask | Leave::Refused(_))
    }
}
