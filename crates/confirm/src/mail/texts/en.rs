//! English.

use crate::mail::times::Times;
use crate::mail::words::Texts;

pub(super) static TEXTS: Texts = Texts {
    tag: "en",
    right_to_left: false,
    times: Times {
        clock: "{hour}:{minute}\u{a0}{zone}",
        date: "{day}\u{a0}{name}\u{a0}{year}",
        moment: "{date}, {clock}",
    },
    label: "{name}:",
    subject: "Your {app} sign-in code",
    title: "Confirm that it is you",
    intro: "Enter this code to finish signing in to {app}.",
    expiry: "It expires at {until} and works once.",
    requested: "Requested on {time}",
    never_ask: "Nobody at {app} will ever ask you for this code. Do not share it with anyone.",
    not_you: "If you are not signing in right now, someone else knows your password. Change it now.",
    support: "Questions? {support}",
    notice_subject: "Someone may know your {app} password",
    notice_title: "Someone may know your password",
    notice_body: "Someone signed in to {app} with your password several times and did not enter the right code.",
    notice_advice: "If this was not you, change your password now. If it was you, there is nothing you need to do.",
    invitation_subject: "Your {app} account is ready",
    invitation_title: "Welcome to {app}",
    invitation_intro: "An account has been created for you. Sign in with these details:",
    user_name: "User name",
    password: "Temporary password",
    password_expiry: "The temporary password expires on {time}.",
    sign_in_at: "Sign in at {link}",
    choose: "You will choose a new password when you first sign in.",
    unexpected: "If you did not expect this message, you can ignore it.",
};
