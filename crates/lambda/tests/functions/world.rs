//! A world for one function: its host, the pool it calls back, the inbox its mail goes to, its clock and its log.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use poolhouse_lambda::runtime::{self, Function};
use poolhouse_lambda::{
    Clock, Create, Define, InitError, Limits, Log, PostConfirmation, PreToken, Vars, Verify,
};
use poolhouse_mail::inbox::{self, Inbox, Message};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::host::Host;
use crate::pool::Pool;

pub const NOW: i64 = 1_763_823_600;
pub const USER: &str = "0b6e1c1e-ada";

pub struct World {
    pub host: Host,
    pub pool: Pool,
    pub inbox: Inbox,
    pub lines: Arc<Mutex<Vec<String>>>,
    pub vars: HashMap<&'static str, String>,
    seconds: Arc<AtomicU64>,
}

impl World {
    /// Everything in working order, and no function yet.
    pub async fn new() -> Self {
        let (pool, pool_address) = Pool::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = listener.local_addr().unwrap();
        let inbox = Inbox::new(100);
        tokio::spawn(inbox::listen(listener, inbox.clone(), Arc::new(|| NOW * 1000)));
        let vars = HashMap::from([
            ("AWS_ACCESS_KEY_ID", "AKIATEST".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "a secret".to_owned()),
            ("AWS_SESSION_TOKEN", "a token".to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            (
                "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
                format!("http://{pool_address}"),
            ),
            ("CUSTOM_ATTRIBUTES", "custom:authChallenge".to_owned()),
            ("USER_POOL_ID", "eu-central-1_Test".to_owned()),
            (
                "OTP_KEY",
                "BdrFHQ1cJv3Wq2kz0mX9aTn7uYh4LsPe8oGiVxRtKbM=".to_owned(),
            ),
            ("SMTP_URL", format!("smtp://{smtp}")),
            ("MAIL_FROM", "Test <no-reply@pool.example>".to_owned()),
        ]);
        let seconds = Arc::new(AtomicU64::new(NOW.unsigned_abs()));
        Self {
            host: Host::start().await,
            pool,
            inbox,
            lines: Arc::default(),
            vars,
            seconds,
        }
    }

    /// Sets a variable, or removes it.
    pub fn with(mut self, name: &'static str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.vars.insert(name, value),
            None => self.vars.remove(name),
        };
        self
    }

    pub fn vars(&self) -> Vars {
        let vars = self.vars.clone();
        Vars::new(move |name| vars.get(name).cloned())
    }

    pub fn log(&self) -> Log {
        let lines = Arc::clone(&self.lines);
        Log::to(move |line| lines.lock().unwrap().push(line.to_owned()))
    }

    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.seconds);
        Arc::new(move || Duration::from_secs(seconds.load(Ordering::Relaxed)))
    }

    pub fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Runs a function under the host, as a process of its own would.
    pub fn run<F: Function + 'static>(&self, make: impl Fn(&Vars, Log, Clock) -> Result<F, InitError>) {
        let function = make(&self.vars(), self.log(), self.clock()).unwrap();
        let (api, clock, log) = (self.host.address.to_string(), self.clock(), self.log());
        tokio::task::spawn_local(async move { runtime::serve(&api, function, clock, &log).await });
    }

    pub fn run_create(&self) {
        self.run(|vars, log, clock| Create::new(vars, log, clock, Limits::default()));
    }

    pub fn run_verify(&self) {
        self.run(|vars, log, clock| Verify::new(vars, log, clock, Limits::default()));
    }

    pub fn run_define(&self) {
        self.run(|vars, log, clock| Define::new(vars, log, clock, Limits::default()));
    }

    pub fn run_pre_token(&self) {
        self.run(|vars, log, clock| PreToken::new(vars, log, clock, Limits::default()));
    }

    pub fn run_post_confirmation(&self) {
        self.run(|vars, log, clock| PostConfirmation::new(vars, log, clock, Limits::default()));
    }

    pub fn mails(&self) -> Vec<Arc<Message>> {
        self.inbox.list(None)
    }

    /// The log's lines, read.
    pub fn logged(&self) -> Vec<Value> {
        self.lines
            .lock()
            .unwrap()
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Nothing that the log must not hold: addresses, user names, codes, credentials, keys.
    pub fn assert_log_is_clean(&self) {
        let log = self.lines.lock().unwrap().join("\n");
        let mut forbidden = vec!["ada@example.com".to_owned(), USER.to_owned()];
        forbidden.extend(
            ["AWS_SECRET_ACCESS_KEY", "OTP_KEY", "AWS_SESSION_TOKEN"].map(|name| self.vars[name].clone()),
        );
        forbidden.extend(self.mails().iter().map(|mail| code(mail)));
        for secret in forbidden {
            assert!(!log.contains(&secret), "{secret} stands in {log}");
        }
    }
}

/// The code in a mail: its only run of six digits.
pub fn code(mail: &Message) -> String {
    let runs = mail
        .text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 6);
    let codes: Vec<&str> = runs.collect();
    assert_eq!(codes.len(), 1, "{}", mail.text);
    codes[0].to_owned()
}

fn event(trigger: &str, request: Value) -> Value {
    json!({
        "version": "1",
        "region": "eu-central-1",
        "userPoolId": "eu-central-1_Test",
        "userName": USER,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "client" },
        "triggerSource": format!("{trigger}_Authentication"),
        "request": request,
        "response": {},
    })
}

fn password_proven() -> Value {
    json!([
        { "challengeName": "SRP_A", "challengeResult": true, "challengeMetadata": null },
        { "challengeName": "PASSWORD_VERIFIER", "challengeResult": true, "challengeMetadata": null },
    ])
}

fn attributes(ledger: Option<&str>) -> Value {
    let mut attributes = json!({ "sub": USER, "email": "ada@example.com", "email_verified": "true" });
    if let Some(ledger) = ledger {
        attributes["custom:authChallenge"] = json!(ledger);
    }
    attributes
}

/// The event of the first code challenge of a sign-in.
pub fn create_event() -> Value {
    let request = json!({
        "userAttributes": attributes(None),
        "challengeName": "CUSTOM_CHALLENGE",
        "session": password_proven(),
    });
    event("CreateAuthChallenge", request)
}

/// The event that asks about an answer to the challenge that Create made.
pub fn verify_event(created: &Value, answer: &str, ledger: Option<&str>) -> Value {
    let request = json!({
        "userAttributes": attributes(ledger),
        "privateChallengeParameters": created["response"]["privateChallengeParameters"],
        "challengeAnswer": answer,
    });
    event("VerifyAuthChallengeResponse", request)
}

/// The event that asks what comes after the password.
pub fn define_event() -> Value {
    event(
        "DefineAuthChallenge",
        json!({ "userAttributes": attributes(None), "session": password_proven() }),
    )
}

/// The event that asks about the claims of tokens that are about to be made. `source` is the road they are asked by.
pub fn token_event(source: &str) -> Value {
    let request = json!({
        "userAttributes": attributes(Some("v1.a ledger")),
        "groupConfiguration": { "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null },
    });
    let mut event = event("TokenGeneration", request);
    event["triggerSource"] = json!(source);
    event["response"] = json!({ "claimsOverrideDetails": null });
    event
}
