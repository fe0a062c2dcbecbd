//! `2fa-verify`: says whether an answer is the code.

use std::time::Duration;

use poolhouse_confirm::{Facts, Outcome, Settings, Verified, answered, verify};
use poolhouse_outbound::aws::{CallError, Clock};
use poolhouse_text::with_causes;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::Aws;
use crate::counters::Wrote;
use crate::edge::{entropy, epoch_s, system_clock};
use crate::failure::Failure;
use crate::ledger::{Held, Keeper, MOST_ROUNDS, OVERTAKEN};
use crate::log::{Line, Log};
use crate::mailer::Mailer;
use crate::runtime::{Function, Invocation, millis};
use crate::secrets;
use crate::settings::{Limits, MailSettings, tls};
use crate::vars::{InitError, Vars};

/// What a call keeps at its end for saying how it ended.
const CLOSING: Duration = Duration::from_millis(100);

/// The Verify function. What an answer was is written into the ledger before it is said: count first, say second.
pub struct Verify {
    settings: Settings,
    /// For notices, where the environment says how mail leaves.
    mailer: Option<Mailer>,
    keeper: Option<Keeper>,
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
        let tls = tls();
        let aws = Aws::from_vars(vars, &tls, &clock)?;
        let mut settings = vars.confirm()?;
        settings.notices_from_verify = MailSettings::are_in(vars);
        let mailer = if settings.notices_from_verify {
            Some(Mailer::new(MailSettings::from_vars(vars, aws.as_ref(), &tls)?))
        } else {
            None
        };
        Ok(Self {
            mailer,
            keeper: Keeper::from_vars(vars, &settings, aws.as_ref(), &clock)?,
            settings,
            limits,
            clock,
            log,
        })
    }

    /// Judges the answer over the ledger in the attribute, and counts it there if that is possible. An answer is given
    /// without it.
    async fn judge(
        &self,
        event: &Value,
        held: Option<Held<'_>>,
    ) -> Result<(Verified, &'static str), Failure> {
        let entropy = entropy()?;
        let facts = self.facts(&entropy);
        let mut verified = verify(&self.settings, event, &facts)?;
        if verified.ledger.is_none() {
            return Ok((verified, "unchanged"));
        }
        let Some(mut held) = held else {
            return Ok((verified, "not kept: no credentials"));
        };
        // The event's copy may be older than what another sign-in, which shares the code, has written.
        match held.read(Instant::now() + self.limits.pool).await {
            Ok(text) => {
                let ledger = held.source(text.as_deref());
                verified = verify(&self.settings, event, &Facts { ledger, ..facts })?;
            }
            Err(error) => self
                .log
                .warn(Line::new("the ledger was not read fresh; the event's copy is used").caused_by(&error)),
        }
        let Some(ledger) = &verified.ledger else {
            return Ok((verified, "unchanged"));
        };
        let kept = match held.write(ledger, Instant::now() + self.limits.pool).await {
            Ok(_) => "written",
            Err(error) => {
                self.log
                    .warn(Line::new("the ledger was not written; the answer is given").caused_by(&error));
                "not written"
            }
        };
        Ok((verified, kept))
    }

    /// Judges the answer over the ledger in the table, and says so only once that is counted there over nothing but what
    /// was read: of parallel answers, each is judged over all before it. A right one counts too, or it would slip past
    /// the lock that the wrong ones beside it make.
    async fn judge_exactly(
        &self,
        event: &Value,
        mut held: Held<'_>,
    ) -> Result<(Verified, &'static str), Failure> {
        let not_counted = |error: CallError| Failure::not_counted(with_causes(&error));
        let entropy = entropy()?;
        for _ in 0..MOST_ROUNDS {
            let by = || Instant::now() + self.limits.pool;
            let text = held.read(by()).await.map_err(not_counted)?;
            let facts = Facts {
                ledger: held.source(text.as_deref()),
                ..self.facts(&entropy)
            };
            let verified = verify(&self.settings, event, &facts)?;
            let new = match (&verified.ledger, verified.outcome) {
                (Some(ledger), _) => ledger.as_str(),
                (None, Outcome::Right) => text.as_deref().unwrap_or_default(),
                (None, Outcome::UnknownUser) => {
                    held.rehearse(by()).await.map_err(not_counted)?;
                    return Ok((verified, "unchanged"));
                }
                (None, _) => return Ok((verified, "unchanged")),
            };
            match held.write(new, by()).await.map_err(not_counted)? {
                Wrote::Done => return Ok((verified, "written")),
                Wrote::Overtaken => {}
            }
        }
        Err(Failure::not_counted(OVERTAKEN))
    }

    fn facts<'a>(&self, entropy: &'a [u8; 32]) -> Facts<'a> {
        Facts::new(epoch_s((self.clock)()), entropy)
    }
}

impl Function for Verify {
    const SECRETS: &[&str] = secrets::KEYS_AND_MAIL;

    fn limit(&self) -> Duration {
        self.limits.call
    }

    fn overdue(&self) -> Failure {
        Failure::neutral("Overdue", "the call's time was up")
    }

    async fn call(&mut self, event: Value, invocation: &Invocation) -> Result<Value, Failure> {
        let started = Instant::now();
        let held = self
            .keeper
            .as_ref()
            .and_then(|keeper| keeper.ledger_of(&event, &self.settings));
        let (verified, kept) = match held {
            Some(held) if held.is_exact() => self.judge_exactly(&event, held).await?,
            held => self.judge(&event, held).await?,
        };
        if let (Some(mailer), Some(notice)) = (&self.mailer, &verified.notice) {
            let by = invocation
                .deadline
                .checked_sub(CLOSING)
                .unwrap_or(invocation.deadline);
            mailer
                .notify(notice, (self.clock)().as_secs(), by, &self.log)
                .await;
        }
        self.log.info(
            Line::new("answer verified")
                .with("requestId", invocation.request_id.as_str())
                .with("outcome", format!("{:?}", verified.outcome))
                .with("ledger", kept)
                .warnings(&verified.warnings)
                .with("ms", millis(started.elapsed())),
        );
        Ok(answered(event, verified.response))
    }
}
