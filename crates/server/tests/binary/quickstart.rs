//! `poolhouse quickstart`: a sign-in without a source tree, a configuration or a second command.

use std::process::Output;

use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_pool::testing::Scratch;
use poolhouse_sigv4::{Credentials, Request, amz_date, sign};
use serde_json::{Value, json};

use crate::program::{Server, json_of, poolhouse, refusal, requests, run};

/// A line of what quickstart says: `  password      …`.
pub fn value<'a>(said: &'a str, label: &str) -> &'a str {
    let line = said
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(label));
    line.expect(label).trim()
}

/// A running quickstart, and what it said.
pub struct Quickstart {
    pub server: Server,
    pub said: String,
}

impl Quickstart {
    pub fn start(scratch: &Scratch) -> Quickstart {
        let mut server = Server::of("quickstart", scratch, &["--listen", "localhost:0"]);
        let said = server.said_before("Everything is kept in poolhouse-data");
        Quickstart { server, said }
    }

    /// What does not depend on the port.
    fn lasting(&self) -> String {
        let port = self.server.url.rsplit_once(':').unwrap().1;
        self.said.replace(port, "PORT")
    }

    fn key(&self) -> (&str, &str) {
        let exported = self.said.split_once("AWS_ACCESS_KEY_ID=").unwrap().1;
        exported
            .lines()
            .next()
            .unwrap()
            .split_once(" AWS_SECRET_ACCESS_KEY=")
            .unwrap()
    }

    /// Calls an operation with the access key that was printed, and returns the body of the answer.
    pub fn call(&self, operation: &str, input: &Value) -> Value {
        let answer = self.ask(operation, input);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap_or_default()
    }

