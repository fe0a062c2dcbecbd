//! Everything that the rules look at.

use serde_json::Value;

use super::environment::Environment;
use crate::people::Locked;
use crate::pool::{Client, Trigger};

/// Something that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Known<T> {
    /// The answer.
    Yes(T),
    /// There is nothing to ask here: no Lambda around a pool at home, no network. This is said, and is no failure.
    NotHere(String),
    /// It should have been answered and was not.
    No(String),
}

impl<T> Known<T> {
    /// The answer, if there is one.
    pub(crate) fn get(&self) -> Option<&T> {
        match self {
            Known::Yes(value) => Some(value),
            _ => None,
        }
    }
}

/// A pool, and all that surrounds sign-in to it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    /// Seconds since 1970.
    pub(crate) now: u64,
    /// The custom attribute's name without `custom:`.
    pub(crate) attribute: String,
    pub(crate) pool: Value,
    /// All app clients.
    pub(crate) clients: Vec<Client>,
    /// The ids of those that sign people in with a code.
    pub(crate) subjects: Vec<String>,
    pub(crate) providers: Known<Vec<String>>,
    /// Users in `FORCE_CHANGE_PASSWORD`.
    pub(crate) new_password: Known<Count>,
    /// Confirmed users without an address that a code can go to, among the first page of all.
    pub(crate) unreachable: Known<Count>,
    /// The functions of the triggers that are set.
    pub(crate) functions: Vec<Function>,
    /// Whether the pool is on a Poolhouse server, which has a door of its own.
    pub(crate) at_home: bool,
    /// The ids of app clients whose flows without a code that door refuses, whatever they list.
    pub(crate) refused: Vec<String>,
    /// Whether that server resets no password by mail, whatever `AccountRecoverySetting` says.
    pub(crate) recovery_apart: bool,
    /// Who is locked out.
    pub(crate) locked: Known<Locked>,
    pub(crate) mail_account: Known<Value>,
    /// The identity that mail is sent by; `None` if SES has none for the sender.
    pub(crate) mail_identity: Known<Option<Value>>,
    pub(crate) sender: Known<SenderRecords>,
}

/// How many users, as far as one page tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) found: usize,
    /// Whether there may be more.
    pub(crate) more: bool,
}

/// A trigger's function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) trigger: Trigger,
    pub(crate) arn: String,
    /// `None` if there is no such function.
    pub(crate) configuration: Known<Option<Value>>,
    /// The statements of who may invoke it.
    pub(crate) statements: Known<Vec<Value>>,
    /// Days that its log is kept; without end if `Some(None)`; `None` without a log.
    pub(crate) retention: Known<Option<Option<u64>>>,
    /// Its settings, if it is one of ours.
    pub(crate) environment: Known<Environment>,
}

/// What DNS says of the domain that mail comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SenderRecords {
    pub(crate) domain: String,
    /// The `v=spf1` records.
    pub(crate) spf: Vec<String>,
    /// The `v=DMARC1` record of the domain or the nearest one above it that has one.
    pub(crate) dmarc: Option<String>,
    /// The DKIM names that SES expects, and whether they resolve; empty if none are known.
    pub(crate) dkim: Vec<(String, bool)>,
}

impl Facts {
    /// The app clients that sign people in with a code.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &Client> {
        self.clients
            .iter()
            .filter(|client| self.subjects.contains(&client.id))
    }

    /// The other app clients.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Client> {
        self.clients
            .iter()
            .filter(|client| !self.subjects.contains(&client.id))
    }

    /// Whether the pool's own door refuses the flows of this client that ask for no code.
    pub(crate) fn is_refused(&self, client: &Client) -> bool {
        self.refused.contains(&client.id)
    }

    /// The attribute's whole name.
    pub(crate) fn attribute_name(&self) -> String {
        format!("custom:{}", self.attribute)
    }

    /// The pool's ARN, or the empty text.
    pub(crate) fn pool_arn(&self) -> &str {
        self.text("/Arn").unwrap_or_default()
    }

    /// The pool's id, or the empty text.
    pub(crate) fn pool_id(&self) -> &str {
        self.text("/Id").unwrap_or_default()
    }

    /// A text in the pool's description.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.pool.pointer(pointer).and_then(Value::as_str)
    }

    /// Our functions with their settings.
    pub(crate) fn environments(&self) -> impl Iterator<Item = (&Function, &Environment)> {
        self.functions
            .iter()
            .filter_map(|function| Some((function, function.environment.get()?)))
    }

    /// The settings of one of our functions.
    pub(crate) fn environment(&self, trigger: Trigger) -> Option<&Environment> {
        self.environments()
            .find(|(function, _)| function.trigger == trigger)
            .map(|(_, environment)| environment)
    }

    /// The configurations of the functions that exist.
    pub(crate) fn configurations(&self) -> impl Iterator<Item = (&Function, &Value)> {
        self.functions
            .iter()
            .filter_map(|function| Some((function, function.configuration.get()?.as_ref()?)))
    }

    /// What could not be looked at: what, why, and whether it should have been possible.
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        gap(&mut gaps, "identity providers", &self.providers);
        gap(&mut gaps, "users with temporary passwords", &self.new_password);
        gap(&mut gaps, "users' addresses", &self.unreachable);
        gap(&mut gaps, "who is locked", &self.locked);
        for function in &self.functions {
            gap(&mut gaps, "the functions", &function.configuration);
            gap(&mut gaps, "who may invoke the functions", &function.statements);
            gap(&mut gaps, "the functions' logs", &function.retention);
            gap(&mut gaps, "the functions' environment", &function.environment);
        }
        gap(&mut gaps, "the SES account", &self.mail_account);
        gap(&mut gaps, "the SES identity", &self.mail_identity);
        gap(&mut gaps, "DNS records of the sender", &self.sender);
        gaps.dedup();
        let mut seen = Vec::new();
        gaps.retain(|gap| {
            let is_new = !seen.contains(gap);
            seen.push(gap.clone());
            is_new
        });
        gaps
    }
}

/// Something that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) what: &'static str,
    pub(crate) why: String,
    /// Whether it should have been possible to look.
    pub(crate) is_failure: bool,
}

fn gap<T>(gaps: &mut Vec<Gap>, what: &'static str, known: &Known<T>) {
    match known {
        Known::Yes(_) => {}
        Known::NotHere(why) => gaps.push(Gap {
            what,
            why: why.clone(),
            is_failure: false,
        }),
        Known::No(why) => gaps.push(Gap {
            what,
            why: why.clone(),
            is_failure: true,
        }),
    }
}
