//! The page of the preview.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_confirm::{Asker, CodeMail, Invitation, Logo, Notice, Part, Settings, Written};
use poolhouse_text::html::escape;

/// Which of a mail's two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(super) fn named(name: &str) -> Option<Scheme> {
        match name {
            "light" => Some(Scheme::Light),
            "dark" => Some(Scheme::Dark),
            _ => None,
        }
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:2rem;font:1rem/1.5 system-ui,sans-serif}\
h2{margin:3rem 0 .25rem;font-size:1.25rem}\
p{margin:0 0 1rem}\
.looks{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}\
iframe{width:100%;height:40rem;border:1px solid #8888;border-radius:.5rem}\
pre{margin:0;padding:1rem;border:1px solid #8888;border-radius:.5rem;white-space:pre-wrap;overflow:auto}";

/// One kind of mail in one language.
pub(super) struct Sample {
    /// Which: `code`, `notice`, `invitation`.
    pub kind: &'static str,
    /// The mail.
    pub mail: Written,
}

impl Sample {
    /// Every mail in the language of this one.
    pub fn of_language(settings: &Settings, code: CodeMail, now: i64) -> [Sample; 3] {
        let language = code.locale;
        // Templates word codes alone.
        let locale = language.built_in();
        let asker = Asker {
            user_agent: Some("Firefox/0 Windows"),
            place: Some("Berlin, DE"),
        };
        let notice = Notice {
            locale,
            at: now,
            zoneinfo: None,
            asker,
        };
        let invitation = Invitation {
            locale,
            user_name: "ada",
            password: "Xk7-tPq2-mVz9",
            expires: Some(now + 7 * 24 * 3600),
            zoneinfo: None,
        };
        let code = Written {
            subject: code.subject,
            text: code.text,
            html: code.html,
            locale: language,
            logo: code.logo,
        };
        [
            ("code", code),
            ("notice", notice.write(settings)),
            ("invitation", invitation.write(settings)),
        ]
        .map(|(kind, mail)| Sample { kind, mail })
    }

    /// The HTML with its picture in it, for a browser knows no other parts of a mail.
    pub fn shown(&self) -> String {
        match &self.mail.logo {
            None => self.mail.html.clone(),
            Some(logo) => {
                let data = format!(
                    "data:{};base64,{}",
                    logo.content_type(),
                    STANDARD.encode(logo.bytes())
                );
                self.mail
                    .html
                    .replace(&format!("cid:{}", Logo::CONTENT_ID), &data)
            }
        }
    }
}

/// Every mail: its subject, its HTML in light and in dark, its text.
pub(super) fn index(settings: &Settings, samples: &[Sample]) -> String {
    let mut body = "<h1>The mails</h1>\n<p>Reload after a change. The code is made up.</p>\n".to_owned();
    for Sample { kind, mail } in samples {
        let tag = mail.locale.tag();
        let parts = [
            (Part::Subject, "subject"),
            (Part::Text, "text"),
            (Part::Html, "HTML"),
        ];
        let is_own = |part: Part| *kind == "code" && settings.templates.has(mail.locale, part);
        let own: Vec<&str> = parts
            .into_iter()
            .filter(|(part, _)| is_own(*part))
            .map(|(_, name)| name)
            .collect();
        let words = match own[..] {
            [] => "built-in words".to_owned(),
            _ => format!("own words: {}", own.join(", ")),
        };
        let direction = if mail.locale.is_right_to_left() {
            "rtl"
        } else {
            "ltr"
        };
        // Writing to a `String` does not fail.
        let _ = write!(
            body,
            "<h2 lang=\"{tag}\" dir=\"{direction}\">{subject}</h2>\n<p>{kind}, {tag}, {words}</p>\n<div class=\"looks\">\n\
             <iframe title=\"{kind}, {tag}, light\" src=\"/mail/{kind}/{tag}/light\" sandbox loading=\"lazy\"></iframe>\n\
             <iframe title=\"{kind}, {tag}, dark\" src=\"/mail/{kind}/{tag}/dark\" sandbox loading=\"lazy\"></iframe>\n\
             <pre lang=\"{tag}\" dir=\"{direction}\">{text}</pre>\n</div>\n",
            subject = escape(&mail.subject),
            text = escape(&mail.text),
        );
    }
    document(&body)
}

/// What is wrong, in place of a page.
pub(super) fn problem(text: &str) -> String {
    document(&format!(
        "<h1>The mail cannot be shown</h1>\n<pre>{}</pre>\n",
        escape(text)
    ))
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>The mails</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// The mail's HTML as a mail program in this scheme shows it: what asks for the scheme is answered in the style sheet
/// itself, whatever the browser's own scheme is.
pub(super) fn as_if(html: &str, scheme: Scheme) -> String {
    const QUESTION: &str = "(prefers-color-scheme";
    let mut answered = String::new();
    let mut rest = html;
    while let Some((before, (asked, after))) = rest
        .split_once(QUESTION)
        .and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    {
        let is_asked_for = match asked.trim_start_matches([':', ' ']).trim() {
            "dark" => scheme == Scheme::Dark,
            _ => scheme == Scheme::Light,
        };
        answered.push_str(before);
        answered.push_str(if is_asked_for {
            "(min-width:0)"
        } else {
            "(max-width:0)"
        });
        rest = after;
    }
    answered + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_that_asks_for_the_scheme_is_told_the_one_that_is_shown() {
        let html = "<style>@media (prefers-color-scheme:dark){a{}}@media (prefers-color-scheme: light ){b{}}</style>";
        assert_eq!(
            as_if(html, Scheme::Dark),
            "<style>@media (min-width:0){a{}}@media (max-width:0){b{}}</style>"
        );
        assert_eq!(
            as_if(html, Scheme::Light),
            "<style>@media (max-width:0){a{}}@media (min-width:0){b{}}</style>"
        );
        assert_eq!(
            as_if("(prefers-color-scheme", Scheme::Light),
            "(prefers-color-scheme"
        );
    }

    #[test]
    fn what_is_wrong_is_shown_as_text() {
        assert!(problem("<b>\"&").contains("<pre>&lt;b&gt;&quot;&amp;</pre>"));
    }
}
