//! What the code page says, in words.

use super::challenge::CodeChallenge;
use crate::texts::Texts;

/// What the box says by which a browser is trusted for so many days.
pub(super) fn remember(texts: &Texts, days: Option<i64>) -> String {
    let days = days.filter(|days| *days > 0);
    days.map(|days| texts.filled("remember", &[("n", &days.to_string())]))
        .unwrap_or_default()
}

pub(super) fn by_length(texts: &Texts, name: &str, length: i64, is_digits: bool) -> String {
    let letters = format!("{name}Letters");
    let name = if !is_digits && texts.has(&letters) {
        &*letters
    } else {
        name
    };
    texts.filled(name, &[("n", &length.to_string())])
}

pub(super) fn error(
    texts: &Texts,
    challenge: &CodeChallenge<'_>,
    result: &str,
    (length, is_digits): (i64, bool),
) -> String {
    let attempts = challenge
        .parameters
        .get("attemptsLeft")
        .and_then(|left| left.parse::<u64>().ok());
    match (challenge.said, result) {
        ("" | "sent" | "renewed", "wrong") => wrong(texts, attempts),
        ("" | "sent" | "renewed", "used") => texts.get("codeUsed").to_owned(),
        ("" | "sent" | "renewed", "not_sent") => {
            let is_refused = challenge
                .parameters
                .get("mail")
                .is_some_and(|mail| mail == "refused");
            texts
                .get(if is_refused { "addressRefused" } else { "notSent" })
                .to_owned()
        }
        ("" | "sent" | "renewed", _) => String::new(),
        (name @ ("codeIncomplete" | "codeTooLong"), _) => by_length(texts, name, length, is_digits),
        (said, _) => texts.all(said),
    }
}

pub(super) fn expired(texts: &Texts, resends: Option<i64>) -> &'static str {
    texts.get(match resends {
        None => "codeExpiredForGood",
        Some(_) => "codeExpired",
    })
}

pub(super) fn wrong(texts: &Texts, left: Option<u64>) -> String {
    let wrong = texts.get("codeWrong");
    match left {
        None => wrong.to_owned(),
        Some(left) => format!("{wrong} {}", texts.counted("triesLeft", left)),
    }
}

pub(super) fn closed(texts: &Texts, opens: &str) -> String {
    let opener = match opens {
        "password" => "opensPassword",
        _ => "opensAdministrator",
    };
    format!("{} {}", texts.get("endedClosed"), texts.get(opener))
}

/// The heading and the sentence below it. What became of the mail tells more than that another has to wait: nobody is told to
/// be patient with an address that takes no mail.
pub(super) fn heading(
    texts: &Texts,
    result: &str,
    mail: &str,
    destination: &str,
) -> (&'static str, (String, String, String)) {
    let plain = |title: &str, lead: &str| {
        (
            texts.get(title),
            (texts.get(lead).to_owned(), String::new(), String::new()),
        )
    };
    match (result, mail) {
        ("held", "refused") => plain("undeliveredTitle", "addressRefused"),
        ("held", "failed") => plain("undeliveredTitle", "deliveryFailed"),
        ("held", _) => plain("heldTitle", "held"),
        ("locked", _) => plain("heldTitle", "heldLocked"),
        ("closed", _) => (texts.get("endedTitle"), Default::default()),
        _ if destination.is_empty() => plain("codeTitle", "codeLeadUnknown"),
        _ => {
            let lead = texts.get("codeLead");
            let (before, after) = lead.split_once("{address}").unwrap_or((lead, ""));
            let lead = (before.to_owned(), destination.to_owned(), after.to_owned());
            (texts.get("codeTitle"), lead)
        }
    }
}

pub(super) fn hint(texts: &Texts, challenge: &CodeChallenge<'_>, result: &str, mail: &str) -> &'static str {
    match (result, mail) {
        ("not_sent" | "held", _) => "",
        (_, "refused") => texts.get("addressRefused"),
        (_, "failed") => texts.get("mailFailed"),
        ("too_soon", _) => texts.get("resentTooSoon"),
        _ if challenge.has_chosen => texts.get("newPasswordCounts"),
        _ => "",
    }
}
