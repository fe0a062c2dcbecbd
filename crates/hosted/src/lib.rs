//! The pages of hosted login as HTML.
//!
//! A page is a template (`templates/`, compiled in), the sentences of a language (`texts`) and what the server knows of a
//! sign-in ([`Frame`], [`Form`], and what the page itself takes). Nothing here knows HTTP, a store or a clock. The pages are
//! complete without a script; the one there is counts down and sends a code that is typed to its end.

mod account;
mod assets;
mod code;
mod consent;
mod pages;
mod texts;

pub use account::{SignUp, confirm, forgot, reset, sign_up};
pub use assets::{Asset, asset, script_path, style_path};
pub use code::{CodeChallenge, code};
pub use consent::{Consent, consent};
pub use pages::{
    Choice, Failed, Form, Frame, Login, NewPassword, choice, factor, login, new_password, said, set_up,
    sign_out,
};
pub use texts::{TAGS, Texts, choose};
