//! People who sign up, in and out while something goes wrong, and a ledger of what the server has acknowledged to them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::api::AccessKey;
use super::http::{Answer, Connection};
use super::mail::Mail;
use super::scene::{self, PASSWORD, Scene, address};
use super::server::Server;
use super::told;
use crate::attack::{Figure, Outcome};

/// How long somebody waits who was not served.
const REST: Duration = Duration::from_millis(20);
/// A server that acknowledges nothing for this long is not there any more.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often the ledger is looked at.
const GLANCE: Duration = Duration::from_millis(5);
/// Of so many sign-ins, one is ended everywhere.
const SIGNED_OUT_EVERY: usize = 3;

/// How many storms there were.
static STORMS: AtomicUsize = AtomicUsize::new(0);

/// Somebody at a server.
#[derive(Clone)]
pub struct Person {
    pub server: SocketAddr,
    pub key: AccessKey,
    pub pool: String,
    pub client: String,
    pub srp: Arc<SrpClient>,
    pub mail: Mail,
}

/// A sign-in whose tokens have arrived.
#[derive(Clone)]
pub struct SignedIn {
    pub name: String,
    pub session: Value,
    pub code: String,
    /// Not there where it was ended later, or may have been.
    pub refresh: Option<String>,
    /// Where the marks stood when the tokens arrived.
    pub at: u64,
}

/// Somebody who was signed out everywhere, and the refresh token that this ended.
pub struct SignedOut {
    pub name: String,
    pub refresh: String,
}

/// What was acknowledged.
#[derive(Default)]
pub struct Ledger {
    pub created: Vec<String>,
    pub signed_in: Vec<SignedIn>,
    pub signed_out: Vec<SignedOut>,
    /// Steps that were refused, or got no answer.
    pub failed: usize,
    /// Right codes that were answered twice because nobody heard what came of the first answer, and gave tokens twice.
    pub twice: usize,
    /// The longest step that succeeded.
    pub slowest: Duration,
}

impl Ledger {
    /// About whom they are.
    fn known(&self) -> told::Known<'_> {
        told::Known {
            created: self.created.iter().map(String::as_str).collect(),
            signed_in: self.signed_in.iter().map(|one| one.name.as_str()).collect(),
            signed_out: self.signed_out.iter().map(|one| one.name.as_str()).collect(),
        }
    }

    /// How many facts there are.
    pub fn facts(&self) -> usize {
        self.created.len() + self.signed_in.len() + self.signed_out.len()
    }
}

/// Where a storm stands, as its ledger notes it.
pub type Mark = Arc<dyn Fn() -> u64 + Send + Sync>;

/// People under way.
pub struct Storm {
    people: JoinSet<()>,
    over: Arc<AtomicBool>,
    ledger: Arc<Mutex<Ledger>>,
}

impl Storm {
    /// So many people at each of these servers, who are all new.
    pub fn begin(servers: &[Person], people: usize, mark: &Mark) -> Storm {
        let mut storm = Storm {
            people: JoinSet::new(),
            over: Arc::default(),
            ledger: Arc::default(),
        };
        // Everybody is new, also to a server that has seen storms before.
        let storms = STORMS.fetch_add(1, Ordering::SeqCst);
        for (node, person) in servers.iter().enumerate() {
            for number in 0..people {
                let (person, mark) = (person.clone(), Arc::clone(mark));
                let (over, ledger) = (Arc::clone(&storm.over), Arc::clone(&storm.ledger));
                storm.people.spawn(async move {
                    person
                        .live(&format!("storm-{storms}-{node}-{number}"), &over, &ledger, &mark)
                        .await
                });
            }
        }
        storm
    }

    /// Waits until so many more facts are acknowledged.
    pub async fn grow(&self, by: usize) -> Outcome {
        let aim = self.ledger().facts() + by;
        let grown = async {
            while self.ledger().facts() < aim {
                sleep(GLANCE).await;
            }
        };
        let waited = timeout(PATIENCE, grown).await;
        waited.map_err(|_| "nothing was acknowledged for a minute and a half".into())
    }

