//! Reading a trigger's event, and filling its `response`.
//!
//! Everything that a client can influence is read as "whatever JSON that is": `clientMetadata` and the answer come from
//! the client unsigned, names and attributes may be missing.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::person::Person;
use crate::refusal::Refusal;
use crate::settings::Settings;

/// What every trigger's event says about who signs in where.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) pool: &'a str,
    pub(crate) client: &'a str,
    pub(crate) user_name: &'a str,
    /// Empty for a user who does not exist.
    pub(crate) sub: &'a str,
    /// Whether the event is about a user who does not exist.
    pub(crate) unknown: bool,
    request: &'a Map<String, Value>,
}

impl<'a> Caller<'a> {
    pub(crate) fn read(settings: &Settings, event: &'a Value) -> Result<Self, Refusal> {
        let request = event.get("request").and_then(Value::as_object);
        let request = request.ok_or(Refusal::Malformed("the event has no request"))?;
        let pool = text(event.get("userPoolId")).ok_or(Refusal::Malformed("the event names no user pool"))?;
        if settings
            .user_pool_id
            .as_deref()
            .is_some_and(|expected| expected != pool)
        {
            return Err(Refusal::OtherPool);
        }
        let client = text(
            event
                .get("callerContext")
                .and_then(|context| context.get("clientId")),
        );
        let client = client.ok_or(Refusal::Malformed("the event names no app client"))?;
        let user_name = text(event.get("userName")).ok_or(Refusal::Malformed("the event names no user"))?;
        // Only a clear "no" means that the user exists.
        let unknown = !matches!(
            request.get("userNotFound"),
            None | Some(Value::Null | Value::Bool(false))
        );
        let attributes = request.get("userAttributes");
        let sub = text(attributes.and_then(|attributes| attributes.get("sub"))).unwrap_or_default();
        Ok(Self {
            pool,
            client,
            user_name,
            sub,
            unknown,
            request,
        })
    }

    /// What a keyed value is bound to, so that it means nothing for another pool, client or user.
    pub(crate) fn binding(&self) -> [&'a [u8]; 4] {
        [self.pool, self.client, self.user_name, self.sub].map(str::as_bytes)
    }

    /// What the ledger is bound to: the user, whichever client is used.
    pub(crate) const fn person(&self) -> Person<'a> {
        Person {
            pool: self.pool,
            user_name: self.user_name,
            sub: self.sub,
        }
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.request.get("userAttributes")?.get(name)?.as_str()
    }

    pub(crate) fn client_metadata(&self, name: &str) -> Option<&'a Value> {
        self.request.get("clientMetadata")?.get(name)
    }

    /// What the request asks for instead of an evaluation of its answer. All three functions read it here, so that
    /// they agree on which rounds are attempts.
    pub(crate) fn action(&self) -> Option<Action> {
        match self.client_metadata("action")? {
            Value::Null => None,
            Value::String(name) if name.is_empty() => None,
            Value::String(name) if name == "resend" => Some(Action::Resend),
            // An action that we do not know is one all the same: the answer beside it is not evaluated.
            _ => Some(Action::Wait),
        }
    }

    pub(crate) fn request(&self, name: &str) -> Option<&'a Value> {
        self.request.get(name)
    }

    /// The challenges so far; `None` if that is no list.
    pub(crate) fn session(&self) -> Option<&'a [Value]> {
        self.request
            .get("session")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
    }

    /// A hash of all that makes this event this event. Two deliveries of one event have the same, whatever the order
    /// of their members; the ledger is left out, because the first delivery may have written it. `sign_in` is the name
    /// of the sign-in, empty if there is none.
    pub(crate) fn fingerprint(&self, ledger_attribute: &str, sign_in: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        feed_bytes(&mut hash, b'i', sign_in.as_bytes());
        for part in self.binding() {
            feed_bytes(&mut hash, b'b', part);
        }
        for (name, value) in sorted(self.request) {
            feed_bytes(&mut hash, b'k', name.as_bytes());
            match value {
                Value::Object(attributes) if name == "userAttributes" => {
                    for (name, value) in sorted(attributes)
                        .into_iter()
                        .filter(|(name, _)| *name != ledger_attribute)
                    {
                        feed_bytes(&mut hash, b'k', name.as_bytes());
                        feed(&mut hash, value);
                    }
                }
                _ => feed(&mut hash, value),
            }
        }
        hash.finalize().into()
    }
}

/// What a request can ask for instead of an evaluation of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Mail the code again.
    Resend,
    /// Keep the session alive, no more.
    Wait,
}

/// An event's `response` with members set; all that is there already stays. One that is no object is replaced.
pub(crate) fn respond(event: &Value, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut response = match event.get("response") {
        Some(Value::Object(preset)) => preset.clone(),
        _ => Map::new(),
    };
    response.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Value::Object(response)
}

/// The event as a function returns it: with what it answers for its `response`. An event that is no object stays as it is.
#[must_use]
pub fn answered(mut event: Value, response: Value) -> Value {
    if let Value::Object(members) = &mut event {
        members.insert("response".to_owned(), response);
    }
    event
}

fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

fn sorted(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members
}

/// Feeds a value so that two different ones never feed the same bytes.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(false) => hash.update(b"f"),
        Value::Bool(true) => hash.update(b"t"),
        Value::Number(number) => feed_bytes(hash, b'd', number.to_string().as_bytes()),
        Value::String(text) => feed_bytes(hash, b's', text.as_bytes()),
        Value::Array(items) => {
            hash.update(b"a");
            hash.update((items.len() as u64).to_be_bytes());
            items.iter().for_each(|item| feed(hash, item));
        }
        Value::Object(members) => {
            hash.update(b"o");
            hash.update((members.len() as u64).to_be_bytes());
            for (name, value) in sorted(members) {
                feed_bytes(hash, b'k', name.as_bytes());
                feed(hash, value);
            }
        }
    }
}

fn feed_bytes(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
