//! `poolhouse serve` and `keys`.

use poolhouse_pool::testing::Scratch;
use serde_json::json;

use crate::program::{Server, json_of, poolhouse, refusal, run};

#[test]
fn a_second_server_on_a_data_directory_says_so_and_stops() {
    let scratch = Scratch::default();
    let server = Server::start(&scratch, &["--data", "d"]);
    assert_eq!(
        refusal(&scratch, &["serve", "--listen", "127.0.0.1:0", "--data", "d"]),
        "poolhouse: another server runs on the data directory d. Stop it, or give this one a directory of its own with --data."
    );
    assert!(server.get("/health").starts_with("HTTP/1.1 200"));
    assert!(server.stop());
    assert!(
        Server::start(&scratch, &["--data", "d"]).stop(),
        "the directory is free again"
    );
}

#[test]
fn a_database_without_a_byte_beside_its_key_is_no_new_pool() {
    let scratch = Scratch::default();
    assert!(Server::start(&scratch, &["--data", "d"]).stop());
    let database = scratch.path().join("d/poolhouse.db");
    for left in std::fs::read_dir(scratch.path().join("d")).unwrap() {
        let path = left.unwrap().path();
        if path.to_str().unwrap().contains("poolhouse.db-") {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::write(&database, "").unwrap();
    let said = "poolhouse: the database d/poolhouse.db is empty, and the key beside it belongs to one that was not. Put the database back from your backup, or delete d/poolhouse.db to begin with an empty one.";
    for command in [
        &["serve", "--listen", "127.0.0.1:0", "--data", "d"][..],
        &["keys", "create", "--data", "d"],
    ] {
        assert_eq!(refusal(&scratch, command), said);
    }
    assert_eq!(
        std::fs::metadata(&database).unwrap().len(),
        0,
        "nothing is written"
    );
    std::fs::remove_file(&database).unwrap();
    assert!(Server::start(&scratch, &["--data", "d"]).stop());
}

#[test]
fn an_error_ends_with_one_dot() {
    let scratch = Scratch::default();
    for arguments in [
        &["serve", "--config", "missing.toml"][..],
        &["keys", "list", "--data", "missing"],
    ] {
        let said = refusal(&scratch, arguments);
        assert!(said.ends_with('.') && !said.ends_with(".."), "{said}");
    }
}

#[test]
fn access_keys_are_made_listed_and_deleted_while_the_server_runs() {
    let scratch = Scratch::default();
    let server = Server::start(&scratch, &["--data", "d"]);
    let made = json_of(&run(
        &scratch,
        &["keys", "create", "--data", "d", "--output", "json"],
    ));
    let members: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "AccessKeyId",
            "Pools",
            "Operations",
            "ReadOnly",
            "SecretAccessKey"
        ]
    );
    let id = made["AccessKeyId"].as_str().unwrap();
    assert!(
        id.len() == 20
            && id.starts_with("AKIA")
            && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    );
    assert_eq!(made["SecretAccessKey"].as_str().unwrap().len(), 40);
    let listed = json_of(&run(
        &scratch,
        &["keys", "list", "--data", "d", "--output", "json"],
    ));
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[0]["AccessKeyId"]),
        (1, &json!(id))
    );
    let text = String::from_utf8(run(&scratch, &["keys", "delete", id, "--data", "d"]).stdout).unwrap();
    assert_eq!(text, format!("Deleted {id}.\n"));
    let listed = json_of(&run(
        &scratch,
        &["keys", "list", "--data", "d", "--output", "json"],
    ));
    assert_eq!(listed, json!([]));
    assert!(server.stop());
}

