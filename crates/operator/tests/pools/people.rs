//! `unlock`, `devices forget` and `locked` where functions keep their counters: in the attribute of a pool's user, or in a
//! table.

use poolhouse_confirm::{Facts, Keys, LedgerSource, OtpKey, Person, Settings, create, standing, verify};
use serde_json::{Value, json};

use crate::console::Script;
use crate::world::{NOW, Place, variables};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn now() -> i64 {
    i64::try_from(NOW).unwrap()
}

fn settings() -> Settings {
    let key = variables()["OTP_KEY"].as_str().unwrap().to_owned();
    Settings {
        trusted_device_days: 30,
        ..Settings::with_keys(Some(Keys {
            current: OtpKey::from_text(&key).unwrap(),
            previous: None,
        }))
    }
}

fn event(person: &Person<'_>, trigger: &str, request: Value) -> Value {
    let mut event = json!({
        "version": "1", "region": "us-east-1", "userPoolId": person.pool, "userName": person.user_name,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "3n4b5urk1ft4fl3mg5e62d9ado" },
        "triggerSource": format!("{trigger}_Authentication"), "request": request, "response": {},
    });
    event["request"]["userAttributes"] =
        json!({ "sub": person.sub, "email": "ada@example.com", "email_verified": "true" });
    event
}

fn facts<'a>(entropy: &'a [u8; 32], ledger: Option<&'a str>) -> Facts<'a> {
    Facts {
        ledger: LedgerSource::Exact(ledger),
        ..Facts::new(now(), entropy)
    }
}

/// The ledger of a user at whose code somebody guesses until it locks.
fn locked(person: &Person<'_>, from: Option<String>) -> String {
    let mut ledger = from;
    for _ in 0..12 {
        let asked = json!({ "privateChallengeParameters": {}, "challengeAnswer": "no code" });
        let event = event(person, "VerifyAuthChallengeResponse", asked);
        let verified = verify(&settings(), &event, &facts(&[7; 32], ledger.as_deref())).unwrap();
        ledger = verified.ledger.or(ledger);
    }
    ledger.unwrap()
}

/// The ledger of a user who is remembered in one browser.
fn remembered(person: &Person<'_>) -> String {
    let session = json!([
        { "challengeName": "SRP_A", "challengeResult": true },
        { "challengeName": "PASSWORD_VERIFIER", "challengeResult": true },
    ]);
    let asked = json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session });
    let asked = event(person, "CreateAuthChallenge", asked);
    let created = create(&settings(), &asked, &facts(&[7; 32], None)).unwrap();
    let text = created.mail.unwrap().text;
    let code = text
        .lines()
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    let answer = json!({
        "privateChallengeParameters": created.response["privateChallengeParameters"],
        "challengeAnswer": code.unwrap(), "clientMetadata": { "rememberDevice": "true" },
    });
    let answer = event(person, "VerifyAuthChallengeResponse", answer);
    let verified = verify(&settings(), &answer, &facts(&[8; 32], created.ledger.as_deref())).unwrap();
    verified.ledger.unwrap()
}

/// A pool with functions behind its triggers, and its users ada and bob, who are locked, and eve, who is not.
struct Pool {
    place: Place,
    subs: [String; 3],
}

const USERS: [&str; 3] = ["ada", "bob", "eve"];

impl Pool {
    async fn new() -> Pool {
        let mut place = Place::new().await.with_aws();
        let url = place.aws.url.clone();
        for service in ["DYNAMODB", "SECRETS_MANAGER"] {
            place
                .env
                .insert(format!("AWS_ENDPOINT_URL_{service}"), url.clone());
        }
        place.run(&place.attach("")).await.ok();
        let mut subs = Vec::new();
        for name in USERS {
            let made = place
                .server
                .call(
                    "AdminCreateUser",
                    json!({ "UserPoolId": place.pool, "Username": name, "MessageAction": "SUPPRESS" }),
                )
                .await
                .ok();
            let mut attributes = made["User"]["Attributes"].as_array().unwrap().iter();
            let sub = attributes.find(|entry| entry["Name"] == "sub").unwrap();
            subs.push(sub["Value"].as_str().unwrap().to_owned());
        }
        Pool {
            place,
            subs: subs.try_into().unwrap(),
        }
    }

