//! Mails in an operator's own words.

use std::io;

use poolhouse_confirm::{CodeMail, Locale, Part, Settings, TemplateError, Templates};
use serde_json::json;

use crate::kit::{Pool, START, Source, code_of, settings};

fn templates(files: &[(&str, &str)]) -> Result<Templates, TemplateError> {
    let folders = files
        .iter()
        .filter_map(|(name, _)| Some(name.split_once('/')?.0.to_owned()));
    Templates::read(folders, |name| {
        let found = files.iter().find(|(other, _)| *other == name);
        found
            .map(|(_, content)| (*content).to_owned())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    })
}

fn mail(files: &[(&str, &str)], language: &str, settings: Settings) -> CodeMail {
    let settings = Settings {
        templates: templates(files).unwrap(),
        ..settings
    };
    let locale = Locale::find(language).unwrap();
    CodeMail::sample(&settings, locale, "mara@example.org", START).unwrap()
}

/// The code of every sample.
fn sample_code() -> String {
    code_of(&CodeMail::sample(&settings(), Locale::EN, "mara@example.org", START).unwrap())
}

fn named(app_name: &str) -> Settings {
    Settings {
        app_name: app_name.to_owned(),
        ..settings()
    }
}

#[test]
fn the_three_files_of_a_language_replace_its_mail() {
    let files = [
        ("de/subject.txt", "Code für {{app}}\n"),
        (
            "de/text.txt",
            "{{code}}\nbis {{until}}, von {{time}}, {{device}}\n",
        ),
        (
            "de/mail.html",
            "<style>p{color:#123}</style><p>{{ app }}: <b>{{code}}</b></p>",
        ),
    ];
    let mail = mail(&files, "de-AT", named("Tom & <Jerry>"));
    let code = sample_code();
    assert_eq!(mail.subject, "Code für Tom & <Jerry>");
    assert_eq!(
        mail.text,
        format!("{code}\nbis 14:10\u{a0}Uhr (UTC), von 06.09.2026, 14:05\u{a0}Uhr (UTC), Firefox, Windows\n")
    );
    let expected = format!("<style>p{{color:#123}}</style><p>Tom &amp; &lt;Jerry&gt;: <b>{code}</b></p>");
    assert_eq!(mail.html, expected);
}

#[test]
fn what_has_no_file_keeps_the_built_in_words() {
    let files = [("de/subject.txt", "Ihr Code")];
    let german = mail(&files, "de", settings());
    assert_eq!(german.subject, "Ihr Code");
    assert!(german.text.starts_with("Geben Sie diesen Code ein"));
    assert_eq!(
        mail(&files, "fr", settings()).subject,
        "Votre code de connexion à Poolhouse"
    );
    let templates = templates(&files).unwrap();
    let german = Locale::find("de").unwrap();
    assert!(templates.has(german, Part::Subject) && !templates.has(german, Part::Html));
}

#[test]
fn a_value_that_looks_like_a_placeholder_stays_a_value() {
    let files = [("en/text.txt", "{{app}} {{code}}")];
    let mail = mail(&files, "en", named("{{code}}"));
    let code = sample_code();
    assert_eq!(mail.text, format!("{{{{code}}}} {code}"));
}

#[test]
fn the_line_that_binds_the_code_to_its_page_is_last_unless_the_template_places_it() {
    let origin = || Settings {
        origin: Some("login.example.com".to_owned()),
        ..settings()
    };
    let forgotten = mail(&[("en/text.txt", "{{code}} is it.\n")], "en", origin());
    let code = sample_code();
    assert_eq!(
        forgotten.text,
        format!("{code} is it.\n\n@login.example.com #{code}\n")
    );
    let placed = mail(
        &[("en/text.txt", "{{code}}\n{{origin_line}}\nBye\n")],
        "en",
        origin(),
    );
    assert_eq!(placed.text, format!("{code}\n@login.example.com #{code}\nBye\n"));
    let without = mail(&[("en/text.txt", "{{code}}\n{{origin_line}}")], "en", settings());
    assert_eq!(without.text, format!("{code}\n"));
}

