//! What a mail looks like on the wire, and that no text can change its shape.

use proptest::prelude::*;

use super::*;

fn email() -> Email {
    Email {
        message_id: "challenge-1.2@pool.example".to_owned(),
        date: 1_763_823_600,
        from: Mailbox::parse("Poolhouse <no-reply@pool.example>").unwrap(),
        to: Address::parse("ada@example.com").unwrap(),
        reply_to: Some(Mailbox::parse("help@pool.example").unwrap()),
        bounces_to: None,
        picture: None,
        subject: "Your sign-in code".to_owned(),
        text: "Your code is 123456\n".to_owned(),
        html: Some("<p>Your code is <b>123456</b></p>".to_owned()),
        language: Some("en-GB".to_owned()),
    }
}

fn lines(email: &Email) -> String {
    String::from_utf8(email.to_bytes().unwrap())
        .unwrap()
        .replace("\r\n", "\n")
}

#[test]
fn a_code_mail_has_exactly_these_bytes() {
    let expected = r#"From: Poolhouse <no-reply@pool.example>
To: ada@example.com
Subject: Your sign-in code
Date: Sat, 22 Nov 2025 15:00:00 +0000
Message-ID: <challenge-1.2@pool.example>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
Reply-To: help@pool.example
Content-Language: en-GB
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_challenge12poolexample"

--=_challenge12poolexample
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Your code is 123456

--=_challenge12poolexample
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Your code is <b>123456</b></p>
--=_challenge12poolexample--
"#;
    assert_eq!(lines(&email()), expected);
}

#[test]
fn a_mail_without_html_is_one_part() {
    let email = Email {
        html: None,
        language: None,
        reply_to: None,
        bounces_to: None,
        picture: None,
        ..email()
    };
    let sent = lines(&email);
    assert!(sent.ends_with("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nYour code is 123456\n\n"), "{sent}");
}

#[test]
fn scripts_other_than_latin_are_sent_in_base64() {
    let email = Email {
        text: "コードは 123456 です".to_owned(),
        ..email()
    };
    assert!(lines(&email).contains("Content-Transfer-Encoding: base64"));
}

#[test]
fn fields_that_could_break_out_of_their_line_are_refused_by_name() {
    let refused = |change: fn(&mut Email)| {
        let mut email = email();
        change(&mut email);
        email.to_bytes().unwrap_err().to_string()
    };
    for (change, words) in [
        (
            (|email| email.subject = "a\r\nBcc: eve@example.com".to_owned()) as fn(&mut Email),
            "the mail's subject holds a control character",
        ),
        (
            |email| email.subject = "a\0".to_owned(),
            "the mail's subject holds a control character",
        ),
        (
            |email| email.subject = "a\u{85}b".to_owned(),
            "the mail's subject holds a control character",
        ),
        (
            |email| email.subject = "x".repeat(513),
            "the mail's subject is empty or too long",
        ),
        (
            |email| email.message_id = "a@b\r\n".to_owned(),
            "the mail's message id holds a control character",
        ),
        (
            |email| email.message_id = "a@b>".to_owned(),
            "the message id is not of the form id@domain",
        ),
        (
            |email| email.message_id = "ab".to_owned(),
            "the message id is not of the form id@domain",
        ),
        (
            |email| email.language = Some("en; x".to_owned()),
            "the mail's language is no BCP 47 tag",
        ),
        (
            |email| email.text = "a\0b".to_owned(),
            "the mail's text holds a control character",
        ),
        (
            |email| email.html = Some("\u{1b}[2J".to_owned()),
            "the mail's html holds a control character",
        ),
        (
            |email| email.text = "x".repeat(300_000),
            "the mail's text is empty or too long",
        ),
        (
            |email| email.date = u64::MAX,
            "the mail's date lies after the year 9999",
        ),
    ] {
        assert_eq!(refused(change), words);
    }
}

#[test]
fn debug_keeps_the_code_back() {
    assert_eq!(
        format!("{:?}", email()),
        r#"Email { message_id: "challenge-1.2@pool.example", date: 1763823600, to: Address(…@example.com), .. }"#
    );
}

/// The header block of the mail, unfolded, one line a header.
fn headers(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let block = text
        .split("\r\n\r\n")
        .next()
        .unwrap_or_default()
        .replace("\r\n ", " ");
    block
        .split("\r\n")
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

proptest! {
    /// Whatever the words are: only CRLF, no line over 998 bytes, the same headers in the same order, one
    /// reading, and no panic.
    #[test]
    fn no_text_can_change_the_shape_of_a_mail(
        name in "\\PC{0,60}",
        subject in prop_oneof!["\\PC{1,120}", "[!-~]{400,512}", "[ -~]{400,512}"],
        text in "[\\PC\r\n\t.]{0,600}",
        html in prop_oneof!["[\\PC\r\n\t.]{0,600}", "[!-~]{2000}"],
    ) {
        let mut email = email();
        email.from = Mailbox::new(Some(&name), email.from.address().clone()).unwrap();
        (email.subject, email.text, email.html) = (subject, text, Some(html));
        let bytes = email.to_bytes().unwrap();
        prop_assert_eq!(email.to_bytes().unwrap(), bytes.clone());
        let body = bytes.strip_suffix(b"\r\n").unwrap();
        for line in body.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            prop_assert!(line.len() <= 998 && !line.contains(&b'\r'));
        }
        let bare = body.iter().enumerate().any(|(at, b)| *b == b'\n' && (at == 0 || body[at - 1] != b'\r'));
        prop_assert!(!bare);
        prop_assert!(bytes.is_ascii());
        let expected = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
            "X-Auto-Response-Suppress", "Reply-To", "Content-Language", "MIME-Version", "Content-Type"];
        prop_assert_eq!(headers(&bytes), expected);
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        prop_assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ada@example.com"));
        prop_assert_eq!(parsed.from().unwrap().first().unwrap().address(), Some("no-reply@pool.example"));
    }

    #[test]
    fn addresses_and_mailboxes_never_panic(text in "(?s).{0,300}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
        }
        let _ = Mailbox::parse(&text);
    }
}

#[test]
fn a_picture_goes_with_the_html_and_is_fetched_from_nowhere() {
    let with_logo = Email {
        picture: Some(Picture {
            content_id: "logo@pool.invalid",
            content_type: "image/png",
            bytes: b"\x89PNG".to_vec(),
        }),
        ..email()
    };
    let bytes = lines(&with_logo);
    let message = mail_parser::MessageParser::new().parse(bytes.as_bytes()).unwrap();
    assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
    let picture = message.attachment(0).unwrap();
    assert!(
        bytes.contains("Content-Type: multipart/related")
            && bytes.contains("Content-ID: <logo@pool.invalid>")
    );
    assert_eq!(
        mail_parser::MimeHeaders::content_id(picture),
        Some("logo@pool.invalid")
    );
    assert_eq!(picture.contents(), b"\x89PNG");
}
