//! What hosted login costs a running server beside the API: the same people sign in by their password, by one and by the other.
//!
//! Each measurement is of the server's CPU time, one at a time. What a browser does for itself costs nothing here.

mod browser;

use std::fmt;
use std::net::SocketAddr;

use clap::Args;
use serde_json::{Value, json};

use crate::api::Api;
use crate::cpu;
use crate::pool::Outcome;
use browser::Browser;

/// What authorization and redemption may cost beside a sign-in of the API, in milliseconds.
const LIMIT_MS: f64 = 0.3;

/// What `cargo xtask bench hosted` has prepared. The users are `user-0`, `user-1`, …, all with one password.
#[derive(Args)]
pub struct Arguments {
    /// Where the server listens
    #[arg(long)]
    server: SocketAddr,
    /// The server's process
    #[arg(long)]
    pid: u32,
    /// The pool's domain
    #[arg(long)]
    domain: String,
    /// An app client that allows USER_PASSWORD_AUTH and the code flow
    #[arg(long)]
    client: String,
    /// The users' password
    #[arg(long)]
    password: String,
    /// Measured sign-ins of each kind
    #[arg(long)]
    rounds: u32,
    /// Sign-ins of each kind before the measurement
    #[arg(long)]
    warm_up: u32,
}

/// The server's CPU time of each way, in milliseconds.
pub struct Report {
    rounds: u32,
    /// `InitiateAuth`: one request.
    api_ms: f64,
    /// A browser that is signed in: authorization and redemption.
    again_ms: f64,
    /// The whole page: authorization, page, form, redemption.
    page_ms: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { rounds, .. } = self;
        writeln!(
            f,
            "CPU time of the server's process for each of {rounds} sign-ins, one at a time, all threads"
        )?;
        for (name, ms) in [
            ("password by the API", self.api_ms),
            ("browser that is signed in, and the code's tokens", self.again_ms),
            ("password on the page, and the code's tokens", self.page_ms),
        ] {
            writeln!(f, "{name:<50} {ms:>6.2} ms")?;
        }
        let beside = self.page_ms - self.api_ms;
        let verdict = if beside <= LIMIT_MS { "kept" } else { "MISSED" };
        write!(
            f,
            "{:<50} {beside:>6.2} ms, limit {LIMIT_MS:.2} ms  {verdict}",
            "the page beside the API"
        )
    }
}

/// Measures.
///
/// # Errors
/// If the server answers something else.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let Arguments {
        server,
        pid,
        ref domain,
        ref client,
        ref password,
        rounds,
        warm_up,
    } = arguments;
    let mut api = Api::connect(server).await?;
    let mut browser = Browser::connect(server, domain, client).await?;
    let mut costs = [0.0; 3];
    for (count, is_measured) in [(warm_up, false), (rounds, true)] {
        for (way, cost) in costs.iter_mut().enumerate() {
            if way == 1 {
                browser.forget();
                browser.page("user-0", password).await?;
            }
            let before = cpu::of_process(pid)?;
            for user in 0..count {
                let name = format!("user-{user}");
                match way {
                    0 => by_api(&mut api, client, &name, password).await?,
                    1 => browser.again().await?,
                    _ => {
                        browser.forget();
                        browser.page(&name, password).await?;
                    }
                }
            }
            if is_measured {
                let took = cpu::of_process(pid)? - before;
                *cost = took.as_secs_f64() * 1000.0 / f64::from(rounds);
            }
        }
    }
    let [api_ms, again_ms, page_ms] = costs;
    Ok(Report {
        rounds,
        api_ms,
        again_ms,
        page_ms,
    })
}

async fn by_api(api: &mut Api, client: &str, name: &str, password: &str) -> Outcome {
    let parameters = json!({ "USERNAME": name, "PASSWORD": password });
    let input = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": parameters });
    let answer: Value = api.call("InitiateAuth", &input).await?;
    match answer["AuthenticationResult"]["AccessToken"].is_string() {
        true => Ok(()),
        false => Err(format!("no tokens but {}", answer["ChallengeName"]).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_for_what_the_page_costs_beside_the_api() {
        let report = |page_ms: f64| {
            let report = Report {
                rounds: 500,
                api_ms: 1.0,
                again_ms: 0.9,
                page_ms,
            };
            report.to_string()
        };
        assert!(report(1.29).ends_with("0.29 ms, limit 0.30 ms  kept"));
        assert!(report(1.5).ends_with("0.50 ms, limit 0.30 ms  MISSED"));
    }
}
