//! Whether the time of an answer tells who exists.
//!
//! Known and unknown names are asked about in turn, each pair in an order of its own, with a new name for each pair so that
//! no lockout speaks. Proofs are wrong and made of nothing: their arithmetic is the server's alone. Two connections ask at a time,
//! for every answer waits for its moment.

use std::fs;
use std::iter::StepBy;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::attack::{Arena, Attack, Figure, Outcome, When};
use crate::numbers::{auc, ms, quantile};
use crate::seed::Seeded;
use crate::world::http::Connection;
use crate::world::scene::{PASSWORD, Pool, Scene, make_pool};
use crate::world::steps::{FIRST_FACTORS, SELF_SERVICE, SIGN_IN, check, request_of};

pub const ATTACK: Attack = Attack {
    id: "F-40",
    about: "answers about known and unknown names timed in turn, 5,000 of each for every step of a sign-in, in three kinds of pools, with no and with 49 attributes, and for forgotten passwords, sign-ups and choices of a first factor in one of them",
    when: When::Named("timing"),
    tests: &[
        "answers_about_a_name_leave_on_the_grid_whether_it_is_somebodys_or_not",
        "known_unknown_and_disabled_users_take_the_same_calls_to_the_store_in_every_flow_and_pool",
        "a_name_that_nobody_has_costs_what_a_user_costs",
        "d3_an_unknown_user_costs_the_same_time",
    ],
    run: |arena| Box::pin(run(arena)),
};

const SAMPLES: usize = 5000;
/// Pairs before the first that counts.
const WARM_UP: usize = 200;
const ATTRIBUTES: [usize; 2] = [0, 49];
const LIMITS: (f64, f64) = (0.48, 0.52);
const MEDIANS_APART_MS: f64 = 0.05;
/// Connections that make users.
const MAKERS: usize = 8;
/// Connections that ask.
const ASKERS: usize = 2;

/// A kind of pool with so many attributes for each user, and what is asked there.
struct Cell {
    kind: Value,
    attributes: usize,
    steps: &'static [&'static str],
}

impl Cell {
    fn all() -> Vec<Cell> {
        let kinds = [
            json!({}),
            json!({ "UsernameAttributes": ["email"] }),
            json!({ "AliasAttributes": ["email"] }),
        ];
        let cell = |kind: Value| {
            ATTRIBUTES.map(|attributes| Cell {
                kind: kind.clone(),
                attributes,
                steps: &SIGN_IN,
            })
        };
        let self_service = Cell {
            kind: json!({ "UsernameAttributes": ["email"] }),
            attributes: 49,
            steps: &SELF_SERVICE,
        };
        let first_factors = Cell {
            kind: json!({ "UsernameAttributes": ["email"] }),
            attributes: 49,
            steps: &FIRST_FACTORS,
        };
        let of_their_own = [self_service, first_factors];
        kinds.into_iter().flat_map(cell).chain(of_their_own).collect()
    }

    fn name(&self) -> String {
        let kind = match self.kind.as_object().and_then(|kind| kind.keys().next()) {
            None => "plain",
            Some(name) if name == "UsernameAttributes" => "email",
            Some(_) => "alias",
        };
        format!("{kind}, {} attributes", self.attributes)
    }

    async fn pool(&self, scene: &Scene) -> Outcome<Pool> {
        let attribute =
            |name: String| json!({ "Name": name, "AttributeDataType": "String", "Mutable": true });
        let mut schema = vec![attribute("authChallenge".to_owned())];
        schema.extend((0..self.attributes).map(|number| attribute(format!("a{number}"))));
        let mut members = self.kind.clone();
        members["Schema"] = json!(schema);
        members["AutoVerifiedAttributes"] = json!(["email"]);
        members["Policies"] =
            json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        let pool = make_pool(&scene.server, members, json!({})).await?;
        scene
            .server
            .run(&["door", "open", "--user-pool-id", &pool.id])
            .await?;
        Ok(pool)
    }

    /// What a person types: an address where the pool signs in by it.
    fn typed(&self, who: &str, number: usize) -> String {
        match self.kind.as_object().is_some_and(|kind| kind.is_empty()) {
            true => format!("{who}-{number:05}"),
            false => format!("{who}-{number:05}@example.com"),
        }
    }

