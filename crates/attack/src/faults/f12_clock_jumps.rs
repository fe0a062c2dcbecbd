//! The clock jumps. The pool runs in this process, for its clock must.

use std::sync::Arc;

use poolhouse_pool::base::clock::{Clock, Millis};
use poolhouse_pool::run::Timekeeper;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool};
use poolhouse_store::Memory;
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::scene::PASSWORD;

pub const FAULT: Attack = Attack {
    id: "F-12",
    about: "the clock jumps by a second, an hour, a day and a year, forward and back, in the middle of sign-ins, and back when codes have ended, before the server's eyes or while it is down (the pool in process)",
    when: When::Always,
    tests: &[
        "a_clock_that_runs_backwards_forgets_nothing",
        "what_has_ended_stays_ended_when_the_clock_is_set_back",
        "a_server_that_starts_with_its_clock_set_back_goes_by_what_is_noted",
        "a_clock_that_leaps_forward_is_believed_at_once_and_remembered_when_it_has_lasted",
        "l2_a_clock_that_ran_fast_locks_nobody_out",
        "no_clock_overflows_a_moment",
        "a_clock_may_be_half_an_hour_wrong_and_no_more",
    ],
    run: |arena| Box::pin(run(arena)),
};

const JUMPS: [i64; 8] = [1, -1, 3600, -3600, 86_400, -86_400, 31_536_000, -31_536_000];
/// A code's life, and that of the session that asks for it, in seconds.
const LIFE: i64 = 300;
/// A server notes the time when it has run for so many seconds.
const NOTED: i64 = 60;
/// How far the clock is set back when codes have ended.
const BACK: [i64; 3] = [301, 3600, 31_536_000];

#[derive(Default)]
struct Counts {
    used_again: usize,
    late: usize,
    wrong: usize,
    after: usize,
    from_the_future: usize,
    expected: usize,
}

struct Bench {
    server: TestPool,
    pool: String,
    client: String,
}

impl Bench {
    fn jump(&self, seconds: i64) {
        let now = self.server.clock().now();
        self.server.clock().set(Millis(now.0 + seconds * 1000));
    }

    /// A new user, asked for a code; the code.
    async fn asked(&self, name: &str) -> (Answer, String) {
        self.server.user(&self.pool, name, PASSWORD).await;
        let asked = self.prove(name).await;
        self.server.deliver_mail().await;
        let code = self.server.code_to(&format!("{name}@example.com")).await;
        (asked, code)
    }

    /// Name and password, from somebody whose own clock is right.
    async fn prove(&self, name: &str) -> Answer {
        let srp = SrpClient::new(&self.pool, PASSWORD);
        let begin = json!({
            "AuthFlow": "CUSTOM_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "USERNAME": name, "CHALLENGE_NAME": "SRP_A", "SRP_A": srp.public_a() },
        });
        let begun = self.server.call("InitiateAuth", begin).await;
        let now = self.server.app().platform.now();
        let proof = json!({
            "ClientId": self.client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "Session": begun["Session"],
            "ChallengeResponses": srp.responses(&begun["ChallengeParameters"], now),
        });
        self.server.call("RespondToAuthChallenge", proof).await
    }

    async fn answer(&self, name: &str, session: &Value, code: &str) -> Answer {
        self.answer_at(&self.server, name, session, code).await
    }

    /// Answers at another server on the same database.
    async fn answer_at(&self, server: &TestPool, name: &str, session: &Value, code: &str) -> Answer {
        let body = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": session,
            "ChallengeResponses": { "USERNAME": name, "ANSWER": code },
        });
        server.call_alone("RespondToAuthChallenge", body).await
    }
}

fn has_tokens(answer: &Answer) -> bool {
    answer["AuthenticationResult"]["AccessToken"].is_string()
}

/// When a token says that it was made, in seconds.
fn issued_at(answer: &Answer) -> Outcome<i64> {
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
    let token = answer["AuthenticationResult"]["AccessToken"]
        .as_str()
        .unwrap_or_default();
    let claims = token.split('.').nth(1).ok_or("a token without claims")?;
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims)?)?;
    claims["iat"].as_i64().ok_or_else(|| "a token without iat".into())
}

