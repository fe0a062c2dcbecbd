//! `poolhouse config check`: what is wrong with a configuration, all of it and before a server is started.

use std::net::TcpListener;

use poolhouse_pool::testing::Scratch;
use serde_json::{Value, json};

use crate::program::{Server, json_of, poolhouse, refusal, run};

/// What the check prints and how it ends.
fn checked(scratch: &Scratch, options: &[&str]) -> (Option<i32>, String) {
    let output = run(scratch, &[&["config", "check"], options].concat());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn every_fault_of_file_options_and_machine_is_said_at_once() {
    let scratch = Scratch::default();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    scratch.write(
        "p.toml",
        &format!(
            r#"listen = "{taken}"
regoin = "eu-central-1"
[mail]
relays = ["smtp://user:hunter2@"]
from = "nobody"
logo = "logo.png"
[web]
directory = "no-pages"
[functions.own]
program = "p.toml"
[functions.other]
runtime = "nodejs"
handler = "index.handler"
directory = "nowhere"
program = "node"
"#
        ),
    );
    let (code, said) = checked(
        &scratch,
        &["--config", "p.toml", "--issuer", "https://a/", "--store", "db"],
    );
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    let expected = [
        "p.toml:2: regoin is not a setting. Those there are here: region, ",
        "p.toml:4: mail.relays has an unusable URL: ",
        "p.toml:5: mail.from must be an email address, such as App <no-reply@example.com>",
        "p.toml:6: mail.logo cannot be read: No such file or directory (os error 2)",
        "the store's address cannot be used: ",
        "--issuer must be an http or https URL without a slash at its end",
        &format!(
            "{taken} cannot be listened on: another program, perhaps another poolhouse, uses it. Choose another with --listen: "
        ),
        "the pages cannot be read; see directory under [web]: ",
        "functions.\"other\" names nowhere, which is not a folder. Name the folder of its files as directory",
        "functions.\"own\" names p.toml, which is not a program that may be run. Name another as program",
        "warning: no mail can be sent: give --smtp and --mail-from, or --inbox to read it on this machine",
        "p.toml: 10 faults",
    ];
    assert_eq!(lines.len(), expected.len(), "{said}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
    // A server finds the first of them, in the same words.
    let refused = refusal(&scratch, &["serve", "--config", "p.toml"]);
    assert!(
        refused.contains("p.toml: mail.from must be an email address"),
        "{refused}"
    );
}

#[test]
fn a_configuration_that_a_server_starts_with_has_no_fault() {
    let scratch = Scratch::default();
    assert_eq!(
        checked(&scratch, &["--listen", "127.0.0.1:0", "--inbox"]),
        (
            Some(0),
            "No poolhouse.toml is here; the options: no fault\n".to_owned()
        )
    );
    assert!(run(&scratch, &["init"]).status.success());
    assert_eq!(
        checked(&scratch, &["--listen", "127.0.0.1:0", "--inbox"]),
        (Some(0), "poolhouse.toml: no fault\n".to_owned())
    );
    assert!(
        !scratch.path().join("poolhouse-data").exists(),
        "nothing was made"
    );
}

#[test]
fn programs_read_what_is_wrong() {
    let scratch = Scratch::default();
    scratch.write("poolhouse.toml", "\n[http]\nconnections = 0\n");
    let output = poolhouse(
        &scratch,
        &["config", "check", "--listen", "127.0.0.1:0", "--output", "json"],
    )
    .env("POOLHOUSE_LOG", "loud")
    .env("POOLHOUSE_PORT", "80")
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let elsewhere = |problem: &str| json!({ "File": null, "Line": null, "Key": null, "Problem": problem });
    assert_eq!(
        said,
        json!({
            "File": "poolhouse.toml",
            "Faults": [
                elsewhere("POOLHOUSE_LOG is \"loud\". Set error, warn, info, debug or trace"),
                {
                    "File": "poolhouse.toml",
                    "Line": 3,
                    "Key": "http.connections",
                    "Problem": "must be a whole number, 1 or more",
                },
            ],
            "Warnings": [
                elsewhere("POOLHOUSE_PORT is not a variable of this program and changes nothing. Those there are: POOLHOUSE_LOG"),
                elsewhere("no mail can be sent: give --smtp and --mail-from, or --inbox to read it on this machine"),
            ],
        })
    );
}

#[test]
fn a_key_that_others_can_read_and_one_that_is_missing_are_faults() {
    let scratch = Scratch::default();
    json_of(&run(
        &scratch,
        &["keys", "create", "--data", "d", "--output", "json"],
    ));
    let options = ["--data", "d", "--listen", "127.0.0.1:0", "--inbox"];
    assert_eq!(checked(&scratch, &options).0, Some(0));
    let key = scratch.path().join("d/master.key");
    let open = |mode| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(0o644);
    let (code, said) = checked(&scratch, &options);
    assert_eq!(
        (code, said.lines().next().unwrap()),
        (
            Some(1),
            "the data directory d cannot be used: d/master.key may be read by others (mode 0644). Run: chmod 600 d/master.key"
        )
    );
    std::fs::remove_file(&key).unwrap();
    let (code, said) = checked(&scratch, &options);
    assert_eq!(code, Some(1));
    assert!(
        said.starts_with("the data directory d cannot be used: d/master.key is missing"),
        "{said}"
    );
}

#[test]
fn beside_the_server_that_it_is_about_its_own_address_is_no_fault() {
    let scratch = Scratch::default();
    let server = Server::start(&scratch, &["--data", "d", "--inbox"]);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let (code, said) = checked(&scratch, &["--listen", &address, "--data", "d", "--inbox"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("warning: ") && said.contains("the server that runs on d, for instance"),
        "{said}"
    );
    let (code, said) = checked(&scratch, &["--listen", &address, "--data", "e", "--inbox"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(server.stop());
}

#[test]
fn relays_are_connected_to_when_that_is_asked_for() {
    let scratch = Scratch::default();
    let mut server = Server::start(&scratch, &["--data", "d", "--inbox"]);
    server.said_before("  inbox");
    let (_, relay) = server.last_line.trim().split_once("by SMTP at ").unwrap();
    let relay = relay.trim_end_matches(')').to_owned();
    let nobody = "127.0.0.1:1";
    let check = |address: &str, connect: &[&str]| {
        let smtp = format!("smtp://{address}");
        let options = [
            "--smtp",
            &smtp,
            "--mail-from",
            "a@example.com",
            "--listen",
            "127.0.0.1:0",
        ];
        checked(&scratch, &[&options, connect].concat())
    };
    assert_eq!(check(&relay, &["--connect"]).0, Some(0));
    assert_eq!(check(nobody, &[]).0, Some(0));
    let (code, said) = check(nobody, &["--connect"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.starts_with(&format!("{nobody} cannot be reached: ")),
        "{said}"
    );
    let store = format!("postgres://{nobody}/pool");
    let (code, said) = checked(
        &scratch,
        &[
            "--store",
            &store,
            "--connect",
            "--listen",
            "127.0.0.1:0",
            "--inbox",
        ],
    );
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("the database at postgres://"), "{said}");
    assert!(server.stop());
}
