//! The door before tokens, with the table that Verify and the function before tokens share.

use poolhouse_lambda::{InitError, Limits, PreToken};
use serde_json::{Value, json};
use tokio::task::LocalSet;

use crate::host::Host;
use crate::table::{Mood, Table};
use crate::world::{World, code, create_event, token_event, verify_event};

const REFUSED: (&str, &str) = (
    "This app asks for a confirm code: sign in with CUSTOM_AUTH",
    "Function.CodeRequired",
);

async fn shut() -> (Table, World) {
    let (table, world) = Table::start().await;
    (
        table,
        world.with("REQUIRE_CODE", Some("client, other".to_owned())),
    )
}

/// A right code, and the name that its client says again.
async fn right_code(world: &mut World) -> Value {
    world.host = Host::start().await;
    world.run_create();
    let created = world.host.answer(&create_event()).await;
    let sent = code(&world.mails()[0]);
    world.host = Host::start().await;
    world.run_verify();
    let verified = world.host.answer(&verify_event(&created, &sent, None)).await;
    assert_eq!(verified["response"]["answerCorrect"], true);
    created["response"]["publicChallengeParameters"]["signIn"].clone()
}

async fn pre_token(world: &mut World) {
    world.host = Host::start().await;
    world.run_pre_token();
}

async fn refused(world: &mut World, event: &Value) {
    let (message, kind) = world.host.failure(event).await;
    assert_eq!((message.as_str(), kind.as_str()), REFUSED);
}

#[tokio::test]
async fn tokens_come_once_behind_a_right_code_and_to_nobody_else() {
    LocalSet::new()
        .run_until(async {
            let (_, mut world) = shut().await;
            let mut event = token_event("TokenGeneration_Authentication");
            pre_token(&mut world).await;
            refused(&mut world, &event).await;
            let name = right_code(&mut world).await;
            pre_token(&mut world).await;
            refused(&mut world, &event).await;
            event["request"]["clientMetadata"] = json!({ "signIn": name });
            let answer = world.host.answer(&event).await;
            let suppressed = &answer["response"]["claimsOverrideDetails"]["claimsToSuppress"];
            assert_eq!(*suppressed, json!(["custom:authChallenge"]));
            // Delivered again it is the same event; another client with the same name is not.
            world.advance(10);
            assert_eq!(world.host.answer(&event).await, answer);
            let mut other = event.clone();
            other["request"]["clientMetadata"]["more"] = json!("1");
            refused(&mut world, &other).await;
            world.advance(16);
            refused(&mut world, &event).await;
            world.assert_log_is_clean();
        })
        .await;
}

#[tokio::test]
async fn refreshes_pass_without_the_table_and_other_clients_too() {
    LocalSet::new()
        .run_until(async {
            let (table, mut world) = shut().await;
            table.set_mood(Mood::Ill);
            pre_token(&mut world).await;
            world
                .host
                .answer(&token_event("TokenGeneration_RefreshTokens"))
                .await;
            let mut other = token_event("TokenGeneration_Authentication");
            other["callerContext"]["clientId"] = json!("a client without a code");
            world.host.answer(&other).await;
            assert!(table.calls().is_empty());
            let sign_in = token_event("TokenGeneration_Authentication");
            assert_eq!(
                world.host.failure(&sign_in).await.1,
                "Function.NotCounted",
                "it fails closed"
            );
        })
        .await;
}

#[tokio::test]
async fn the_door_needs_the_table() {
    let (_, world) = shut().await;
    let world = world.with("COUNTERS_TABLE", None);
    let made = PreToken::new(&world.vars(), world.log(), world.clock(), Limits::default());
    let why = "it needs COUNTERS_TABLE, where 2fa-verify says whose code was right".to_owned();
    assert_eq!(
        made.err(),
        Some(InitError::Unusable {
            name: "REQUIRE_CODE",
            why
        })
    );
}

#[tokio::test]
async fn a_misspelt_variable_is_named_at_start() {
    let (_, world) = shut().await;
    let vars = world.vars().named(["PATH".to_owned(), "OTP_KEYS".to_owned()]);
    let made = PreToken::new(&vars, world.log(), world.clock(), Limits::default());
    assert_eq!(
        made.err().map(|error| error.to_string()),
        Some("OTP_KEYS is not a setting of the functions: is it meant to be OTP_KEY?".to_owned())
    );
}
