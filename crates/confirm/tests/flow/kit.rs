//! A platform for the tests: it keeps a sign-in's session, calls the three functions in the order in which Cognito
//! does, and does with their results what the shells do.

use poolhouse_confirm::{
    CodeMail, Created, Decision, Facts, Keys, LedgerSource, NotSent, OtpKey, Outcome, Person, Refusal,
    Settings, Verified, Warning, create, create_without_mail, define, verify,
};
use serde_json::{Value, json};

/// 2026-09-06 14:05:10 UTC, ten seconds into a step of fifteen.
pub const START: i64 = 1_788_703_510;

pub const PASSWORD_PAIR: [(&str, bool); 2] = [("SRP_A", true), ("PASSWORD_VERIFIER", true)];

/// Mara.
pub const PERSON: Person<'_> = Person {
    pool: "eu-central-1_AbCd12345",
    user_name: "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef",
    sub: "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef",
};

/// A key that differs for every seed.
pub fn key(seed: u8) -> OtpKey {
    let bytes: Vec<u8> = (0..32_u8)
        .map(|at| at.wrapping_mul(7).wrapping_add(seed.wrapping_mul(31)))
        .collect();
    OtpKey::from_bytes(&bytes).unwrap()
}

/// Six digits for five minutes, in a session of fifteen.
pub fn with_keys(keys: Option<Keys>) -> Settings {
    Settings {
        session_minutes: 15,
        ..Settings::with_keys(keys)
    }
}

pub fn settings() -> Settings {
    with_keys(Some(Keys {
        current: key(1),
        previous: None,
    }))
}

pub fn session_only() -> Settings {
    with_keys(None)
}

/// A trigger's event about Mara, as Cognito sends it.
pub fn event(trigger: &str, request: Value) -> Value {
    let mut event = json!({
        "version": "1",
        "region": "eu-central-1",
        "userPoolId": "eu-central-1_AbCd12345",
        "userName": "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef",
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "3n4b5urk1ft4fl3mg5e62d9ado" },
        "triggerSource": format!("{trigger}_Authentication"),
        "request": {
            "userAttributes": {
                "sub": "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef",
                "cognito:user_status": "CONFIRMED",
                "email_verified": "true",
                "email": "mara@example.org",
            },
            "userNotFound": false,
        },
        "response": {},
    });
    for (name, value) in request.as_object().unwrap() {
        event["request"][name] = value.clone();
    }
    event
}

pub fn session(entries: &[(&str, bool)]) -> Vec<Value> {
    entries
        .iter()
        .map(|(name, result)| json!({ "challengeName": name, "challengeResult": result, "challengeMetadata": null }))
        .collect()
}

/// How the platform's shell gets at the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    FromEvent,
    Fresh,
    Table,
    Exact,
}

/// All of them.
pub const SOURCES: [Source; 4] = [Source::FromEvent, Source::Fresh, Source::Table, Source::Exact];

/// One pool with one user in it.
pub struct Pool {
    pub settings: Settings,
    pub now: i64,
    pub source: Source,
    /// The user's attribute, or the text beside the pool if the source is exact.
    pub ledger: Option<String>,
    /// Whether the attribute can be written.
    pub writable: bool,
    /// Changes every event before a function sees it.
    pub alter: fn(&mut Value),
    pub mails: Vec<CodeMail>,
    pub notices: Vec<CodeMail>,
    pub warnings: Vec<Warning>,
    /// What Create says when its mail does not leave.
    pub not_sent: Option<NotSent>,
    calls: u16,
}

/// One sign-in of the user.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub session: Vec<Value>,
    pub private: Value,
    pub public: Value,
}

/// What the client is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Tokens,
    Failed,
    /// Public parameters of the next challenge.
    Challenge(Value),
}

impl Pool {
    pub fn new(settings: Settings, source: Source) -> Self {
        Self {
            settings,
            now: START,
            source,
            ledger: None,
            writable: true,
            alter: |_| {},
            mails: Vec::new(),
            notices: Vec::new(),
            warnings: Vec::new(),
            not_sent: None,
            calls: 0,
        }
    }

    pub fn altered(mut self, alter: fn(&mut Value)) -> Self {
        self.alter = alter;
        self
    }