#[test]
fn keys_are_rotated_while_the_server_runs_and_the_next_one_goes_on() {
    let scratch = Scratch::default();
    let server = Server::start(&scratch, &[]);
    let made = json_of(&run(&scratch, &["keys", "create", "--output", "json"]));
    let rotated = json_of(&run(
        &scratch,
        &["keys", "rotate", "master", "code", "--output", "json"],
    ));
    assert_eq!(
        rotated,
        json!([{ "Key": "master", "Epoch": 2 }, { "Key": "code", "Epoch": 2 }])
    );
    let status = || json_of(&run(&scratch, &["keys", "status", "--output", "json"]));
    while status()["Master"]["Epoch"] != 2 {}
    assert_eq!(
        status()["Code"],
        json!({ "Epoch": 2, "Next": null, "Before": 1, "Resealed": false })
    );
    assert_eq!(
        refusal(&scratch, &["keys", "rotate", "master"]),
        "poolhouse: the key was not rotated: a rotation of the master key is under way, and ends before the next begins. See: \
         poolhouse keys status."
    );
    let listed = || json_of(&run(&scratch, &["keys", "list", "--output", "json"]));
    assert_eq!(listed()[0]["AccessKeyId"], made["AccessKeyId"]);
    assert!(server.stop());
    let server = Server::start(&scratch, &[]);
    assert_eq!(listed()[0]["AccessKeyId"], made["AccessKeyId"]);
    assert!(server.get("/health").contains("200 OK"));
    let key = std::fs::read_to_string(scratch.path().join("poolhouse-data/master.key")).unwrap();
    assert!(key.starts_with("poolhouse-keys 2\nmaster current 2 "));
    assert!(server.stop());
}

