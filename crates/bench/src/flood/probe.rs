//! Right sign-ins beside the flood, and how long they take.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::api::Api;
use crate::pool::Outcome;

/// From one sign-in to the next.
const PAUSE: Duration = Duration::from_millis(20);

/// A user who signs in again and again.
pub struct Probe {
    server: SocketAddr,
    client: String,
    username: String,
    password: String,
}

/// How long they took, in milliseconds.
pub struct Latency {
    count: usize,
    median_ms: f64,
    /// The 99th percentile.
    pub p99_ms: f64,
}

impl Probe {
    /// The user's sign-ins by this app client.
    pub fn new(server: SocketAddr, client: String, username: String, password: String) -> Probe {
        Probe {
            server,
            client,
            username,
            password,
        }
    }

    /// Signs in by password, one after another with a pause.
    pub async fn sign_ins(&self, lasting: Duration) -> Outcome<Latency> {
        let mut api = Api::connect(self.server).await?;
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "USERNAME": self.username, "PASSWORD": self.password },
        });
        let (start, mut times) = (Instant::now(), Vec::new());
        while start.elapsed() < lasting {
            let begun = Instant::now();
            api.call("InitiateAuth", &input).await?;
            times.push(begun.elapsed());
            sleep(PAUSE).await;
        }
        Ok(Latency::of(times))
    }
}

impl Latency {
    fn of(mut times: Vec<Duration>) -> Latency {
        times.sort();
        let at = |percent: usize| {
            let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Latency {
            count: times.len(),
            median_ms: at(50),
            p99_ms: at(99),
        }
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Latency {
            count,
            median_ms,
            p99_ms,
        } = self;
        write!(
            f,
            "median {median_ms:.1} ms, 99th percentile {p99_ms:.1} ms, of {count}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_percentile_is_the_slowest_but_one_of_a_hundred_and_one() {
        let latency = Latency::of((0..=100).rev().map(Duration::from_millis).collect());
        assert_eq!(
            latency.to_string(),
            "median 50.0 ms, 99th percentile 99.0 ms, of 101"
        );
    }
}
