//! The table of keys against the reader.

use super::*;
use crate::keys::{self, Key, Kind, Table, Unset};

const TABLES: [&Table; 16] = [
    &keys::top::TABLE,
    &keys::mail::TABLE,
    &keys::inbox::TABLE,
    &keys::sms::TABLE,
    &keys::web::TABLE,
    &keys::http::TABLE,
    &keys::tls::TABLE,
    &keys::metrics::TABLE,
    &keys::traces::TABLE,
    &keys::audit::TABLE,
    &keys::audit_stream::TABLE,
    &keys::hosted::TABLE,
    &keys::registration::TABLE,
    &keys::functions::TABLE,
    &keys::aws::TABLE,
    &keys::aws_template::TABLE,
];

/// A file with this key and what cannot be left out beside it.
fn file(table: &Table, key: &Key, value: &str) -> String {
    let line = format!("{} = {value}", key.name());
    match table.heading {
        "[functions.NAME]" if ["program", "runtime", "invoke"].contains(&key.name()) => {
            format!("[functions.f]\n{line}")
        }
        "[functions.NAME]" => format!("[functions.f]\nprogram = 'x'\n{line}"),
        "[tls]" if key.name() == "certificate" => format!("[tls]\nkey = 'k'\n{line}"),
        "[tls]" if key.name() == "key" => format!("[tls]\ncertificate = 'c'\n{line}"),
        "[tls]" => format!("[tls]\ncertificate = 'c'\nkey = 'k'\n{line}"),
        "[audit.streams.NAME]" if key.name() == "webhook" => {
            format!("[audit.streams.s]\nsecret = 's'\n{line}")
        }
        "[audit.streams.NAME]" if key.name() == "secret" => {
            format!("[audit.streams.s]\nwebhook = 'https://siem.example.com/'\n{line}")
        }
        "[traces]" if key.name() != "endpoint" => format!("{TRACED}{line}"),
        heading => format!("{heading}\n{line}"),
    }
}

/// Nothing is said of traces without where they go.
const TRACED: &str = "[traces]\nendpoint = 'http://127.0.0.1:4318'\n";

#[test]
fn every_key_that_is_told_of_is_read_and_takes_what_is_said() {
    for table in TABLES {
        for key in table.keys {
            let expected = match key.kind() {
                Kind::Text | Kind::Path => "must be a text in quotes that is not empty",
                Kind::Texts => "must be a list: [\"…\", \"…\"]",
                Kind::Flag => "must be true or false",
                Kind::Count if key.name().ends_with("_per_second") => {
                    "must be a whole number from 0, for no limit, to 100000"
                }
                Kind::Count => "must be a whole number, 1 or more",
                Kind::Table => "must be a table: [",
            };
            // Nothing takes a date.
            let said = complaint(&file(table, key, "1979-05-27"));
            let (name, problem) = said.split_once(' ').unwrap();
            assert!(name.ends_with(key.name()), "{said}");
            assert!(problem.starts_with(expected), "{said}");
        }
    }
}

