//! `SECRET_BLOCK` and `Session`: what carries a sign-in from one step to the next. The first byte of the input says what
//! the rest is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_pool::auth::handle;
use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_pool::testing::TestPool;
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::input::{Input, edited, text};

const PASSWORD: &str = "Correct-Horse-9!";
/// Bytes of a block's state.
const BLOCK_BYTES: usize = 2688;
/// After so many answers the pool, which keeps what was answered, begins anew.
const MOST_ANSWERS: u32 = 200;

/// A pool with a sign-in under way.
struct World {
    pool: TestPool,
    client: String,
    /// Another app client of the same pool.
    other: String,
    /// What the client got and answers, the proof among it.
    responses: Value,
    block: Vec<u8>,
    session: String,
    answers: u32,
}

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    static WORLD: std::cell::RefCell<Option<World>> = const { std::cell::RefCell::new(None) };
}

/// No block (`b`) and no session (`s`) that our keys did not seal for this app client is opened, nor a genuine one with
/// anything changed (`B`, `S`), nor by another client. A block that our keys sealed holds the very state (`k`). No answer
/// (`a`, and `A` with the session beside it: TIMESTAMP, signature, user name; then the block's state) gets tokens without the proof.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let kind = input.byte();
    WORLD.with_borrow_mut(|world| {
        if world.as_ref().is_none_or(|world| world.answers >= MOST_ANSWERS) {
            *world = Some(World::begin());
        }
        if let Some(world) = world {
            world.check(kind, input);
        }
    });
}

impl World {
    fn begin() -> World {
        RUNTIME.with(|runtime| {
            runtime.block_on(async {
                let pool = TestPool::new().await;
                pool.ignore_mail();
                let id = pool.confirm_pool().await;
                let (client, other) = (pool.client(&id).await, pool.client(&id).await);
                pool.user(&id, "mara", PASSWORD).await;
                let srp = SrpClient::new(&id, PASSWORD);
                let parameters =
                    json!({ "USERNAME": "mara", "SRP_A": srp.public_a(), "CHALLENGE_NAME": "SRP_A" });
                let body =
                    json!({ "AuthFlow": "CUSTOM_AUTH", "ClientId": client, "AuthParameters": parameters });
                let begun = pool.call("InitiateAuth", body).await.ok();
                let responses = srp.responses(&begun["ChallengeParameters"], pool.clock().now());
                let block = begun["ChallengeParameters"]["SECRET_BLOCK"]
                    .as_str()
                    .unwrap_or_default();
                World {
                    block: STANDARD.decode(block).expect("a block is base64"),
                    session: begun["Session"].as_str().unwrap_or_default().to_owned(),
                    pool,
                    client,
                    other,
                    responses,
                    answers: 0,
                }
            })
        })
    }

    fn ctx(&self) -> Ctx {
        Ctx::new(
            self.pool.app().clone(),
            "00000000-0000-4000-8000-000000000000".to_owned(),
            self.pool.clock().now(),
            Asker::default(),
        )
    }

    fn check(&mut self, kind: u8, mut input: Input<'_>) {
        let ctx = self.ctx();
        let opens = |client: &str, block: &[u8]| handle::open_block(&ctx, client, block).is_some();
        let is_session = |client: &str, text: &str| handle::open(&ctx, client, text).is_some();
        match kind {
            b'b' => assert!(!opens(&self.client, input.rest())),
            b's' => assert!(!is_session(&self.client, input.rest_as_text())),
            b'B' => {
                let block = edited(&self.block, &mut input);
                assert_eq!(opens(&self.client, &block), block == self.block);
                assert!(!opens(&self.other, &block));
            }
            b'S' => {
                let session = edited(self.session.as_bytes(), &mut input);
                let session = text(&session);
                assert_eq!(is_session(&self.client, session), session == self.session);
                assert!(!is_session(&self.other, session));
            }
            b'k' => {
                let state = input.rest();
                let Ok(block) = handle::seal_block(&ctx, &self.client, state) else {
                    return assert!(state.len() > BLOCK_BYTES);
                };
                let block = STANDARD.decode(block).expect("a block is base64");
                assert_eq!(block.len(), self.block.len());
                let opened = handle::open_block(&ctx, &self.client, &block).expect("it is ours");
                assert!(opened.starts_with(state) && opened.len() == BLOCK_BYTES);
            }
            _ => self.answer(&ctx, kind == b'A', input),
        }
    }

    /// An answer to the challenge with a state that nobody but the server could have sealed.
    fn answer(&mut self, ctx: &Ctx, with_session: bool, mut input: Input<'_>) {
        self.answers += 1;
        let mut responses = self.responses.clone();
        for name in ["TIMESTAMP", "PASSWORD_CLAIM_SIGNATURE", "USERNAME"] {
            let given = text(input.line());
            if !given.is_empty() {
                responses[name] = given.into();
            }
        }
        let state = input.rest();
        let Ok(block) = handle::seal_block(ctx, &self.client, state) else {
            return;
        };
        responses["PASSWORD_CLAIM_SECRET_BLOCK"] = block.into();
        let mut body = json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ClientId": self.client,
            "ChallengeResponses": responses,
        });
        if with_session {
            body["Session"] = self.session.as_str().into();
        }
        let answer = RUNTIME.with(|runtime| runtime.block_on(self.pool.call("RespondToAuthChallenge", body)));
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
}
