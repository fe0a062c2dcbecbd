//! C4 and L1 as the functions see them: a code works once, and what a new password takes away.

use serde_json::{Value, json};
use tokio::task::LocalSet;

use crate::host::Host;
use crate::table::Table;
use crate::world::{NOW, World, code, create_event, define_event, verify_event};

async fn cold_create(world: &mut World) -> Value {
    world.host = Host::start().await;
    world.run_create();
    world.host.answer(&create_event()).await
}

async fn cold_verify(world: &mut World, created: &Value, answer: &str) -> Value {
    world.host = Host::start().await;
    world.run_verify();
    let event = verify_event(created, answer, None);
    world.host.answer(&event).await["response"]["answerCorrect"].clone()
}

/// A second sign-in that begins within 15 seconds looks like the first one's event delivered again, and shares its code:
/// it must not get tokens with it once the first has used it.
async fn shared_code_works_once(world: &mut World) {
    let owner = cold_create(world).await;
    world.advance(8);
    let thief = cold_create(world).await;
    let mails: Vec<_> = world.mails().iter().map(|mail| code(mail)).collect();
    assert_eq!((mails.len(), &mails[0]), (2, &mails[1]));
    assert_eq!(cold_verify(world, &owner, &mails[0]).await, true);
    world.advance(100);
    assert_eq!(cold_verify(world, &thief, &mails[0]).await, false);
    assert_eq!(world.logged().last().unwrap()["outcome"], "Used");
    // The answer that signed the owner in, delivered again, is what it was.
    assert_eq!(cold_verify(world, &owner, &mails[0]).await, true);
}

#[tokio::test]
async fn c4_a_code_works_once_with_the_attribute() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await;
            shared_code_works_once(&mut world).await;
        })
        .await;
}

#[tokio::test]
async fn c4_a_code_works_once_with_the_table() {
    LocalSet::new()
        .run_until(async {
            let (_, mut world) = Table::start().await;
            shared_code_works_once(&mut world).await;
        })
        .await;
}

#[tokio::test]
async fn c4_a_warm_function_makes_a_new_code_after_the_one_it_remembers_was_used() {
    LocalSet::new()
        .run_until(async {
            let (_, mut world) = Table::start().await;
            world.run_create();
            let first = world.host.answer(&create_event()).await;
            let used = code(&world.mails()[0]);
            let warm = std::mem::replace(&mut world.host, Host::start().await);
            assert_eq!(cold_verify(&mut world, &first, &used).await, true);
            world.host = warm;
            world.advance(5);
            let second = world.host.answer(&create_event()).await;
            assert_eq!(second["response"]["publicChallengeParameters"]["result"], "sent");
            let mails = world.mails();
            assert_eq!(mails.len(), 2);
            let codes: Vec<_> = mails.iter().map(|mail| code(mail)).collect();
            assert_ne!(codes[0], codes[1]);
        })
        .await;
}

#[tokio::test]
async fn l1_an_item_with_wrong_codes_in_a_row_does_not_end_by_itself() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = Table::start().await;
            let created = cold_create(&mut world).await;
            let sent = code(&world.mails()[0]);
            let expires = |table: &Table| table.items().values().next().unwrap().get("expires").cloned();
            assert_eq!(
                expires(&table),
                Some(json!({ "N": (NOW + 2 * 86_400).to_string() }))
            );
            cold_verify(&mut world, &created, "wrong").await;
            assert_eq!(expires(&table), None);
            cold_verify(&mut world, &created, &sent).await;
            assert!(expires(&table).is_some());
        })
        .await;
}

fn confirmation(source: &str) -> Value {
    let mut event = define_event();
    event["triggerSource"] = json!(source);
    event["request"].as_object_mut().unwrap().remove("session");
    event
}

async fn confirm(world: &mut World, source: &str) {
    world.host = Host::start().await;
    world.run_post_confirmation();
    let event = confirmation(source);
    assert_eq!(
        world.host.answer(&event).await,
        event,
        "the event comes back as it came"
    );
}

#[tokio::test]
async fn l1_a_new_password_unlocks_in_the_attribute_and_in_the_table() {
    LocalSet::new()
        .run_until(async {
            for with_table in [false, true] {
                let mut world = if with_table {
                    Table::start().await.1
                } else {
                    World::new().await
                };
                let created = cold_create(&mut world).await;
                for _ in 0..10 {
                    cold_verify(&mut world, &created, "wrong").await;
                }
                let result =
                    |created: &Value| created["response"]["publicChallengeParameters"]["result"].clone();
                assert_eq!(result(&cold_create(&mut world).await), "locked");
                confirm(&mut world, "PostConfirmation_ConfirmSignUp").await;
                assert_eq!(result(&cold_create(&mut world).await), "locked");
                confirm(&mut world, "PostConfirmation_ConfirmForgotPassword").await;
                assert_eq!(world.logged().last().unwrap()["ledger"], "written");
                assert_eq!(result(&cold_create(&mut world).await), "sent");
                world.assert_log_is_clean();
            }
        })
        .await;
}

#[tokio::test]
async fn l1_a_new_password_stays_set_when_nothing_can_be_cleared() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = Table::start().await;
            table.set_mood(crate::table::Mood::Ill);
            confirm(&mut world, "PostConfirmation_ConfirmForgotPassword").await;
            let logged = world.logged();
            assert_eq!(
                (&logged[0]["level"], &logged[0]["errorType"]),
                (&json!("ERROR"), &json!("NotCleared"))
            );
        })
        .await;
}

#[tokio::test]
async fn r5_a_sign_in_of_three_wrong_codes_tells_the_owner() {
    LocalSet::new()
        .run_until(async {
            let mut world = World::new().await.with("MAX_ATTEMPTS", Some("1".to_owned()));
            let created = cold_create(&mut world).await;
            assert_eq!(cold_verify(&mut world, &created, "wrong").await, false);
            let mails = world.mails();
            assert_eq!(mails.len(), 2);
            let notice = mails
                .iter()
                .find(|mail| mail.subject.starts_with("Someone may know your"))
                .unwrap();
            assert!(notice.text.contains("change your password"));
        })
        .await;
}
