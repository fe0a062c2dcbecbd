//! Which ways to sign in an app client allows, under the names of today, the older ones, and by saying nothing.

use serde_json::{Value, json};

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The functions decide: the one that asks for a code.
    Custom,
    /// A password, proved by SRP.
    Srp,
    /// A password, as it is.
    Password,
    /// A password, by an administrator's program.
    Admin,
    /// The person's choice among what the pool offers.
    Choice,
    /// A refresh token.
    Refresh,
}

impl Flow {
    const ALL: [Flow; 6] = [
        Flow::Custom,
        Flow::Srp,
        Flow::Password,
        Flow::Admin,
        Flow::Choice,
        Flow::Refresh,
    ];

    /// Its name in `ExplicitAuthFlows`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Flow::Custom => "ALLOW_CUSTOM_AUTH",
            Flow::Srp => "ALLOW_USER_SRP_AUTH",
            Flow::Password => "ALLOW_USER_PASSWORD_AUTH",
            Flow::Admin => "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            Flow::Choice => "ALLOW_USER_AUTH",
            Flow::Refresh => "ALLOW_REFRESH_TOKEN_AUTH",
        }
    }

    /// What the older names mean in those of today.
    fn of_older_name(name: &str) -> Option<Flow> {
        match name {
            CUSTOM_ONLY => Some(Flow::Custom),
            "ADMIN_NO_SRP_AUTH" => Some(Flow::Admin),
            "USER_PASSWORD_AUTH" => Some(Flow::Password),
            _ => None,
        }
    }
}

/// The older name that takes away what the others bring by themselves.
const CUSTOM_ONLY: &str = "CUSTOM_AUTH_FLOW_ONLY";

/// What a client that names no flow allows. Source: the API's description of `ExplicitAuthFlows`.
const DEFAULT: [Flow; 3] = [Flow::Refresh, Flow::Srp, Flow::Custom];

/// The flows that the client's description allows, in the order of [`Flow`].
pub(crate) fn allowed(client: &Value) -> Vec<Flow> {
    let names = names(client);
    if names.is_empty() {
        return in_order(&DEFAULT);
    }
    if let Some(older) = older_meaning(&names) {
        return older;
    }
    Flow::ALL
        .into_iter()
        .filter(|flow| names.contains(&flow.name()))
        .collect()
}

/// Whether the client uses the older names, beside which today's cannot stand.
pub(crate) fn has_older_names(client: &Value) -> bool {
    older_meaning(&names(client)).is_some()
}

/// `ExplicitAuthFlows` that allow what the client allows now and `more`. `None` if it allows all of that already. Names
/// that are not known here are kept.
pub(crate) fn with(client: &Value, more: &[Flow]) -> Option<Value> {
    let now = allowed(client);
    if more.iter().all(|flow| now.contains(flow)) {
        return None;
    }
    let mut list: Vec<&str> = match has_older_names(client) || names(client).is_empty() {
        true => now.iter().map(|flow| flow.name()).collect(),
        false => names(client),
    };
    list.extend(
        more.iter()
            .filter(|flow| !now.contains(flow))
            .map(|flow| flow.name()),
    );
    Some(json!(list))
}

/// `ExplicitAuthFlows` without custom authentication; `None` if the client does not allow it, or allows nothing else: an
/// empty list would mean the default, which is more than there was.
pub(crate) fn without_custom(client: &Value) -> Option<Value> {
    let now = allowed(client);
    if !now.contains(&Flow::Custom) {
        return None;
    }
    let explicit = names(client);
    let mut list: Vec<&str> = match has_older_names(client) || explicit.is_empty() {
        true => now.iter().map(|flow| flow.name()).collect(),
        false => explicit,
    };
    list.retain(|name| *name != Flow::Custom.name());
    (!list.is_empty()).then(|| json!(list))
}

/// Whether refresh tokens are used up and renewed, which excludes `ALLOW_REFRESH_TOKEN_AUTH`.
pub(crate) fn rotates_refresh_tokens(client: &Value) -> bool {
    client
        .pointer("/RefreshTokenRotation/Feature")
        .and_then(Value::as_str)
        == Some("ENABLED")
}

