//! The pages of hosted login as HTML.
//!
//! A page is a template (`templates/`, compiled in), the sentences of a language (`texts`) and what the server knows of a
//! sign-in ([`Frame`], [`Form`], and what the page itself takes). Nothing here knows HTTP, a store or a clock. The pages are
//! complete without a script; the one there is counts down, sends a code that is typed to its end, and lets the browser use passkeys.

mod account;
mod assets;
mod code;
mod consent;
mod first;
mod pages;
mod set_up;
mod texts;

pub use account::{SignUp, confirm, forgot, reset, sign_up};
pub use assets::{Asset, asset, icon_path, script_path, style_path};
pub use code::{CodeChallenge, code};
pub use consent::{Consent, consent};
pub use first::{Ceremony, begin, known_as, offer, passkey};
pub use pages::{
    Attribute, Choice, Failed, Form, Frame, Login, Logo, Look, NewPassword, choice, factor, login,
    new_password, said, sign_out,
};
pub use set_up::set_up;
pub use texts::{TAGS, Texts, choose};