#[test]
fn a_template_that_cannot_be_used_is_named_with_what_is_wrong() {
    let long = format!("{{{{code}}}}{}", "a".repeat(100_000));
    let wide = "ö".repeat(260);
    for (file, content, problem) in [
        (
            "de/mail.html",
            "<p>Hallo</p>",
            "has no {{code}}: nobody could read the code in it",
        ),
        (
            "de/text.txt",
            "{code}",
            "has no {{code}}: nobody could read the code in it",
        ),
        (
            "en/text.txt",
            "{{code}}\nfor {{application}}",
            "line 2: {{application}} is no placeholder; there are {{app}}, {{code}}, {{device}}, {{origin_line}}, {{place}}, {{support}}, {{time}}, {{until}}",
        ),
        (
            "en/text.txt",
            "{{code}}\n\n{{app",
            "line 3: {{ without }} behind it",
        ),
        (
            "en/text.txt",
            "{{code}}\u{7}",
            "holds a control character other than a tab or a line break",
        ),
        (
            "en/mail.html",
            &long,
            "is larger than 100000 bytes, where mail programs cut it off",
        ),
        ("en/subject.txt", " \n", "is empty"),
        (
            "en/subject.txt",
            "one\ntwo",
            "must be one line without control characters",
        ),
        (
            "en/subject.txt",
            "{{app}} and {{app}}!",
            "can become longer than 512 bytes",
        ),
        ("en/subject.txt", &wide, "can become longer than 512 bytes"),
        (
            "en/subject.txt",
            "{{code}}",
            "shows the code: locked screens and relays' logs show subjects",
        ),
        (
            "en/subject.txt",
            "{{origin_line}}",
            "shows the code: locked screens and relays' logs show subjects",
        ),
    ] {
        let error = templates(&[(file, content)]).unwrap_err();
        assert_eq!(error.to_string(), format!("the mail template {file} {problem}"));
        assert_eq!(error.file(), file);
    }
    assert_eq!(
        templates(&[("mail.html", "{{code}}")]).unwrap_err().to_string(),
        "the mail template en/mail.html is not there, nor is any other template \
         (LANGUAGE/subject.txt, LANGUAGE/text.txt, LANGUAGE/mail.html)"
    );
    let unreadable = Templates::read([], |_| Err(io::ErrorKind::PermissionDenied.into())).unwrap_err();
    assert_eq!(
        unreadable.to_string(),
        "the mail template en/subject.txt cannot be read: permission denied"
    );
}

#[test]
fn a_folder_of_no_language_is_named_with_those_there_are() {
    for folder in [
        "english",
        "jp",
        "en-gb",
        "EN",
        "en_GB",
        "en-GB-oed",
        "eng",
        "xx",
        "sr-latn",
    ] {
        let file = format!("{folder}/text.txt");
        let error = templates(&[("en/text.txt", "{{code}}"), (&file, "{{code}}")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the mail template {folder} is named after no language; there are en, de, fr, es, it, pt-BR, pt-PT, nl, pl, \
                 ja, ko, zh-CN, zh-TW, ar, he, and any other by its tag, such as sv or pt-AO"
            )
        );
        assert_eq!(error.file(), folder);
    }
}

/// Codes in Swedish, which has no built-in words.
const SWEDISH: [(&str, &str); 3] = [
    ("sv/subject.txt", "Din kod för {{app}}"),
    (
        "sv/text.txt",
        "{{code}}\ngäller till {{until}}, begärd {{time}}\n",
    ),
    ("sv/mail.html", "<p>{{code}}</p>"),
];

#[test]
fn a_template_may_be_as_long_as_the_limit() {
    let longest = format!("{{{{code}}}}{}", "a".repeat(100_000 - 8));
    let widest = "ö".repeat(256);
    assert!(templates(&[("en/mail.html", &longest), ("en/subject.txt", &widest)]).is_ok());
    let longer = format!("{longest}a");
    assert!(templates(&[("en/mail.html", &longer)]).is_err());
    assert!(templates(&[("en/subject.txt", &format!("{widest}a"))]).is_err());
}

