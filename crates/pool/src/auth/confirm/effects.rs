//! What functions that run in process want changed in the store.
//!
//! A function process on Lambda writes its ledger to the user's attribute through the API and sends its mail itself. In
//! process the same code hands both over, and they are committed with the step that it decided: the counters are exact,
//! and a mail leaves only if the challenge it belongs to exists.

use poolhouse_confirm::{LastResult, Outcome, Person, Settings, ledger_for_attribute, unlock};
use poolhouse_store::{Batch, Expect};

use crate::auth::subject::Subject;
use crate::base::error::ApiError;
use crate::records::{Key, LedgerRecord, PoolRecord, RecordBatch, Stored};
use crate::request::Ctx;
use crate::triggers;
use crate::users::schema;

/// The ledger of one user as read, and as a function wants it.
struct Ledger {
    key: Key<LedgerRecord>,
    expect: Expect,
    text: Option<String>,
    changed: bool,
}

/// The changes that one step of a sign-in collects from its functions.
#[derive(Default)]
pub struct Effects {
    ledger: Option<Ledger>,
    /// The attribute that mirrors the ledger, by name, and what it says.
    mirror: Option<(String, String)>,
    mail: Batch,
    /// What was said of a code, to be logged once it counts.
    verdict: Option<Outcome>,
    /// What became of the mail of a code that was asked for, to be counted then.
    mailing: Option<&'static str>,
}

impl Effects {
    /// Notes what was said of a code. A step that loses a race is decided again, so nothing is logged before its commit.
    pub fn note_verdict(&mut self, verdict: Outcome) {
        self.verdict = Some(verdict);
    }

    /// What was said of a code in this step, if one was judged.
    pub fn verdict(&self) -> Option<Outcome> {
        self.verdict
    }

    /// The same, once.
    pub fn take_verdict(&mut self) -> Option<Outcome> {
        self.verdict.take()
    }

    /// Notes what became of a code's mail, as [`note_verdict`](Self::note_verdict) does; `to_nobody` where the name has no user.
    pub fn note_mailing(&mut self, result: LastResult, to_nobody: bool) {
        self.mailing = match result {
            LastResult::Sent | LastResult::Resent if to_nobody => Some("nobody"),
            LastResult::Sent
            | LastResult::Resent
            | LastResult::TooSoon
            | LastResult::Held
            | LastResult::NotSent => Some(result.as_str()),
            LastResult::Wrong
            | LastResult::Expired
            | LastResult::Locked
            | LastResult::Closed
            | LastResult::Used => None,
        };
    }

    /// What became of a code's mail in this step, if one was asked for.
    pub fn mailing(&self) -> Option<&'static str> {
        self.mailing
    }

    /// The row that [`ledger`](Self::ledger) will read of the user, or made-up user, with this id: to be read with others.
    /// `None` where functions run elsewhere, which may take long and keep counters of their own.
    pub fn row(ctx: &Ctx, pool: &PoolRecord, id: &str) -> Option<String> {
        triggers::all_in_process(&ctx.app.functions, pool).then(|| LedgerRecord::key(pool.id(), id).into())
    }

    /// The ledger of the subject, as the functions before in this step left it. It is looked up for a name without a user
    /// too, which costs the same; the functions write none for such a name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn ledger(
        &mut self,
        ctx: &Ctx,
        pool: &PoolRecord,
        subject: &Subject,
    ) -> Result<Option<String>, ApiError> {
        if self.ledger.is_none() {
            let key = LedgerRecord::key(pool.id(), subject.id());
            let stored = ctx.load(&key).await?;
            let expect = stored.as_ref().map_or(Expect::Absent, Stored::unchanged);
            let text = stored.map(|stored| stored.value.text);
            self.ledger = Some(Ledger {
                key,
                expect,
                text,
                changed: false,
            });
        }
        Ok(self.ledger.as_ref().and_then(|ledger| ledger.text.clone()))
    }

    /// Takes a new text of the ledger of `person`, which an attribute mirrors as far as it has room.
    pub fn write_ledger(&mut self, settings: &Settings, person: &Person<'_>, text: String) {
        if let Some(ledger) = &mut self.ledger {
            let mirrored = ledger_for_attribute(settings, person, &text);
            self.mirror = mirrored.map(|mirrored| (settings.attribute.clone(), mirrored));
            ledger.text = Some(text);
            ledger.changed = true;
        }
    }

    /// Takes every lock that wrong codes have made out of the ledger, as a new password does.
    pub fn unlock(&mut self, ctx: &Ctx, pool: &PoolRecord, subject: &Subject) {
        let text = self.ledger.as_ref().and_then(|ledger| ledger.text.as_deref());
        let (Some(text), Some(user)) = (text, subject.user()) else {
            return;
        };
        let person = Person {
            pool: pool.id(),
            user_name: &user.username,
            sub: &user.sub,
        };
        let settings = ctx.app.functions.confirm();
        if let Some(text) = unlock(&settings, &person, text, ctx.now.seconds()) {
            self.write_ledger(&settings, &person, text);
        }
    }

    /// The attribute that mirrors the ledger, where the pool's schema has it, and what it is to say.
    pub fn mirror(&self, pool: &PoolRecord) -> Option<(String, String)> {
        let mirror = self.mirror.as_ref();
        mirror
            .filter(|(attribute, _)| schema::has(pool, attribute))
            .cloned()
    }

    /// Takes the outbox row of a mail.
    pub fn send(&mut self, outbox_row: Batch) {
        self.mail = std::mem::take(&mut self.mail).merge(outbox_row);
    }

    /// Everything as one batch. The attribute is written where the pool's schema has it; a sign-in works without.
    pub fn into_batch(self, ctx: &Ctx, pool: &PoolRecord, subject: &Subject) -> Batch {
        let Effects {
            ledger, mirror, mail, ..
        } = self;
        let Some(Ledger {
            key,
            expect,
            text: Some(text),
            changed: true,
        }) = ledger
        else {
            return mail;
        };
        let batch = mail.record(key, expect, &LedgerRecord { text });
        let Some(user) = subject.stored() else {
            return batch;
        };
        match mirror.filter(|(attribute, _)| schema::has(pool, attribute)) {
            Some((attribute, mirror)) => {
                let mut mirrored = user.value.clone();
                mirrored.set_attribute(&attribute, &mirror);
                mirrored.modified = ctx.now;
                batch.replace(user, &mirrored)
            }
            // Neither a ledger nor a mail for a user who is deleted at the same moment.
            None => batch.check(user.key.clone(), Expect::Present),
        }
    }
}