    /// What is acknowledged by now.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    /// Lets everybody finish what they are at.
    pub async fn end(mut self) -> Outcome<Ledger> {
        self.over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.people.join_next().await {
            ended?;
        }
        Ok(std::mem::take(&mut *self.ledger()))
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Marks of a storm that needs none.
pub fn unmarked() -> Mark {
    Arc::new(|| 0)
}

impl Person {
    /// Somebody at the server of a scene.
    pub fn at(scene: &Scene) -> Person {
        Person {
            server: scene.server.address,
            key: scene.server.key.clone(),
            pool: scene.pool.clone(),
            client: scene.client.clone(),
            srp: Arc::clone(&scene.srp),
            mail: scene.mail.clone(),
        }
    }

    async fn live(&self, prefix: &str, over: &AtomicBool, ledger: &Mutex<Ledger>, mark: &Mark) {
        let mut turn = 0;
        while !over.load(Ordering::SeqCst) {
            turn += 1;
            if self
                .turn(&format!("{prefix}-{turn}"), turn, ledger, mark)
                .await
                .is_err()
            {
                lock(ledger).failed += 1;
                sleep(REST).await;
            }
        }
    }

    /// A new user signs in, and now and then out again.
    async fn turn(&self, name: &str, turn: usize, ledger: &Mutex<Ledger>, mark: &Mark) -> Outcome {
        let begun = tokio::time::Instant::now();
        let mut on = Connection::open(self.server).await?;
        self.create(&mut on, name).await?;
        lock(ledger).created.push(name.to_owned());
        let asked = scene::challenge(&mut on, &self.client, &self.srp, name).await?;
        let code = self.mail.code(&address(name), 0).await?;
        let tokens = self
            .answer_until_heard(&mut on, name, &asked["Session"], &code, ledger)
            .await?;
        let ends = turn.is_multiple_of(SIGNED_OUT_EVERY);
        let refresh = tokens["RefreshToken"].as_str().unwrap_or_default().to_owned();
        {
            let mut ledger = lock(ledger);
            ledger.signed_in.push(SignedIn {
                name: name.to_owned(),
                session: asked["Session"].clone(),
                code,
                refresh: (!ends).then(|| refresh.clone()),
                at: mark(),
            });
            ledger.slowest = ledger.slowest.max(begun.elapsed());
        }
        if ends {
            let body = json!({ "AccessToken": tokens["AccessToken"] });
            on.call("GlobalSignOut", &body).await?.ok()?;
            let name = name.to_owned();
            lock(ledger).signed_out.push(SignedOut { name, refresh });
        }
        Ok(())
    }

    async fn create(&self, on: &mut Connection, name: &str) -> Outcome {
        let user = json!({
            "UserPoolId": self.pool,
            "Username": name,
            "MessageAction": "SUPPRESS",
            "UserAttributes": [
                { "Name": "email", "Value": address(name) },
                { "Name": "email_verified", "Value": "true" },
            ],
        });
        on.signed(&self.key, "AdminCreateUser", &user).await?.ok()?;
        let password =
            json!({ "UserPoolId": self.pool, "Username": name, "Password": PASSWORD, "Permanent": true });
        on.signed(&self.key, "AdminSetUserPassword", &password)
            .await?
            .ok()
            .map(drop)
    }

    /// Answers the challenge for the code; where no answer comes, again, as clients do.
    async fn answer_until_heard(
        &self,
        on: &mut Connection,
        name: &str,
        session: &Value,
        code: &str,
        ledger: &Mutex<Ledger>,
    ) -> Outcome<Value> {
        if let Ok(answer) = self.answer(on, name, session, code).await {
            let answer = answer.ok()?;
            return tokens_of(answer);
        }
        sleep(REST).await;
        *on = Connection::open(self.server).await?;
        let first = tokens_of(self.answer(on, name, session, code).await?.ok()?)?;
        // Whatever became of the unheard one, there is no third time.
        let again = self.answer(on, name, session, code).await?;
        lock(ledger).twice += usize::from(again.has_tokens());
        Ok(first)
    }

    async fn answer(&self, on: &mut Connection, name: &str, session: &Value, code: &str) -> Outcome<Answer> {
        let body = json!({
            "ClientId": self.client,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": session,
            "ChallengeResponses": { "USERNAME": name, "ANSWER": code },
        });
        on.call("RespondToAuthChallenge", &body).await
    }

    async fn refresh(&self, on: &mut Connection, token: &str) -> Outcome<bool> {
        let body = json!({
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "REFRESH_TOKEN": token },
        });
        Ok(on.call("InitiateAuth", &body).await?.has_tokens())
    }

    /// Holds a ledger against what the server says now, and against its audit log.
    pub async fn compare(&self, ledger: &Ledger, server: &Server) -> Outcome<Truth> {
        let mut truth = Truth::default();
        let mut on = Connection::open(self.server).await?;
        let subs = self.subs(&mut on, ledger).await?;
        truth.lost += ledger.created.len() - subs.len();
        truth.untold = told::untold(&server.audit(&self.pool).await?, &ledger.known(), &subs);
        for sign_in in &ledger.signed_in {
            self.hold(&mut on, sign_in, &mut truth).await?;
        }
        for ended in &ledger.signed_out {
            truth.revived += usize::from(self.refresh(&mut on, &ended.refresh).await?);
        }
        Ok(truth)
    }

    /// The subs of the users who were created, by name, of those who are there.
    pub async fn subs(&self, on: &mut Connection, ledger: &Ledger) -> Outcome<HashMap<String, String>> {
        let mut subs = HashMap::new();
        for name in &ledger.created {
            let body = json!({ "UserPoolId": self.pool, "Username": name });
            let answer = on.signed(&self.key, "AdminGetUser", &body).await?;
            subs.extend(sub_of(&answer.json()).map(|sub| (name.clone(), sub)));
        }
        Ok(subs)
    }

    /// Holds one sign-in against what the server says now.
    pub async fn hold(&self, on: &mut Connection, sign_in: &SignedIn, truth: &mut Truth) -> Outcome {
        if let Some(token) = &sign_in.refresh {
            truth.lost += usize::from(!self.refresh(on, token).await?);
        }
        let again = self
            .answer(on, &sign_in.name, &sign_in.session, &sign_in.code)
            .await?;
        truth.twice += usize::from(again.has_tokens());
        Ok(())
    }
}

/// The `sub` of a user.
fn sub_of(user: &Value) -> Option<String> {
    let attributes = user["UserAttributes"].as_array()?;
    let sub = attributes.iter().find(|attribute| attribute["Name"] == "sub")?;
    sub["Value"].as_str().map(str::to_owned)
}

fn tokens_of(answer: Value) -> Outcome<Value> {
    match answer.get("AuthenticationResult") {
        Some(tokens) => Ok(tokens.clone()),
        None => Err("no tokens".into()),
    }
}

/// What of a ledger turned out to be otherwise.
#[derive(Default)]
pub struct Truth {
    /// Users and sign-ins that are not there.
    pub lost: usize,
    /// Codes and sessions that gave tokens again.
    pub twice: usize,
    /// Sign-ins that were ended and live.
    pub revived: usize,
    /// Facts that the audit log does not tell of.
    pub untold: usize,
}

impl Truth {
    /// The numbers, each of which must be 0; and that something was acknowledged at all.
    pub fn figures(&self, ledger: &Ledger) -> Vec<Figure> {
        let (users, sign_ins) = (ledger.created.len(), ledger.signed_in.len());
        let some = users > 0 && sign_ins > 0 && !ledger.signed_out.is_empty();
        vec![
            Figure::exactly(
                format!(
                    "there were facts ({users} users, {sign_ins} sign-ins, {} sign-outs acknowledged)",
                    ledger.signed_out.len()
                ),
                some,
                true,
            ),
            Figure::exactly("acknowledged facts lost", self.lost, 0),
            Figure::exactly("codes or sessions used twice", self.twice + ledger.twice, 0),
            Figure::exactly("ended sign-ins that live", self.revived, 0),
            Figure::exactly(
                "acknowledged facts that the audit log does not tell of",
                self.untold,
                0,
            ),
        ]
    }
}
