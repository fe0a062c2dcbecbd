//! The clock jumps. The pool runs in this process, for its clock must.

use poolhouse_pool::base::clock::{Clock, Millis};
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::world::scene::PASSWORD;

pub const FAULT: Attack = Attack {
    id: "F-12",
    about: "the clock jumps by a second, an hour, a day and a year, forward and back, in the middle of sign-ins (the pool in process); not judged: what has ended and is good again while the clock is set back",
    when: When::Always,
    tests: &[
        "a_clock_that_runs_backwards_forgets_nothing",
        "l2_a_clock_that_ran_fast_locks_nobody_out",
        "no_clock_overflows_a_moment",
        "a_clock_may_be_half_an_hour_wrong_and_no_more",
    ],
    run: |arena| Box::pin(run(arena)),
};

const JUMPS: [i64; 8] = [1, -1, 3600, -3600, 86_400, -86_400, 31_536_000, -31_536_000];
/// A code's life, and that of the session that asks for it, in seconds.
const LIFE: i64 = 300;

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
        let asked = self
            .server
            .custom_sign_in(&self.pool, &self.client, name, PASSWORD)
            .await;
        self.server.deliver_mail().await;
        let code = self.server.code_to(&format!("{name}@example.com")).await;
        (asked, code)
    }

    async fn answer(&self, name: &str, session: &Value, code: &str) -> Answer {
        let body = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": session,
            "ChallengeResponses": { "USERNAME": name, "ANSWER": code },
        });
        self.server.call_alone("RespondToAuthChallenge", body).await
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
    let server = TestPool::new().await;
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    let bench = Bench { server, pool, client };
    let mut counts = Counts::default();
    for jump in JUMPS {
        round(&bench, jump, &mut counts).await?;
    }
    Ok(vec![
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
    let now = bench.server.clock().now().seconds();
    counts.from_the_future += usize::from(has_tokens(&answer) && issued_at(&answer)? > now + 1);

    bench.jump(-jump);
    let again = bench.answer(&used, &used_asked["Session"], &used_code).await;
    counts.used_again += usize::from(has_tokens(&again));
    Ok(())
}
