//! What the mail says and how it is built, in every language.

use poolhouse_confirm::{CodeMail, Locale, Look, Settings};
use serde_json::{Value, json};

use crate::kit::{PASSWORD_PAIR, Pool, Source, code_of, session, settings};

fn mail(settings: Settings, metadata: &Value) -> CodeMail {
    let mut pool = Pool::new(settings, Source::Exact);
    pool.create(&session(&PASSWORD_PAIR), metadata).unwrap();
    pool.mails.remove(0)
}

fn in_every_language(settings: &Settings) -> Vec<CodeMail> {
    Locale::all()
        .map(|locale| mail(settings.clone(), &json!({ "locale": locale.tag() })))
        .collect()
}

#[test]
fn the_plain_text_reads_like_this() {
    let settings = Settings {
        app_name: "Blue Pool".to_owned(),
        origin: Some("login.example.com".to_owned()),
        ..settings()
    };
    let mail = mail(settings, &Value::Null);
    let code = code_of(&mail);
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("mara@example.org", "Your Blue Pool sign-in code")
    );
    assert_eq!(
        mail.text.replace('\u{a0}', "_"),
        format!(
            "Enter this code to finish signing in to Blue Pool.\n\n\
             It expires at 14:10_UTC and works once.\n\n\
             {code}\n\n\
             Requested on 6_Sep_2026, 14:05_UTC\n\n\
             Nobody at Blue Pool will ever ask you for this code. Do not share it with anyone.\n\n\
             If you are not signing in right now, someone else knows your password. Change it now.\n\n\
             @login.example.com #{code}\n"
        )
    );
    assert_eq!(mail.expires_at, crate::kit::START + 300);
    assert!(mail.dedup_id.len() == 32 && mail.dedup_id.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn a_mail_that_goes_again_says_the_same_end() {
    let mut pool = Pool::new(settings(), Source::Exact);
    let mut sign_in = pool.sign_in();
    pool.now += 200;
    pool.act(&mut sign_in, "resend");
    for mail in &pool.mails {
        assert!(
            mail.text.contains("It expires at 14:10\u{a0}UTC and works once."),
            "{}",
            mail.text
        );
    }
    assert_eq!(pool.mails.len(), 2);
}

#[test]
fn a_person_reads_her_own_time() {
    let mut pool = Pool::new(settings(), Source::Exact);
    pool.alter = |event| event["request"]["userAttributes"]["zoneinfo"] = json!("Europe/Berlin");
    pool.create(&session(&PASSWORD_PAIR), &json!({ "locale": "de" }))
        .unwrap();
    let text = &pool.mails[0].text;
    assert!(
        text.contains("Der Code ist bis 16:10\u{a0}Uhr (UTC+2) gültig"),
        "{text}"
    );
    assert!(
        text.contains("Angefordert am 06.09.2026, 16:05\u{a0}Uhr (UTC+2)"),
        "{text}"
    );
}

#[test]
fn every_language_says_everything() {
    let settings = Settings {
        app_name: "Blue Pool".to_owned(),
        origin: Some("login.example.com".to_owned()),
        look: Look {
            support: Some("help@example.com".to_owned()),
            footer: Some("Blue Pool Ltd".to_owned()),
            ..Look::default()
        },
        code_ttl_s: 420,
        ..settings()
    };
    let mails = in_every_language(&settings);
    assert!(mails.len() == 15 && mails.iter().any(|mail| mail.locale.is_right_to_left()));
    for mail in mails {
        let (tag, code) = (mail.locale.tag(), code_of(&mail));
        for text in [&mail.subject, &mail.text, &mail.html] {
            assert!(text.contains("Blue Pool"), "{tag}: {text}");
        }
        assert!(!mail.subject.contains(&code) && !mail.subject.contains('\n'));
        assert!(
            mail.text.ends_with(&format!("\n\n@login.example.com #{code}\n")),
            "{tag}"
        );
        for text in [&mail.text, &mail.html] {
            for word in ["2026", "help@example.com", "Blue Pool Ltd"] {
                assert!(text.contains(word), "{tag}: {text}");
            }
            let end = if tag == "fr" {
                "14\u{a0}h\u{a0}12"
            } else {
                "14:12\u{a0}"
            };
            assert!(text.contains(end), "{tag}: {text}");
        }
        assert!(
            !mail.text.contains('{') && !mail.text.contains('}'),
            "{tag}: {}",
            mail.text
        );
        assert_eq!(
            mail.text.matches(&code).count(),
            2,
            "{tag}: in the text and in the last line"
        );
    }
}

#[test]
fn right_to_left_text_holds_the_names_in_it_together_and_needs_no_html_element() {
    let mail = mail(settings(), &json!({ "locale": "ar" }));
    assert!(mail.text.contains("\u{2068}Poolhouse\u{2069}"));
    // Gmail strips the html element: wrapper and cell say it, too.
    assert_eq!(mail.html.matches("lang=\"ar\" dir=\"rtl\"").count(), 3);
    assert!(mail.html.contains("<bdi>Poolhouse</bdi>") && mail.html.contains("text-align:right"));
    assert!(mail.html.contains("class=\"code\" align=\"center\" dir=\"ltr\""));
    assert!(
        code_of(&mail).is_ascii(),
        "no invisible character is copied along with the code"
    );
}

#[test]
fn nothing_in_the_html_is_fetched_or_can_be_clicked() {
    for mail in in_every_language(&settings()) {
        for forbidden in [
            "http", "//", "href", "src=", "url(", "@import", "<a ", "<img", "<script", "<form",
        ] {
            assert!(
                !mail.html.contains(forbidden),
                "{}: {forbidden}",
                mail.locale.tag()
            );
        }
    }
}

#[test]
fn the_html_has_a_dark_mode_nothing_hidden_and_one_selectable_code() {
    let mail = mail(settings(), &Value::Null);
    let code = code_of(&mail);
    assert!(
        mail.html
            .contains("<meta name=\"color-scheme\" content=\"light dark\">")
    );
    assert!(mail.html.contains("@media (prefers-color-scheme:dark)"));
    assert!(
        mail.html.contains("@media (max-width:480px)") && mail.html.contains(".cell{padding:20px!important}")
    );
    assert!(mail.html.contains("<!--[if mso]>"));
    for hidden in ["display:none", "max-height:0", "&zwnj;", "mso-hide"] {
        assert!(!mail.html.contains(hidden), "{hidden}");
    }
    let (before, after) = mail.html.split_once(&code).unwrap();
    assert!(
        before.ends_with("user-select:all\">") && after.starts_with("</td>"),
        "nothing is selected with it"
    );
    assert!(
        mail.html.lines().all(|line| line.len() < 998),
        "RFC 5322 section 2.1.1"
    );
}

#[test]
fn the_longest_code_is_smaller_and_never_broken() {
    let mut long = settings();
    long.code.length = 12;
    let mail = mail(long, &Value::Null);
    assert!(mail.html.contains("font-size:22px") && mail.html.contains("white-space:nowrap"));
}

#[test]
fn who_asked_is_said_in_our_words() {
    let mail = mail(settings(), &Value::Null);
    assert!(
        !mail.text.contains('·'),
        "a caller that knows nothing says nothing"
    );
    let sample = CodeMail::sample(&settings(), Locale::EN, "me@example.org", crate::kit::START).unwrap();
    assert!(
        sample.text.contains("14:05\u{a0}UTC\u{a0}· Firefox, Windows\n"),
        "{}",
        sample.text
    );
}

#[test]
fn what_an_operator_sets_is_text_in_the_html_and_no_placeholder() {
    let app_name = "<b>A&B</b> \"{until}\" 'x'".to_owned();
    let mail = mail(
        Settings {
            app_name,
            ..settings()
        },
        &Value::Null,
    );
    assert!(
        mail.html
            .contains("&lt;b&gt;A&amp;B&lt;/b&gt; &quot;{until}&quot; &#39;x&#39;")
    );
    assert!(!mail.html.contains("<b>"));
    assert_eq!(mail.subject, "Your <b>A&B</b> \"{until}\" 'x' sign-in code");
}

#[test]
fn a_language_is_found_by_its_tag_in_every_writing() {
    for (tag, found) in [
        ("en", Some("en")),
        ("EN-us", Some("en")),
        ("de_CH", Some("de")),
        ("pt", Some("pt-BR")),
        ("pt-PT", Some("pt-PT")),
        ("pt_AO", Some("pt-PT")),
        ("zh-Hans-CN", Some("zh-CN")),
        ("zh-Hans-HK", Some("zh-CN")),
        ("zh-HK", Some("zh-TW")),
        ("zh-Hant", Some("zh-TW")),
        ("iw-IL", Some("he")),
        (" fr ", Some("fr")),
        ("", None),
        ("-", None),
        ("english", None),
        ("en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd", None),
    ] {
        assert_eq!(Locale::find(tag).map(Locale::tag), found, "{tag}");
    }
}

#[test]
fn no_address_and_no_code_show_in_debug() {
    let mail = mail(settings(), &Value::Null);
    let debug = format!("{mail:?}");
    assert!(
        debug.starts_with("CodeMail { locale: \"en\", expires_at: 1788703810, dedup_id: \""),
        "{debug}"
    );
    assert!(!debug.contains("mara") && !debug.contains(&code_of(&mail)));
}

#[test]
fn a_sample_shows_the_mail_without_a_sign_in() {
    let settings = Settings {
        app_name: "Blue Pool".to_owned(),
        ..settings()
    };
    let sample = CodeMail::sample(
        &settings,
        Locale::find("fr").unwrap(),
        "me@example.org",
        crate::kit::START,
    )
    .unwrap();
    assert_eq!(
        (sample.to.as_str(), sample.subject.as_str()),
        ("me@example.org", "Votre code de connexion à Blue Pool")
    );
    assert_eq!(code_of(&sample).len(), 6);
    let bad = Settings {
        code_ttl_s: 0,
        ..settings
    };
    assert!(CodeMail::sample(&bad, Locale::EN, "me@example.org", 0).is_err());
}
