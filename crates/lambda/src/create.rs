//! `2fa-create`: makes a code challenge and mails its code.

use std::time::Duration;

use poolhouse_confirm::{CodeMail, Created, Facts, LedgerSource, Recent, Settings, Templates, create};
use poolhouse_mail::{Class, SendError};
use poolhouse_outbound::aws::Clock;
use poolhouse_text::with_causes;
use serde_json::Value;
use tokio::time::Instant;

use crate::aws::Aws;
use crate::counters::Wrote;
use crate::edge::{entropy, epoch_s, read_file, system_clock};
use crate::failure::Failure;
use crate::ledger::{Held, Keeper, MOST_ROUNDS, OVERTAKEN};
use crate::log::{Line, Log};
use crate::mailer::{Delivery, Mailer, Schedule};
use crate::runtime::{Function, Invocation, millis};
use crate::secrets;
use crate::settings::{InitError, Limits, MailSettings, Vars, tls};

/// What a call keeps at its end for saying how it ended.
const CLOSING: Duration = Duration::from_millis(100);

/// The Create function.
///
/// The order of its work is what makes a repeated event harmless. The ledger is read fresh, because the event's copy is
/// older than a first delivery of the same event. It is written before the mail leaves, so that a second delivery finds
/// the first one in it and mails the same code. While it is written, the relay is already greeted.
pub struct Create {
    settings: Settings,
    mailer: Mailer,
    keeper: Option<Keeper>,
    recent: Recent,
    limits: Limits,
    clock: Clock,
    log: Log,
}

/// A challenge, and the ledger text it was made over if that was read fresh.
struct Made {
    created: Created,
    before: Option<String>,
}

/// What became of the new ledger text.
enum Kept {
    Unchanged,
    NoCredentials,
    NotWritten,
    /// Not written either: somebody else has counted since it was read, and the challenge must be made again.
    Overtaken,
    /// Written over this text, if that is known.
    Written(Option<String>),
}

impl Kept {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::NoCredentials => "not kept: no credentials",
            Self::NotWritten => "not written",
            Self::Overtaken => "overtaken",
            Self::Written(_) => "written",
        }
    }
}

impl Function for Create {
    const SECRETS: &[&str] = secrets::KEYS_AND_MAIL;

    fn limit(&self) -> Duration {
        self.limits.call
    }

    fn overdue(&self) -> Failure {
        Failure::mail_not_sent("the call's time was up")
    }

    async fn call(&mut self, event: Value, invocation: &Invocation) -> Result<Value, Failure> {
        let started = Instant::now();
        let now = (self.clock)();
        if let Some(answer) = self.recent.find(&self.settings, &event, epoch_s(now)) {
            self.log
                .info(Line::new("answered again, no mail").with("requestId", invocation.request_id.as_str()));
            return Ok(answer);
        }
        let by = invocation
            .deadline
            .checked_sub(CLOSING)
            .unwrap_or(invocation.deadline);
        let (created, kept, delivery) = self.challenge(&event, now, by).await?;
        self.recent
            .remember(&self.settings, &event, &created.event, epoch_s(now));
        let mut line = Line::new("challenge made")
            .with("requestId", invocation.request_id.as_str())
            .with("result", created.result.as_str())
            .with("ledger", kept.as_str())
            .warnings(&created.warnings);
        if let Some(Delivery {
            carrier,
            id,
            attempts,
        }) = delivery
        {
            line = line.with("relay", carrier).with("attempts", attempts);
            line = id.into_iter().fold(line, |line, id| line.with("mailId", id));
        }
        self.log.info(line.with("ms", millis(started.elapsed())));
        Ok(created.event)
    }
}

impl Create {
    /// The function as its environment sets it.
    pub fn from_vars(vars: &Vars, log: Log) -> Result<Self, InitError> {
        Self::new(vars, log, system_clock(), Limits::default())
    }

    /// The function with a clock and limits of the caller's.
    pub fn new(vars: &Vars, log: Log, clock: Clock, limits: Limits) -> Result<Self, InitError> {
        let tls = tls();
        let aws = Aws::from_vars(vars, &tls, &clock)?;
        let mut settings = vars.confirm()?;
        if let Some(folder) = vars.get("MAIL_TEMPLATES") {
            let templates = Templates::read(|name| read_file(&format!("{folder}/{name}")));
            settings.templates = templates.map_err(|error| InitError::unusable("MAIL_TEMPLATES", &error))?;
        }
        Ok(Self {
            keeper: Keeper::from_vars(vars, &settings, aws.as_ref(), &clock)?,
            settings,
            mailer: Mailer::new(MailSettings::from_vars(vars, aws.as_ref(), &tls)?),
            recent: Recent::new(),
            limits,
            clock,
            log,
        })
    }

