//! A line of a file of users: which columns there are, and the user that a line describes.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{UserPoolMfaType, UserStatusType, VerifiedAttributeType};

use super::attributes::{self, Change};
use super::{code_mail, factors, first_factors, registration};
use crate::base::error::ApiError;
use crate::records::{PoolRecord, UserRecord};
use crate::request::Ctx;

/// The most characters of a line.
pub const LONGEST: usize = 16_000;

const STANDARD: [&str; 19] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];
const MFA: &str = "cognito:mfa_enabled";
const USERNAME: &str = "cognito:username";
/// The service's words for somebody whom nothing could be sent to.
const NOTHING_VERIFIED: &str = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).";

/// The columns of a pool's file, in the service's order.
pub fn header(pool: &PoolRecord) -> Vec<String> {
    let schema = pool.settings.schema_attributes.iter().flatten();
    let names = schema.filter_map(|entry| entry.name.clone());
    let own = names.filter(|name| name.contains(':'));
    let standard = STANDARD.into_iter().map(str::to_owned);
    let last = [MFA, USERNAME].map(str::to_owned);
    standard.chain(own).chain(last).collect()
}

/// The columns as a file has them.
pub struct Columns(Vec<String>);

impl Columns {
    /// Reads the first line, which names every column of the pool once, in any order.
    pub fn read(pool: &PoolRecord, line: &str) -> Option<Columns> {
        let columns = fields(line);
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort_unstable();
            names
        };
        (sorted(&columns) == sorted(&header(pool))).then_some(Columns(columns))
    }

    /// The user that a line describes, who is confirmed where a code can take the password's place, and else has to choose one.
    ///
    /// # Errors
    /// What stands in the way, for the job's log: it names columns and no values.
    pub fn user(&self, ctx: &Ctx, pool: &PoolRecord, line: &str) -> Result<UserRecord, ApiError> {
        if line.chars().count() > LONGEST {
            return Err(ApiError::invalid_parameter(
                "The line has more than 16,000 characters.",
            ));
        }
        let values = fields(line);
        if values.len() != self.0.len() {
            return Err(ApiError::invalid_parameter(format!(
                "The line has {} fields, and the header {}.",
                values.len(),
                self.0.len()
            )));
        }
        let value = |name: &str| {
            let place = self.0.iter().position(|column| column == name)?;
            values
                .get(place)
                .map(String::as_str)
                .filter(|value| !value.is_empty())
        };
        check_mfa(pool, value(MFA))?;
        let username = value(USERNAME).filter(|name| !name.contains(char::is_whitespace));
        let username = username
            .ok_or_else(|| ApiError::invalid_parameter("cognito:username is missing or has spaces."))?;
        let is_attribute = |(name, value): &(&String, &String)| {
            ![MFA, USERNAME].contains(&name.as_str()) && !value.is_empty()
        };
        let pairs = self.0.iter().zip(&values).filter(is_attribute);
        let given = Change::setting(pairs.map(|(name, value)| (name.clone(), value.clone())));
        let mut user = registration::new_user(ctx, pool, username, given)?;
        if let Some(missing) = attributes::missing_required(pool, &user).first() {
            return Err(ApiError::invalid_parameter(format!("{missing} is required.")));
        }
        if !has_verified(pool, &user) {
            return Err(ApiError::invalid_parameter(NOTHING_VERIFIED));
        }
        user.status = match first_factors::needs_no_password(pool, &user) {
            true => UserStatusType::Confirmed,
            false => UserStatusType::ResetRequired,
        };
        Ok(user)
    }
}

/// Whether something that the pool verifies by itself is there and verified.
fn has_verified(pool: &PoolRecord, user: &UserRecord) -> bool {
    let contacts = [
        (VerifiedAttributeType::Email, "email", "email_verified"),
        (
            VerifiedAttributeType::PhoneNumber,
            "phone_number",
            "phone_number_verified",
        ),
    ];
    contacts.into_iter().any(|(kind, attribute, flag)| {
        code_mail::verifies(pool, kind)
            && user.attribute(attribute).is_some()
            && user.attribute(flag) == Some("true")
    })
}

/// What a line may say of the second factor is what the pool says.
fn check_mfa(pool: &PoolRecord, value: Option<&str>) -> Result<(), ApiError> {
    let Some(value) = value else { return Ok(()) };
    let says = match value.to_ascii_lowercase().as_str() {
        "true" => UserPoolMfaType::On,
        "false" => UserPoolMfaType::Off,
        _ => {
            return Err(ApiError::invalid_parameter(
                "cognito:mfa_enabled must be TRUE or FALSE.",
            ));
        }
    };
    match factors::mode(pool) {
        UserPoolMfaType::Optional => Ok(()),
        mode if mode == says => Ok(()),
        mode => Err(ApiError::invalid_parameter(format!(
            "cognito:mfa_enabled contradicts the pool, whose MFA is {}.",
            mode.as_str()
        ))),
    }
}

/// Whether a line is about a user that there is.
pub fn is_taken(error: &ApiError) -> bool {
    matches!(
        error.code,
        ErrorCode::UsernameExistsException | ErrorCode::AliasExistsException
    )
}

/// The fields of a line: a comma in a value has a backslash before it, and quotes mean nothing.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(character) = characters.next() {
        match (character, fields.last_mut()) {
            ('\\', Some(field)) if characters.peek() == Some(&',') => field.extend(characters.next()),
            (',', _) => fields.push(String::new()),
            (other, Some(field)) => field.push(other),
            (_, None) => {}
        }
    }
    fields.iter().map(|field| field.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_behind_a_backslash_is_part_of_a_value_and_blanks_around_one_are_not() {
        let cases: [(&str, &[&str]); 5] = [
            ("a,b,c", &["a", "b", "c"]),
            (r"Main Street 1\, Town , x", &["Main Street 1, Town", "x"]),
            (",,", &["", "", ""]),
            (r"a\b,c", &[r"a\b", "c"]),
            ("\"a\",b\r\n", &["\"a\"", "b"]),
        ];
        for (line, expected) in cases {
            assert_eq!(fields(line), expected, "{line}");
        }
    }
}
