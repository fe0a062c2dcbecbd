//! `poolhouse nodes` on a database that is a file.

use poolhouse_pool::testing::Scratch;
use serde_json::Value;

use crate::program::{json_of, run};

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