    /// Makes the challenge, keeps what it counts and sends its mail; all over again if somebody else has counted
    /// meanwhile.
    async fn challenge(
        &self,
        event: &Value,
        now: Duration,
        by: Instant,
    ) -> Result<(Created, Kept, Option<Delivery>), Failure> {
        let keeper = self.keeper.as_ref();
        let mut held = keeper.and_then(|keeper| keeper.ledger_of(event, &self.settings));
        for _ in 0..MOST_ROUNDS {
            let made = self.make(event, now, held.as_mut()).await?;
            let (kept, delivery) = match &made.created.mail {
                None => (self.keep(&made, held.as_mut()).await?, None),
                Some(mail) => self.keep_and_mail(&made, mail, now, held.as_mut(), by).await?,
            };
            if !matches!(kept, Kept::Overtaken) {
                return Ok((made.created, kept, delivery));
            }
        }
        Err(Failure::not_counted(OVERTAKEN))
    }

    /// Makes the challenge. If a mail is due, the ledger is read fresh and the challenge made again over it: only an
    /// event that mails can be one that has mailed before. An exact ledger is read in any case: a lock stands in it.
    async fn make(&self, event: &Value, now: Duration, held: Option<&mut Held<'_>>) -> Result<Made, Failure> {
        let entropy = entropy()?;
        let facts = Facts::new(epoch_s(now), &entropy);
        let created = create(&self.settings, event, &facts)?;
        let stale = Made {
            created,
            before: None,
        };
        let Some(held) = held.filter(|_| self.settings.keys.is_some()) else {
            return Ok(stale);
        };
        if stale.created.mail.is_none() && !held.is_exact() {
            return Ok(stale);
        }
        match held.read(Instant::now() + self.limits.pool).await {
            Ok(text) => {
                let ledger = LedgerSource::Fresh(text.as_deref());
                let created = create(&self.settings, event, &Facts { ledger, ..facts })?;
                Ok(Made {
                    created,
                    before: Some(text.unwrap_or_default()),
                })
            }
            Err(error) if held.is_exact() => Err(Failure::not_counted(with_causes(&error))),
            Err(error) => {
                self.log.warn(
                    Line::new("the ledger was not read fresh; the event's copy is used").caused_by(&error),
                );
                Ok(stale)
            }
        }
    }

    /// Writes the ledger if there is a new one. A sign-in goes on without it, unless it is exact.
    async fn keep(&self, made: &Made, held: Option<&mut Held<'_>>) -> Result<Kept, Failure> {
        let discard = made.created.mail.as_ref().is_some_and(|mail| mail.discard);
        let by = Instant::now() + self.limits.pool;
        let (held, outcome) = match (held, &made.created.ledger) {
            (None, Some(_)) => return Ok(Kept::NoCredentials),
            (Some(held), Some(ledger)) => {
                let outcome = held.write(ledger, by).await;
                (held, outcome.map(Some))
            }
            (Some(held), None) if discard && self.settings.keys.is_some() => {
                let outcome = held.rehearse(by).await;
                (held, outcome.map(|()| None))
            }
            (_, None) => return Ok(Kept::Unchanged),
        };
        match outcome {
            Ok(None) => Ok(Kept::Unchanged),
            Ok(Some(Wrote::Done)) => Ok(Kept::Written(made.before.clone())),
            Ok(Some(Wrote::Overtaken)) => Ok(Kept::Overtaken),
            Err(error) if held.is_exact() => Err(Failure::not_counted(with_causes(&error))),
            Err(_) if discard => Ok(Kept::Unchanged),
            Err(error) => {
                self.log
                    .warn(Line::new("the ledger was not written; the sign-in goes on").caused_by(&error));
                Ok(Kept::NotWritten)
            }
        }
    }

    /// Writes the ledger while the relay is greeted, then sends the mail.
    async fn keep_and_mail(
        &self,
        made: &Made,
        mail: &CodeMail,
        now: Duration,
        mut held: Option<&mut Held<'_>>,
        by: Instant,
    ) -> Result<(Kept, Option<Delivery>), Failure> {
        let letter = self.mailer.letter(mail, now.as_secs())?;
        // Half a pool call is kept for taking the ledger back.
        let schedule = Schedule::until(by.checked_sub(self.limits.pool / 2).unwrap_or(by));
        let (kept, opened) = tokio::join!(self.keep(made, held.as_deref_mut()), self.mailer.open(schedule));
        let kept = kept?;
        if matches!(kept, Kept::Overtaken) {
            return Ok((kept, None));
        }
        match self.mailer.send(opened, &letter, schedule).await {
            Ok(delivery) => Ok((kept, Some(delivery))),
            Err(error) => {
                self.take_back(&error, kept, held, by).await;
                Err(Failure::mail_not_sent(error.to_string()))
            }
        }
    }

    /// Puts the ledger back after a mail that certainly did not leave: what it counts did not happen, and the person's
    /// next try must not be held back for it. What others have counted since stays.
    async fn take_back(&self, error: &SendError, kept: Kept, held: Option<&mut Held<'_>>, by: Instant) {
        if let (Kept::Written(Some(before)), Some(held)) = (kept, held)
            && error.class() != Class::Unknown
            && let Err(error) = held.write(&before, by).await
        {
            self.log
                .warn(Line::new("the ledger counts a mail that did not leave").caused_by(&error));
        }
    }
}
