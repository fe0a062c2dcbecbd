//! `poolhouse locked`, `unlock` and `devices forget` on a data directory, beside the running server.

use poolhouse_pool::base::clock::{Clock, SystemClock};
use poolhouse_pool::testing::Scratch;
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};

use crate::program::{json_of, refusal, run};
use crate::quickstart::{Quickstart, value};

const NAME: &str = "ada@example.com";

/// Proves the password; the answer holds the code challenge.
fn challenge(quickstart: &Quickstart) -> Value {
    let [pool, client, password] =
        ["User pool", "App client", "password"].map(|label| value(&quickstart.said, label));
    let srp = SrpClient::new(pool, password);
    let parameters = json!({ "USERNAME": NAME, "SRP_A": srp.public_a(), "CHALLENGE_NAME": "SRP_A" });
    let begin = json!({ "ClientId": client, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters });
    let first = quickstart.call("InitiateAuth", &begin);
    let responses = srp.responses(&first["ChallengeParameters"], SystemClock.now());
    let proof = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": client,
        "Session": first["Session"],
        "ChallengeResponses": responses,
    });
    quickstart.call("RespondToAuthChallenge", &proof)
}

/// Types a code; the answer is the next challenge, the tokens or an error.
fn type_code(quickstart: &Quickstart, challenge: &Value, code: &str) -> Value {
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": value(&quickstart.said, "App client"),
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": NAME, "ANSWER": code },
    });
    let answer = quickstart.ask("RespondToAuthChallenge", &body);
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The code in the newest mail, once there are this many.
fn code(quickstart: &Quickstart, count: usize) -> String {
    loop {
        let answer = quickstart.server.get("/inbox/api/messages?to=ada@example.com");
        let mails: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        if mails.as_array().unwrap().len() < count {
            continue;
        }
        let text = mails[0]["text"].as_str().unwrap().to_owned();
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        return text.lines().find(is_code).unwrap().to_owned();
    }
}

/// Another code than the right one.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[test]
fn a_user_whom_wrong_codes_have_locked_is_listed_and_unlocked_and_browsers_are_forgotten() {
    let scratch = Scratch::default();
    // The eighth locks for eight seconds: the fifth would for one, which a busy machine lets pass.
    scratch.write("poolhouse.toml", "[confirm]\nWRONG_CODES_PER_15_MINUTES = 8\n");
    let quickstart = Quickstart::start(&scratch);
    let pool = value(&quickstart.said, "User pool").to_owned();
    let command = |words: &[&str]| {
        let of_pool = ["--data", "poolhouse-data", "--user-pool-id", &pool];
        let output = run(&scratch, &[words, &of_pool].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(command(&["locked"]), "Nobody is locked.\n");
    let said = command(&["unlock", NAME]);
    assert!(
        said.starts_with("Nothing to do: nothing is counted of "),
        "{said}"
    );

    let mut asked = challenge(&quickstart);
    let mut sent = code(&quickstart, 1);
    for count in 1..=8 {
        if count % 3 == 1 && count > 1 {
            asked = challenge(&quickstart);
            sent = code(&quickstart, 1 + count / 3);
        }
        asked = type_code(&quickstart, &asked, wrong(&sent));
    }
    assert_eq!(asked["ChallengeParameters"]["result"], "locked", "{asked}");
    let shut = type_code(&quickstart, &asked, &sent);
    assert_eq!(
        shut["ChallengeParameters"]["result"], "locked",
        "even with the right code: {shut}"
    );

    let listed = json_of(&run(
        &scratch,
        &[
            "locked",
            "--data",
            "poolhouse-data",
            "--user-pool-id",
            &pool,
            "--output",
            "json",
        ],
    ));
    assert_eq!(listed["locked"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["locked"][0]["wrongCodesInARow"], 8);
    let said = command(&["unlock", NAME]);
    let [stood, done] = said.lines().collect::<Vec<_>>()[..] else {
        panic!("{said}");
    };
    assert!(
        stood.contains(" was: 8 wrong codes in a row, locked for "),
        "{said}"
    );
    assert!(done.starts_with("Unlocked: "), "{said}");
    assert_eq!(command(&["locked"]), "Nobody is locked.\n");

    let tokens = type_code(&quickstart, &shut, &sent);
    assert!(
        tokens["AuthenticationResult"]["AccessToken"].is_string(),
        "{tokens}"
    );
    let forget = ["devices", "forget", NAME];
    let said = command(&forget);
    assert!(
        said.starts_with("Forgotten: every browser of ") && said.contains(", 0 of them trusted."),
        "{said}"
    );
    assert!(command(&forget).starts_with("Nothing to do: no browser of "));
    for words in [&["unlock", "nobody"][..], &["devices", "forget", "nobody"]] {
        let said = refusal(
            &scratch,
            &[words, &["--data", "poolhouse-data", "--user-pool-id", &pool]].concat(),
        );
        assert_eq!(said, format!("poolhouse: there is no user nobody in {pool}."));
    }
    assert!(quickstart.server.stop());
}
