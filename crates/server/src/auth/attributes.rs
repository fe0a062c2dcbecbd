//! User attributes: the pool's schema, who may read and write what, and what a change of them means.
//!
//! | who | may read | may write |
//! |---|---|---|
//! | an administrator | everything | everything that is mutable |
//! | an app client with lists | `sub`, and what `ReadAttributes` names | what `WriteAttributes` names |
//! | an app client without | every standard attribute | every standard attribute |
//!
//! No app client ever writes `sub`, `email_verified`, `phone_number_verified` or a developer-only attribute.

use poolhouse_api::shapes::{AttributeDataType, AttributeType, SchemaAttributeType};
use poolhouse_mail::Address;

use crate::ctx::signs_in_by;
use crate::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, UserRecord};

/// Attributes with a flag beside them that says whether the user was seen to receive mail or messages there.
pub const CONTACTS: [(&str, &str); 2] = [("email", "email_verified"), ("phone_number", "phone_number_verified")];

/// Digits of the longest phone number taken, country code included. The standard (E.164) has 15; some plans exceed it.
const PHONE_DIGITS: usize = 20;

/// What a request does to a user's attributes, in the order it named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Attributes and their new values.
    pub set: Vec<(String, String)>,
    /// Attributes to delete.
    pub remove: Vec<String>,
}

impl Edit {
    /// An edit that sets what the list holds. An empty value deletes the attribute; of two values for one name the
    /// last counts. Flags are kept as `true` and `false`, however they were capitalised.
    pub fn setting(attributes: Option<Vec<AttributeType>>) -> Edit {
        let mut edit = Edit::default();
        for attribute in attributes.into_iter().flatten() {
            let name = attribute.name.unwrap_or_default();
            edit.set.retain(|(held, _)| *held != name);
            edit.remove.retain(|held| *held != name);
            match attribute.value.filter(|value| !value.is_empty()) {
                Some(value) if is_flag(&name) => edit.set.push((name, value.to_lowercase())),
                Some(value) => edit.set.push((name, value)),
                None => edit.remove.push(name),
            }
        }
        edit
    }

    /// An edit that deletes the named attributes.
    pub fn removing(names: Option<Vec<String>>) -> Edit {
        Edit { set: Vec::new(), remove: names.unwrap_or_default() }
    }

    /// The new value of an attribute, if the edit sets it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.set.iter().find(|(set, _)| set == name).map(|(_, value)| value.as_str())
    }

    /// Lets the attributes of a new user pass. Immutable ones may be set now and never again; required ones may be
    /// missing, for they are asked for at the first sign-in.
    ///
    /// # Errors
    /// `InvalidParameterException` in the service's words for the first kind of fault.
    pub fn check_new(&self, pool: &PoolRecord) -> Result<(), ApiError> {
        let set = self.set.iter().filter_map(|(name, value)| fault(pool, name, value));
        let removed = self.remove.iter().filter_map(|name| unknown(pool, name));
        let faults: String = set.chain(removed).map(|fault| fault + "\n").collect();
        if !faults.is_empty() {
            return Err(ApiError::invalid_parameter(format!("Attributes did not conform to the schema: {faults}")));
        }
        self.check_contacts(None)
    }

    /// Lets a change of an existing user's attributes pass.
    ///
    /// # Errors
    /// `InvalidParameterException` in the service's words for the first kind of fault.
    pub fn check_change(&self, pool: &PoolRecord, user: &UserRecord) -> Result<(), ApiError> {
        let set = self.set.iter().filter_map(|(name, value)| {
            fault(pool, name, value).or_else(|| {
                immutable(pool, name).then(|| format!("{name}: Attribute cannot be updated."))
            })
        });
        let removed = self.remove.iter().filter_map(|name| removal_fault(pool, name));
        let faults: String = set.chain(removed).map(|fault| format!("user.{fault}\n")).collect();
        if !faults.is_empty() {
            return Err(ApiError::invalid_parameter(faults));
        }
        self.check_contacts(Some(user))
    }

    /// Lets a change pass that an app client asks for.
    ///
    /// # Errors
    /// `NotAuthorizedException` `A client attempted to write unauthorized attribute`.
    pub fn check_client(&self, client: &ClientRecord) -> Result<(), ApiError> {
        let mut names = self.set.iter().map(|(name, _)| name).chain(&self.remove);
        if names.all(|name| writable(client, name)) {
            Ok(())
        } else {
            Err(ApiError::not_authorized("A client attempted to write unauthorized attribute"))
        }
    }

    /// Addresses must look like addresses, and a flag needs the address it speaks of.
    fn check_contacts(&self, user: Option<&UserRecord>) -> Result<(), ApiError> {
        if self.value("email").is_some_and(|email| Address::parse(email).is_err()) {
            return Err(ApiError::invalid_parameter("Invalid email address format."));
        }
        if self.value("phone_number").is_some_and(|number| !is_phone_number(number)) {
            return Err(ApiError::invalid_parameter("Invalid phone number format."));
        }
        let has = |contact: &str| {
            let held = user.and_then(|user| user.attribute(contact));
            self.value(contact).is_some() || (held.is_some() && !self.remove.iter().any(|name| name == contact))
        };
        if self.value("email_verified").is_some() && !has("email") {
            return Err(ApiError::invalid_parameter("Email is required to verify/un-verify an email"));
        }
        if self.value("phone_number_verified").is_some() && !has("phone_number") {
            return Err(ApiError::invalid_parameter("Phone number is required to verify/un-verify a phone number"));
        }
        Ok(())
    }

    /// Changes the user. A new address is unverified unless the same edit says otherwise, and a deleted one takes its
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
            let compare = |user: &UserRecord| user.attribute(contact).map(|value| pool.compared(value));
            let (old, new) = (compare(&before), compare(user));
            if new.is_none() {
                user.remove_attribute(flag);
            } else if new != old && self.value(flag).is_none() {
                user.set_attribute(flag, "false");
            }
        }
    }
}

