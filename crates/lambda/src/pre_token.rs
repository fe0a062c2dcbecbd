//! `2fa-pre-token`: keeps the ledger out of tokens, and tokens from a sign-in that only set a new password. Optional.

use std::time::Duration;

use poolhouse_confirm::{Settings, pre_token_generation};
use serde_json::Value;

use crate::failure::Failure;
use crate::log::{Line, Log};
use crate::runtime::{Function, Invocation};
use crate::secrets;
use crate::settings::{InitError, Limits, Vars};

/// The PreTokenGeneration function: nothing but a decision, as [`Define`](crate::Define) is.
pub struct PreToken {
    settings: Settings,
    limits: Limits,
    log: Log,
}

impl PreToken {
    /// The function as its environment sets it.
    pub fn from_vars(vars: &Vars, log: Log) -> Result<Self, InitError> {
        Self::new(vars, log, Limits::default())
    }

    /// The function with limits of the caller's.
    pub fn new(vars: &Vars, log: Log, limits: Limits) -> Result<Self, InitError> {
        Ok(Self {
            settings: vars.confirm()?,
            limits,
            log,
        })
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
        let answer = pre_token_generation(&self.settings, &event)?;
        self.log
            .info(Line::new("tokens let through").with("requestId", invocation.request_id.as_str()));
        Ok(answer)
    }
}
