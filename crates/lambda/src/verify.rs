//! `2fa-verify`: says whether an answer is the code.

use std::time::Duration;

use poolhouse_confirm::{Facts, Settings, Verified, verify};
use poolhouse_outbound::aws::Clock;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::{Aws, Kind};
use crate::edge::{entropy, epoch_s, system_clock};
use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::pool::UserPools;
use crate::runtime::{Function, Invocation, millis};
use crate::secrets;
use crate::settings::{InitError, Limits, Vars, tls};

/// The Verify function. A wrong code is written into the ledger before the answer is given: count first, say second.
pub struct Verify {
    settings: Settings,
    pools: Option<UserPools>,
    limits: Limits,
    clock: Clock,
    log: Log,
}

impl Verify {
    /// The function as its environment sets it.
    pub fn from_vars(vars: &Vars, log: Log) -> Result<Self, InitError> {
        Self::new(vars, log, system_clock(), Limits::default())
    }

    /// The function with a clock and limits of the caller's.
    pub fn new(vars: &Vars, log: Log, clock: Clock, limits: Limits) -> Result<Self, InitError> {
        let aws = Aws::from_vars(vars, &tls(), &clock)?;
        let pools = aws.as_ref().map(|aws| aws.service(Kind::UserPools, None));
        Ok(Self {
            settings: vars.confirm()?,
            pools: pools.transpose()?.map(UserPools::new),
            limits,
            clock,
            log,
        })
    }

    /// What became of the new ledger text. An answer is given without it.
    async fn keep(&self, event: &Value, verified: &Verified) -> &'static str {
        let Some(ledger) = &verified.ledger else {
            return "unchanged";
        };
        let account = self
            .pools
            .as_ref()
            .and_then(|pools| pools.account(event, &self.settings.attribute));
        let Some(mut account) = account else {
            return "not kept: no credentials";
        };
        match account.write(ledger, Instant::now() + self.limits.pool).await {
            Ok(()) => "written",
            Err(error) => {
                self.log
                    .warn(Line::new("the ledger was not written; the answer is given").caused_by(&error));
                "not written"
            }
        }
    }
}

impl Function for Verify {
    const SECRETS: &[&str] = secrets::KEYS;

    fn limit(&self) -> Duration {
        self.limits.call
    }

    fn overdue(&self) -> Failure {
        Failure::neutral("Overdue", "the call's time was up")
    }

    async fn call(&mut self, event: Value, invocation: &Invocation) -> Result<Value, Failure> {
        let started = Instant::now();
        let entropy = entropy()?;
        let verified = verify(
            &self.settings,
            &event,
            &Facts::new(epoch_s((self.clock)()), &entropy),
        )?;
        let kept = self.keep(&event, &verified).await;
        self.log.info(
            Line::new("answer verified")
                .with("requestId", invocation.request_id.as_str())
                .with("outcome", format!("{:?}", verified.outcome))
                .with("ledger", kept)
                .warnings(&verified.warnings)
                .with("ms", millis(started.elapsed())),
        );
        Ok(verified.event)
    }
}
