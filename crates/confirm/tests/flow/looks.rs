//! The look that an operator chooses, and the mails beside the code's.

use poolhouse_confirm::{
    Asker, CodeMail, Invitation, Locale, Logo, Look, Notice, PoolMail, PoolMailContent, Settings, ShowCode,
};

use crate::kit::{START, code_of, settings};

/// The code's mail in English.
fn mail(settings: &Settings) -> CodeMail {
    CodeMail::sample(settings, Locale::EN, "mara@example.org", START).unwrap()
}

#[test]
fn the_code_shows_before_the_mail_is_opened_only_where_a_setting_says_so() {
    let with = |show_code| {
        let look = Look {
            show_code,
            ..Look::default()
        };
        let mail = mail(&Settings { look, ..settings() });
        let code = code_of(&mail);
        (
            mail.subject.starts_with(&format!("{code} – Your")),
            mail.text.starts_with(&code),
        )
    };
    assert_eq!(with(ShowCode::Inside), (false, false));
    assert_eq!(with(ShowCode::Preview), (false, true));
    assert_eq!(with(ShowCode::Subject), (true, true));
}

#[test]
fn colour_logo_support_and_footer_need_no_html() {
    let png = [b"\x89PNG".as_slice(), &[0; 20]].concat();
    let look = Look {
        colour: Some("#0a7d5c".to_owned()),
        logo: Some(Logo::parse(png).unwrap()),
        support: Some("<help@example.com>".to_owned()),
        ..Look::default()
    };
    let mail = mail(&Settings { look, ..settings() });
    assert!(mail.html.contains("border-top:4px solid #0a7d5c;"));
    assert!(
        mail.html
            .contains("<img src=\"cid:logo@poolhouse.invalid\" alt=\"Poolhouse\"")
    );
    assert!(
        mail.html
            .contains("Questions? <bdi>&lt;help@example.com&gt;</bdi>")
    );
    assert_eq!(mail.logo.unwrap().content_type(), "image/png");
}

#[test]
fn in_the_dark_a_card_has_no_bright_edge_but_the_bar_of_an_operators_colour() {
    let with = |colour: Option<&str>| {
        let look = Look {
            colour: colour.map(str::to_owned),
            ..Look::default()
        };
        mail(&Settings { look, ..settings() }).html
    };
    let (plain, coloured) = (with(None), with(Some("#0a7d5c")));
    assert!(
        plain.contains("class=\"card bare\"") && plain.contains(".bare{border-top-color:#26363a!important}")
    );
    assert!(coloured.contains("class=\"card\"") && coloured.contains("border-top:4px solid #0a7d5c;"));
}

#[test]
fn a_look_that_cannot_be_is_refused_by_name() {
    for (name, value, problem) in [
        (
            "MAIL_COLOUR",
            "red",
            "MAIL_COLOUR is not a colour: set it like #0a7d5c",
        ),
        (
            "MAIL_COLOUR",
            "#0a7d5c;x",
            "MAIL_COLOUR is not a colour: set it like #0a7d5c",
        ),
        (
            "MAIL_FOOTER",
            "a\nb",
            "MAIL_FOOTER does not fit a mail: set 1 to 200 characters on one line",
        ),
        (
            "SIGN_IN_URL",
            "javascript:alert(1)",
            "SIGN_IN_URL is not an https URL: set it like https://login.example.com/",
        ),
        (
            "MAIL_SHOW_CODE",
            "yes",
            "MAIL_SHOW_CODE names no place in a mail: set inside, preview or subject",
        ),
    ] {
        let lookup = |asked: &str| (asked == name).then(|| value.to_owned());
        assert_eq!(Settings::from_vars(lookup).unwrap_err().to_string(), problem);
    }
    let svg = Logo::parse(b"<svg/>".to_vec()).unwrap_err().to_string();
    assert!(
        svg.starts_with("MAIL_LOGO is not a PNG, JPEG or GIF file"),
        "{svg}"
    );
    let large = [b"GIF8".as_slice(), &vec![0; 33_000]].concat();
    assert!(Logo::parse(large).is_err());
}