    /// The same, and returns all of the answer.
    pub fn ask(&self, operation: &str, input: &Value) -> String {
        let (body, host) = (
            input.to_string(),
            self.server.url.strip_prefix("http://").unwrap(),
        );
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [
            ("host", host),
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target.as_str()),
        ];
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let (id, secret) = self.key();
        let now = amz_date(SystemClock.now().seconds());
        let signature = sign(
            &request,
            &Credentials::new(id, secret, None),
            "us-east-1",
            "cognito-idp",
            &now,
        );
        let mut head = String::new();
        let signature = signature.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in headers.into_iter().skip(1).chain(signature) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        self.server.send("POST", "/", &head, &body)
    }

    fn doctor(&self, scratch: &Scratch) -> Output {
        let (id, secret) = self.key();
        let pool = value(&self.said, "User pool");
        let mut doctor = poolhouse(
            scratch,
            &["doctor", "--user-pool-id", pool, "--output", "json", "--no-dns"],
        );
        doctor
            .env("HOME", scratch.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &self.server.url)
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret);
        doctor.output().unwrap()
    }

    fn config(&self) -> Value {
        let answer = self.server.get("/config.json");
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

#[test]
fn everything_that_a_sign_in_needs_is_there_and_is_the_same_in_the_next_run() {
    let scratch = Scratch::default();
    let first = Quickstart::start(&scratch);
    let url = first.server.url.replace("127.0.0.1", "localhost");
    assert_eq!(value(&first.said, "Sign in at"), format!("{url}/"));
    assert_eq!(value(&first.said, "as "), "ada@example.com");
    assert_eq!(value(&first.said, "mail, codes"), format!("{url}/inbox"));
    assert_eq!(value(&first.said, "password").len(), 23);
    assert!(first.server.get("/").contains("<app-root></app-root>"));
    assert!(first.server.get("/inbox/api/messages").ends_with("\r\n\r\n[]"));
    let (pool, client) = (value(&first.said, "User pool"), value(&first.said, "App client"));
    let config = json!({
        "userPoolId": pool,
        "clientId": client,
        "signInName": "email",
        "authFlow": "CUSTOM_AUTH",
        "passwordPolicy": { "minimumLength": 8, "uppercase": true, "lowercase": true, "numbers": true, "symbols": true },
        "offers": {
            "signUp": null,
            "signUpByLink": false,
            "forgotPassword": false,
            "changeEmail": false,
            "authenticatorApp": false,
            "passkeys": false,
            "passkeySignIn": false,
            "devices": false,
            "sessions": false,
        },
    });
    assert_eq!(first.config(), config);
    let users = first.call("ListUsers", &json!({ "UserPoolId": pool }));
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
    assert_eq!(users["Users"][0]["UserStatus"], "CONFIRMED");

    assert_eq!(
        refusal(&scratch, &["quickstart", "--listen", "127.0.0.1:0"]),
        "poolhouse: another server runs on the data directory poolhouse-data. Stop it, or give this one a directory of \
         its own with --data."
    );
    let lasting = first.lasting();
    assert!(first.server.stop());
    let second = Quickstart::start(&scratch);
    assert_eq!(second.lasting(), lasting);
    assert_eq!(second.config(), config);
    assert!(second.server.stop());
}

#[test]
fn what_is_said_of_the_door_is_how_it_stands() {
    let scratch = Scratch::default();
    let quickstart = Quickstart::start(&scratch);
    let shut = "is shut: nobody signs in without a code. See: poolhouse door --help";
    assert_eq!(value(&quickstart.said, "The pool's door"), shut);
    let (pool, client) = (
        value(&quickstart.said, "User pool").to_owned(),
        value(&quickstart.said, "App client").to_owned(),
    );
    assert!(quickstart.server.stop());
    for opened in [&["--client-id", client.as_str(), "open"][..], &["open"][..]] {
        let arguments = [&["door", "--user-pool-id", pool.as_str()][..], opened].concat();
        assert!(run(&scratch, &arguments).status.success());
        let quickstart = Quickstart::start(&scratch);
        let open = "is open: there are sign-ins without a code. See: poolhouse door --help";
        assert_eq!(value(&quickstart.said, "The pool's door"), open);
        assert!(quickstart.server.stop());
    }
}

#[test]
fn a_second_pool_or_client_takes_the_page_away_from_nobody_and_the_doctor_finds_nothing() {
    let scratch = Scratch::default();
    let quickstart = Quickstart::start(&scratch);
    let config = quickstart.config();
    let looked = quickstart.doctor(&scratch);
    let report = json_of(&looked);
    assert_eq!(report["findings"], json!([]), "{report:#}");
    let pool = value(&quickstart.said, "User pool");
    let other = quickstart.call("CreateUserPool", &json!({ "PoolName": "other" }));
    for pool in [pool, other["UserPool"]["Id"].as_str().unwrap()] {
        let client = json!({ "UserPoolId": pool, "ClientName": "other" });
        quickstart.call("CreateUserPoolClient", &client);
    }
    assert_eq!(quickstart.config(), config);
    assert!(quickstart.server.stop());
    let again = Quickstart::start(&scratch);
    assert_eq!(again.config(), config);
    assert!(again.server.stop());
}

#[test]
fn a_pool_of_the_quickstart_is_guarded_and_one_of_the_api_is_as_on_cognito() {
    let scratch = Scratch::default();
    let quickstart = Quickstart::start(&scratch);
    let guarded = value(&quickstart.said, "User pool");
    let made = quickstart.call("CreateUserPool", &json!({ "PoolName": "second" }));
    let plain = made["UserPool"]["Id"].as_str().unwrap();
    let pool = |arguments: &[&str], id: &str| {
        let all = [&["pool"], arguments, &["--user-pool-id", id, "--output", "json"]].concat();
        json_of(&run(&scratch, &all))
    };
    let (on, off) = (
        json!({
            "RefuseCommonPasswords": true,
            "RefuseContextPasswords": true,
            "Words": [],
            "ResetEndsSessions": true,
            "ContactChangesWithin": 5,
            "RecoveryNeedsAnotherFactor": true,
        }),
        json!({
            "RefuseCommonPasswords": false,
            "RefuseContextPasswords": false,
            "Words": [],
            "ResetEndsSessions": false,
            "ContactChangesWithin": null,
            "RecoveryNeedsAnotherFactor": false,
        }),
    );
    assert_eq!(
        (pool(&["show"], guarded), pool(&["show"], plain)),
        (on.clone(), off)
    );
    let words = pool(
        &[
            "set",
            "--words",
            "acme, rocket",
            "--refuse-context-passwords",
            "on",
        ],
        plain,
    );
    assert_eq!(words["Words"], json!(["acme", "rocket"]));
    assert_eq!(words["RefuseContextPasswords"], true);
    assert_eq!(words["ResetEndsSessions"], false, "what is not named stays");
    let create = |password: &str| {
        let user = json!({
            "UserPoolId": plain,
            "Username": "mara",
            "MessageAction": "SUPPRESS",
            "TemporaryPassword": password,
        });
        quickstart.ask("AdminCreateUser", &user)
    };
    assert!(create("R0cket-2026!").contains("made of the user's or the application's name"));
    assert!(
        create("Sunshine-99!").starts_with("HTTP/1.1 200"),
        "that was not asked for"
    );
    assert_eq!(pool(&["protect"], plain)["Words"], json!(["acme", "rocket"]));
    let all = pool(&["set", "--words", "", "--contact-changes-within", "5"], plain);
    assert_eq!(all, on);
    assert_eq!(
        refusal(&scratch, &["pool", "show", "--user-pool-id", "us-east-1_nowhere"]),
        "poolhouse: there is no user pool us-east-1_nowhere."
    );
}

#[test]
fn what_was_deleted_is_made_again_and_a_password_that_was_changed_is_not_shown() {
    let scratch = Scratch::default();
    let first = Quickstart::start(&scratch);
    let (pool, client) = (value(&first.said, "User pool"), value(&first.said, "App client"));
    first.call(
        "DeleteUserPoolClient",
        &json!({ "UserPoolId": pool, "ClientId": client }),
    );
    let changed = json!({
        "UserPoolId": pool, "Username": "ada@example.com", "Password": "Another-Horse-9!", "Permanent": true
    });
    first.call("AdminSetUserPassword", &changed);
    let key = first.key();
    let key = (key.0.to_owned(), key.1.to_owned());
    assert!(first.server.stop());
    let second = Quickstart::start(&scratch);
    assert_eq!(value(&second.said, "User pool"), pool);
    assert_ne!(value(&second.said, "App client"), client);
    assert_eq!(value(&second.said, "password"), "the one that you chose");
    assert_eq!(second.key(), (key.0.as_str(), key.1.as_str()));
    second.call("DeleteUserPool", &json!({ "UserPoolId": pool }));
    assert!(second.server.stop());
    let third = Quickstart::start(&scratch);
    assert_ne!(value(&third.said, "User pool"), pool);
    assert_eq!(value(&third.said, "password"), value(&first.said, "password"));
    assert!(third.server.stop());
}

#[test]
fn somebody_elses_pools_are_left_alone() {
    let scratch = Scratch::default();
    let quickstart = Quickstart::start(&scratch);
    assert!(quickstart.server.stop());
    std::fs::remove_file(scratch.path().join("poolhouse-data/quickstart.json")).unwrap();
    assert_eq!(
        refusal(&scratch, &["quickstart", "--listen", "127.0.0.1:0"]),
        "poolhouse: the data directory poolhouse-data holds pools that quickstart did not make. Give quickstart a directory \
         of its own with --data, or serve these pools: poolhouse serve --data poolhouse-data."
    );
    assert_eq!(
        refusal(&scratch, &["quickstart", "--listen", "0.0.0.0:9229"]),
        "poolhouse: quickstart shows sign-in codes to everybody who can reach 0.0.0.0:9229. Give it an address of this \
         machine alone: --listen localhost:9229."
    );
}

#[test]
fn what_is_kept_between_runs_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::default();
    assert!(Quickstart::start(&scratch).server.stop());
    let notes = scratch.path().join("poolhouse-data/quickstart.json");
    assert_eq!(
        std::fs::metadata(&notes).unwrap().permissions().mode() & 0o777,
        0o600
    );
    std::fs::write(&notes, "{").unwrap();
    let said = refusal(&scratch, &["quickstart", "--listen", "127.0.0.1:0"]);
    let expected = "poolhouse: poolhouse-data/quickstart.json cannot be used. Delete it together with its directory to begin anew: ";
    assert!(said.starts_with(expected), "{said}");
    let listed = run(&scratch, &["keys", "list", "--output", "json"]);
    assert_eq!(json_of(&listed).as_array().unwrap().len(), 1);
}

