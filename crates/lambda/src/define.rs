//! `2fa-define`: says what comes next in a sign-in.

use std::time::Duration;

use poolhouse_confirm::{Decision, Facts, LedgerSource, Settings, define};
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
use crate::settings::{InitError, Limits, Vars, tls};

/// Where the event has the token of a trusted device.
const DEVICE_TOKEN: &str = "/request/clientMetadata/deviceToken";

/// The Define function: nothing but a decision. It calls nobody, except where a device is to be looked up in the table of
/// counters.
pub struct Define {
    settings: Settings,
    /// Where trusted devices are, if not in the event's copy of the attribute.
    devices: Option<Counters>,
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
        let devices = Counters::from_vars(vars, &settings, aws.as_ref(), &clock)?;
        Ok(Self {
            devices: devices.filter(|_| settings.trusted_device_days > 0),
            settings,
            limits,
            clock,
            log,
        })
    }

    /// The ledger in the table, if the event brings a device's token and there is one. Where it cannot be read, no device
    /// is trusted.
    async fn ledger(&self, counters: &Counters, event: &Value) -> Option<String> {
        event.pointer(DEVICE_TOKEN)?;
        let mut item = counters.item(event)?;
        match item.read(Instant::now() + self.limits.pool).await {
            Ok(text) => text,
            Err(error) => {
                self.log
                    .warn(Line::new("the table was not read; no device is trusted").caused_by(&error));
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
        if let Some(counters) = &self.devices {
            ledger = self.ledger(counters, &event).await;
            facts.ledger = LedgerSource::Fresh(ledger.as_deref());
        }
        let defined = define(&self.settings, &event, &facts)?;
        let line = Line::new("decided").with("requestId", invocation.request_id.as_str());
        let line = line.with("decision", format!("{:?}", defined.decision));
        match defined.decision {
            Decision::Fail(_) => self.log.warn(line),
            Decision::AskPassword | Decision::AskCode | Decision::Tokens => self.log.info(line),
        }
        Ok(defined.event)
    }
}
