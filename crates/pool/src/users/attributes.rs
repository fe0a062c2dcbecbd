//! User attributes: the pool's schema, who may read and write what, and what a change of them means.
//!
//! | who | may read | may write |
//! |---|---|---|
//! | an administrator | everything | everything that is mutable |
//! | an app client with lists | `sub`, and what `ReadAttributes` names | what `WriteAttributes` names |
//! | an app client without | everything that is not developer-only | the same |
//!
//! (The service's API pages say of the last row: the standard attributes only. Its console and what people see of it say
//! all; docs/decisions/attributes-without-lists.md.)
//!
//! No app client ever writes `sub`, `email_verified`, `phone_number_verified` or a developer-only attribute.

use poolhouse_api::shapes::{AttributeType, UserStatusType};
use poolhouse_mail::Address;
use poolhouse_store::Batch;

use super::aliases::{self, Taken};
use super::attribute_value::{self, is_phone_number};
use super::schema::{self, CONTACTS};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord};
use crate::request::Ctx;

/// What a request does to a user's attributes, in the order it named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Attributes and their new values.
    pub set: Vec<(String, String)>,
    /// Attributes to delete.
    pub remove: Vec<String>,
}

impl Change {
    /// A change that sets these attributes. An empty value deletes the attribute; of two values for one name the last
    /// counts. Flags are kept as `true` and `false`, however they were capitalised.
    pub fn setting(attributes: impl IntoIterator<Item = (String, String)>) -> Change {
        let mut change = Change::default();
        for (name, value) in attributes {
            change.set.retain(|(held, _)| *held != name);
            change.remove.retain(|held| *held != name);
            match value.as_str() {
                "" => change.remove.push(name),
                flag if is_flag(&name) => change.set.push((name, flag.to_lowercase())),
                _ => change.set.push((name, value)),
            }
        }
        change
    }

    /// A change that sets what a request lists.
    pub fn listed(attributes: Vec<AttributeType>) -> Change {
        let pair = |a: AttributeType| (a.name, a.value.unwrap_or_default());
        Change::setting(attributes.into_iter().map(pair))
    }

    /// A change that deletes the named attributes.
    pub fn removing(names: Vec<String>) -> Change {
        Change {
            set: Vec::new(),
            remove: names,
        }
    }

    /// The same without one attribute and its flag.
    #[must_use]
    pub fn without(mut self, name: &str) -> Change {
        let stays = |held: &str| held != name && held.strip_suffix("_verified") != Some(name);
        self.set.retain(|(held, _)| stays(held));
        self.remove.retain(|held| stays(held));
        self
    }

    /// The new value of an attribute, if the change sets it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.set
            .iter()
            .find(|(set, _)| set == name)
            .map(|(_, value)| value.as_str())
    }

    /// Checks the attributes of a new user. Immutable ones may be set now and never again; required ones may be
    /// missing, for they are asked for at the first sign-in.
    ///
    /// # Errors
    /// `InvalidParameterException` in the service's words for the first kind of fault.
    pub fn check_new(&self, pool: &PoolRecord) -> Result<(), ApiError> {
        self.check_all(pool, std::iter::empty())
    }

    /// As [`check_new`](Self::check_new), for a user who signs itself up: nobody asks it for required attributes later.
    /// `named` is the attribute that the username is the value of, where there is one.
    ///
    /// # Errors
    /// As [`check_new`](Self::check_new).
    pub fn check_sign_up(&self, pool: &PoolRecord, named: Option<&str>) -> Result<(), ApiError> {
        let given = |name: &&str| self.value(name).is_some() || named == Some(*name);
        let missing = schema::required(pool).filter(|name| !given(name));
        self.check_all(pool, missing)
    }

    fn check_all<'a>(
        &self,
        pool: &PoolRecord,
        missing: impl Iterator<Item = &'a str>,
    ) -> Result<(), ApiError> {
        let set = self
            .set
            .iter()
            .filter_map(|(name, value)| attribute_value::fault(pool, name, value));
        let removed = self.remove.iter().filter_map(|name| unknown(pool, name));
        let missing = missing.map(|name| format!("{name}: The attribute is required"));
        let faults = set.chain(removed).chain(missing);
        let faults: String = faults.map(|fault| fault + "\n").collect();
        if !faults.is_empty() {
            return Err(ApiError::invalid_parameter(format!(
                "Attributes did not conform to the schema: {faults}"
            )));
        }
        self.check_contacts(None)
    }

    /// Checks a change of an existing user's attributes.
    ///
    /// # Errors
    /// `InvalidParameterException` in the service's words for the first kind of fault.
    pub fn check_change(&self, pool: &PoolRecord, user: &UserRecord) -> Result<(), ApiError> {
        let set = self.set.iter().filter_map(|(name, value)| {
            attribute_value::fault(pool, name, value).or_else(|| {
                let is_fixed = immutable(pool, name) && !is_owed(pool, user, name);
                is_fixed.then(|| format!("{name}: Attribute cannot be updated."))
            })
        });
        let removed = self.remove.iter().filter_map(|name| removal_fault(pool, name));
        let faults: String = set
            .chain(removed)
            .map(|fault| format!("user.{fault}\n"))
            .collect();
        if !faults.is_empty() {
            return Err(ApiError::invalid_parameter(faults));
        }
        self.check_contacts(Some(user))
    }

    /// Checks a change that an app client asks for.
    ///
    /// # Errors
    /// `NotAuthorizedException` `A client attempted to write unauthorized attribute`.
    pub fn check_client(&self, client: &ClientRecord) -> Result<(), ApiError> {
        let mut names = self.set.iter().map(|(name, _)| name).chain(&self.remove);
        if names.all(|name| writable(client, name)) {
            Ok(())
        } else {
            Err(ApiError::not_authorized(
                "A client attempted to write unauthorized attribute",
            ))
        }
    }

    /// Addresses must look like addresses, and a flag needs the address it speaks of.
    fn check_contacts(&self, user: Option<&UserRecord>) -> Result<(), ApiError> {
        if self
            .value("email")
            .is_some_and(|email| Address::parse(email).is_err())
        {
            return Err(ApiError::invalid_parameter("Invalid email address format."));
        }
        if self
            .value("phone_number")
            .is_some_and(|number| !is_phone_number(number))
        {
            return Err(ApiError::invalid_parameter("Invalid phone number format."));
        }
        let has = |contact: &str| {
            let held = user.and_then(|user| user.attribute(contact));
            self.value(contact).is_some()
                || (held.is_some() && !self.remove.iter().any(|name| name == contact))
        };
        if self.value("email_verified").is_some() && !has("email") {
            return Err(ApiError::invalid_parameter(
                "Email is required to verify/un-verify an email",
            ));
        }
        if self.value("phone_number_verified").is_some() && !has("phone_number") {
            return Err(ApiError::invalid_parameter(
                "Phone number is required to verify/un-verify a phone number",
            ));
        }
        Ok(())
    }

    /// Changes the user. A new address is unverified unless the same change says otherwise, and a deleted one takes its
    /// flag along: a flag must never speak of an address it was not set for.
    pub fn apply(&self, pool: &PoolRecord, user: &mut UserRecord) {
        let before = user.clone();
        for (name, value) in &self.set {
            user.set_attribute(name, value);
        }
        for name in &self.remove {
            user.remove_attribute(name);
        }
        for (contact, flag) in CONTACTS {
            let Some(new) = user.attribute(contact) else {
                user.remove_attribute(flag);
                continue;
            };
            let old = before.attribute(contact);
            let is_same = old.is_some_and(|old| pool.is_same_address(old, new));
            if !is_same && self.value(flag).is_none() {
                user.set_attribute(flag, "false");
            }
        }
    }
}