/// An attribute's entry in the pool's schema.
pub fn schema<'a>(pool: &'a PoolRecord, name: &str) -> Option<&'a SchemaAttributeType> {
    pool.settings.schema_attributes.iter().flatten().find(|entry| entry.name.as_deref() == Some(name))
}

/// The attributes that every user of the pool must have at last, `sub` not among them.
pub fn required(pool: &PoolRecord) -> impl Iterator<Item = &str> {
    let entries = pool.settings.schema_attributes.iter().flatten();
    entries
        .filter(|entry| entry.required == Some(true))
        .filter_map(|entry| entry.name.as_deref())
        .filter(|name| *name != "sub")
}

/// Whether the app client may see the attribute, in `GetUser` and in ID tokens.
pub fn readable(pool: &PoolRecord, client: &ClientRecord, name: &str) -> bool {
    match &client.settings.read_attributes {
        _ if name == "sub" => true,
        Some(list) => list.iter().any(|allowed| allowed == name),
        None => is_standard(name) && schema(pool, name).is_some(),
    }
}

/// Whether the app client may change the attribute for its user.
pub fn writable(client: &ClientRecord, name: &str) -> bool {
    match &client.settings.write_attributes {
        _ if !client_may_be_given(name) => false,
        Some(list) => list.iter().any(|allowed| allowed == name),
        None => is_standard(name),
    }
}

/// Whether `WriteAttributes` may name the attribute at all.
pub fn client_may_be_given(name: &str) -> bool {
    name != "sub" && !is_flag(name) && !name.starts_with("dev:")
}

fn is_standard(name: &str) -> bool {
    !name.starts_with("custom:") && !name.starts_with("dev:")
}

fn is_flag(name: &str) -> bool {
    CONTACTS.iter().any(|(_, flag)| *flag == name)
}

fn immutable(pool: &PoolRecord, name: &str) -> bool {
    schema(pool, name).is_some_and(|entry| entry.mutable == Some(false))
}

fn unknown(pool: &PoolRecord, name: &str) -> Option<String> {
    schema(pool, name).is_none().then(|| format!("{name}: Attribute does not exist in the schema."))
}

fn removal_fault(pool: &PoolRecord, name: &str) -> Option<String> {
    let Some(entry) = schema(pool, name) else { return unknown(pool, name) };
    if entry.required == Some(true) {
        Some(format!("{name}: Required attribute cannot be deleted."))
    } else if entry.mutable == Some(false) {
        Some(format!("{name}: Attribute cannot be updated."))
    } else {
        None
    }
}

/// What is wrong with a value, after the attribute's name.
fn fault(pool: &PoolRecord, name: &str, value: &str) -> Option<String> {
    let Some(entry) = schema(pool, name) else { return unknown(pool, name) };
    if name == "sub" {
        return Some("sub: Attribute cannot be updated.".to_owned());
    }
    if name == "preferred_username" && signs_in_by(pool, name) && !is_sign_in_name(value) {
        return Some(format!("{name}: Attribute must have the form of a username."));
    }
    let reason = match entry.attribute_data_type.unwrap_or(AttributeDataType::String) {
        AttributeDataType::String => string_fault(entry, value),
        AttributeDataType::Number => number_fault(entry, value),
        AttributeDataType::Boolean => {
            (!matches!(value, "true" | "false")).then(|| "Attribute must be true or false.".to_owned())
        }
        AttributeDataType::DateTime => {
            (!is_date_time(value)).then(|| "Attribute must be a date and time.".to_owned())
        }
    };
    reason.map(|reason| format!("{name}: {reason}"))
}

fn string_fault(entry: &SchemaAttributeType, value: &str) -> Option<String> {
    let bounds = entry.string_attribute_constraints.as_ref()?;
    let length = value.chars().count();
    let bound = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<usize>().ok());
    if let Some(least) = bound(&bounds.min_length).filter(|least| length < *least) {
        return Some(format!("Attribute must have at least {least} characters."));
    }
    let most = bound(&bounds.max_length).filter(|most| length > *most)?;
    Some(format!("Attribute must have at most {most} characters."))
}

fn number_fault(entry: &SchemaAttributeType, value: &str) -> Option<String> {
    let Some(number) = number(value) else { return Some("Attribute must be a number.".to_owned()) };
    let bounds = entry.number_attribute_constraints.as_ref()?;
    let bound = |text: &Option<String>| text.as_deref().and_then(self::number);
    if let Some(least) = bound(&bounds.min_value).filter(|least| number < *least) {
        return Some(format!("Attribute must be at least {least}."));
    }
    let most = bound(&bounds.max_value).filter(|most| number > *most)?;
    Some(format!("Attribute must be at most {most}."))
}

/// A decimal number. The words that Rust also reads as floats (`inf`, `nan`, `1e3`) are none.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.starts_with(|c: char| c != '.');
    if plain && !digits.ends_with('.') { text.parse().ok() } else { None }
}

/// Seconds since the epoch, or a date with or without time and zone in ISO 8601.
fn is_date_time(value: &str) -> bool {
    number(value).is_some()
        || value.parse::<jiff::Timestamp>().is_ok()
        || value.parse::<jiff::civil::DateTime>().is_ok()
}

/// What a username may be: up to 128 characters, none of them white space or a control character.
fn is_sign_in_name(value: &str) -> bool {
    value.chars().count() <= 128 && !value.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A `+` and digits.
pub fn is_phone_number(value: &str) -> bool {
    value.strip_prefix('+').is_some_and(|digits| {
        (1..=PHONE_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
}
