//! The page of a challenge that the engine has made.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;

use super::fields::Fields;
use super::refusal;
use super::set_up;
use crate::oauth::transaction::{LINEAGE, SHARED, UNPROVED};
use crate::records::PageStep;
use crate::request::Ctx;

/// The challenges that have a page. Whoever is asked for another one is told that it is not available here.
const PAGES: [&str; 10] = [
    SHARED,
    "EMAIL_OTP",
    set_up::CHALLENGE,
    "NEW_PASSWORD_REQUIRED",
    "SELECT_CHALLENGE",
    "SELECT_MFA_TYPE",
    "SMS_MFA",
    "SMS_OTP",
    "SOFTWARE_TOKEN_MFA",
    "WEB_AUTHN",
];
/// The parameter of a step's that lists what a sign-in can begin with.
pub const CHOICES: &str = "poolhouse.choices";

/// A challenge of the engine's.
pub struct Challenged {
    /// Its name.
    pub name: ChallengeNameType,
    /// The engine's session.
    pub session: Option<String>,
    /// Its public parameters.
    pub parameters: BTreeMap<String, String>,
    /// What the user can choose from.
    pub available: Option<Vec<ChallengeNameType>>,
}

/// Its page.
pub fn page(ctx: &Ctx, at: &PageStep, (typed, fields): (&str, &Fields), challenged: Challenged) -> PageStep {
    let Challenged {
        name,
        session,
        mut parameters,
        available,
    } = challenged;
    if !PAGES.contains(&name.as_str()) {
        return refusal::beginning(ctx, typed.trim(), Some("unsupported"));
    }
    let has_chosen = at.challenge.as_deref() == Some(ChallengeNameType::NewPasswordRequired.as_str());
    if has_chosen || at.parameters.contains_key(refusal::CHOSEN) {
        parameters.insert(refusal::CHOSEN.to_owned(), "true".to_owned());
    }
    if let Some(available) = available {
        let names: Vec<&str> = available.iter().map(|choice| choice.as_str()).collect();
        parameters.insert(CHOICES.to_owned(), names.join(" "));
    }
    if is_unproved(at, name, fields) {
        parameters.insert(UNPROVED.to_owned(), "true".to_owned());
    }
    let is_first = at.challenge.as_deref() != Some(SHARED);
    let lineage = at.parameters.get(LINEAGE).filter(|_| !is_first);
    let lineage = lineage.cloned().unwrap_or_else(|| ctx.request_id.clone());
    parameters.insert(LINEAGE.to_owned(), lineage);
    let result = |of: &BTreeMap<String, String>| of.get("result").cloned().unwrap_or_default();
    // A mail that leaves later than the first: the first one that does, or one with another code.
    let said = match (is_first, &*result(&parameters), &*result(&at.parameters)) {
        (false, "sent", "held" | "locked") => Some("sent"),
        (false, "sent", _) => Some("renewed"),
        _ => None,
    };
    PageStep {
        said: said.map(str::to_owned),
        challenge: Some(name.as_str().to_owned()),
        session,
        parameters,
        asked: ctx.now,
        name: match at.challenge {
            None => typed.trim().to_owned(),
            Some(_) => at.name.clone(),
        },
        ..PageStep::default()
    }
}

/// Whether anybody gets so far who knows a name: then the transaction stays where others may be written over it.
fn is_unproved(at: &PageStep, name: ChallengeNameType, fields: &Fields) -> bool {
    let has_chosen = fields.get("factor").is_some_and(|factor| !factor.is_empty());
    match name {
        ChallengeNameType::SelectChallenge | ChallengeNameType::WebAuthn | ChallengeNameType::SmsOtp => true,
        ChallengeNameType::EmailOtp => has_chosen || at.parameters.contains_key(UNPROVED) && is_code(at),
        _ => false,
    }
}

fn is_code(at: &PageStep) -> bool {
    at.challenge.as_deref() == Some(ChallengeNameType::EmailOtp.as_str())
}

/// A page that shows the challenge of another tab.
pub fn joined(ctx: &Ctx, at: &PageStep, typed: &str, other: Option<(String, String)>) -> PageStep {
    let (transaction, lineage) = other.unzip();
    PageStep {
        name: match typed.trim() {
            "" => at.name.clone(),
            typed => typed.to_owned(),
        },
        asked: ctx.now,
        parameters: lineage
            .map(|lineage| (LINEAGE.to_owned(), lineage))
            .into_iter()
            .collect(),
        joined: transaction,
        ..PageStep::default()
    }
}