async fn run(_: Arena) -> Outcome<Vec<Figure>> {
    let bench = on(&Arc::new(Memory::new())).await;
    let mut counts = Counts::default();
    for jump in JUMPS {
        round(&bench, jump, &mut counts).await?;
    }
    let again = set_back(&bench).await;
    let (noted, unnoted) = started_again().await?;
    Ok(vec![
        Figure::exactly(
            "codes that had ended and were good again when the clock was set back",
            again,
            0,
        ),
        Figure::exactly("the same for a server that starts so", noted, 0),
        Figure::exactly(
            "and for one that did not look at what is noted (so much there is to be prevented)",
            unnoted,
            1,
        ),
        Figure::exactly("used codes that gave tokens again", counts.used_again, 0),
        Figure::exactly("codes taken that had ended by the clock", counts.late, 0),
        Figure::exactly("wrong codes taken", counts.wrong, 0),
        Figure::exactly("tokens made in the future", counts.from_the_future, 0),
        Figure::exactly(
            "sign-ins begun behind a jump that succeeded",
            counts.after,
            counts.expected,
        ),
    ])
}

async fn on(store: &Arc<Memory>) -> Bench {
    let server = TestPool::on(store.clone(), 7, |_| {}).await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    Bench { server, pool, client }
}

/// Codes end, and then the clock is set back: how many are good again.
async fn set_back(bench: &Bench) -> usize {
    let mut again = 0;
    for back in BACK {
        let name = format!("ended{back}");
        let (asked, code) = bench.asked(&name).await;
        bench.server.clock().advance_seconds(LIFE + 1);
        // The sweeper looks at the time every second.
        bench.server.app().platform.now();
        bench.jump(-back);
        let answer = bench.answer(&name, &asked["Session"], &code).await;
        again += usize::from(has_tokens(&answer));
        bench.jump(back);
    }
    again
}

/// The same while no server runs: how many are good again for one that looks at what is noted, and for one that does not.
async fn started_again() -> Outcome<(usize, usize)> {
    let store = Arc::new(Memory::new());
    let bench = on(&store).await;
    // Whoever starts next does so with the clock of now.
    bench.server.clock().advance_seconds(7200);
    let (looking, looking_code) = bench.asked("looking").await;
    let (blind, blind_code) = bench.asked("blind").await;
    let mut timekeeper = Timekeeper::new(&bench.server.app().platform);
    bench.server.clock().advance_seconds(LIFE + NOTED);
    timekeeper.round().await?;
    let next = TestPool::on(store.clone(), 8, |_| {}).await;
    let taken = bench
        .answer_at(&next, "blind", &blind["Session"], &blind_code)
        .await;
    let unnoted = usize::from(has_tokens(&taken));
    let next = TestPool::on(store, 9, |_| {}).await;
    Timekeeper::new(&next.app().platform).look().await?;
    let taken = bench
        .answer_at(&next, "looking", &looking["Session"], &looking_code)
        .await;
    Ok((usize::from(has_tokens(&taken)), unnoted))
}

async fn round(bench: &Bench, jump: i64, counts: &mut Counts) -> Outcome {
    let name = |what: &str| format!("{what}{jump}");
    let used = name("used");
    let (used_asked, used_code) = bench.asked(&used).await;
    let signed_in = bench.answer(&used, &used_asked["Session"], &used_code).await;
    if !has_tokens(&signed_in) {
        return Err("no sign-in before the jump".into());
    }
    let open = name("open");
    let (open_asked, open_code) = bench.asked(&open).await;

    let before = bench.server.clock().now();
    bench.jump(jump);
    let again = bench.answer(&used, &used_asked["Session"], &used_code).await;
    counts.used_again += usize::from(has_tokens(&again));
    let wrong = bench.answer(&open, &open_asked["Session"], "wrong").await;
    counts.wrong += usize::from(has_tokens(&wrong));
    let session = match &wrong["Session"] {
        next @ Value::String(_) => next.clone(),
        _ => open_asked["Session"].clone(),
    };
    if jump > LIFE {
        let late = bench.answer(&open, &session, &open_code).await;
        counts.late += usize::from(has_tokens(&late));
    }
    let fresh = name("fresh");
    let (asked, code) = bench.asked(&fresh).await;
    let answer = bench.answer(&fresh, &asked["Session"], &code).await;
    counts.expected += 1;
    counts.after += usize::from(has_tokens(&answer));
    // Behind a jump back, it is as late as it was.
    let now = bench.server.clock().now().0.max(before.0) / 1000;
    counts.from_the_future += usize::from(has_tokens(&answer) && issued_at(&answer)? > now + 1);

    bench.jump(-jump);
    let again = bench.answer(&used, &used_asked["Session"], &used_code).await;
    counts.used_again += usize::from(has_tokens(&again));
    Ok(())
}
