//! The pages of people who cannot sign in yet: forgotten passwords, sign-ups.

use askama::Template;

use crate::pages::{Attribute, Failed, Form, Frame, written};

/// What a sign-up asks for.
#[derive(Clone, Debug, Default)]
pub struct SignUp {
    /// The name that was typed before.
    pub name: String,
    /// What the pool asks of passwords, as sentences.
    pub rules: Vec<String>,
    /// What has to be given with it.
    pub attributes: Vec<Attribute>,
    /// Where the app's terms of use and its privacy policy can be read, if it has both.
    pub terms: Option<[String; 2]>,
}

/// The page that asks who has forgotten the password.
///
/// # Errors
/// As all pages.
pub fn forgot(frame: &Frame, form: &Form, name: &str, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "forgot.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        name: &'a str,
        error: &'a str,
    }
    let title = frame.texts.get("forgotTitle");
    written(&Page {
        frame,
        form,
        title,
        name,
        error,
    })
}

/// The page that asks for the code and a new password; what it says is an error or a note.
///
/// # Errors
/// As all pages.
pub fn reset(
    frame: &Frame,
    form: &Form,
    rules: &[String],
    (error, note): (&str, &str),
) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "reset.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        rules: &'a [String],
        error: &'a str,
        note: &'a str,
    }
    let title = frame.texts.get("newPasswordTitle");
    written(&Page {
        frame,
        form,
        title,
        rules,
        error,
        note,
    })
}

/// The page of a sign-up.
///
/// # Errors
/// As all pages.
pub fn sign_up(frame: &Frame, form: &Form, page: &SignUp, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "sign_up.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        page: &'a SignUp,
        terms: Vec<(&'a str, &'a str)>,
        title: &'a str,
        error: &'a str,
    }
    let names = ["termsOfUse", "privacyPolicy"].map(|name| frame.texts.get(name));
    let links = page.terms.iter().flatten().map(String::as_str);
    let terms = names.into_iter().zip(links).collect();
    let title = frame.texts.get("signUp");
    written(&Page {
        frame,
        form,
        page,
        terms,
        title,
        error,
    })
}

/// The page that asks for the code that confirms a sign-up.
///
/// # Errors
/// As all pages.
pub fn confirm(frame: &Frame, form: &Form, (error, note): (&str, &str)) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "confirm.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        error: &'a str,
        note: &'a str,
    }
    let title = frame.texts.get("codeTitle");
    written(&Page {
        frame,
        form,
        title,
        error,
        note,
    })
}
