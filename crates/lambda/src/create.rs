//! `2fa-create`: makes a code challenge and mails its code.

use std::time::Duration;

use poolhouse_confirm::{
    CodeMail, Created, Facts, LedgerSource, Logo, NotSent, Recent, Refusal, Settings, Templates, answered,
    create, create_without_mail,
};
use poolhouse_mail::{Class, Phase, SendError};
use poolhouse_outbound::aws::{CallError, Clock};
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
use crate::settings::{Limits, MailSettings, tls};
use crate::vars::{InitError, Vars};

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

/// A challenge, and what it was made of.
struct Made {
    created: Created,
    entropy: [u8; 32],
    /// The ledger text that it was made over, if that was read fresh; empty if there was none.
    before: Option<String>,
}

impl Made {
    /// What the challenge was made of, to make it again.
    fn facts<'a>(&'a self, now: Duration, held: Option<&Held<'_>>) -> Facts<'a> {
        let text = self.before.as_deref();
        let ledger = match (held, text) {
            (Some(held), Some(text)) => held.source(Some(text).filter(|text| !text.is_empty())),
            _ => LedgerSource::FromEvent,
        };
        Facts {
            ledger,
            ..Facts::new(epoch_s(now), &self.entropy)
        }
    }
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
        if self.recent.has(&self.settings, &event, epoch_s(now))
            && let Some(answer) = self.again(&event, now).await?
        {
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
            .remember(&self.settings, &event, &created.response, epoch_s(now));
        if let Some(notice) = &created.notice {
            self.mailer.notify(notice, now.as_secs(), by, &self.log).await;
        }
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
        Ok(answered(event, created.response))
    }
}

