//! How often each step of a sign-in asks the store. On an engine elsewhere every call is a wait for the network, so a step
//! reads once, and a second time only what a first answer names. That a row more is read, or a call more made, is a
//! decision; here is where it is written down.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::testing::{Counting, Counts};
use serde_json::{Value, json};

use crate::PASSWORD;

/// A step that made these reads, of so many rows in all, and these commits, and scanned nothing.
fn step(reads: usize, rows: usize, commits: usize) -> Counts {
    Counts {
        get_manys: reads,
        rows,
        commits,
        ..Counts::default()
    }
}

struct House {
    server: TestPool,
    store: Arc<Counting<TestStore>>,
    pool: String,
    client: String,
}

impl House {
    /// A pool with the user mara, that has served a sign-in before: what a server keeps is kept.
    async fn new() -> House {
        let store = Arc::new(Counting::new(TestStore::new()));
        let server = TestPool::on(store.clone(), 13, |_| {}).await;
        let pool = server.open_confirm_pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", PASSWORD).await;
        server.password_sign_in(&client, "mara", PASSWORD).await.ok();
        House {
            server,
            store,
            pool,
            client,
        }
    }

    /// Calls an operation; returns what it answered and what it asked of the store.
    async fn call(&self, operation: &str, mut body: Value) -> (Value, Counts) {
        body["ClientId"] = json!(self.client);
        self.store.take();
        let answer = self.server.call_alone(operation, body).await.ok();
        (answer, self.store.take())
    }

    async fn initiate(&self, flow: &str, parameters: Value) -> (Value, Counts) {
        let body = json!({ "AuthFlow": flow, "AuthParameters": parameters });
        self.call("InitiateAuth", body).await
    }

    async fn respond(&self, asked: &Value, responses: Value) -> (Value, Counts) {
        let body = json!({
            "ChallengeName": asked["ChallengeName"],
            "Session": asked["Session"],
            "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", body).await
    }

    /// Begins a flow with SRP and proves the password; what both steps asked of the store.
    async fn prove(&self, flow: &str) -> (Value, [Counts; 2]) {
        let srp = SrpClient::new(&self.pool, PASSWORD);
        let parameters = json!({ "USERNAME": "mara", "SRP_A": srp.public_a(), "CHALLENGE_NAME": "SRP_A" });
        let (asked, begun) = self.initiate(flow, parameters).await;
        let responses = srp.responses(&asked["ChallengeParameters"], self.server.clock().now());
        let (answer, proved) = self.respond(&asked, responses).await;
        (answer, [begun, proved])
    }
}

fn has_tokens(answer: &Value) -> bool {
    answer["AuthenticationResult"]["AccessToken"].is_string()
}

#[tokio::test]
async fn a_sign_in_by_srp_and_code_reads_five_times_and_commits_twice() {
    let house = House::new().await;
    let (asked, [begun, proved]) = house.prove("CUSTOM_AUTH").await;
    // Client, pool, name; then the user of that name and its ledger.
    assert_eq!(begun, step(2, 5, 0));
    // Client, pool, user, lockout, ledger; then whether the user's address takes mail.
    let address = Counts {
        gets: 1,
        ..step(1, 6, 1)
    };
    assert_eq!(proved, address);
    let code = house.server.code_to("mara@example.com").await;
    let (answer, ended) = house
        .respond(&asked, json!({ "USERNAME": "mara", "ANSWER": code }))
        .await;
    assert!(has_tokens(&answer), "{answer}");
    // Client, pool, session, user, ledger, the places where a right code was typed.
    assert_eq!(ended, step(1, 6, 1));
}

#[tokio::test]
async fn a_wrong_code_reads_once_and_commits_once() {
    let house = House::new().await;
    let (asked, _) = house.prove("CUSTOM_AUTH").await;
    house.server.code_to("mara@example.com").await;
    let wrong = json!({ "USERNAME": "mara", "ANSWER": "000000" });
    let (answer, counted) = house.respond(&asked, wrong).await;
    assert_eq!(answer["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(counted, step(1, 6, 1));
}

#[tokio::test]
async fn a_sign_in_by_srp_reads_three_times_and_commits_once() {
    let house = House::new().await;
    let (answer, [begun, proved]) = house.prove("USER_SRP_AUTH").await;
    assert!(has_tokens(&answer), "{answer}");
    // Client, pool, name; then the user.
    assert_eq!(begun, step(2, 4, 0));
    // Client, pool, user, lockout.
    assert_eq!(proved, step(1, 4, 1));
}

#[tokio::test]
async fn a_sign_in_by_password_reads_twice_and_commits_once() {
    let house = House::new().await;
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
    let (answer, counted) = house.initiate("USER_PASSWORD_AUTH", parameters).await;
    assert!(has_tokens(&answer), "{answer}");
    // Client, pool, name; then the user and the lockout.
    assert_eq!(counted, step(2, 5, 1));
}

#[tokio::test]
async fn a_user_in_groups_costs_one_row_more_and_no_read() {
    let house = House::new().await;
    for n in 0..3 {
        let group = format!("group-{n}");
        let body =
            json!({ "UserPoolId": house.pool, "GroupName": group, "Username": "mara", "Precedence": n });
        house.server.call("CreateGroup", body.clone()).await.ok();
        house.server.call("AdminAddUserToGroup", body).await;
    }
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
    // What this server has not seen yet it reads: the state of the groups, and the three.
    let first = Counts {
        gets: 1,
        ..step(3, 9, 1)
    };
    for expected in [first, step(2, 6, 1), step(2, 6, 1)] {
        let (answer, counted) = house.initiate("USER_PASSWORD_AUTH", parameters.clone()).await;
        assert!(has_tokens(&answer), "{answer}");
        assert_eq!(counted, expected);
    }
    let (answer, [begun, proved]) = house.prove("USER_SRP_AUTH").await;
    assert!(has_tokens(&answer), "{answer}");
    assert_eq!([begun, proved], [step(2, 4, 0), step(1, 5, 1)]);
    // A changed group is read once.
    let body = json!({ "UserPoolId": house.pool, "GroupName": "group-1", "Precedence": 0 });
    house.server.call("UpdateGroup", body).await.ok();
    for expected in [step(3, 9, 1), step(2, 6, 1)] {
        let (_, counted) = house.initiate("USER_PASSWORD_AUTH", parameters.clone()).await;
        assert_eq!(counted, expected);
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_costs_what_a_user_costs() {
    let house = House::new().await;
    let hides = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = house.server.client_with(&house.pool, hides).await["ClientId"].clone();
    for name in ["anybody", "mara", "nobody"] {
        let parameters = json!({ "USERNAME": name, "PASSWORD": "Wrong-Horse-9!" });
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": client,
            "AuthParameters": parameters,
        });
        if name == "anybody" {
            // The first call with a client looks up its pool, which is kept.
            house.server.call_alone("InitiateAuth", body).await;
            continue;
        }
        house.store.take();
        house.server.call_alone("InitiateAuth", body).await;
        assert_eq!(house.store.take(), step(2, 5, 1), "{name}");
    }
}
