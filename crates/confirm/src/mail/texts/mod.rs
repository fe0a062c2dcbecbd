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

use super::words::Texts;

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
