//! What hosted login costs a running server beside the API: the same people sign in by their password, by one and by the other.
//!
//! Each measurement is of the server's CPU time. What a browser does for itself costs nothing here.

mod browser;

use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;

use clap::Args;
use serde_json::{Value, json};

use crate::api::Api;
use crate::cpu;
use crate::devices::{self, Device};
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

/// How many sign in at a time: nobody else, and enough that there is always something to do.
const AT_ONCE: [usize; 2] = [1, 16];

/// How somebody gets tokens.
#[derive(Clone, Copy)]
enum Way {
    /// `InitiateAuth`: one request.
    Api,
    /// A browser that is signed in: authorization and redemption.
    Again,
    /// The whole page: authorization, page, form, redemption.
    Page,
}

impl Way {
    const ALL: [Way; 3] = [Way::Api, Way::Again, Way::Page];

    fn name(self) -> &'static str {
        match self {
            Way::Api => "password by the API",
            Way::Again => "browser that is signed in, and the code's tokens",
            Way::Page => "password on the page, and the code's tokens",
        }
    }
}

/// The server's CPU time of each way, in milliseconds, one at a time and many.
pub struct Report {
    rounds: u32,
    costs: [[f64; AT_ONCE.len()]; Way::ALL.len()],
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { rounds, costs } = self;
        writeln!(
            f,
            "CPU time of the server's process for each of {rounds} sign-ins, all threads: one at a time, and {} at once",
            AT_ONCE[1]
        )?;
        for (way, [one, many]) in Way::ALL.iter().zip(costs) {
            writeln!(f, "{:<50} {one:>6.2} ms {many:>6.2} ms", way.name())?;
        }
        let [api, _, page] = costs;
        let [one, many] = [page[0] - api[0], page[1] - api[1]];
        let verdict = if one.max(many) <= LIMIT_MS {
            "kept"
        } else {
            "MISSED"
        };
        write!(
            f,
            "{:<50} {one:>6.2} ms {many:>6.2} ms, limit {LIMIT_MS:.2} ms  {verdict}",
            "the page beside the API"
        )
    }
}

/// Measures.
///
/// # Errors
/// If the server answers something else.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let (pid, rounds, warm_up) = (arguments.pid, arguments.rounds, arguments.warm_up);
    let load = Rc::new(arguments);
    let mut costs = [[0.0; AT_ONCE.len()]; Way::ALL.len()];
    for (way, costs) in Way::ALL.into_iter().zip(&mut costs) {
        for (at_once, cost) in AT_ONCE.into_iter().zip(costs) {
            let mut people = Vec::new();
            for number in 0..at_once {
                people.push(Person::new(Rc::clone(&load), way, number).await?);
            }
            people = devices::sign_in(people, 0..warm_up).await?;
            let before = cpu::of_process(pid)?;
            devices::sign_in(people, 0..rounds).await?;
            let took = cpu::of_process(pid)? - before;
            *cost = took.as_secs_f64() * 1000.0 / f64::from(rounds);
        }
    }
    Ok(Report { rounds, costs })
}

/// One connection, by which one user after the other signs in.
struct Person {
    load: Rc<Arguments>,
    way: Way,
    api: Api,
    browser: Browser,
}

impl Person {
    async fn new(load: Rc<Arguments>, way: Way, number: usize) -> Outcome<Person> {
        let api = Api::connect(load.server).await?;
        let mut browser = Browser::connect(load.server, &load.domain, &load.client).await?;
        if matches!(way, Way::Again) {
            browser.page(&format!("user-{number}"), &load.password).await?;
        }
        Ok(Person {
            load,
            way,
            api,
            browser,
        })
    }
}

impl Device for Person {
    async fn sign_in(&mut self, user: u32) -> Outcome {
        let name = &format!("user-{user}");
        let Arguments { client, password, .. } = &*self.load;
        match self.way {
            Way::Api => by_api(&mut self.api, client, name, password).await,
            Way::Again => self.browser.again().await,
            Way::Page => {
                self.browser.forget();
                self.browser.page(name, password).await
            }
        }
    }
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
        let report = |one: f64, many: f64| {
            let report = Report {
                rounds: 500,
                costs: [[1.2, 1.0], [9.9, 9.9], [one, many]],
            };
            report.to_string()
        };
        assert!(report(1.49, 1.29).ends_with("0.29 ms   0.29 ms, limit 0.30 ms  kept"));
        assert!(report(1.49, 1.5).ends_with("0.29 ms   0.50 ms, limit 0.30 ms  MISSED"));
        assert!(report(1.7, 1.29).ends_with("0.50 ms   0.29 ms, limit 0.30 ms  MISSED"));
    }
}
