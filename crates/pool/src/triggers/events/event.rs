//! What all events have in common.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::{Trigger, event};
use serde_json::{Map, Value, json};

use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord};

/// `ClientMetadata` of a request, or what became of it in an event.
pub type Metadata = BTreeMap<String, String>;

/// Whom an event is about, and through which app client.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// The pool whose functions are called.
    pub pool: &'a PoolRecord,
    /// `userName`: the real username, or the one made up for a name that nobody has.
    pub username: &'a str,
    /// The user, if there is one.
    pub user: Option<&'a UserRecord>,
    /// The app client; `None` for administrators' calls without one.
    pub client: Option<&'a ClientRecord>,
}

/// An event of one trigger.
pub trait Event {
    /// What the function's answer comes to.
    type Answer;

    /// The trigger and the function that serves it, if the pool has one.
    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)>;

    /// `triggerSource`
    fn source(&self) -> &'static str;

    /// `request`
    fn request(&self, about: &About<'_>, trigger: Trigger) -> Map<String, Value>;

    /// Reads `response`, whose form was checked before: members are of their types, or null.
    ///
    /// # Errors
    /// `InvalidLambdaResponseException` where it says nothing that could be acted on.
    fn read(&self, response: &Value, trigger: Trigger) -> Result<Self::Answer, ApiError>;
}

/// An event on its way to the function that serves it.
pub struct Call {
    /// The trigger.
    pub trigger: Trigger,
    /// The function, from the pool's `LambdaConfig`.
    pub arn: String,
    /// What the function gets.
    pub event: Value,
}

impl Call {
    /// The call that an event makes, if the pool has a function for it.
    pub fn of(about: &About<'_>, event: &impl Event) -> Option<Call> {
        let (trigger, arn) = event.served_by(about.pool.settings.lambda_config.as_ref()?)?;
        let event = event::build(event::Event {
            trigger,
            source: event.source(),
            region: about.pool.region(),
            user_pool_id: about.pool.id(),
            user_name: about.username,
            client_id: about.client.map(ClientRecord::id),
            request: event.request(about, trigger),
        });
        Some(Call { trigger, arn, event })
    }
}

impl About<'_> {
    /// `userAttributes`: all of the user's, whatever the app client may read. Empty for a name that nobody has.
    pub(super) fn attributes(&self) -> Value {
        let Some(user) = self.user else {
            return json!({});
        };
        let mut attributes = Map::new();
        attributes.insert("sub".to_owned(), json!(user.sub));
        attributes.insert("cognito:user_status".to_owned(), json!(user.status.as_str()));
        for kind in ["email", "phone_number"] {
            let is_alias = self.pool.alias_attributes().any(|alias| alias == kind);
            if let (true, Some(value)) = (is_alias, user.attribute(kind)) {
                attributes.insert(format!("cognito:{kind}_alias"), json!(value));
            }
        }
        for (name, value) in &user.attributes {
            attributes.insert(name.clone(), json!(value));
        }
        Value::Object(attributes)
    }

    /// Adds `userNotFound`, which the service fills in for app clients that hide which users exist.
    pub(super) fn put_user_not_found(&self, request: &mut Map<String, Value>) {
        let hides = self.client.is_some_and(ClientRecord::hides_unknown_users);
        if hides || self.user.is_none() {
            request.insert("userNotFound".to_owned(), json!(self.user.is_none()));
        }
    }
}

/// Adds `clientMetadata`, which is not there where the request had none.
pub(super) fn put_client_metadata(request: &mut Map<String, Value>, metadata: Option<&Metadata>) {
    if let Some(metadata) = metadata.filter(|metadata| !metadata.is_empty()) {
        request.insert("clientMetadata".to_owned(), json!(metadata));
    }
}

/// `validationData`: null where the request had none.
pub(super) fn validation_data(metadata: Option<&Metadata>) -> Value {
    metadata
        .filter(|metadata| !metadata.is_empty())
        .map_or(Value::Null, |metadata| json!(metadata))
}

/// A request of these members, in this order.
pub(super) fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A scalar as the service writes it where it keeps text: functions answer numbers and booleans for text, and clients
/// expect to get them as text. Null is no value; lists and objects have no text.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A map of scalars as text by name. Members that are null are not there.
pub(super) fn scalar_map(map: Option<&Value>) -> BTreeMap<String, String> {
    let members = map.and_then(Value::as_object).into_iter().flatten();
    members
        .filter_map(|(name, value)| Some((name.clone(), scalar_text(value)?)))
        .collect()
}

/// An answer that says nothing that could be acted on.
pub fn unrecognizable() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidLambdaResponseException,
        "Unrecognizable lambda output",
    )
}
