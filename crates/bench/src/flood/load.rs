//! Sign-ins by names that nobody has.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use poolhouse_crypto::{Entropy, OsEntropy};
use serde_json::json;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

use crate::api::{Api, Refused};
use crate::pool::Outcome;

/// Callers at a time when capacity is measured: so many that the cores are the limit, and not the grid on which answers leave.
const CALLERS: usize = 256;
/// How long answers are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who floods.
#[derive(Clone)]
pub struct Load {
    server: SocketAddr,
    client: String,
}

impl Load {
    /// Through this app client.
    pub fn new(server: SocketAddr, client: String) -> Load {
        Load { server, client }
    }

    /// As many a second as the machine takes.
    pub async fn capacity(&self, lasting: Duration) -> Outcome<f64> {
        let (start, done) = (Instant::now(), Rc::new(Cell::new(0u64)));
        let callers = LocalSet::new();
        let callings: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (load, done) = (self.clone(), done.clone());
                callers.spawn_local(async move {
                    let mut api = Api::connect(load.server).await?;
                    let mut number = 0u64;
                    while start.elapsed() < lasting {
                        load.call(&mut api, &format!("capacity-{caller}-{number}"))
                            .await?;
                        number += 1;
                        done.set(done.get() + 1);
                    }
                    Outcome::Ok(())
                })
            })
            .collect();
        callers.await;
        for calling in callings {
            calling.await??;
        }
        Ok(done.get() as f64 / start.elapsed().as_secs_f64())
    }

    /// So many a second, at moments that know nothing of each other, whether or not the last ones were answered. Answers
    /// how many.
    pub async fn flood(&self, rate: f64, lasting: Duration) -> Outcome<u64> {
        let tasks = LocalSet::new();
        let sent = tasks.run_until(self.send(rate, lasting)).await?;
        Ok(sent)
    }

    async fn send(&self, rate: f64, lasting: Duration) -> Outcome<u64> {
        let (idle, answered) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0u64)));
        let (start, mut sent) = (Instant::now(), 0u64);
        let mut next = 0.0;
        while next < lasting.as_secs_f64() {
            sleep_until(start + Duration::from_secs_f64(next)).await;
            let (load, idle, answered) = (self.clone(), idle.clone(), answered.clone());
            let name = format!("flood-{sent}");
            tokio::task::spawn_local(async move {
                let kept = idle.borrow_mut().pop();
                let mut api = match kept {
                    Some(api) => api,
                    None => Api::connect(load.server).await?,
                };
                load.call(&mut api, &name).await?;
                idle.borrow_mut().push(api);
                answered.set(answered.get() + 1);
                Outcome::Ok(())
            });
            sent += 1;
            next += gap(rate);
        }
        let end = Instant::now() + PATIENCE;
        while answered.get() < sent {
            if Instant::now() > end {
                return Err(format!("{} of {sent} sign-ins were not answered", sent - answered.get()).into());
            }
            sleep_until(Instant::now() + Duration::from_millis(10)).await;
        }
        Ok(sent)
    }

    async fn call(&self, api: &mut Api, name: &str) -> Outcome {
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.client,
            "AuthParameters": { "USERNAME": name, "PASSWORD": "Wrong-Horse-9!" },
        });
        match api.call("InitiateAuth", &input).await {
            Ok(answer) => Err(format!("{name} was answered {answer}").into()),
            Err(error) if error.is::<Refused>() => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Seconds until the next of events that come so often a second and know nothing of each other.
fn gap(rate: f64) -> f64 {
    let mut random = [0; 4];
    OsEntropy.fill(&mut random);
    let uniform = (f64::from(u32::from_le_bytes(random)) + 1.0) / (f64::from(u32::MAX) + 1.0);
    -uniform.ln() / rate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_as_long_as_the_rate_says_on_average() {
        let sum: f64 = (0..40_000).map(|_| gap(4_000.0)).sum();
        assert!((9.0..11.0).contains(&sum), "{sum}");
    }
}