/// The required attributes that the user does not have yet.
pub fn missing_required(pool: &PoolRecord, user: &UserRecord) -> Vec<String> {
    schema::required(pool)
        .filter(|name| user.attribute(name).is_none())
        .map(str::to_owned)
        .collect()
}

/// The user after a change that an app client asks for, and the batch that keeps its aliases in step.
///
/// # Errors
/// What [`Change::check_client`] and [`Change::check_change`] refuse; `AliasExistsException`.
pub async fn apply_by_client(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    user: &UserRecord,
    change: Change,
) -> Result<(UserRecord, Batch), ApiError> {
    change.check_client(client)?;
    change.check_change(pool, user)?;
    let mut changed = user.clone();
    change.apply(pool, &mut changed);
    let aliases = aliases::change(ctx, pool, Some(user), Some(&changed), Taken::Refuse).await?;
    Ok((changed, aliases))
}

/// Whether the app client may see the attribute, in `GetUser` and in ID tokens.
pub fn readable(pool: &PoolRecord, client: &ClientRecord, name: &str) -> bool {
    match &client.settings.read_attributes {
        _ if name == "sub" => true,
        Some(list) => list.iter().any(|allowed| allowed == name),
        None => !is_developer_only(name) && schema::has(pool, name),
    }
}

/// Whether the app client may change the attribute for its user.
pub fn writable(client: &ClientRecord, name: &str) -> bool {
    match &client.settings.write_attributes {
        _ if !client_may_be_given(name) => false,
        Some(list) => list.iter().any(|allowed| allowed == name),
        None => true,
    }
}

/// Whether `WriteAttributes` may name the attribute at all.
pub fn client_may_be_given(name: &str) -> bool {
    !is_the_servers(name) && !is_developer_only(name)
}

/// Whether the server alone says what the attribute is: the `sub`, and the flags beside addresses.
pub fn is_the_servers(name: &str) -> bool {
    name == "sub" || is_flag(name)
}

fn is_developer_only(name: &str) -> bool {
    name.starts_with("dev:")
}

fn is_flag(name: &str) -> bool {
    CONTACTS.iter().any(|(_, flag)| *flag == name)
}

/// An immutable attribute that is required may still be given by a user whom an administrator created without it.
fn is_owed(pool: &PoolRecord, user: &UserRecord, name: &str) -> bool {
    user.status == UserStatusType::ForceChangePassword
        && user.attribute(name).is_none()
        && schema::required(pool).any(|required| required == name)
}

fn immutable(pool: &PoolRecord, name: &str) -> bool {
    schema::entry(pool, name).is_some_and(|entry| entry.mutable == Some(false))
}

/// Says that the pool does not have the attribute, if it does not.
fn unknown(pool: &PoolRecord, name: &str) -> Option<String> {
    schema::entry(pool, name)
        .is_none()
        .then(|| format!("{name}: Attribute does not exist in the schema."))
}

fn removal_fault(pool: &PoolRecord, name: &str) -> Option<String> {
    let Some(entry) = schema::entry(pool, name) else {
        return unknown(pool, name);
    };
    if entry.required == Some(true) {
        Some(format!("{name}: Required attribute cannot be deleted."))
    } else if entry.mutable == Some(false) {
        Some(format!("{name}: Attribute cannot be updated."))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