    fn person(&self, at: usize) -> Person<'_> {
        Person {
            pool: &self.place.pool,
            user_name: USERS[at],
            sub: &self.subs[at],
        }
    }

    fn id(&self, at: usize) -> String {
        format!("{}/{}/{}", self.place.pool, USERS[at], self.subs[at])
    }

    fn set(&self, name: &str, value: &str) {
        for function in self.place.aws.services().functions.values_mut() {
            function.configuration["Environment"]["Variables"][name] = json!(value);
        }
    }

    async fn write(&self, at: usize, ledger: &str) {
        let attributes = json!([{ "Name": "custom:authChallenge", "Value": ledger }]);
        let body =
            json!({ "UserPoolId": self.place.pool, "Username": USERS[at], "UserAttributes": attributes });
        self.place
            .server
            .call("AdminUpdateUserAttributes", body)
            .await
            .ok();
    }

    async fn read(&self, at: usize) -> String {
        let body = json!({ "UserPoolId": self.place.pool, "Username": USERS[at] });
        let user = self.place.server.call("AdminGetUser", body).await.ok();
        let mut all = user["UserAttributes"].as_array().unwrap().iter();
        let found = all.find(|entry| entry["Name"] == "custom:authChallenge").unwrap();
        found["Value"].as_str().unwrap().to_owned()
    }

    fn put(&self, at: usize, ledger: &str) {
        let id = self.id(at);
        let item = json!({ "id": { "S": id }, "ledger": { "S": ledger }, "writes": { "N": "12" } });
        self.place.aws.services().kept.items.insert(id, item);
    }

    async fn run(&self, line: &str) -> Script {
        let done = self
            .place
            .run(&format!("{line} --user-pool-id {}", self.place.pool))
            .await;
        done.ok()
    }
}

#[tokio::test]
async fn a_locked_user_is_unlocked_in_the_attribute_and_what_else_it_knows_stays() {
    let pool = Pool::new().await;
    let known = remembered(&pool.person(0));
    pool.write(0, &locked(&pool.person(0), Some(known))).await;
    let said = pool.run("unlock ada").await;
    assert_eq!(
        said.said,
        [
            "ada was: 12 wrong codes in a row, locked for 3 min",
            "Unlocked: answers are judged again, and mail leaves. Codes that were used stay used; remembered browsers stay.",
        ]
    );
    let after = standing(&settings(), &pool.person(0), &pool.read(0).await, now()).unwrap();
    assert_eq!((after.row, after.locked_s, after.devices), (0, 0, (1, 1)));
}

#[tokio::test]
async fn a_locked_user_is_unlocked_in_the_table_over_what_was_read_and_nothing_else() {
    let pool = Pool::new().await;
    pool.set("COUNTERS_TABLE", "codes");
    pool.put(0, &locked(&pool.person(0), None));
    pool.place.aws.services().kept.overtakes = 2;
    let said = pool.run("unlock ada").await;
    assert_eq!(said.said[0], "ada was: 12 wrong codes in a row, locked for 3 min");
    let item = pool.place.aws.services().kept.items[&pool.id(0)].clone();
    assert_eq!(item["writes"]["N"], "15");
    let ledger = item["ledger"]["S"].as_str().unwrap();
    let after = standing(&settings(), &pool.person(0), ledger, now()).unwrap();
    assert_eq!((after.row, after.locked_s), (0, 0));
    // Nothing in a row any more: the item may go when it is spent.
    assert_eq!(item["expires"]["N"], (NOW + 2 * 86_400).to_string());
}

#[tokio::test]
async fn a_table_that_has_nothing_yet_begins_with_what_the_attribute_says() {
    let pool = Pool::new().await;
    pool.write(0, &locked(&pool.person(0), None)).await;
    let said = pool.run("unlock ada --counters-table codes").await;
    assert_eq!(said.said[0], "ada was: 12 wrong codes in a row, locked for 3 min");
    assert_eq!(
        pool.place.aws.services().kept.items[&pool.id(0)]["writes"]["N"],
        "1"
    );
}

#[tokio::test]
async fn a_user_who_is_guessed_at_without_a_pause_is_left_alone_and_said_to_be() {
    let pool = Pool::new().await;
    pool.set("COUNTERS_TABLE", "codes");
    let ledger = locked(&pool.person(0), None);
    pool.put(0, &ledger);
    pool.place.aws.services().kept.overtakes = 100;
    let done = pool
        .place
        .run(&format!("unlock ada --user-pool-id {}", pool.place.pool))
        .await;
    assert_eq!(
        (done.code, done.console.warned),
        (
            1,
            vec![
                "poolhouse: ada signs in or is guessed at without a pause, so nothing was changed".to_owned(),
                "Run the command again.".to_owned(),
            ]
        )
    );
    assert_eq!(
        pool.place.aws.services().kept.items[&pool.id(0)]["ledger"]["S"],
        ledger.as_str()
    );
}

#[tokio::test]
async fn a_users_browsers_are_forgotten_and_locks_stay() {
    let pool = Pool::new().await;
    let known = remembered(&pool.person(0));
    pool.write(0, &locked(&pool.person(0), Some(known))).await;
    let said = pool.run("devices forget ada").await;
    assert_eq!(
        said.said,
        [
            "Forgotten: 1 browser of ada, 1 of them trusted. Sessions go on; end them with `aws cognito-idp \
          admin-user-global-sign-out`."
        ]
    );
    let after = standing(&settings(), &pool.person(0), &pool.read(0).await, now()).unwrap();
    assert_eq!((after.devices, after.locked_s > 0), ((0, 0), true));
    let again = pool.run("devices forget ada").await;
    assert_eq!(again.said, ["Nothing to do: no browser of ada is remembered."]);
}

