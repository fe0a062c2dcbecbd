//! `2fa-define`: says what comes next in a sign-in.

use std::time::Duration;

use poolhouse_confirm::{Decision, Facts, Settings, define};
use poolhouse_outbound::aws::Clock;
use serde_json::Value;

use crate::edge::{entropy, epoch_s, system_clock};
use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::runtime::{Function, Invocation};
use crate::secrets;
use crate::settings::{InitError, Limits, Vars};

/// The Define function: nothing but a decision.
pub struct Define {
    settings: Settings,
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
        Ok(Self {
            settings: vars.confirm()?,
            limits,
            clock,
            log,
        })
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
        let defined = define(
            &self.settings,
            &event,
            &Facts::new(epoch_s((self.clock)()), &entropy),
        )?;
        let line = Line::new("decided").with("requestId", invocation.request_id.as_str());
        let line = line.with("decision", format!("{:?}", defined.decision));
        match defined.decision {
            Decision::Fail(_) => self.log.warn(line),
            Decision::AskPassword | Decision::AskCode | Decision::Tokens => self.log.info(line),
        }
        Ok(defined.event)
    }
}
