//! The two kinds of sign-in.

use std::error::Error;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use poolhouse_mail::inbox::Inbox;
use poolhouse_pool::base::clock::Millis;
use poolhouse_testkit::srp::SrpClient;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::api::Api;

/// A mail that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(10);
const CODE_LENGTH: usize = 6;

/// Everybody who signs in, one after the other.
pub struct Load {
    api: Api,
    mail: Inbox,
    client: String,
    password: String,
    srp: SrpClient,
}

impl Load {
    /// Connects to the server.
    pub async fn new(
        server: SocketAddr,
        mail: Inbox,
        pool: String,
        client: String,
        password: String,
    ) -> Result<Load, Box<dyn Error + Send + Sync>> {
        let srp = SrpClient::new(&pool, &password);
        Ok(Load {
            api: Api::connect(server).await?,
            mail,
            client,
            password,
            srp,
        })
    }

    /// USER_PASSWORD_AUTH.
    pub async fn password(&mut self, user: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
        let parameters = json!({ "USERNAME": name(user), "PASSWORD": self.password });
        let answer = self.initiate("USER_PASSWORD_AUTH", parameters).await?;
        expect_tokens(&answer)
    }

    /// CUSTOM_AUTH with SRP_A, then the code from the mail.
    pub async fn srp_and_code(&mut self, user: u32) -> Result<(), Box<dyn Error + Send + Sync>> {
        let parameters =
            json!({ "USERNAME": name(user), "CHALLENGE_NAME": "SRP_A", "SRP_A": self.srp.public_a() });
        let asked = self.initiate("CUSTOM_AUTH", parameters).await?;
        let proof = self.srp.responses(&asked["ChallengeParameters"], now()?);
        let asked = self.respond("PASSWORD_VERIFIER", &asked, proof).await?;
        let code = self.code(&format!("{user}@example.com")).await?;
        let answer = json!({ "USERNAME": name(user), "ANSWER": code });
        let answer = self.respond("CUSTOM_CHALLENGE", &asked, answer).await?;
        expect_tokens(&answer)
    }

    async fn initiate(
        &mut self,
        flow: &str,
        parameters: Value,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let input = json!({ "AuthFlow": flow, "ClientId": self.client, "AuthParameters": parameters });
        self.api.call("InitiateAuth", &input).await
    }

    async fn respond(
        &mut self,
        challenge: &str,
        asked: &Value,
        responses: Value,
    ) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let input = json!({
            "ClientId": self.client,
            "ChallengeName": challenge,
            "Session": asked["Session"],
            "ChallengeResponses": responses,
        });
        self.api.call("RespondToAuthChallenge", &input).await
    }

    /// The code in the mail to an address: the first six digits in a row.
    async fn code(&self, address: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
        let arrived = self.mail.wait_for(|message| message.to == address);
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

fn expect_tokens(answer: &Value) -> Result<(), Box<dyn Error + Send + Sync>> {
    if answer["AuthenticationResult"]["AccessToken"].is_string() {
        return Ok(());
    }
    Err(format!("no tokens but {}", answer["ChallengeName"]).into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client tells the server its own time"
)]
fn now() -> Result<Millis, Box<dyn Error + Send + Sync>> {
    Ok(Millis(i64::try_from(
        SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis(),
    )?))
}
