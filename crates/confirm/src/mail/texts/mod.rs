//! What the mails say, in every language they are written in: a file for each.
//!
//! Placeholders: `{app}` the name of the app, `{until}` when the code ends, `{time}` day and time, `{support}` whom to
//! ask, `{link}` the sign-in page, `{name}` the name of what stands behind it. No text has a number that would need a
//! plural form. Subject and first lines never carry the code, because locked screens show them, unless a setting asks
//! for it. `not_you` may be this plain: the mail goes out only after the password was right. A space before a unit or a
//! French colon is one that no line breaks at.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod he;
mod it;
mod ja;
mod ko;
mod nl;
mod pl;
mod pt_br;
mod pt_pt;
mod zh_cn;
mod zh_tw;

use super::times::Times;

/// The texts of one language.
pub(super) struct Texts {
    pub(super) tag: &'static str,
    pub(super) right_to_left: bool,
    pub(super) times: Times,
    /// How a name stands before its value.
    pub(super) label: &'static str,

    pub(super) subject: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) expiry: &'static str,
    pub(super) requested: &'static str,
    pub(super) never_ask: &'static str,
    pub(super) not_you: &'static str,
    pub(super) support: &'static str,

    pub(super) notice_subject: &'static str,
    pub(super) notice_title: &'static str,
    pub(super) notice_body: &'static str,
    pub(super) notice_advice: &'static str,

    pub(super) invitation_subject: &'static str,
    pub(super) invitation_title: &'static str,
    pub(super) invitation_intro: &'static str,
    pub(super) user_name: &'static str,
    pub(super) password: &'static str,
    pub(super) password_expiry: &'static str,
    pub(super) sign_in_at: &'static str,
    pub(super) choose: &'static str,
    pub(super) unexpected: &'static str,
}

/// English, the default.
pub(super) static EN: &Texts = &en::TEXTS;

pub(super) static ALL: [&Texts; 15] = [
    &en::TEXTS,
    &de::TEXTS,
    &fr::TEXTS,
    &es::TEXTS,
    &it::TEXTS,
    &pt_br::TEXTS,
    &pt_pt::TEXTS,
    &nl::TEXTS,
    &pl::TEXTS,
    &ja::TEXTS,
    &ko::TEXTS,
    &zh_cn::TEXTS,
    &zh_tw::TEXTS,
    &ar::TEXTS,
    &he::TEXTS,
];