#[test]
fn notice_and_invitation_are_written_in_every_language() {
    let settings = Settings {
        app_name: "Blue Pool".to_owned(),
        look: Look {
            sign_in_url: Some("https://login.example.com/?a=1&b=2".to_owned()),
            ..Look::default()
        },
        ..settings()
    };
    for locale in Locale::all() {
        let tag = locale.tag();
        let notice = Notice {
            locale,
            at: START,
            zoneinfo: None,
            asker: Asker {
                user_agent: None,
                place: Some("Berlin, DE"),
            },
        }
        .write(&settings);
        let invitation = Invitation {
            locale,
            user_name: "m<ra",
            password: "{time}&9",
            expires: Some(START + 86_400),
            zoneinfo: None,
        }
        .write(&settings);
        for mail in [&notice, &invitation] {
            assert!(
                mail.subject.contains("Blue Pool") && mail.text.contains("Blue Pool"),
                "{tag}: {}",
                mail.text
            );
            assert!(mail.html.contains("2026") && mail.text.contains("2026"), "{tag}");
        }
        assert!(notice.text.contains("Berlin, DE") && !notice.html.contains("href"));
        assert!(!notice.text.contains('{'), "{tag}: {}", notice.text);
        assert!(invitation.text.contains("https://login.example.com/?a=1&b=2"));
        assert!(
            invitation
                .html
                .contains("href=\"https://login.example.com/?a=1&amp;b=2\""),
            "{tag}"
        );
        assert!(invitation.text.contains("m<ra") && invitation.html.contains(">m&lt;ra</bdi>"));
        assert!(
            invitation.text.contains("{time}&9") && invitation.html.contains(">{time}&amp;9</bdi>"),
            "{tag}"
        );
    }
}

#[test]
fn an_invitation_reads_like_this() {
    let invitation = Invitation {
        locale: Locale::EN,
        user_name: "mara",
        password: "Tmp-1234",
        expires: Some(START),
        zoneinfo: Some("Asia/Tokyo"),
    };
    let mail = invitation.write(&settings());
    assert_eq!(mail.subject, "Your Poolhouse account is ready");
    assert_eq!(
        mail.text.replace('\u{a0}', "_"),
        "Welcome to Poolhouse\n\nAn account has been created for you. Sign in with these details:\n\n\
         User name: mara\nTemporary password: Tmp-1234\n\n\
         The temporary password expires on 6_Sep_2026, 23:05_UTC+9.\n\n\
         You will choose a new password when you first sign in.\n\n\
         If you did not expect this message, you can ignore it.\n"
    );
}

#[test]
fn a_mail_of_the_pool_says_what_cognitos_says_and_ends_as_ours_do() {
    let plain = settings();
    let mail = |content| PoolMail {
        subject: "Your verification code",
        words: "Your confirmation code is",
        content,
    };
    let code = mail(PoolMailContent::Code("{app}&1")).write(&plain);
    assert_eq!(code.subject, "Your verification code");
    assert_eq!(code.text, "Your confirmation code is {app}&1\n");
    assert!(code.html.contains(">{app}&amp;1</td>"), "{}", code.html);
    let link = mail(PoolMailContent::Link("https://example.com/?a=1&b=2")).write(&plain);
    assert_eq!(
        link.text,
        "Your confirmation code is\nVerify Email: https://example.com/?a=1&b=2\n"
    );
    assert!(
        link.html.contains("href=\"https://example.com/?a=1&amp;b=2\""),
        "{}",
        link.html
    );
    let mut settings = plain;
    settings.look.footer = Some("Blue Pool GmbH, Berlin".to_owned());
    let code = mail(PoolMailContent::Code("123456")).write(&settings);
    assert_eq!(
        code.text,
        "Your confirmation code is 123456\n\nBlue Pool GmbH, Berlin\n"
    );
    assert!(code.html.contains("Blue Pool GmbH, Berlin"), "{}", code.html);
}