    fn attributes(&self, address: &str) -> Vec<Value> {
        let mut attributes = vec![json!({ "Name": "email", "Value": address })];
        attributes.extend(
            (0..self.attributes)
                .map(|of| json!({ "Name": format!("custom:a{of}"), "Value": "x".repeat(40) })),
        );
        attributes
    }

    /// Somebody whom an administrator makes.
    fn user(&self, pool: &Pool, number: usize) -> Value {
        let address = format!("known-{number:05}@example.com");
        let mut attributes = self.attributes(&address);
        attributes.push(json!({ "Name": "email_verified", "Value": "true" }));
        let is_by_address = self.kind.get("UsernameAttributes").is_some();
        json!({
            "UserPoolId": pool.id,
            "Username": if is_by_address { address } else { format!("known-{number:05}") },
            "MessageAction": "SUPPRESS",
            "UserAttributes": attributes,
        })
    }

    /// Somebody who has signed up and typed no code yet, where such people are asked about.
    fn sign_up(&self, pool: &Pool, number: usize) -> Option<Value> {
        let address = self.typed("new", number);
        self.steps.contains(&"ConfirmSignUp").then(|| {
            json!({
                "ClientId": pool.client,
                "Username": address,
                "Password": PASSWORD,
                "UserAttributes": self.attributes(&address),
            })
        })
    }

    /// Whom a step is about, known and not.
    fn names(&self, step: &str, number: usize) -> [String; 2] {
        let known = if step == "ConfirmSignUp" { "new" } else { "known" };
        [self.typed(known, number), self.typed("other", number)]
    }

    async fn make_users(&self, scene: &Scene, pool: &Pool) -> Outcome {
        let mut makers = JoinSet::new();
        for maker in 0..MAKERS {
            let mut on = scene.server.connect().await?;
            let key = scene.server.key.clone();
            let users: Vec<(Value, Option<Value>)> = (0..WARM_UP + SAMPLES)
                .filter(|number| number % MAKERS == maker)
                .map(|number| (self.user(pool, number), self.sign_up(pool, number)))
                .collect();
            makers.spawn(async move {
                for (user, sign_up) in users {
                    on.signed(&key, "AdminCreateUser", &user).await?.ok()?;
                    let password = json!({
                        "UserPoolId": user["UserPoolId"],
                        "Username": user["Username"],
                        "Password": PASSWORD,
                        "Permanent": true,
                    });
                    on.signed(&key, "AdminSetUserPassword", &password).await?.ok()?;
                    if let Some(sign_up) = sign_up {
                        on.call("SignUp", &sign_up).await?.ok()?;
                    }
                }
                Outcome::Ok(())
            });
        }
        while let Some(made) = makers.join_next().await {
            made??;
        }
        Ok(())
    }
}

/// Milliseconds of each step for known and unknown names.
type Times = Vec<[Vec<f64>; 2]>;

/// Times one step for one name.
async fn time(on: &mut Connection, pool: &Pool, step: &str, name: &str) -> Outcome<f64> {
    let request = request_of(on, pool, step, name).await?;
    let started = Instant::now();
    let answer = on.exchange(&request).await?;
    let time = ms(started.elapsed());
    check(step, &answer)?;
    Ok(time)
}

async fn measure(scene: &Scene, cell: &Arc<Cell>, random: &mut Seeded) -> Outcome<Times> {
    let pool = Arc::new(cell.pool(scene).await?);
    cell.make_users(scene, &pool).await?;
    let mut askers = JoinSet::new();
    for asker in 0..ASKERS {
        let on = scene.server.connect().await?;
        let numbers = (asker..WARM_UP + SAMPLES).step_by(ASKERS);
        let random = Seeded::new(random.next());
        askers.spawn(ask(on, pool.clone(), cell.clone(), numbers, random));
    }
    let mut times: Times = cell.steps.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    while let Some(asked) = askers.join_next().await {
        for (times, asked) in times.iter_mut().zip(asked??) {
            for (times, asked) in times.iter_mut().zip(asked) {
                times.extend(asked);
            }
        }
    }
    Ok(times)
}

