//! The pages of what a sign-in begins with in place of a password, and the offer of it.

use askama::Template;

use crate::pages::{Choice, Failed, Form, Frame, written};

/// The page that asks the user of this name what it shall be: the password, if it can be that, and other ways. The two flags: whether
/// there is a password, and whether a forgotten one can be reset here.
///
/// # Errors
/// As all pages.
pub fn begin(
    frame: &Frame,
    form: &Form,
    (name, has_password): (&str, bool),
    (ways, can_reset): (&[Choice], bool),
    error: &str,
) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "begin.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        name: &'a str,
        has_password: bool,
        can_reset: bool,
        ways: &'a [Choice],
        error: &'a str,
    }
    let title = frame.texts.get("signInTitle");
    written(&Page {
        frame,
        form,
        title,
        name,
        has_password,
        can_reset: can_reset && has_password,
        ways,
        error,
    })
}

/// What a browser's authenticator is to do, with the options that the script hands it.
#[derive(Clone, Copy, Debug)]
pub enum Ceremony<'a> {
    /// Sign in with a passkey.
    SignIn(&'a str),
    /// Make one.
    Register(&'a str),
}

/// The page on which a passkey is used, or made.
///
/// # Errors
/// As all pages.
pub fn passkey(frame: &Frame, form: &Form, ceremony: &Ceremony<'_>, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "passkey.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        lead: &'a str,
        start: &'a str,
        failed: &'a str,
        what: &'a str,
        options: &'a str,
        is_offer: bool,
        error: &'a str,
    }
    let (names, what, options, is_offer) = match ceremony {
        Ceremony::SignIn(options) => (
            [
                "passkeyTitle",
                "passkeyLead",
                "passkeyButton",
                "thisPasskeyFailed",
            ],
            "get",
            options,
            false,
        ),
        Ceremony::Register(options) => (
            ["offerTitle", "passkeyLead", "passkeyCreate", "passkeyNotMade"],
            "create",
            options,
            true,
        ),
    };
    let [title, lead, start, failed] = names.map(|name| frame.texts.get(name));
    written(&Page {
        frame,
        form,
        title,
        lead,
        start,
        failed,
        what,
        options,
        is_offer,
        error,
    })
}

/// The page that offers a passkey to somebody who has signed in.
///
/// # Errors
/// As all pages.
pub fn offer(frame: &Frame, form: &Form, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "offer.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        error: &'a str,
    }
    let title = frame.texts.get("offerTitle");
    written(&Page {
        frame,
        form,
        title,
        error,
    })
}

/// The page for somebody who is signed in, known by this name: to go on, or as somebody else.
///
/// # Errors
/// As all pages.
pub fn known_as(frame: &Frame, name: &str, (go_on, another): (&str, &str)) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "known_as.html")]
    struct Page<'a> {
        frame: &'a Frame,
        title: &'a str,
        label: String,
        go_on: &'a str,
        another: &'a str,
    }
    written(&Page {
        frame,
        title: frame.texts.get("doneTitle"),
        label: frame.texts.filled("knownAs", &[("name", name)]),
        go_on,
        another,
    })
}
