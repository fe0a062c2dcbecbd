//! `poolhouse keys create`, `list` and `allow`: what a key is kept to, beside the running server.

use poolhouse_pool::testing::Scratch;
use serde_json::json;

use crate::program::{json_of, refusal, run};
use crate::quickstart::{Quickstart, value};

#[test]
fn a_key_is_kept_to_what_its_maker_names_and_lists_it_until_it_is_allowed_something_else() {
    let scratch = Scratch::default();
    let quickstart = Quickstart::start(&scratch);
    let pool = value(&quickstart.said, "User pool").to_owned();
    let create = ["keys", "create", "--data", "poolhouse-data"];
    let of = |words: &[&'static str]| [&create[..], words].concat();
    let mut kept = of(&[
        "--operations",
        "ListUsers*,AdminGetUser",
        "--read-only",
        "--output",
        "json",
        "--pool",
    ]);
    kept.push(&pool);
    let made = json_of(&run(&scratch, &kept));
    let id = made["AccessKeyId"].as_str().unwrap();
    assert_eq!(made["Pools"], json!([pool]));
    assert_eq!(
        made["Operations"],
        json!(["AdminGetUser", "ListUsers", "ListUsersInGroup"])
    );
    assert_eq!(made["ReadOnly"], true);
    assert_eq!(made["SecretAccessKey"].as_str().unwrap().len(), 40);

    let line = || {
        let listed = run(&scratch, &["keys", "list", "--data", "poolhouse-data"]);
        let listed = String::from_utf8(listed.stdout).unwrap();
        let line = listed.lines().find(|line| line.starts_with(id)).unwrap();
        line.split_once("  may do ").unwrap().1.to_owned()
    };
    assert_eq!(
        line(),
        format!("AdminGetUser, ListUsers, ListUsersInGroup on {pool}")
    );
    let allow =
        |words: &[&'static str]| [&["keys", "allow", id, "--data", "poolhouse-data"][..], words].concat();
    assert!(run(&scratch, &allow(&["--read-only"])).status.success());
    assert_eq!(line(), "what changes nothing on every pool");

    let refused = |arguments: &[&str], said: &str| assert_eq!(refusal(&scratch, arguments), said);
    refused(
        &allow(&[]),
        "poolhouse: nothing says what the key may do. Say it by --pool, --operations or --read-only, or --everything.",
    );
    refused(
        &of(&["--pool", "us-east-1_nowhere00"]),
        "poolhouse: there is no user pool us-east-1_nowhere00.",
    );
    refused(
        &of(&["--operations", "SignUp"]),
        "poolhouse: the key cannot be kept to these operations: no operation that AWS signs is called SignUp. \
         docs/reference/operations.md lists them; AdminGet* stands for all that begin so.",
    );
    refused(
        &of(&["--operations", "AdminGetUser,AdminDelete*", "--read-only"]),
        "poolhouse: the key cannot be kept to these operations: AdminDelete* stands for nothing that only reads.",
    );
    refused(
        &[
            "keys",
            "allow",
            "AKIANOBODY",
            "--everything",
            "--data",
            "poolhouse-data",
        ],
        "poolhouse: there is no access key AKIANOBODY. See: poolhouse keys list.",
    );
    let both = run(&scratch, &allow(&["--everything", "--read-only"]));
    assert_eq!(both.status.code(), Some(2), "{both:?}");
    assert_eq!(
        line(),
        "what changes nothing on every pool",
        "what was refused changed nothing"
    );
    assert!(run(&scratch, &allow(&["--everything"])).status.success());
    assert_eq!(line(), "everything");
}
