//! `2fa-post-confirmation`: a new password, confirmed by the mailbox, opens what wrong codes have locked. Optional.

use std::time::Duration;

use poolhouse_confirm::{Cleared, Facts, Settings, is_new_password, post_confirmation};
use poolhouse_outbound::aws::Clock;
use poolhouse_text::with_causes;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::Aws;
use crate::counters::Wrote;
use crate::edge::{entropy, epoch_s, system_clock};
use crate::failure::Failure;
use crate::ledger::{Held, Keeper, MOST_ROUNDS, OVERTAKEN};
use crate::log::{Line, Log};
use crate::runtime::{Function, Invocation};
use crate::secrets;
use crate::settings::{Limits, tls};
use crate::vars::{InitError, Vars};

/// The PostConfirmation function. The password is new by the time it is asked, so it never fails: what it could not clear
/// is in the log, and stays locked.
pub struct PostConfirmation {
    settings: Settings,
    keeper: Option<Keeper>,
    limits: Limits,
    clock: Clock,
    log: Log,
}

impl PostConfirmation {
    /// The function as its environment sets it.
    pub fn from_vars(vars: &Vars, log: Log) -> Result<Self, InitError> {
        Self::new(vars, log, system_clock(), Limits::default())
    }

    /// The function with a clock and limits of the caller's.
    pub fn new(vars: &Vars, log: Log, clock: Clock, limits: Limits) -> Result<Self, InitError> {
        let aws = Aws::from_vars(vars, &tls(), &clock)?;
        let settings = vars.confirm()?;
        Ok(Self {
            keeper: Keeper::from_vars(vars, &settings, aws.as_ref(), &clock)?,
            settings,
            limits,
            clock,
            log,
        })
    }

    /// Clears the ledger. The text says what became of it.
    async fn clear(&self, event: &Value, mut held: Held<'_>) -> Result<&'static str, Failure> {
        let failed = |error: poolhouse_outbound::aws::CallError| Failure::not_counted(with_causes(&error));
        let entropy = entropy()?;
        for _ in 0..MOST_ROUNDS {
            let by = || Instant::now() + self.limits.pool;
            let text = held.read(by()).await.map_err(failed)?;
            let facts = Facts {
                ledger: held.source(text.as_deref()),
                ..Facts::new(epoch_s((self.clock)()), &entropy)
            };
            let Cleared {
                ledger: Some(ledger), ..
            } = post_confirmation(&self.settings, event, &facts)?
            else {
                return Ok("unchanged");
            };
            match held.write(&ledger, by()).await.map_err(failed)? {
                Wrote::Done => return Ok("written"),
                Wrote::Overtaken => {}
            }
        }
        Err(Failure::not_counted(OVERTAKEN))
    }
}

impl Function for PostConfirmation {
    const SECRETS: &[&str] = secrets::KEYS;

    fn limit(&self) -> Duration {
        self.limits.call
    }

    fn overdue(&self) -> Failure {
        Failure::neutral("Overdue", "the call's time was up")
    }

    async fn call(&mut self, event: Value, invocation: &Invocation) -> Result<Value, Failure> {
        let entropy = entropy()?;
        let facts = Facts::new(epoch_s((self.clock)()), &entropy);
        let Cleared { event, warnings, .. } = post_confirmation(&self.settings, &event, &facts)?;
        let line = Line::new("confirmed")
            .with("requestId", invocation.request_id.as_str())
            .warnings(&warnings);
        let keeper = self.keeper.as_ref().filter(|_| self.settings.keys.is_some());
        let held = keeper.and_then(|keeper| keeper.ledger_of(&event, &self.settings));
        match held.filter(|_| is_new_password(&event)) {
            None => self.log.info(line.with("ledger", "unchanged")),
            Some(held) => match self.clear(&event, held).await {
                Ok(kept) => self.log.info(line.with("ledger", kept)),
                Err(failure) => self.log.error(
                    line.with("ledger", "not written")
                        .with("errorType", "NotCleared")
                        .with("reason", failure.reason.as_ref()),
                ),
            },
        }
        Ok(event)
    }
}