#[test]
fn every_default_that_is_told_is_the_one_that_holds() {
    let mut compared = 0;
    for table in TABLES {
        for key in table.keys {
            let Unset::Value(value) = key.unset() else {
                continue;
            };
            let beside = match table.heading {
                "[functions.NAME]" => "[functions.f]\nprogram = 'x'\n",
                "[tls]" => "[tls]\ncertificate = 'c'\nkey = 'k'\n",
                "[traces]" => TRACED,
                heading => heading,
            };
            let with = format!("{beside}\n{} = {value}", key.name());
            assert_eq!(
                format!("{:?}", read(&with).unwrap()),
                format!("{:?}", read(beside).unwrap()),
                "{}",
                key.name()
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 42);
}

#[test]
fn the_values_that_are_shown_are_taken() {
    for table in TABLES {
        for key in table.keys.iter().filter(|key| key.kind() != Kind::Table) {
            let text = match key.name() {
                // They have to be there.
                "templates" | "logo" | "store" => continue,
                "user_pool_id" => file(table, key, key.example()) + "\nclient_id = 'c'",
                "client_id" => file(table, key, key.example()) + "\nuser_pool_id = 'p'",
                "token" => file(table, key, "'t'") + "\ngateway = 'https://sms.example.com'",
                "secret" | "authorization" => file(table, key, "'s'"),
                "ca" if key.example().contains("logs") => {
                    file(table, key, key.example()) + "\nsyslog = 'tls://logs.example.com:6514'"
                }
                "runtime" => file(table, key, key.example()) + "\nhandler = 'index.handler'\ndirectory = 'd'",
                "subject" => file(table, key, key.example()) + "\ntext = 't'",
                "text" | "html" => file(table, key, key.example()) + "\nsubject = 's'",
                _ => file(table, key, key.example()),
            };
            assert!(read(&text).is_ok(), "{text}: {:?}", read(&text).err());
        }
    }
}

#[test]
fn a_gateway_for_text_messages_is_a_url_and_its_token_goes_with_it() {
    let gateway = |text: &str| read(&format!("[sms]\n{text}")).unwrap().settings.mail.sms;
    assert_eq!(gateway(""), None);
    assert!(gateway("gateway = 'https://sms.example.com/send'\ntoken = 't'").is_some());
    assert_eq!(
        complaint("[sms]\ntoken = 't'"),
        "sms.token goes together with gateway"
    );
    let form = "an http or https URL without a password, such as https://sms.example.com/send, and a token in one line";
    let said = complaint("[sms]\ngateway = 'sms.example.com'");
    assert!(said.starts_with("sms.gateway ") && said.contains(form), "{said}");
}

#[test]
fn calls_are_limited_by_address_and_by_client_where_the_operator_says_so() {
    let calls = |text: &str| read(&format!("[http]\n{text}")).unwrap().settings.calls;
    assert_eq!(calls("calls_per_second = 50").of_address, 50);
    assert_eq!(calls("client_calls_per_second = 500").of_client, 500);
    assert_eq!((calls("").of_address, calls("").of_client), (0, 0));
    let said = complaint("[http]\ncalls_per_second = 100001");
    assert!(
        said.starts_with("http.calls_per_second must be a whole number from 0"),
        "{said}"
    );
}

#[test]
fn hosted_login_takes_what_it_can_use_and_says_what_it_cannot() {
    let hosted = |text: &str| read(&format!("[hosted]\n{text}")).unwrap().settings.hosted;
    assert_eq!(
        hosted("pkce_required = 'always'").pkce_required,
        poolhouse_pool::base::hosted::PkceRequired::Always
    );
    assert_eq!(hosted("code_lifetime_seconds = 60").code_lifetime_seconds, 60);
    assert_eq!(hosted("forms_per_second = 0").limits.forms, 0);
    assert_eq!(hosted("").limits.forms_of_pool, 500);
    let bases = hosted("[hosted.bases]\nacme = 'https://login.example.com'").bases;
    assert_eq!(bases["acme"], "https://login.example.com");
    for (text, said) in [
        (
            "pkce_required = 'sometimes'",
            "hosted.pkce_required must be never, public or always",
        ),
        (
            "code_lifetime_seconds = 29",
            "hosted.code_lifetime_seconds must be from 30 to 600",
        ),
        (
            "pages_per_second = 100001",
            "hosted.pages_per_second must be a whole number from 0, for no limit, to 100000",
        ),
        (
            "[hosted.bases]\nacme = 'login.example.com'",
            "hosted.bases.acme must be an http or https URL without a slash at its end",
        ),
        (
            "domain_suffixes = ['ID.example.com']",
            "hosted.domain_suffixes must be a list of names of hosts in small letters, such as \"id.example.com\"",
        ),
    ] {
        assert_eq!(complaint(&format!("[hosted]\n{text}")), said);
    }
}
