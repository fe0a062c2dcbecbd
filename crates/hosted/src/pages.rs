//! The pages, each with what it takes.

use askama::{Error, Template};

use crate::texts::Texts;

/// What all pages have.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language.
    pub texts: Texts,
    /// What people know the app by.
    pub app: String,
    /// Where the style sheet lies.
    pub style: String,
    /// Where the script lies.
    pub script: String,
    /// Where the icon lies.
    pub icon: String,
    /// How the app wants them to look.
    pub look: Look,
    /// Whom passkeys would be made for, where the pages have a use for them.
    pub relying_party: String,
}

impl Frame {
    /// The pages of an app in a language, with nothing that is loaded.
    pub fn of(texts: Texts, app: &str) -> Frame {
        Frame {
            texts,
            app: app.to_owned(),
            style: String::new(),
            script: String::new(),
            icon: String::new(),
            look: Look::default(),
            relying_party: String::new(),
        }
    }
}

/// How an app wants its pages to look, over how all of them do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Where its style sheet lies; nothing where it has none.
    pub style: String,
    /// `light` or `dark` where the pages are never the other; nothing where they are as the browser prefers.
    pub mode: &'static str,
    /// Its logo, in one picture or in one for each colour mode.
    pub logos: Vec<Logo>,
}

/// A picture of a logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Where it lies.
    pub path: String,
    /// `light` or `dark` where it is for that alone.
    pub mode: &'static str,
}

/// What all forms have.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Where it is sent.
    pub action: String,
    /// The handle of the transaction.
    pub transaction: String,
    /// How many steps it has taken.
    pub seq: u64,
    /// What proves that the form is ours.
    pub csrf: String,
}

/// Name and password.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The name that was typed before.
    pub name: String,
    /// Good news: what came of a page before.
    pub note: String,
    /// Whether the name is asked for alone, and what else there is once it is known.
    pub by_name_alone: bool,
    /// Whether a forgotten password can be reset here.
    pub can_reset: bool,
    /// Whether people sign themselves up.
    pub can_sign_up: bool,
    /// Whether nobody's name and password are asked for.
    pub is_outside_only: bool,
    /// Links to identity providers, by what is read.
    pub providers: Vec<Choice>,
}

/// Something to be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// A first password.
#[derive(Clone, Debug, Default)]
pub struct NewPassword {
    /// What the pool asks of passwords, as sentences.
    pub rules: Vec<String>,
    /// What has to be given with it.
    pub attributes: Vec<Attribute>,
}

/// An attribute that a form asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What is read.
    pub label: String,
    /// What was typed before.
    pub typed: String,
}

/// Why a page could not be made: what it is made from is compiled in, so only a formatter's own failure.
#[derive(Debug)]
pub struct Failed(Error);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a page could not be written")
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

pub(crate) fn written(page: &impl Template) -> Result<String, Failed> {
    page.render().map_err(Failed)
}

/// The page that asks for name and password; `error` says what came of the last.
///
/// # Errors
/// As all pages.
pub fn login(frame: &Frame, form: &Form, page: &Login, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "login.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        page: &'a Login,
        title: &'a str,
        error: &'a str,
    }
    let title = frame.texts.get("signInTitle");
    written(&Page {
        frame,
        form,
        page,
        title,
        error,
    })
}

/// The page that asks for the code of a second factor, named as the API names its challenge.
///
/// # Errors
/// As all pages.
pub fn factor(
    frame: &Frame,
    form: &Form,
    challenge: &str,
    destination: &str,
    error: &str,
) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "factor.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        lead: String,
        error: &'a str,
    }
    let (title, lead) = match challenge {
        "SOFTWARE_TOKEN_MFA" => ("appCodeTitle", String::new()),
        "SMS_MFA" | "SMS_OTP" => (
            "smsCodeTitle",
            frame.texts.filled("codeLead", &[("address", destination)]),
        ),
        _ => (
            "codeTitle",
            frame.texts.filled("codeLead", &[("address", destination)]),
        ),
    };
    let title = frame.texts.get(title);
    written(&Page {
        frame,
        form,
        title,
        lead,
        error,
    })
}

/// The page that asks which second factor it shall be.
///
/// # Errors
/// As all pages.
pub fn choice(frame: &Frame, form: &Form, options: &[Choice], error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "choice.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
        options: &'a [Choice],
        error: &'a str,
    }
    let title = frame.texts.get("chooseFactorTitle");
    written(&Page {
        frame,
        form,
        title,
        options,
        error,
    })
}