#[test]
fn the_server_answers_health_and_inbox_and_stops_when_told() {
    let scratch = Scratch::default();
    let server = Server::start(&scratch, &["--inbox"]);
    assert!(server.get("/health").ends_with("\r\n\r\n{\"status\":\"ok\"}"));
    assert!(server.get("/inbox/api/messages").ends_with("\r\n\r\n[]"));
    assert!(server.stop());
    let server = Server::start(&scratch, &[]);
    let off = server.get("/inbox/api/messages");
    assert!(off.starts_with("HTTP/1.1 404"), "{off}");
    assert!(
        off.ends_with(r#"{"message":"The local inbox is off. Start the server with --inbox."}"#),
        "{off}"
    );
    assert!(server.stop());
    assert!(scratch.path().join("poolhouse-data/poolhouse.db").is_file());
}

#[test]
fn numbers_are_on_a_socket_of_their_own_and_a_server_that_leaves_says_so_before_it_stops() {
    let scratch = Scratch::default();
    scratch.write(
        "poolhouse.toml",
        "[metrics]\nlisten = '127.0.0.1:0'\n[http]\ndrain_seconds = 600",
    );
    let mut server = Server::start(&scratch, &[]);
    for path in ["/health", "/health/ready", "/health/live"] {
        assert!(server.get(path).starts_with("HTTP/1.1 200"), "{path}");
    }
    assert!(server.get("/metrics").starts_with("HTTP/1.1 404"), "not here");
    let said = server.said_before("  numbers  ");
    assert!(said.contains("poolhouse-data"), "{said}");
    let socket = server.last_line.trim().trim_start_matches("numbers").trim();
    let socket = socket
        .trim_start_matches("http://")
        .trim_end_matches("/metrics")
        .to_owned();
    let numbers = server.send_to(&socket, "GET", "/metrics", "", "");
    assert!(
        numbers.contains("\npoolhouse_http_responses_total{status=\"2xx\"} 3\n"),
        "{numbers}"
    );
    assert!(
        server
            .send_to(&socket, "GET", "/health", "", "")
            .starts_with("HTTP/1.1 404")
    );

    server.signal("-TERM");
    // Served as before, but for the one answer that tells of it.
    while server.get("/health/ready").starts_with("HTTP/1.1 200") {}
    let ready = server.get("/health/ready");
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(
        ready.ends_with(r#"{"message":"The server is about to stop."}"#),
        "{ready}"
    );
    assert!(server.get("/health/live").starts_with("HTTP/1.1 200"));
    // A second signal ends the wait.
    assert!(server.stop());
}

#[test]
fn what_cannot_work_is_refused_with_what_to_do() {
    let scratch = Scratch::default();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    scratch.write("bad.toml", "port = 9229");
    std::fs::create_dir(scratch.path().join("lost")).unwrap();
    scratch.write("lost/poolhouse.db", "");
    for (arguments, expected) in [
        (
            vec!["serve", "--inbox", "--listen", "0.0.0.0:9229"],
            "poolhouse: --inbox shows sign-in codes to everybody who can reach 0.0.0.0:9229. Listen on a loopback \
             address, or leave out --inbox."
                .to_owned(),
        ),
        (
            vec!["serve", "--smtp", "smtp://user:secret@mail.example.com"],
            "poolhouse: a mail relay needs a sender. Add --mail-from, an email address, such as App \
             <no-reply@example.com>."
                .to_owned(),
        ),
        (
            vec!["serve", "--smtp", "http://user:secret@mail.example.com"],
            "poolhouse: --smtp has an unusable URL. Write smtp://user:password@mail.example.com:587, smtps:// for port \
             465, or ses://REGION: an SMTP URL starts with smtp:// or smtps://."
                .to_owned(),
        ),
        (
            vec!["serve", "--inbox", "--issuer", "https://auth.example.com/"],
            "poolhouse: --issuer must be an http or https URL without a slash at its end.".to_owned(),
        ),
        (
            vec!["serve", "--listen", &address],
            format!(
                "poolhouse: {address} cannot be listened on: another program, perhaps another poolhouse, uses it. \
                 Choose another with --listen: Address already in use (os error 98)."
            ),
        ),
        (
            vec!["serve", "--config", "bad.toml"],
            "poolhouse: the configuration is not usable: bad.toml: port is not a setting. Those there are here: \
             store, data, mail, sms, web, http, tls, hosted, audit, aws, listen, account, inbox, confirm, issuer, region, metrics, traces, functions, signing_key_bits, pre_authentication_in_custom_auth."
                .to_owned(),
        ),
        (
            vec!["keys", "list", "--data", "nowhere"],
            "poolhouse: there is no directory nowhere. Name the server's with --data.".to_owned(),
        ),
        (
            vec!["keys", "create", "--data", "lost"],
            "poolhouse: the data directory lost cannot be used: lost/master.key is missing, and without it the \
             database beside it cannot be read. Put it back from your backup."
                .to_owned(),
        ),
    ] {
        assert_eq!(refusal(&scratch, &arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_database_is_not_opened_with_another_ones_key() {
    let scratch = Scratch::default();
    for directory in ["one", "two"] {
        json_of(&run(
            &scratch,
            &["keys", "create", "--data", directory, "--output", "json"],
        ));
    }
    let key = |directory: &str| scratch.path().join(directory).join("master.key");
    std::fs::copy(key("one"), key("two")).unwrap();
    assert_eq!(
        refusal(&scratch, &["keys", "create", "--data", "two"]),
        "poolhouse: two/master.key is not the key that the database was written with. Put the right one back from \
         your backup."
    );
}

#[test]
fn a_server_whose_mail_goes_by_ses_says_at_its_start_that_it_has_no_credentials() {
    let scratch = Scratch::default();
    let file = scratch.path().join("poolhouse.toml");
    std::fs::write(
        &file,
        "[mail]\nrelays = ['ses://eu-central-1']\nfrom = 'a@example.com'\n",
    )
    .unwrap();
    let start = |variables: &[(&str, &str)]| {
        let mut command = poolhouse(&scratch, &["serve", "--listen", "127.0.0.1:0"]);
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_PROFILE",
            "HTTPS_PROXY",
        ] {
            command.env_remove(name);
        }
        command
            .env("HOME", scratch.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        said.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(
        start(&[]),
        "poolhouse: mail by ses.eu-central-1 needs AWS credentials: no credentials in the environment, the profile \
         \"default\": set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role."
    );
    assert_eq!(
        start(&[("AWS_ACCESS_KEY_ID", "AKIA")]),
        "poolhouse: mail by ses.eu-central-1 needs AWS credentials: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is \
         not."
    );
    assert_eq!(
        start(&[("HTTPS_PROXY", "socks5://proxy")]),
        "poolhouse: the way to AWS cannot be used: HTTPS_PROXY is not of the form http://host:port or \
         http://user:password@host:port."
    );
}

#[test]
fn a_misspelt_variable_is_named_with_those_there_are() {
    let scratch = Scratch::default();
    let mut command = poolhouse(&scratch, &["serve", "--listen", "192.0.2.1:9229"]);
    let output = command.env("POOLHOUSE_LGO", "debug").output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let said =
        "POOLHOUSE_LGO is not a variable of this program and changes nothing. Those there are: POOLHOUSE_LOG";
    assert!(log.contains(said), "{log}");
}