/// The names in a folder. One that cannot be listed has none: its files say what is wrong when they are read.
fn folders(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
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
        let templates = if let Some(folder) = vars.get("MAIL_TEMPLATES") {
            let templates = Templates::read(folders(&folder), |name| read_file(&format!("{folder}/{name}")));
            templates.map_err(|error| InitError::unusable("MAIL_TEMPLATES", &error))?
        } else {
            Templates::default()
        };
        let mut settings = vars
            .confirm()?
            .with_templates(templates)
            .map_err(InitError::Confirm)?;
        if let Some(file) = vars.get("MAIL_LOGO") {
            let bytes = std::fs::read(&file).map_err(|error| InitError::unusable("MAIL_LOGO", &error))?;
            settings.look.logo = Some(Logo::parse(bytes).map_err(InitError::Confirm)?);
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

    /// The answer that this event got a moment ago, unless its code has led to tokens since.
    async fn again(&self, event: &Value, now: Duration) -> Result<Option<Value>, Failure> {
        let entropy = entropy()?;
        let mut facts = Facts::new(epoch_s(now), &entropy);
        let keeper = self.keeper.as_ref().filter(|_| self.settings.keys.is_some());
        let text;
        if let Some(mut held) = keeper.and_then(|keeper| keeper.ledger_of(event, &self.settings)) {
            match held.read(Instant::now() + self.limits.pool).await {
                Ok(read) => {
                    text = read;
                    facts.ledger = held.source(text.as_deref());
                }
                Err(error) if held.is_exact() => return Err(Failure::not_counted(with_causes(&error))),
                Err(error) => self.not_fresh(&error),
            }
        }
        Ok(self.recent.find(&self.settings, event, &facts))
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
            let mail = made.created.mail.clone();
            let (created, kept, delivery) = match mail {
                None => {
                    let kept = self.keep(&made, held.as_mut()).await?;
                    (made.created, kept, None)
                }
                Some(mail) => {
                    let call = Call { event, now, by };
                    self.keep_and_mail(made, &mail, &call, held.as_mut()).await?
                }
            };
            if !matches!(kept, Kept::Overtaken) {
                return Ok((created, kept, delivery));
            }
        }
        Err(Failure::not_counted(OVERTAKEN))
    }

    /// Makes the challenge, over a ledger that is read fresh if anything is to be mailed or counted: only such an event
    /// can be one that was delivered before. An exact ledger is read in any case: a lock stands in it.
    async fn make(&self, event: &Value, now: Duration, held: Option<&mut Held<'_>>) -> Result<Made, Failure> {
        let mut made = self.over_the_event(event, now)?;
        let Some(held) = held.filter(|_| self.settings.keys.is_some()) else {
            return Ok(made);
        };
        if made.created.mail.is_none() && made.created.ledger.is_none() && !held.is_exact() {
            return Ok(made);
        }
        match held.read(Instant::now() + self.limits.pool).await {
            Ok(text) => {
                made.before = Some(text.unwrap_or_default());
                made.created = create(&self.settings, event, &made.facts(now, Some(held)))?;
            }
            Err(error) if held.is_exact() => return Err(Failure::not_counted(with_causes(&error))),
            Err(error) => self.not_fresh(&error),
        }
        Ok(made)
    }

    fn over_the_event(&self, event: &Value, now: Duration) -> Result<Made, Failure> {
        let entropy = entropy()?;
        let created = create(&self.settings, event, &Facts::new(epoch_s(now), &entropy))?;
        Ok(Made {
            created,
            entropy,
            before: None,
        })
    }

    fn not_fresh(&self, error: &CallError) {
        self.log
            .warn(Line::new("the ledger was not read fresh; the event's copy is used").caused_by(error));
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

    /// Writes the ledger while the relay is greeted, then sends the mail. If that does not leave, the challenge is another
    /// one: with the code from before.
    async fn keep_and_mail(
        &self,
        made: Made,
        mail: &CodeMail,
        call: &Call<'_>,
        mut held: Option<&mut Held<'_>>,
    ) -> Result<(Created, Kept, Option<Delivery>), Failure> {
        let letter = self.mailer.letter(mail, call.now.as_secs())?;
        // Half a pool call is kept for taking the ledger back.
        let schedule = Schedule::until(call.by.checked_sub(self.limits.pool / 2).unwrap_or(call.by));
        let (kept, opened) = tokio::join!(self.keep(&made, held.as_deref_mut()), self.mailer.open(schedule));
        let kept = kept?;
        if matches!(kept, Kept::Overtaken) {
            return Ok((made.created, kept, None));
        }
        let error = match self.mailer.send(opened, &letter, schedule).await {
            Ok(delivery) => return Ok((made.created, kept, Some(delivery))),
            Err(error) => error,
        };
        // What is permanent where the recipient is named is about the address. SES has one request for everything.
        let names_recipient = matches!(error.phase(), Phase::Recipient | Phase::Request);
        let why = if names_recipient && error.class() == Class::Permanent {
            NotSent::Refused
        } else {
            NotSent::Failed
        };
        let without = {
            let facts = made.facts(call.now, held.as_deref());
            create_without_mail(&self.settings, call.event, &facts, why)
        };
        let ledger = without
            .as_ref()
            .ok()
            .and_then(|created| created.ledger.as_deref());
        self.take_back(&error, &kept, ledger, held, call.by).await;
        match without {
            Ok(created) => {
                let line = Line::new("the mail did not leave").with("errorType", "MailNotSent");
                self.log.warn(line.with("reason", self.mailer.told(&error)));
                Ok((created, kept, None))
            }
            Err(Refusal::MailNotSent) => Err(Failure::mail_not_sent(self.mailer.told(&error))),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Puts the ledger back after a mail that certainly did not leave, or writes what counts without it: what it counts
    /// did not happen, and the person's next try must not be held back for it. What others have counted since stays.
    async fn take_back(
        &self,
        error: &SendError,
        kept: &Kept,
        ledger: Option<&str>,
        held: Option<&mut Held<'_>>,
        by: Instant,
    ) {
        if let (Kept::Written(Some(before)), Some(held)) = (kept, held)
            && error.class() != Class::Unknown
            && let Err(error) = held.write(ledger.unwrap_or(before), by).await
        {
            self.log
                .warn(Line::new("the ledger counts a mail that did not leave").caused_by(&error));
        }
    }
}

/// One call: its event, the time, and when it must be over.
struct Call<'a> {
    event: &'a Value,
    now: Duration,
    by: Instant,
}
