//! The confirm-code functions without a process: `2faDefine`, `2faCreate` and `2faVerify`, unless the
//! configuration runs them elsewhere.

use poolhouse_confirm::{self as confirm, CodeMail, Decision, Facts, LedgerSource, NotSent, Person, Warning};
use poolhouse_mail::Address;
use poolhouse_text::with_causes;
use serde_json::Value;

use super::effects::Effects;
use crate::auth::step::SignIn;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::mailer::{self, OutgoingMail, Urgency, suppression};
use crate::triggers::{self, Failure};

/// The functions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `2faDefine`
    Define,
    /// `2faCreate`
    Create,
    /// `2faVerify`
    Verify,
}

impl Function {
    /// The function that an ARN or name means, by the name at its end.
    pub fn named(arn: &str) -> Option<Function> {
        match triggers::function_name(arn) {
            "2faDefine" => Some(Function::Define),
            "2faCreate" => Some(Function::Create),
            "2faVerify" => Some(Function::Verify),
            _ => None,
        }
    }
}

/// Runs a function on an event and returns its `response`.
///
/// # Errors
/// The function's refusal, or the server's own failure.
pub async fn run(
    function: Function,
    sign_in: &SignIn<'_>,
    event: &Value,
    effects: &mut Effects,
) -> Result<Value, Failure> {
    let SignIn {
        ctx, pool, subject, ..
    } = sign_in;
    let ledger = effects.ledger(ctx, pool, subject).await?;
    // After the ledger: keys that are newer than it open it, keys that are older would call it forged.
    let settings = &settings_for(sign_in);
    let mut entropy = [0; 32];
    ctx.platform().entropy.fill(&mut entropy);
    let facts = Facts {
        now: ctx.now.seconds(),
        entropy: &entropy,
        ledger: LedgerSource::Exact(ledger.as_deref()),
        sign_in: Some(&sign_in.event_id),
        trust_from: subject
            .user()
            .and_then(|user| user.signed_out)
            .map(Millis::seconds),
        asker: ctx.asker.as_facts(),
    };
    let refuse = |refusal| Failure::Refused {
        refusal,
        to: addressee(sign_in, event),
    };
    match function {
        Function::Define => {
            let defined = confirm::define(settings, event, &facts).map_err(refuse)?;
            report_failure(sign_in, event, defined.decision);
            Ok(defined.response)
        }
        Function::Create => {
            let mut created = confirm::create(settings, event, &facts).map_err(refuse)?;
            let to_nobody = created.mail.as_ref().is_some_and(|mail| mail.discard);
            let not_sent = match created.mail.take() {
                None => None,
                Some(mail) => send(sign_in, effects, mail).await?,
            };
            if let Some(why) = not_sent {
                created = confirm::create_without_mail(settings, event, &facts, why).map_err(refuse)?;
            }
            effects.note_mailing(created.result, to_nobody);
            report(sign_in, event, &created.warnings);
            take(sign_in, effects, settings, created.ledger, created.notice);
            Ok(created.response)
        }
        Function::Verify => {
            let verified = confirm::verify(settings, event, &facts).map_err(refuse)?;
            report(sign_in, event, &verified.warnings);
            effects.note_verdict(verified.outcome);
            take(sign_in, effects, settings, verified.ledger, verified.notice);
            Ok(verified.response)
        }
    }
}

/// Sends a code's mail, or says why none leaves.
async fn send(
    sign_in: &SignIn<'_>,
    effects: &mut Effects,
    mail: CodeMail,
) -> Result<Option<NotSent>, ApiError> {
    let request_id = &sign_in.ctx.request_id;
    if suppression::holds(sign_in.ctx.platform(), &mail.to, request_id).await? {
        return Ok(Some(NotSent::Refused));
    }
    Ok(match queue(sign_in, mail, Urgency::Code) {
        Ok(row) => {
            effects.send(row);
            None
        }
        Err(()) => Some(NotSent::Failed),
    })
}

/// Takes what a function wants kept and told. A notice that cannot be sent fails nothing.
fn take(
    sign_in: &SignIn<'_>,
    effects: &mut Effects,
    settings: &confirm::Settings,
    ledger: Option<String>,
    notice: Option<CodeMail>,
) {
    if let Some(text) = ledger {
        let user = sign_in.subject.user();
        let person = Person {
            pool: sign_in.pool.id(),
            user_name: user.map_or("", |user| &user.username),
            sub: user.map_or("", |user| &user.sub),
        };
        effects.write_ledger(settings, &person, text);
    }
    if let Some(Ok(row)) = notice.map(|notice| queue(sign_in, notice, Urgency::Notice)) {
        effects.send(row);
    }
}

/// The settings for this app client: a code lives as long as the client's sign-in steps do, or as long as the settings
/// allow, whichever ends first.
fn settings_for(sign_in: &SignIn<'_>) -> confirm::Settings {
    let settings = sign_in.ctx.app.functions.confirm();
    let minutes = u8::try_from(sign_in.client.auth_session_seconds() / 60);
    confirm::Settings {
        session_minutes: minutes.unwrap_or(settings.session_minutes),
        ..confirm::Settings::clone(&settings)
    }
}

/// The outbox row of a mail. Where the server cannot send, the client learns what the functions on Lambda would say, and
/// the operator why.
fn queue(sign_in: &SignIn<'_>, mail: CodeMail, urgency: Urgency) -> Result<poolhouse_store::Batch, ()> {
    let address = mail.to.clone();
    let outgoing = OutgoingMail {
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        html: Some(mail.html),
        language: Some(mail.locale.tag().to_owned()),
        expires: Some(Millis(mail.expires_at.saturating_mul(1000))),
        dedup_id: mail.dedup_id,
        urgency,
        thread: Some(format!("{} {}", urgency.name(), sign_in.event_id)),
        request_id: sign_in.ctx.request_id.clone(),
        picture: mail.logo.as_ref().map(mailer::picture),
        discard: mail.discard,
    };
    sign_in
        .ctx
        .app
        .mailer
        .queue(sign_in.ctx.now, outgoing)
        .map_err(|error| {
            let to = Address::parse(&address).ok();
            let to = to.map(|to| suppression::addressee(sign_in.ctx.platform(), &to));
            tracing::error!(
                request_id = sign_in.ctx.request_id,
                to,
                reason = with_causes(&error),
                "confirm code not mailed"
            );
        })
}

fn report_failure(sign_in: &SignIn<'_>, event: &Value, decision: Decision) {
    if let Decision::Fail(why) = decision {
        let (request_id, to) = (&sign_in.ctx.request_id, addressee(sign_in, event));
        tracing::warn!(
            request_id,
            to,
            pool = sign_in.pool.id(),
            rule = why.rule(),
            "sign-in failed"
        );
    }
}

fn report(sign_in: &SignIn<'_>, event: &Value, warnings: &[Warning]) {
    for warning in warnings {
        let (request_id, to) = (&sign_in.ctx.request_id, addressee(sign_in, event));
        tracing::warn!(request_id, to, pool = sign_in.pool.id(), %warning, "confirm code");
    }
}

/// What the log calls the address of the user whom an event is about, if there is one.
fn addressee(sign_in: &SignIn<'_>, event: &Value) -> Option<String> {
    let address = event["request"]["userAttributes"]["email"].as_str()?;
    let address = Address::parse(address).ok()?;
    Some(suppression::addressee(sign_in.ctx.platform(), &address))
}
