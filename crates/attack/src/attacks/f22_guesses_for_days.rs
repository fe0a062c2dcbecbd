//! Somebody who knows the password guesses codes for days. The pool runs in this process, for its clock must run faster.

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::seed::Seeded;
use crate::world::scene::PASSWORD;

pub const ATTACK: Attack = Attack {
    id: "F-22",
    about: "wrong codes in one sign-in after another, the password known, until the code factor closes (the pool in process, its clock moved)",
    when: When::Always,
    tests: &[
        "ten_wrong_codes_in_a_quarter_of_an_hour_lock_the_code_step",
        "l1_sixty_wrong_codes_in_a_day_lock_until_fewer_lie_in_the_last_24_hours",
        "l1_a_hundred_wrong_codes_in_a_row_close_the_code_factor_and_never_expire",
    ],
    run: |arena| Box::pin(run(arena)),
};

const QUARTER: i64 = 15 * 60;
const DAY: i64 = 24 * 3600;
/// Ten, and one behind each lock of 32, 64, 128 and 256 seconds.
const IN_A_QUARTER: usize = 14;
/// By then the factor is closed, or nothing closes it.
const LONGEST_DAYS: i64 = 10;
/// From one sign-in to the next.
const PAUSE_SECONDS: i64 = 61;
const CODES: f64 = 1e6;

struct Thief {
    server: TestPool,
    pool: String,
    client: String,
    random: Seeded,
    /// When each wrong code was evaluated, in seconds.
    evaluated: Vec<i64>,
    tokens: usize,
}

/// How a sign-in went.
enum End {
    Closed,
    Waits(i64),
    Over,
}

impl Thief {
    /// Three wrong codes, as far as they are taken.
    async fn sign_in(&mut self) -> End {
        let mut asked = self
            .server
            .custom_sign_in(&self.pool, &self.client, "mara", PASSWORD)
            .await;
        loop {
            let told = &asked["ChallengeParameters"];
            let result = told["result"].as_str().unwrap_or_default().to_owned();
            let number = |name: &str| told[name].as_str().and_then(|text| text.parse::<i64>().ok());
            match result.as_str() {
                "closed" => return End::Closed,
                "locked" | "held" => return End::Waits(number("resendIn").unwrap_or(PAUSE_SECONDS)),
                _ => {}
            }
            let Some(left) = number("attemptsLeft") else {
                return End::Over;
            };
            let answer = self.guess(&asked).await;
            self.tokens += usize::from(answer["AuthenticationResult"].is_object());
            let told_left = answer["ChallengeParameters"]["attemptsLeft"].as_str();
            // The third one ends the sign-in without a word about the code.
            let is_evaluated = answer.status != 200 || told_left != Some(left.to_string().as_str());
            if is_evaluated {
                self.evaluated.push(self.server.clock().now().seconds());
            }
            if answer.status != 200 {
                return End::Over;
            }
            asked = answer;
        }
    }

    async fn guess(&mut self, asked: &Answer) -> Answer {
        let guess = format!("{:06}", self.random.below(1_000_000));
        let body: Value = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": guess },
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// The most evaluated guesses in any span of so many seconds.
    fn densest(&self, span: i64) -> usize {
        let after = |start: &i64| {
            let within = |moment: &&i64| (*start..start + span).contains(*moment);
            self.evaluated.iter().filter(within).count()
        };
        self.evaluated.iter().map(after).max().unwrap_or_default()
    }
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let server = TestPool::new().await;
    server.ignore_mail();
    let pool = server.confirm_pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let start = server.clock().now().seconds();
    let mut thief = Thief {
        server,
        pool,
        client,
        random: arena.random(),
        evaluated: Vec::new(),
        tokens: 0,
    };
    let mut is_closed = false;
    while !is_closed && thief.server.clock().now().seconds() < start + LONGEST_DAYS * DAY {
        let pause = match thief.sign_in().await {
            End::Closed => {
                is_closed = true;
                0
            }
            End::Waits(seconds) => seconds.clamp(1, QUARTER),
            End::Over => PAUSE_SECONDS,
        };
        thief.server.clock().advance_seconds(pause);
    }
    let days = (thief.server.clock().now().seconds() - start) as f64 / DAY as f64;
    let total = thief.evaluated.len();
    Ok(vec![
        Figure::at_most(
            "guesses evaluated in any 15 minutes",
            thief.densest(QUARTER),
            IN_A_QUARTER,
        ),
        Figure::at_most("in any 24 hours", thief.densest(DAY), 60),
        Figure::at_most("ever", total, 100),
        Figure::exactly(format!("closed (after {days:.1} days)"), is_closed, true),
        Figure::at_most("chance of a right one", total as f64 / CODES, 1e-4),
        Figure::exactly("tokens", thief.tokens, 0),
    ])
}
