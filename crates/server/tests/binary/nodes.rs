//! `poolhouse nodes` and `poolhouse clock` on a database that is a file.

use poolhouse_pool::testing::Scratch;
use serde_json::Value;

use crate::program::{Server, json_of, refusal, run};

#[test]
fn a_file_is_said_to_be_for_one_server() {
    let scratch = Scratch::default();
    assert!(run(&scratch, &["keys", "create", "--data", "d"]).status.success());
    let said = run(&scratch, &["nodes", "--data", "d"]);
    assert_eq!(
        String::from_utf8(said.stdout).unwrap(),
        "The database is a file, which one server has for itself. Several can share a PostgreSQL database.\n"
    );
    let said = json_of(&run(&scratch, &["nodes", "--data", "d", "--output", "json"]));
    assert_eq!(said, Value::Null);
}

#[test]
fn nothing_is_forgotten_of_the_time_while_a_server_runs() {
    let scratch = Scratch::default();
    let server = Server::start(&scratch, &["--data", "d"]);
    let forget = ["clock", "--forget", "--data", "d"];
    let said = refusal(&scratch, &forget);
    assert!(
        said.contains("another server runs on the data directory"),
        "{said}"
    );
    assert!(server.stop());
    let said = run(&scratch, &["clock", "--data", "d"]);
    assert_eq!(
        String::from_utf8(said.stdout).unwrap(),
        "Nothing is known of the time yet. A server notes it when it has run for a minute.\n"
    );
    let said = run(&scratch, &forget);
    assert_eq!(
        String::from_utf8(said.stdout).unwrap(),
        "Forgotten. The next server to start goes by this machine's clock.\n"
    );
    let entries = run(&scratch, &["audit", "--data", "d"]);
    assert!(String::from_utf8(entries.stdout).unwrap().contains("clock"));
    let known = json_of(&run(&scratch, &["clock", "--data", "d", "--output", "json"]));
    assert_eq!(
        (&known["Known"], &known["BehindMs"]),
        (&Value::Null, &Value::from(0))
    );
}
