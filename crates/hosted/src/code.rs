//! The code page: what became of the mail and of the last answer, as the functions say it (flow.md R3), in words.

mod challenge;
mod sentences;

use askama::Template;

pub use challenge::CodeChallenge;

use crate::pages::{Failed, Form, Frame, written};
use crate::texts::Texts;
use sentences::{by_length, closed, error, expired, heading, hint, remember};

/// What the page says of a form that has nothing against it.
const SAYS_NOTHING: [&str; 3] = ["", "sent", "renewed"];
/// The longest code that the forms know.
const LONGEST: i64 = 12;

#[derive(Template)]
#[template(path = "code.html")]
struct Page<'a> {
    frame: &'a Frame,
    form: &'a Form,
    title: &'static str,
    /// What is before an address, the address, what is behind it.
    lead: (String, String, String),
    error: String,
    note: String,
    is_news: bool,
    /// Only a new sign-in goes on from here.
    is_over: bool,
    /// There is no code to type yet.
    waits: bool,
    label: String,
    is_digits: bool,
    length: i64,
    expires: i64,
    /// What is said once that time is over.
    over: &'static str,
    /// What the box says by which a browser is trusted; nothing where that is not offered.
    remember: String,
    can_ask: bool,
    resend: i64,
    resend_now: &'static str,
    resend_later: &'static str,
    /// What the button says once the code has expired: another one comes then.
    renew: &'static str,
}

/// The page that asks for a code that was mailed.
///
/// # Errors
/// As all pages.
pub fn code(frame: &Frame, form: &Form, challenge: &CodeChallenge<'_>) -> Result<String, Failed> {
    written(&page(frame, form, challenge))
}

fn page<'a>(frame: &'a Frame, form: &'a Form, challenge: &CodeChallenge<'_>) -> Page<'a> {
    let texts = &frame.texts;
    let (text, count) = (
        |name: &str| challenge.text(name),
        |name: &str| challenge.count(name),
    );
    let left = |seconds: i64| (seconds - challenge.passed).max(0);
    let result = text("result");
    let waits = matches!(result, "held" | "locked");
    let is_over = result == "closed";
    let length = count("codeLength")
        .filter(|length| (1..=LONGEST).contains(length))
        .unwrap_or(6);
    let is_digits = text("codeAlphabet") != "letters";
    let resends = count("resendIn").map(left);
    let expires = count("expiresIn").map(left);
    let has_expired = matches!(result, "expired" | "used") || (!waits && expires == Some(0));
    let error = match is_over {
        true => closed(texts, text("opens")),
        // Whoever reads the page again is told what the time has done meanwhile.
        false if has_expired && SAYS_NOTHING.contains(&challenge.said) && result != "used" => {
            expired(texts, resends).to_owned()
        }
        false => error(texts, challenge, result, (length, is_digits)),
    };
    let (title, lead) = heading(texts, result, text("mail"), text("CODE_DELIVERY_DESTINATION"));
    let (is_news, note) = note(texts, challenge, &error);
    let (now, later) = match waits || has_expired {
        true => ("renew", "renewIn"),
        false => ("resend", "resendIn"),
    };
    Page {
        frame,
        form,
        title,
        lead,
        is_news,
        note: note.to_owned(),
        error,
        is_over,
        waits,
        label: by_length(texts, "codeLabel", length, is_digits),
        is_digits,
        length,
        expires: if has_expired { 0 } else { expires.unwrap_or(0) },
        over: expired(texts, resends),
        remember: remember(texts, count("rememberDays")),
        can_ask: resends.is_some() && !is_over,
        resend: resends.unwrap_or(0),
        resend_now: texts.get(now),
        resend_later: texts.get(later),
        renew: texts.get("renew"),
    }
}

