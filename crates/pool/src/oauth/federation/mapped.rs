//! What a provider says of somebody, as attributes of a user.

use std::fmt::Write;

use super::defaults::{self, USERNAME};
use super::identity::Identity;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, IdentityProviderRecord, PoolRecord};
use crate::request::Ctx;
use crate::users::attributes::{self, Change};
use crate::users::schema::{self, CONTACTS};

/// Characters of the longest value of an attribute.
const LONGEST: usize = 2048;
/// What the pool says before what is wrong with attributes, and what the service says on this road.
const POOLS: &str = "Attributes did not conform to the schema: ";
const OURS: &str = "Invalid user attributes: ";

/// The attributes that the provider's mapping makes of what it says. What it does not say any more stays as it was. An attribute that
/// the app client may not write is left out, as on the service.
///
/// # Errors
/// `InvalidParameterException` for a value that no attribute can have.
pub fn change(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    provider: &IdentityProviderRecord,
    identity: &Identity,
) -> Result<Change, ApiError> {
    let mapping = match provider.mapping.is_empty() {
        true => defaults::mapping(provider.kind),
        false => provider.mapping.clone(),
    };
    let mut set = Vec::new();
    for (attribute, claim) in mapping.iter().filter(|(attribute, _)| *attribute != USERNAME) {
        let Some(value) = identity.claims.get(claim).map(|values| as_text(values)) else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        if value.chars().count() > LONGEST {
            return Err(ApiError::invalid_parameter(format!(
                "{OURS}{attribute}: The value is longer than {LONGEST} characters."
            )));
        }
        if !schema::has(pool, attribute) || !may_write(client, attribute) {
            tracing::info!(
                request_id = ctx.request_id,
                provider = provider.name,
                attribute,
                "a mapped attribute is not one that the app client may write"
            );
            continue;
        }
        set.push((attribute.clone(), value));
    }
    Ok(Change::setting(set))
}

/// Whether an address is verified says the provider, where somebody has mapped that.
fn may_write(client: &ClientRecord, attribute: &str) -> bool {
    attributes::writable(client, attribute) || CONTACTS.iter().any(|(_, flag)| *flag == attribute)
}

/// One value as it is, several as the service writes them: `[a,b]`, with everything encoded that could be taken for more.
fn as_text(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] => one.clone(),
        several => {
            let encoded: Vec<String> = several.iter().map(|value| encoded(value)).collect();
            format!("[{}]", encoded.join(","))
        }
    }
}

fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'.' | b'-' | b'*' | b'_' => text.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            // Writing to a text cannot fail.
            byte => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

/// Checks the attributes of a profile that is about to be made: nobody is there to be asked for one that is missing.
///
/// # Errors
/// `InvalidParameterException` in the service's words.
pub fn check_new(pool: &PoolRecord, change: &Change) -> Result<(), ApiError> {
    change.check_sign_up(pool, None).map_err(|mut error| {
        if let Some(fault) = error.message.strip_prefix(POOLS) {
            error.message = format!("{OURS}{fault}");
        }
        error
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_are_a_list_in_which_none_can_be_taken_for_two() {
        let text =
            |values: &[&str]| as_text(&values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>());
        assert_eq!(text(&[]), "");
        assert_eq!(text(&["a,b [c]"]), "a,b [c]");
        assert_eq!(
            text(&["a.b-c*d_e", "f g,h]", "ü"]),
            "[a.b-c*d_e,f%20g%2Ch%5D,%C3%BC]"
        );
    }
}