/// Times every step for these numbers' names.
async fn ask(
    mut on: Connection,
    pool: Arc<Pool>,
    cell: Arc<Cell>,
    numbers: StepBy<Range<usize>>,
    mut random: Seeded,
) -> Outcome<Times> {
    let mut times: Times = cell.steps.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    for number in numbers {
        for (at, step) in cell.steps.iter().enumerate() {
            let names = cell.names(step, number);
            let first = random.below(2);
            for which in [first, 1 - first] {
                let time = time(&mut on, &pool, step, &names[which]).await?;
                if number >= WARM_UP {
                    times[at][which].push(time);
                }
            }
        }
    }
    Ok(times)
}

/// One step's figures over all cells.
struct Worst {
    step: &'static str,
    auc: (f64, String),
    apart: (f64, String),
}

impl Worst {
    fn new(step: &'static str) -> Worst {
        Worst {
            step,
            auc: (0.5, String::new()),
            apart: (0.0, String::new()),
        }
    }

    fn note(&mut self, cell: &Cell, [known, unknown]: &[Vec<f64>; 2]) {
        let auc = auc(known, unknown);
        if (auc - 0.5).abs() >= (self.auc.0 - 0.5).abs() {
            self.auc = (auc, cell.name());
        }
        let apart = (quantile(known, 0.5) - quantile(unknown, 0.5)).abs();
        if apart >= self.apart.0 {
            self.apart = (apart, cell.name());
        }
    }
}

fn is_outside([known, unknown]: &[Vec<f64>; 2]) -> bool {
    let auc = auc(known, unknown);
    !(LIMITS.0..=LIMITS.1).contains(&auc)
        || (quantile(known, 0.5) - quantile(unknown, 0.5)).abs() > MEDIANS_APART_MS
}

/// How well known names tell themselves from known names: what the machine's other work makes of nothing.
fn control(times: &Times) -> f64 {
    let [known, _] = &times[0];
    let half = |rest: usize| -> Vec<f64> {
        let own = known.iter().enumerate().filter(|(at, _)| at % 2 == rest);
        own.map(|(_, time)| *time).collect()
    };
    auc(&half(0), &half(1))
}

async fn run(arena: Arena) -> Outcome<Vec<Figure>> {
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    let scene = Scene::new(&arena).await?;
    let mut random = arena.random();
    let steps = SIGN_IN.into_iter().chain(SELF_SERVICE).chain(FIRST_FACTORS);
    let mut worst: Vec<Worst> = steps.map(Worst::new).collect();
    let (mut noise, mut repeated) = (0.5_f64, 0);
    for cell in Cell::all().into_iter().map(Arc::new) {
        let mut times = measure(&scene, &cell, &mut random).await?;
        if times.iter().any(is_outside) {
            // One in some tens is outside by chance. What tells is outside again.
            let again = measure(&scene, &cell, &mut random).await?;
            for (times, again) in times.iter_mut().zip(again) {
                if is_outside(times) {
                    *times = again;
                    repeated += 1;
                }
            }
        }
        let control = control(&times);
        if (control - 0.5).abs() > (noise - 0.5).abs() {
            noise = control;
        }
        for (step, times) in cell.steps.iter().zip(&times) {
            let of_step = worst.iter_mut().filter(|worst| worst.step == *step);
            of_step.for_each(|worst| worst.note(&cell, times));
        }
    }
    let mut figures = Vec::new();
    for worst in worst {
        let step = worst.step;
        figures.push(Figure::between(
            format!("{step}: AUC, worst in {}", worst.auc.1),
            worst.auc.0,
            LIMITS,
        ));
        figures.push(Figure::measured(
            format!("{step}: medians apart, worst in {}", worst.apart.1),
            worst.apart.0,
            MEDIANS_APART_MS,
            " ms",
        ));
    }
    figures.push(Figure::between(
        format!("known against known, worst (load {load} before, {repeated} cells measured again)"),
        noise,
        LIMITS,
    ));
    Ok(figures)
}