/// What is said below an error or in its place, and whether it is news.
fn note(texts: &Texts, challenge: &CodeChallenge<'_>, error: &str) -> (bool, &'static str) {
    let result = challenge.text("result");
    match challenge.said {
        said @ ("sent" | "renewed") if error.is_empty() => (true, texts.get(said)),
        _ if result == "resent" && error.is_empty() => (true, texts.get("resent")),
        _ => (false, hint(texts, challenge, result, challenge.text("mail"))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::texts::choose;

    /// What is true of the page of a challenge with these parameters: error, note, whether a code can be typed, whether a mail
    /// can be asked for and from when.
    fn seen(parameters: &[(&str, &str)], passed: i64, said: &str) -> (String, String, bool, Option<i64>) {
        let frame = Frame::of(choose(["en"].into_iter()), "Acme");
        let given = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let parameters = given.collect();
        let challenge = CodeChallenge {
            parameters: &parameters,
            passed,
            said,
            has_chosen: false,
        };
        let form = Form::default();
        let page = page(&frame, &form, &challenge);
        let asks = page.can_ask.then_some(page.resend);
        (page.error, page.note, !page.waits && !page.is_over, asks)
    }

    #[test]
    fn r3_every_result_is_said_as_it_is() {
        let with = |result| {
            [
                ("result", result),
                ("resendIn", "30"),
                ("expiresIn", "180"),
                ("attemptsLeft", "2"),
            ]
        };
        for (result, error, note, can_type) in [
            ("sent", "", "", true),
            ("resent", "", "We sent the code again.", true),
            (
                "too_soon",
                "",
                "We sent it a moment ago. Check your inbox and your spam folder.",
                true,
            ),
            (
                "not_sent",
                "We couldn’t send the mail. A code we sent earlier still works.",
                "",
                true,
            ),
            ("held", "", "", false),
            ("locked", "", "", false),
            ("wrong", "That code isn’t right. 2 tries left.", "", true),
            ("expired", "This code has expired. Send a new one.", "", true),
            (
                "used",
                "This code has been used already. Send a new one.",
                "",
                true,
            ),
        ] {
            let expected = (error.to_owned(), note.to_owned(), can_type, Some(30));
            assert_eq!(seen(&with(result), 0, ""), expected, "{result}");
        }
        let closed =
            "After many wrong codes this account doesn’t take codes any more. A new password opens it again.";
        assert_eq!(
            seen(&[("result", "closed"), ("opens", "password")], 0, ""),
            (closed.to_owned(), String::new(), false, None)
        );
    }

    #[test]
    fn the_seconds_that_have_passed_are_taken_off() {
        let parameters = [("result", "sent"), ("resendIn", "30"), ("expiresIn", "180")];
        assert_eq!(seen(&parameters, 10, "").3, Some(20));
        assert_eq!(seen(&parameters, 40, "").3, Some(0));
    }

    #[test]
    fn a_page_that_is_read_again_once_its_code_has_expired_says_so() {
        let expired = "This code has expired. Send a new one.";
        for result in ["sent", "resent", "wrong", "too_soon"] {
            let parameters = [("result", result), ("resendIn", "30"), ("expiresIn", "180")];
            assert_ne!(seen(&parameters, 179, "").0, expired, "{result}");
            let (error, _, can_type, asks) = seen(&parameters, 180, "");
            assert_eq!((&*error, can_type, asks), (expired, true, Some(0)), "{result}");
        }
        let held = [("result", "held"), ("resendIn", "30"), ("expiresIn", "0")];
        assert_eq!(seen(&held, 300, "").0, "", "no code was made");
    }

    #[test]
    fn a_time_that_would_stand_still_is_left_to_the_script() {
        let frame = Frame::of(choose(["en"].into_iter()), "Acme");
        let given = [("result", "sent"), ("resendIn", "30"), ("expiresIn", "180")];
        let parameters = given
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let challenge = CodeChallenge {
            parameters: &parameters,
            passed: 2,
            said: "",
            has_chosen: false,
        };
        let page = code(&frame, &Form::default(), &challenge).unwrap();
        assert!(
            page.contains("data-seconds=\"178\" data-text=\"Expires in {time}\" data-ended="),
            "{page}"
        );
        assert!(!page.contains("2:58") && !page.contains("0:28"), "{page}");
    }

    #[test]
    fn functions_that_say_nothing_of_a_code_are_asked_for_one_all_the_same() {
        assert_eq!(
            seen(&[("color", "blue")], 0, ""),
            (String::new(), String::new(), true, None)
        );
    }

    #[test]
    fn what_the_page_itself_has_against_a_form_is_said_in_place_of_what_came_before() {
        let parameters = [
            ("result", "wrong"),
            ("attemptsLeft", "1"),
            ("codeLength", "8"),
            ("codeAlphabet", "letters"),
        ];
        assert_eq!(
            seen(&parameters, 0, "codeIncomplete").0,
            "Enter all 8 characters."
        );
        assert_eq!(seen(&parameters, 0, "stale").0, "That page was out of date.");
    }

    #[test]
    fn what_functions_send_is_text() {
        let frame = Frame::of(choose(["en"].into_iter()), "Acme");
        let mean = "<script>x</script>";
        let parameters = BTreeMap::from(
            [
                "result",
                "CODE_DELIVERY_DESTINATION",
                "codeLength",
                "opens",
                "expiresIn",
            ]
            .map(|name| (name.to_owned(), mean.to_owned())),
        );
        let challenge = CodeChallenge {
            parameters: &parameters,
            passed: 0,
            said: mean,
            has_chosen: true,
        };
        let page = code(&frame, &Form::default(), &challenge).unwrap();
        assert_eq!(page.matches("<script").count(), 1, "{page}");
    }
}
