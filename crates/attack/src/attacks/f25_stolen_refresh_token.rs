//! A refresh token in two hands.

use std::collections::HashSet;
use std::time::Duration;

use poolhouse_crypto::opaque;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::ms;
use crate::world::api::request;
use crate::world::crowd::Crowd;
use crate::world::http::{Answer, Connection};
use crate::world::scene::{Scene, make_client};

pub const ATTACK: Attack = Attack {
    id: "F-25",
    about: "32 exchanges of one refresh token at once, with and without a grace period; then one that was exchanged 70 rotations ago",
    when: When::Always,
    tests: &[
        "of_many_exchanges_of_one_token_at_once_one_succeeds",
        "parallel_exchanges_in_the_grace_period_give_one_successor",
        "a_token_stolen_long_ago_is_noticed_when_it_is_used",
        "of_two_exchanges_at_the_same_moment_the_second_is_a_reuse_that_ends_both",
    ],
    run: |arena| Box::pin(run(arena)),
};

const PARALLEL: usize = 32;
const ROTATIONS: usize = 70;
const GRACE_SECONDS: i64 = 10;
const DEAD_WITHIN: Duration = Duration::from_secs(1);

struct Refreshing<'a> {
    scene: &'a Scene,
    client: String,
}

impl Refreshing<'_> {
    async fn new(scene: &Scene, grace: i64) -> Outcome<Refreshing<'_>> {
        let client = json!({
            "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"],
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": grace },
        });
        Ok(Refreshing {
            scene,
            client: make_client(&scene.server, &scene.pool, client).await?,
        })
    }

    fn body(&self, token: &Value) -> Value {
        json!({ "ClientId": self.client, "RefreshToken": token })
    }

    async fn exchange(&self, on: &mut Connection, token: &Value) -> Outcome<Answer> {
        on.call("GetTokensFromRefreshToken", &self.body(token)).await
    }

    /// The different successors that many exchanges at once gave, by what they say: two texts of one token differ, and are
    /// equally good.
    async fn at_once(&self, token: &Value) -> Outcome<usize> {
        let body = self.body(token).to_string();
        let exchange = request(
            self.scene.server.address,
            "GetTokensFromRefreshToken",
            &[],
            body.as_bytes(),
        );
        let mut crowd = Crowd::open(self.scene.server.address, PARALLEL).await?;
        let answers = crowd.repeat(&exchange, PARALLEL).await?;
        let given = answers.iter().filter(|answer| answer.has_tokens()).map(successor);
        let read = |token: Value| opaque::parse_refresh_token(token.as_str().unwrap_or_default());
        let successors: HashSet<Option<Vec<u8>>> = given.map(read).collect();
        Ok(successors.len())
    }
}

fn successor(answer: &Answer) -> Value {
    answer.json()["AuthenticationResult"]["RefreshToken"].clone()
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let mut scene = Scene::new(&arena).await?;
    let mut on = scene.server.connect().await?;
    let strict = Refreshing::new(&scene, 0).await?.client;
    let lenient = Refreshing::new(&scene, GRACE_SECONDS).await?.client;
    for name in ["strict", "lenient", "stolen"] {
        scene.user(name).await?;
    }
    scene.client = strict.clone();
    let token = scene.sign_in(&mut on, "strict").await?["RefreshToken"].clone();
    let first = Refreshing {
        scene: &scene,
        client: strict.clone(),
    }
    .at_once(&token)
    .await?;
    let token = scene.sign_in(&mut on, "stolen").await?["RefreshToken"].clone();
    let owner = Refreshing {
        scene: &scene,
        client: strict,
    };
    let mut live = token.clone();
    for _ in 0..ROTATIONS {
        live = successor(&owner.exchange(&mut on, &live).await?);
    }
    let is_live = live.is_string();
    let stolen = Instant::now();
    let thief = owner.exchange(&mut on, &token).await?;
    let answer = owner.exchange(&mut on, &live).await?;
    // From the theft to the owner's refusal; never, if she is not refused.
    let dead_after = if answer.has_tokens() {
        f64::INFINITY
    } else {
        ms(stolen.elapsed())
    };
    scene.client = lenient.clone();
    let token = scene.sign_in(&mut on, "lenient").await?["RefreshToken"].clone();
    let graced = Refreshing {
        scene: &scene,
        client: lenient,
    }
    .at_once(&token)
    .await?;
    Ok(vec![
        Figure::exactly("successors of 32 exchanges at once", first, 1),
        Figure::exactly("the same within the grace period", graced, 1),
        Figure::exactly("alive after 70 rotations", is_live, true),
        Figure::exactly("tokens for the stolen one", thief.has_tokens(), false),
        Figure::exactly("tokens for the owner's afterwards", answer.has_tokens(), false),
        Figure::measured("until the family was dead", dead_after, ms(DEAD_WITHIN), " ms"),
    ])
}