#[test]
fn a_request_is_logged_with_user_client_address_and_outcome_and_nothing_that_was_typed() {
    let scratch = Scratch::default();
    let quickstart = Quickstart::start(&scratch);
    let (pool, client) = (
        value(&quickstart.said, "User pool"),
        value(&quickstart.said, "App client"),
    );
    let user = json!({ "UserPoolId": pool, "Username": "ada@example.com" });
    let sub = quickstart.call("AdminGetUser", &user)["Username"].clone();
    quickstart.ask(
        "AdminGetUser",
        &json!({ "UserPoolId": pool, "Username": "nobody@example.com" }),
    );
    for name in ["ada@example.com", "nobody@example.com"] {
        let parameters = json!({ "USERNAME": name, "SRP_A": "a".repeat(512), "CHALLENGE_NAME": "SRP_A" });
        quickstart.call(
            "InitiateAuth",
            &json!({ "ClientId": client, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters }),
        );
    }
    quickstart.server.get("/");
    assert!(quickstart.server.stop());
    let logged = requests(&scratch).into_iter().map(|line| {
        let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
        assert_eq!(text("address"), "127.0.0.1");
        [text("operation"), text("outcome"), text("user"), text("client")].join(" ")
    });
    let (sub, unknown) = (sub.as_str().unwrap(), "UserNotFoundException");
    assert_eq!(
        logged.collect::<Vec<_>>(),
        [
            format!("AdminGetUser done {sub} -"),
            format!("AdminGetUser {unknown} - -"),
            format!("InitiateAuth PASSWORD_VERIFIER {sub} {client}"),
            format!("InitiateAuth PASSWORD_VERIFIER - {client}"),
        ]
    );
    let log = std::fs::read_to_string(scratch.path().join("server.log")).unwrap();
    assert!(!log.contains("@example.com"), "{log}");
}
