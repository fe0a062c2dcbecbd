//! What a pool asks of passwords, resets and changes of addresses beyond what Amazon Cognito asks: decided by name, off unless somebody
//! did, and no part of the API.

use serde_json::{Map, Value, json};

/// A pool's safeguards. By default none is on, which is Cognito's behaviour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safeguards {
    /// Passwords that are tried first are refused.
    pub refuses_common_passwords: bool,
    /// Passwords that consist of the user's own names, the pool's or these words are refused.
    pub refuses_context_passwords: bool,
    /// Words of the operator's own: names of the product, the company, the town.
    pub words: Vec<String>,
    /// A new password ends the user's sessions.
    pub reset_ends_sessions: bool,
    /// Minutes since the sign-in within which a user may change its own address or phone number; `None`: at any time.
    pub contact_change_minutes: Option<u32>,
    /// No password is reset by what an email says alone, for the codes of sign-ins go there, too. This server sends nothing
    /// but mail, so administrators reset passwords.
    pub recovery_needs_another_factor: bool,
}

/// Minutes of [`Safeguards::protect`].
const RECENT_MINUTES: u32 = 5;

impl Safeguards {
    /// Switches all of them on, as our tools do for the pools that they make. The words stay.
    pub fn protect(&mut self) {
        self.refuses_common_passwords = true;
        self.refuses_context_passwords = true;
        self.reset_ends_sessions = true;
        self.contact_change_minutes = Some(RECENT_MINUTES);
        self.recovery_needs_another_factor = true;
    }

    /// The members of the pool's document, if there is anything to say.
    pub(super) fn to_member(&self) -> Option<Value> {
        let says = *self != Safeguards::default();
        says.then(|| {
            json!({
                "commonPasswords": self.refuses_common_passwords,
                "contextPasswords": self.refuses_context_passwords,
                "words": self.words,
                "resetEndsSessions": self.reset_ends_sessions,
                "contactChangeMinutes": self.contact_change_minutes,
                "recoveryNeedsAnotherFactor": self.recovery_needs_another_factor,
            })
        })
    }

    /// `None` where the member is not of this form.
    pub(super) fn from_member(member: Option<&Value>) -> Option<Safeguards> {
        let Some(member) = member else {
            return Some(Safeguards::default());
        };
        let member = member.as_object()?;
        let flag = |name: &str| member.get(name)?.as_bool();
        Some(Safeguards {
            refuses_common_passwords: flag("commonPasswords")?,
            refuses_context_passwords: flag("contextPasswords")?,
            words: words(member)?,
            reset_ends_sessions: flag("resetEndsSessions")?,
            contact_change_minutes: match member.get("contactChangeMinutes")? {
                Value::Null => None,
                minutes => Some(u32::try_from(minutes.as_u64()?).ok()?),
            },
            // Written since there are forgotten passwords.
            recovery_needs_another_factor: match member.get("recoveryNeedsAnotherFactor") {
                None => false,
                Some(flag) => flag.as_bool()?,
            },
        })
    }
}

fn words(member: &Map<String, Value>) -> Option<Vec<String>> {
    let words = member.get("words")?.as_array()?.iter();
    words.map(|word| word.as_str().map(str::to_owned)).collect()
}