#[test]
fn templates_add_a_language() {
    let with_swedish = Settings {
        templates: templates(&SWEDISH).unwrap(),
        ..settings()
    };
    let find = |tag| with_swedish.templates.find_locale(tag).map(Locale::tag);
    for (tag, found) in [
        ("sv", Some("sv")),
        ("sv-FI", Some("sv")),
        ("sv_SE", Some("sv")),
        ("SV", Some("sv")),
        ("de-AT", Some("de")),
        // As long as a tag may be, and one letter more.
        ("sv-abcdefgh-abcdefgh-abcdefgh-abcde", Some("sv")),
        ("sv-abcdefgh-abcdefgh-abcdefgh-abcdef", None),
        ("da", None),
        ("", None),
    ] {
        assert_eq!(find(tag), found, "{tag}");
    }
    let added: Vec<_> = with_swedish.templates.added().map(Locale::tag).collect();
    assert_eq!(added, ["sv"]);
    let swedish = with_swedish.templates.find_locale("sv").unwrap();
    let mail = CodeMail::sample(&with_swedish, swedish, "mara@example.org", START).unwrap();
    assert_eq!(
        (mail.subject.as_str(), mail.locale.tag()),
        ("Din kod för Poolhouse", "sv")
    );
    let code = sample_code();
    assert_eq!(
        mail.text,
        format!("{code}\ngäller till 14:10\u{a0}UTC, begärd 2026-09-06 14:05\u{a0}UTC\n")
    );
    assert_eq!(swedish.built_in(), Locale::EN, "what templates do not word");
}

#[test]
fn a_region_has_the_words_of_its_language_where_it_has_no_file() {
    let files = [("de-AT/subject.txt", "Ihr Code, bitte")];
    let with_austrian = templates(&files).unwrap();
    let austrian = with_austrian.find_locale("de-at").unwrap();
    assert_eq!(austrian.tag(), "de-AT");
    assert_eq!(with_austrian.find_locale("de-CH").map(Locale::tag), Some("de"));
    let settings = Settings {
        templates: with_austrian,
        ..settings()
    };
    let mail = CodeMail::sample(&settings, austrian, "mara@example.org", START).unwrap();
    assert_eq!(mail.subject, "Ihr Code, bitte");
    assert!(
        mail.text.starts_with("Geben Sie diesen Code ein"),
        "{}",
        mail.text
    );
    assert!(
        mail.html.contains("<html lang=\"de-AT\" dir=\"ltr\">"),
        "{}",
        mail.html
    );
    assert_eq!(austrian.built_in().tag(), "de");
}

#[test]
fn a_language_without_built_in_words_has_all_three_files() {
    for (file, _) in SWEDISH {
        let others: Vec<_> = SWEDISH.into_iter().filter(|(name, _)| *name != file).collect();
        assert_eq!(
            templates(&others).unwrap_err().to_string(),
            format!(
                "the mail template {file} is not there: a language without built-in words needs all three files"
            )
        );
    }
}

#[test]
fn the_default_language_may_be_one_that_templates_add_and_none_that_nobody_words() {
    let swedish = || Settings::from_vars(|name| (name == "DEFAULT_LOCALE").then(|| "sv".to_owned())).unwrap();
    let worded = swedish().with_templates(templates(&SWEDISH).unwrap()).unwrap();
    assert_eq!(worded.locale.tag(), "sv");
    assert_eq!(
        swedish()
            .with_templates(Templates::default())
            .unwrap_err()
            .to_string(),
        "DEFAULT_LOCALE is sv, a language without built-in words or templates: give MAIL_TEMPLATES a folder sv, or set \
         another language"
    );
}

#[test]
fn a_person_whose_language_templates_add_gets_the_code_in_it_and_the_notice_in_built_in_words() {
    let settings = Settings {
        templates: templates(&SWEDISH).unwrap(),
        ..settings()
    };
    let mut pool = Pool::new(settings, Source::Exact);
    pool.alter = |event| event["request"]["userAttributes"]["locale"] = json!("sv-SE");
    let mut sign_in = pool.sign_in();
    assert_eq!(pool.mails[0].subject, "Din kod för Poolhouse");
    for _ in 0..3 {
        pool.type_code(&mut sign_in, "000000");
    }
    let notice = pool.notices.last().unwrap();
    assert_eq!(
        (notice.locale.tag(), notice.subject.as_str()),
        ("en", "Someone may know your Poolhouse password")
    );
}
