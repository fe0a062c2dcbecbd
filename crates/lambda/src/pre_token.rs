//! `2fa-pre-token`: keeps the ledger out of tokens, and tokens from a sign-in that only set a new password. Where clients
//! are listed in `REQUIRE_CODE`, it is also the door that no sign-in without a code passes. Optional.

use std::time::Duration;

use poolhouse_confirm::{
    Facts, LedgerSource, Settings, door_needs_ledger, pre_token_generation, pre_token_generation_behind_code,
};
use poolhouse_outbound::aws::{CallError, Clock};
use poolhouse_text::with_causes;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::Aws;
use crate::counters::{Counters, Wrote};
use crate::edge::{entropy, epoch_s, system_clock};
use crate::failure::Failure;
use crate::ledger::{MOST_ROUNDS, OVERTAKEN};
use crate::log::{Line, Log};
use crate::runtime::{Function, Invocation};
use crate::secrets;
use crate::settings::{Limits, tls};
use crate::vars::{InitError, Vars};

/// The PreTokenGeneration function.
pub struct PreToken {
    settings: Settings,
    counters: Option<Counters>,
    limits: Limits,
    clock: Clock,
    log: Log,
}

impl PreToken {
    /// The function as its environment sets it.
    pub fn from_vars(vars: &Vars, log: Log) -> Result<Self, InitError> {
        Self::new(vars, log, system_clock(), Limits::default())
    }

    /// The function with a clock and limits of the caller's.
    pub fn new(vars: &Vars, log: Log, clock: Clock, limits: Limits) -> Result<Self, InitError> {
        let settings = vars.confirm()?;
        let counters = if settings.door.is_shut() {
            let aws = Aws::from_vars(vars, &tls(), &clock)?;
            let counters = Counters::from_vars(vars, &settings, aws.as_ref(), &clock)?;
            Some(counters.ok_or(InitError::Unusable {
                name: "REQUIRE_CODE",
                why: "it needs COUNTERS_TABLE, where 2fa-verify says whose code was right".to_owned(),
            })?)
        } else {
            None
        };
        Ok(Self {
            settings,
            counters,
            limits,
            clock,
            log,
        })
    }

    /// Checks that the sign-in's code was right, and marks that in the table before it says so.
    async fn behind_code(&self, counters: &Counters, event: &Value) -> Result<Value, Failure> {
        let not_counted = |error: CallError| Failure::not_counted(with_causes(&error));
        let entropy = entropy()?;
        let item = counters.item(event);
        let mut item = item.ok_or_else(|| Failure::neutral("MalformedEvent", "the event names no user"))?;
        for _ in 0..MOST_ROUNDS {
            let by = || Instant::now() + self.limits.pool;
            let text = item.read(by()).await.map_err(not_counted)?;
            let facts = Facts {
                ledger: LedgerSource::Table(text.as_deref()),
                ..Facts::new(epoch_s((self.clock)()), &entropy)
            };
            let admitted = pre_token_generation_behind_code(&self.settings, event, &facts)?;
            let Some(ledger) = &admitted.ledger else {
                return Ok(admitted.event);
            };
            match item.write(ledger, by()).await.map_err(not_counted)? {
                Wrote::Done => return Ok(admitted.event),
                Wrote::Overtaken => {}
            }
        }
        Err(Failure::not_counted(OVERTAKEN))
    }
}

impl Function for PreToken {
    const SECRETS: &[&str] = secrets::KEYS;

    fn limit(&self) -> Duration {
        self.limits.call
    }

    fn overdue(&self) -> Failure {
        Failure::neutral("Overdue", "the call's time was up")
    }

    async fn call(&mut self, event: Value, invocation: &Invocation) -> Result<Value, Failure> {
        let answer = match &self.counters {
            Some(counters) if door_needs_ledger(&self.settings, &event)? => {
                self.behind_code(counters, &event).await?
            }
            _ => pre_token_generation(&self.settings, &event)?,
        };
        self.log
            .info(Line::new("tokens let through").with("requestId", invocation.request_id.as_str()));
        Ok(answer)
    }
}
