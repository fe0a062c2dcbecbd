//! `2fa-define`: says what comes next in a sign-in.

use std::time::Duration;

use poolhouse_confirm::{Decision, Facts, LedgerSource, Settings, answered, define, define_needs_ledger};
use poolhouse_outbound::aws::Clock;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::Aws;
use crate::counters::Counters;
use crate::edge::{entropy, epoch_s, system_clock};
use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::runtime::{Function, Invocation};
use crate::secrets;
use crate::settings::{Limits, tls};
use crate::vars::{InitError, Vars};

/// The Define function: nothing but a decision. It calls nobody, except where the table of counters knows what the event
/// does not say: whether an answer was an attempt, and whether a device is trusted.
pub struct Define {
    settings: Settings,
    counters: Option<Counters>,
    limits: Limits,
    clock: Clock,
    log: Log,
}

impl Define {
    /// The function as its environment sets it.
    pub fn from_vars(vars: &Vars, log: Log) -> Result<Self, InitError> {
        Self::new(vars, log, system_clock(), Limits::default())
    }

    /// The function with a clock and limits of the caller's.
    pub fn new(vars: &Vars, log: Log, clock: Clock, limits: Limits) -> Result<Self, InitError> {
        let settings = vars.confirm()?;
        let aws = Aws::from_vars(vars, &tls(), &clock)?;
        Ok(Self {
            counters: Counters::from_vars(vars, &settings, aws.as_ref(), &clock)?,
            settings,
            limits,
            clock,
            log,
        })
    }

    /// The ledger in the table. Where it cannot be read, no device is trusted, and every answer that may have been an
    /// attempt counts as one.
    async fn ledger(&self, counters: &Counters, event: &Value) -> Option<Option<String>> {
        let mut item = counters.item(event)?;
        match item.read(Instant::now() + self.limits.pool).await {
            Ok(text) => Some(text),
            Err(error) => {
                self.log.warn(
                    Line::new("the table was not read; no device is trusted, and every answer counts")
                        .caused_by(&error),
                );
                None
            }
        }
    }
}

impl Function for Define {
    const SECRETS: &[&str] = secrets::KEYS;

    fn limit(&self) -> Duration {
        self.limits.call
    }

    fn overdue(&self) -> Failure {
        Failure::neutral("Overdue", "the call's time was up")
    }

    async fn call(&mut self, event: Value, invocation: &Invocation) -> Result<Value, Failure> {
        let entropy = entropy()?;
        let mut facts = Facts::new(epoch_s((self.clock)()), &entropy);
        let ledger;
        if let Some(counters) = &self.counters
            && define_needs_ledger(&self.settings, &event)
        {
            ledger = self.ledger(counters, &event).await;
            facts.ledger = match &ledger {
                Some(text) => LedgerSource::Table(text.as_deref()),
                // The attribute is not in use beside a table.
                None => LedgerSource::Fresh(None),
            };
        }
        let defined = define(&self.settings, &event, &facts)?;
        let line = Line::new("decided")
            .with("requestId", invocation.request_id.as_str())
            .warnings(&defined.warnings);
        match defined.decision {
            Decision::Fail(why) => {
                let line = line.with("decision", format!("Fail({why:?})"));
                self.log.warn(line.with("rule", why.rule()));
            }
            decision => self.log.info(line.with("decision", format!("{decision:?}"))),
        }
        Ok(answered(event, defined.response))
    }
}