/// The page that asks for a first password.
///
/// # Errors
/// As all pages.
pub fn new_password(frame: &Frame, form: &Form, page: &NewPassword, error: &str) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "new_password.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        page: &'a NewPassword,
        title: &'a str,
        error: &'a str,
    }
    let title = frame.texts.get("newPasswordTitle");
    written(&Page {
        frame,
        form,
        page,
        title,
        error,
    })
}

/// A page that says something and asks nothing.
///
/// # Errors
/// As all pages.
pub fn said(frame: &Frame, title: &str, lines: &[String]) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "said.html")]
    struct Page<'a> {
        frame: &'a Frame,
        title: &'a str,
        lines: &'a [String],
    }
    written(&Page { frame, title, lines })
}

/// The page that asks whether to sign out.
///
/// # Errors
/// As all pages.
pub fn sign_out(frame: &Frame, form: &Form) -> Result<String, Failed> {
    #[derive(Template)]
    #[template(path = "sign_out.html")]
    struct Page<'a> {
        frame: &'a Frame,
        form: &'a Form,
        title: &'a str,
    }
    let title = frame.texts.get("signOutTitle");
    written(&Page { frame, form, title })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{SignUp, sign_up};
    use crate::first::{Ceremony, begin, known_as, offer, passkey};
    use crate::set_up::set_up;
    use crate::texts::{TAGS, choose};

    fn frame(tag: &str) -> Frame {
        let look = Look {
            style: "/_css/\"><script>".to_owned(),
            mode: "",
            logos: vec![Logo {
                path: "/_assets/\"><script>".to_owned(),
                mode: "dark",
            }],
        };
        Frame {
            look,
            relying_party: "\"><script>".to_owned(),
            ..Frame::of(choose([tag].into_iter()), "<b>Acme</b>")
        }
    }

    fn form() -> Form {
        Form {
            action: "/login?state=\"><script>".to_owned(),
            transaction: "t".to_owned(),
            seq: 3,
            csrf: "c".to_owned(),
        }
    }

    #[test]
    fn what_people_and_clients_write_is_text_on_every_page_of_every_language() {
        let mean = "\"><script>alert(1)</script>";
        let meant = Choice {
            value: mean.to_owned(),
            label: mean.to_owned(),
        };
        for tag in TAGS {
            let (frame, form) = (frame(tag), form());
            let begins = Login {
                name: mean.to_owned(),
                note: mean.to_owned(),
                by_name_alone: false,
                can_reset: true,
                can_sign_up: true,
                is_outside_only: false,
                providers: vec![meant.clone()],
            };
            let ways = (std::slice::from_ref(&meant), true);
            let asked = NewPassword {
                rules: vec![mean.to_owned()],
                attributes: vec![Attribute {
                    name: mean.to_owned(),
                    label: mean.to_owned(),
                    typed: mean.to_owned(),
                }],
            };
            let joins = SignUp {
                name: mean.to_owned(),
                rules: asked.rules.clone(),
                attributes: asked.attributes.clone(),
                terms: Some([mean.to_owned(), mean.to_owned()]),
            };
            for page in [
                login(&frame, &form, &begins, mean),
                sign_up(&frame, &form, &joins, mean),
                factor(&frame, &form, "EMAIL_OTP", mean, mean),
                choice(&frame, &form, std::slice::from_ref(&meant), mean),
                new_password(&frame, &form, &asked, mean),
                said(&frame, mean, &[mean.to_owned()]),
                sign_out(&frame, &form),
                begin(&frame, &form, (mean, true), ways, mean),
                passkey(&frame, &form, &Ceremony::SignIn(mean), mean),
                passkey(&frame, &form, &Ceremony::Register(mean), mean),
                offer(&frame, &form, mean),
                known_as(&frame, mean, (mean, mean)),
                set_up(&frame, &form, ("JBSWY3DP", mean), mean),
            ] {
                let page = page.unwrap();
                assert_eq!(page.matches("<script").count(), 1, "{tag}: {page}");
                assert!(!page.contains("<b>"), "{tag}");
                assert!(page.contains(&format!("<html lang=\"{tag}\"")), "{page}");
            }
        }
    }

    #[test]
    fn a_first_page_with_all_it_loads_fits_into_twenty_kilobytes() {
        let frame = Frame::of(choose(["en"].into_iter()), "Acme");
        let page = login(&frame, &form(), &Login::default(), "").unwrap();
        let loads = [crate::style_path(), crate::script_path(), crate::icon_path()];
        let loads = loads.map(|path| crate::asset(path).unwrap().body.len());
        let whole = page.len() + loads.iter().sum::<usize>();
        assert!(whole <= 20 * 1024, "{whole}");
    }
}
