//! The two kinds of sign-in.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use poolhouse_mail::inbox::Inbox;
use poolhouse_pool::base::clock::Millis;
use poolhouse_testkit::srp::SrpClient;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::api::Api;
use crate::devices::{self, Device};
use crate::pool::Outcome;

/// A mail that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(10);
const CODE_LENGTH: usize = 6;

/// How somebody signs in.
#[derive(Clone, Copy)]
pub enum Kind {
    /// USER_PASSWORD_AUTH.
    Password,
    /// CUSTOM_AUTH with SRP_A, then the code from the mail.
    SrpAndCode,
}

impl Kind {
    /// Both.
    pub const ALL: [Kind; 2] = [Kind::Password, Kind::SrpAndCode];

    /// What it is called in a report.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Password => "password",
            Kind::SrpAndCode => "SRP and code",
        }
    }
}

/// Everybody who signs in.
pub struct Load {
    servers: Vec<SocketAddr>,
    mail: Inbox,
    client: String,
    password: String,
    srp: SrpClient,
}

impl Load {
    /// Users of this pool, with one password, whose mail arrives here. Each step of a sign-in is asked of the next of the servers.
    pub fn new(servers: Vec<SocketAddr>, mail: Inbox, pool: &str, client: String, password: String) -> Load {
        let srp = SrpClient::new(pool, &password);
        Load {
            servers,
            mail,
            client,
            password,
            srp,
        }
    }

    /// Signs these users in, so many at a time.
    pub async fn sign_in(self: &Rc<Load>, kind: Kind, users: Range<u32>, at_once: usize) -> Outcome {
        let mut devices = Vec::new();
        for number in 0..at_once {
            devices.push(Client::new(Rc::clone(self), kind, number).await?);
        }
        devices::sign_in(devices, users).await?;
        Ok(())
    }
}

/// One connection to each server, on which one person after the other signs in.
struct Client {
    load: Rc<Load>,
    kind: Kind,
    /// The next to be asked is in front.
    servers: VecDeque<Api>,
}

impl Device for Client {
    async fn sign_in(&mut self, user: u32) -> Outcome {
        match self.kind {
            Kind::Password => self.password(user).await,
            Kind::SrpAndCode => self.srp_and_code(user).await,
        }
    }
}

impl Client {
    async fn new(load: Rc<Load>, kind: Kind, number: usize) -> Outcome<Client> {
        let mut servers = VecDeque::new();
        for server in &load.servers {
            servers.push_back(Api::connect(*server).await?);
        }
        // Not everybody begins at the same server.
        let first = number % servers.len().max(1);
        servers.rotate_left(first);
        Ok(Client { load, kind, servers })
    }

    async fn call(&mut self, operation: &'static str, input: &Value) -> Outcome<Value> {
        let server = self.servers.front_mut().ok_or("there is no server")?;
        let answer = server.call(operation, input).await;
        self.servers.rotate_left(1);
        answer
    }

    async fn password(&mut self, user: u32) -> Outcome {
        let parameters = json!({ "USERNAME": name(user), "PASSWORD": self.load.password });
        let answer = self.initiate("USER_PASSWORD_AUTH", parameters).await?;
        expect_tokens(&answer)
    }

    async fn srp_and_code(&mut self, user: u32) -> Outcome {
        let parameters =
            json!({ "USERNAME": name(user), "CHALLENGE_NAME": "SRP_A", "SRP_A": self.load.srp.public_a() });
        let asked = self.initiate("CUSTOM_AUTH", parameters).await?;
        let proof = self.load.srp.responses(&asked["ChallengeParameters"], now()?);
        let asked = self.respond("PASSWORD_VERIFIER", &asked, proof).await?;
        let code = self.code(&format!("{user}@example.com")).await?;
        let answer = json!({ "USERNAME": name(user), "ANSWER": code });
        let answer = self.respond("CUSTOM_CHALLENGE", &asked, answer).await?;
        expect_tokens(&answer)
    }

    async fn initiate(&mut self, flow: &str, parameters: Value) -> Outcome<Value> {
        let input = json!({ "AuthFlow": flow, "ClientId": self.load.client, "AuthParameters": parameters });
        self.call("InitiateAuth", &input).await
    }

    async fn respond(&mut self, challenge: &str, asked: &Value, responses: Value) -> Outcome<Value> {
        let input = json!({
            "ClientId": self.load.client,
            "ChallengeName": challenge,
            "Session": asked["Session"],
            "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", &input).await
    }

    /// The code in the mail to an address: the first six digits in a row.
    async fn code(&self, address: &str) -> Outcome<String> {
        let arrived = self.load.mail.wait_for(|message| message.to == address);
        let message = timeout(PATIENCE, arrived)
            .await
            .map_err(|_| format!("no mail came for {address}"))?;
        let mut numbers = message.text.split(|c: char| !c.is_ascii_digit());
        let code = numbers.find(|digits| digits.len() == CODE_LENGTH);
        Ok(code.ok_or("the mail has no code")?.to_owned())
    }
}

fn name(user: u32) -> String {
    format!("user-{user}")
}

fn expect_tokens(answer: &Value) -> Outcome {
    if answer["AuthenticationResult"]["AccessToken"].is_string() {
        return Ok(());
    }
    Err(format!("no tokens but {}", answer["ChallengeName"]).into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client tells the server its own time"
)]
fn now() -> Outcome<Millis> {
    Ok(Millis(i64::try_from(
        SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis(),
    )?))
}
