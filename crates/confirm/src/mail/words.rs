//! What a language has to say.

use super::times::Times;

/// The texts of one language.
#[derive(Clone)]
pub(in crate::mail) struct Texts {
    pub(in crate::mail) tag: &'static str,
    pub(in crate::mail) right_to_left: bool,
    pub(in crate::mail) times: Times,
    /// How a name stands before its value.
    pub(in crate::mail) label: &'static str,

    pub(in crate::mail) subject: &'static str,
    pub(in crate::mail) title: &'static str,
    pub(in crate::mail) intro: &'static str,
    pub(in crate::mail) expiry: &'static str,
    pub(in crate::mail) requested: &'static str,
    pub(in crate::mail) never_ask: &'static str,
    pub(in crate::mail) not_you: &'static str,
    pub(in crate::mail) support: &'static str,

    pub(in crate::mail) notice_subject: &'static str,
    pub(in crate::mail) notice_title: &'static str,
    pub(in crate::mail) notice_body: &'static str,
    pub(in crate::mail) notice_advice: &'static str,

    pub(in crate::mail) invitation_subject: &'static str,
    pub(in crate::mail) invitation_title: &'static str,
    pub(in crate::mail) invitation_intro: &'static str,
    pub(in crate::mail) user_name: &'static str,
    pub(in crate::mail) password: &'static str,
    pub(in crate::mail) password_expiry: &'static str,
    pub(in crate::mail) sign_in_at: &'static str,
    pub(in crate::mail) choose: &'static str,
    pub(in crate::mail) unexpected: &'static str,
}