fn names(client: &Value) -> Vec<&str> {
    let list = client
        .get("ExplicitAuthFlows")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    list.filter_map(Value::as_str).collect()
}

/// What the older names allow, if these are older names: themselves, refreshing, and SRP and custom authentication
/// unless only the latter was asked for.
fn older_meaning(names: &[&str]) -> Option<Vec<Flow>> {
    let mut flows: Vec<Flow> = names
        .iter()
        .filter_map(|name| Flow::of_older_name(name))
        .collect();
    if flows.is_empty() {
        return None;
    }
    flows.push(Flow::Refresh);
    if !names.contains(&CUSTOM_ONLY) {
        flows.extend([Flow::Srp, Flow::Custom]);
    }
    Some(in_order(&flows))
}

fn in_order(flows: &[Flow]) -> Vec<Flow> {
    Flow::ALL
        .into_iter()
        .filter(|flow| flows.contains(flow))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(flows: &[&str]) -> Value {
        json!({ "ExplicitAuthFlows": flows })
    }

    #[test]
    fn what_a_client_allows_is_read_from_old_names_new_names_and_none() {
        for (flows, expected) in [
            (&[][..], &[Flow::Custom, Flow::Srp, Flow::Refresh][..]),
            (
                &["ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH", "ALLOW_NEW"],
                &[Flow::Custom, Flow::Choice],
            ),
            (&["CUSTOM_AUTH_FLOW_ONLY"], &[Flow::Custom, Flow::Refresh]),
            (
                &["ADMIN_NO_SRP_AUTH"],
                &[Flow::Custom, Flow::Srp, Flow::Admin, Flow::Refresh],
            ),
            (
                &["USER_PASSWORD_AUTH"],
                &[Flow::Custom, Flow::Srp, Flow::Password, Flow::Refresh],
            ),
            (
                &["CUSTOM_AUTH_FLOW_ONLY", "ADMIN_NO_SRP_AUTH"],
                &[Flow::Custom, Flow::Admin, Flow::Refresh],
            ),
        ] {
            assert_eq!(allowed(&client(flows)), expected, "{flows:?}");
        }
        assert_eq!(allowed(&json!({})), [Flow::Custom, Flow::Srp, Flow::Refresh]);
    }

    #[test]
    fn a_flow_is_added_to_what_is_there() {
        let added = |flows: &[&str], more: &[Flow]| with(&client(flows), more);
        assert_eq!(
            added(&["ALLOW_USER_SRP_AUTH", "ALLOW_NEW"], &[Flow::Custom]),
            Some(json!(["ALLOW_USER_SRP_AUTH", "ALLOW_NEW", "ALLOW_CUSTOM_AUTH"]))
        );
        assert_eq!(added(&["ALLOW_CUSTOM_AUTH"], &[Flow::Custom]), None);
        assert_eq!(added(&[], &[Flow::Custom, Flow::Refresh]), None);
        assert_eq!(added(&["CUSTOM_AUTH_FLOW_ONLY"], &[Flow::Custom]), None);
        assert_eq!(
            added(&["CUSTOM_AUTH_FLOW_ONLY"], &[Flow::Custom, Flow::Srp]),
            Some(json!([
                "ALLOW_CUSTOM_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
                "ALLOW_USER_SRP_AUTH"
            ]))
        );
    }

    #[test]
    fn custom_authentication_is_taken_out_and_the_rest_stays() {
        let rest = |flows: &[&str]| without_custom(&client(flows));
        assert_eq!(
            rest(&["ALLOW_CUSTOM_AUTH", "ALLOW_NEW"]),
            Some(json!(["ALLOW_NEW"]))
        );
        assert_eq!(rest(&["ALLOW_USER_SRP_AUTH"]), None);
        assert_eq!(rest(&["ALLOW_CUSTOM_AUTH"]), None);
        assert_eq!(
            rest(&[]),
            Some(json!(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]))
        );
    }
}