#[tokio::test]
async fn those_who_are_locked_are_listed_from_the_attribute_and_from_the_table() {
    let pool = Pool::new().await;
    assert_eq!(pool.run("locked").await.said, ["Nobody is locked."]);
    for at in [0, 1] {
        pool.write(at, &locked(&pool.person(at), None)).await;
    }
    pool.write(2, &remembered(&pool.person(2))).await;
    let lines = [
        "ada: 12 wrong codes in a row, locked for 3 min",
        "bob: 12 wrong codes in a row, locked for 3 min",
    ];
    assert_eq!(pool.run("locked").await.said, lines);
    pool.set("COUNTERS_TABLE", "codes");
    assert_eq!(pool.run("locked").await.said, ["Nobody is locked."]);
    for at in [0, 1] {
        pool.put(at, &locked(&pool.person(at), None));
    }
    pool.put(2, &remembered(&pool.person(2)));
    // Of another pool, and of nobody's key.
    let stranger =
        json!({ "id": { "S": "us-east-1_other/ada/1" }, "ledger": { "S": "x" }, "writes": { "N": "1" } });
    pool.place
        .aws
        .services()
        .kept
        .items
        .insert("us-east-1_other/ada/1".to_owned(), stranger);
    assert_eq!(pool.run("locked").await.said, lines);
    let report: Value = serde_json::from_str(&pool.run("locked --output json").await.text()).unwrap();
    assert_eq!(
        report["locked"][0],
        json!({ "username": "ada", "closed": false, "wrongCodesInARow": 12, "lockedSeconds": 128 })
    );
}

#[tokio::test]
async fn the_key_is_read_where_the_functions_settings_say_that_it_is() {
    let pool = Pool::new().await;
    let key = variables()["OTP_KEY"].as_str().unwrap().to_owned();
    pool.write(0, &locked(&pool.person(0), None)).await;
    pool.set("OTP_KEY", "secretsmanager:codes/otp?stage=AWSPREVIOUS#KEY");
    let failed = pool
        .place
        .run(&format!("unlock ada --user-pool-id {}", pool.place.pool))
        .await;
    assert_eq!(
        failed.console.warned,
        [
            "poolhouse: the functions' key cannot be read from secretsmanager:codes/otp?stage=AWSPREVIOUS#KEY: \
             AccessDeniedException: said the stand-in",
            "These credentials need the permission secretsmanager:GetSecretValue. Or: Set OTP_KEY in this command's environment \
             to the functions' key, or to a reference that can be read here.",
        ]
    );
    pool.place.aws.services().kept.secret = Some(key.clone());
    pool.set("OTP_KEY", "secretsmanager:codes/otp?stage=AWSCURRENT");
    assert_eq!(pool.run("locked").await.said.len(), 1);
    // What is given by hand goes before.
    pool.set("OTP_KEY", "@/var/task/key");
    let mut place = pool;
    place.place.env.insert("OTP_KEY".to_owned(), key);
    assert!(place.run("unlock ada").await.says("Unlocked"));
}

#[tokio::test]
async fn a_pool_without_our_functions_says_where_its_counters_would_be() {
    let place = Place::new().await;
    let done = place
        .run(&format!("unlock ada --user-pool-id {}", place.pool))
        .await;
    assert_eq!(
        done.console.warned,
        [
            "poolhouse: no function of Poolhouse's is behind this pool's triggers, so it is not known where counters are",
            "For a pool of a Poolhouse server, name its data directory: --data DIR. Otherwise: Set OTP_KEY in this command's \
             environment to the functions' key, or to a reference that can be read here, and pass --counters-table if they have \
             one.",
        ]
    );
    assert_eq!(done.code, 1);
}

#[tokio::test]
async fn a_name_that_is_nobodys_and_a_user_without_counters_are_told_so() {
    let pool = Pool::new().await;
    let done = pool
        .place
        .run(&format!("unlock {NOBODY} --user-pool-id {}", pool.place.pool))
        .await;
    assert_eq!(
        done.console.warned,
        ["poolhouse: UserNotFoundException: User does not exist."]
    );
    assert_eq!(
        pool.run("unlock ada").await.said,
        ["Nothing to do: nothing is counted of ada."]
    );
    // A value in the style of older functions is nobody's ledger.
    pool.write(0, "123456,1700000000").await;
    assert_eq!(
        pool.run("unlock ada").await.said,
        ["Nothing to do: nothing is counted of ada."]
    );
    assert_eq!(pool.read(0).await, "123456,1700000000");
}