    /// Calls one function with what the shell knows.
    pub fn call<T>(
        &mut self,
        trigger: &str,
        request: Value,
        function: fn(&Settings, &Value, &Facts<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.calls = self.calls.wrapping_add(1);
        let [high, low] = self.calls.to_be_bytes();
        let entropy = std::array::from_fn(|at| if at % 2 == 0 { high } else { low });
        let mut event = event(trigger, request);
        if matches!(self.source, Source::FromEvent | Source::Fresh)
            && let Some(text) = &self.ledger
        {
            event["request"]["userAttributes"]["custom:authChallenge"] = json!(text);
        }
        (self.alter)(&mut event);
        let mut facts = Facts::new(self.now, &entropy);
        facts.ledger = match self.source {
            Source::FromEvent => LedgerSource::FromEvent,
            Source::Fresh => LedgerSource::Fresh(self.ledger.as_deref()),
            Source::Table => LedgerSource::Table(self.ledger.as_deref()),
            Source::Exact => LedgerSource::Exact(self.ledger.as_deref()),
        };
        function(&self.settings, &event, &facts)
    }

    pub fn define(&mut self, session: &[Value], metadata: &Value) -> Decision {
        let request = json!({ "session": session, "clientMetadata": metadata });
        let defined = self.call("DefineAuthChallenge", request, define).unwrap();
        self.warnings.extend(defined.warnings);
        defined.decision
    }

    pub fn create(&mut self, session: &[Value], metadata: &Value) -> Result<Created, Refusal> {
        let request = code_request(session, metadata);
        let mut created = self.call("CreateAuthChallenge", request.clone(), create)?;
        if let (Some(why), Some(_)) = (self.not_sent, &created.mail) {
            created = match why {
                NotSent::Failed => self.call("CreateAuthChallenge", request, |settings, event, facts| {
                    create_without_mail(settings, event, facts, NotSent::Failed)
                })?,
                NotSent::Refused => self.call("CreateAuthChallenge", request, |settings, event, facts| {
                    create_without_mail(settings, event, facts, NotSent::Refused)
                })?,
            };
        }
        self.write(created.ledger.as_ref());
        self.mails.extend(created.mail.clone());
        self.notices.extend(created.notice.clone());
        self.warnings.extend(created.warnings.clone());
        Ok(created)
    }

    /// The event that asks for a code, without a ledger.
    pub fn create_event(&self, session: &[Value], metadata: &Value) -> Value {
        let mut event = event("CreateAuthChallenge", code_request(session, metadata));
        (self.alter)(&mut event);
        event
    }

    pub fn verify(&mut self, private: &Value, answer: &Value, metadata: &Value) -> Verified {
        let request = json!({
            "privateChallengeParameters": private, "challengeAnswer": answer, "clientMetadata": metadata,
        });
        let verified = self.call("VerifyAuthChallengeResponse", request, verify).unwrap();
        self.write(verified.ledger.as_ref());
        self.notices.extend(verified.notice.clone());
        self.warnings.extend(verified.warnings.clone());
        verified
    }

    fn write(&mut self, ledger: Option<&String>) {
        if self.writable && ledger.is_some() {
            self.ledger = ledger.cloned();
        }
    }

    /// The password is proven; the first challenge comes.
    pub fn sign_in(&mut self) -> SignIn {
        self.sign_in_with(&Value::Null)
    }

    /// The same with something beside the password answer.
    pub fn sign_in_with(&mut self, metadata: &Value) -> SignIn {
        let pair = session(&PASSWORD_PAIR);
        assert_eq!(self.define(&pair[..1], &Value::Null), Decision::AskPassword);
        assert_eq!(self.define(&pair, metadata), Decision::AskCode);
        let created = self.create(&pair, metadata).unwrap();
        SignIn::new(pair, &created)
    }

    /// A whole sign-in with the right code.
    pub fn sign_in_to_the_end(&mut self) -> SignIn {
        let mut sign_in = self.sign_in();
        let code = self.code();
        assert_eq!(self.type_code(&mut sign_in, &code), Told::Tokens);
        sign_in
    }

    /// An answer, with what the platform does about it.
    pub fn answer(&mut self, sign_in: &mut SignIn, answer: &str, metadata: &Value) -> Told {
        let verified = self.verify(&sign_in.private, &json!(answer), metadata);
        sign_in.close(verified.outcome == Outcome::Right);
        match self.define(&sign_in.session, metadata) {
            Decision::Tokens => Told::Tokens,
            Decision::Fail(_) => Told::Failed,
            Decision::AskCode => {
                let created = self.create(&sign_in.session, metadata).unwrap();
                *sign_in = SignIn::new(sign_in.session.clone(), &created);
                Told::Challenge(sign_in.public.clone())
            }
            Decision::AskPassword => panic!("the password was proven"),
        }
    }

    pub fn type_code(&mut self, sign_in: &mut SignIn, answer: &str) -> Told {
        self.answer(sign_in, answer, &Value::Null)
    }

    pub fn act(&mut self, sign_in: &mut SignIn, action: &str) -> Told {
        self.answer(sign_in, "000000", &json!({ "action": action }))
    }

    /// The code of the newest mail.
    pub fn code(&self) -> String {
        code_of(self.mails.last().expect("a mail"))
    }
}

fn code_request(session: &[Value], metadata: &Value) -> Value {
    json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session, "clientMetadata": metadata })
}

impl SignIn {
    pub fn new(session: Vec<Value>, created: &Created) -> Self {
        let response = &created.response;
        Self {
            session,
            private: response["privateChallengeParameters"].clone(),
            public: response["publicChallengeParameters"].clone(),
        }
    }

    /// Puts the answered challenge on the list.
    pub fn close(&mut self, right: bool) {
        self.session.push(json!({
            "challengeName": "CUSTOM_CHALLENGE",
            "challengeResult": right,
            "challengeMetadata": self.private["challenge"],
        }));
    }

    /// What the form keeps of it.
    pub fn token(&self) -> Value {
        json!({ "deviceToken": self.public["deviceToken"] })
    }

    pub fn told(&self, name: &str) -> &str {
        self.public[name]
            .as_str()
            .unwrap_or_else(|| panic!("no public parameter {name}"))
    }
}

/// The code stands alone on its line.
pub fn code_of(mail: &CodeMail) -> String {
    let is_code =
        |line: &&str| (6..=12).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_alphanumeric());
    mail.text.lines().find(is_code).unwrap().to_owned()
}

/// Another code of the same length.
pub fn wrong(code: &str) -> String {
    let (head, last) = code.split_at(code.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}
