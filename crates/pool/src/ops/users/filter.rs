//! The `Filter` of `ListUsers`: one attribute, `=` or `^=` (begins with), and a quoted value.
//!
//! ```text
//! filter    = [ name ( "=" / "^=" ) DQUOTE *( character / "\" character ) DQUOTE ]
//! name      = attribute / DQUOTE attribute DQUOTE
//! attribute = username / email / phone_number / name / given_name / family_name / preferred_username
//!           / sub / status / cognito:user_status
//! ```
//! White space may stand between the parts. It is read in one pass without recursion.

use crate::base::error::ApiError;
use crate::records::{PoolRecord, UserRecord, user_index};

/// The attributes that can be searched for. Custom ones cannot.
const SEARCHABLE: [&str; 10] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equals,
    /// `^=`
    BeginsWith,
}

/// What users must be like to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// One of the searchable attributes.
    pub attribute: &'static str,
    /// How its value is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: String,
}

impl Filter {
    /// Reads a filter; an empty text is none.
    ///
    /// # Errors
    /// `InvalidParameterException` `Error while parsing filter.` or `Invalid search attribute: <name>`.
    pub fn parse(text: &str) -> Result<Option<Filter>, ApiError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let broken = || ApiError::invalid_parameter("Error while parsing filter.");
        let (name, rest) = name(text).ok_or_else(broken)?;
        let rest = rest.trim_start();
        let (comparison, rest) = match (rest.strip_prefix("^="), rest.strip_prefix('=')) {
            (Some(rest), _) => (Comparison::BeginsWith, rest),
            (None, Some(rest)) => (Comparison::Equals, rest),
            (None, None) => return Err(broken()),
        };
        let value = unquoted(rest.trim_start()).ok_or_else(broken)?;
        let attribute = SEARCHABLE.into_iter().find(|searchable| *searchable == name);
        let attribute = attribute
            .ok_or_else(|| ApiError::invalid_parameter(format!("Invalid search attribute: {name}")))?;
        Ok(Some(Filter {
            attribute,
            comparison,
            value,
        }))
    }

    /// Whether the user is to be listed.
    pub fn admits(&self, pool: &PoolRecord, user: &UserRecord) -> bool {
        let held = match self.attribute {
            "username" => Some(user.username.as_str()),
            attribute => user_index::listed_value(user, attribute),
        };
        let compared = |value: &str| user_index::compared(pool, self.attribute, value);
        held.is_some_and(|held| match self.comparison {
            Comparison::Equals => compared(held) == compared(&self.value),
            Comparison::BeginsWith => compared(held).starts_with(&compared(&self.value)),
        })
    }
}

/// The attribute's name, which may stand in quotes, and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"');
    }
    let end = text.find(|c: char| c == '=' || c == '^' || c.is_whitespace())?;
    Some(text.split_at(end))
}

/// The value between the quotes, which must be all there is.
fn unquoted(text: &str) -> Option<String> {
    let mut characters = text.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        let character = match characters.next()? {
            '"' => return characters.next().is_none().then_some(value),
            '\\' => characters.next()?,
            character => character,
        };
        // No key of the store holds one, and values are looked up as keys.
        if character == '\0' {
            return None;
        }
        value.push(character);
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_api::shapes::{UserPoolType, UserStatusType, UsernameConfigurationType};
    use proptest::prelude::*;

    use super::*;
    use crate::base::clock::Millis;

    fn pool(case_sensitive: bool) -> PoolRecord {
        let configuration = UsernameConfigurationType { case_sensitive };
        let settings = UserPoolType {
            username_configuration: Some(configuration),
            ..UserPoolType::default()
        };
        PoolRecord::new(settings, String::new())
    }

    fn mara() -> UserRecord {
        let (name, sub) = ("Mara", "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef");
        let status = UserStatusType::ForceChangePassword;
        let mut user = UserRecord::new(name.to_owned(), sub.to_owned(), status, Millis(0));
        user.set_attribute("email", "Mara@example.org");
        user.set_attribute("family_name", r#"O"Hara\"#);
        user.set_attribute("custom:plan", "pro");
        user
    }

    fn admits(case_sensitive: bool, filter: &str) -> bool {
        Filter::parse(filter)
            .unwrap()
            .unwrap()
            .admits(&pool(case_sensitive), &mara())
    }

    #[test]
    fn a_filter_finds_the_user_it_describes() {
        let found = [
            r#"username = "Mara""#,
            r#"username="Mara""#,
            r#""username"="Mara""#,
            r#""email" ^= "Mara@""#,
            r#"  username  ^=  "Ma"  "#,
            r#"username ^= """#,
            r#"email ^= "Mara@""#,
            r#"sub = "5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef""#,
            r#"family_name = "O\"Hara\\""#,
            r#"status = "Enabled""#,
            r#"cognito:user_status = "force_change_password""#,
        ];
        for filter in found {
            assert!(admits(true, filter), "{filter}");
        }
    }

    #[test]
    fn a_filter_passes_over_users_it_does_not_describe() {
        let passed_over = [
            r#"username = "Mar""#,
            r#"username = "mara""#,
            r#"email = "mara@example.org""#,
            r#"status = "enabled""#,
            r#"given_name ^= """#,
        ];
        for filter in passed_over {
            assert!(!admits(true, filter), "{filter}");
        }
    }

    #[test]
    fn a_pool_that_ignores_case_finds_names_and_addresses_in_any() {
        assert!(admits(false, r#"username = "mARA""#));
        assert!(admits(false, r#"email = "mara@EXAMPLE.org""#));
        assert!(!admits(false, r#"family_name = "o\"hara\\""#));
    }

    #[test]
    fn what_is_no_filter_is_refused_in_the_services_words() {
        let broken = [
            "username",
            "username =",
            "username = Mara",
            r#"username = "Mara"#,
            r#"username = "Mara\"#,
            r#"username = "Mara" and email = "x""#,
            r#"username ^ "Mara""#,
            r#""username = "Mara""#,
            r#""username"#,
            r#"username != "Mara""#,
            r#"= "Mara"x"#,
            "username = \"\0\"",
            "username = \"\\\0\"",
        ];
        for filter in broken {
            let refused = Filter::parse(filter).unwrap_err();
            assert_eq!(refused.message, "Error while parsing filter.", "{filter}");
        }
        for (filter, name) in [
            (r#"custom:plan = "pro""#, "custom:plan"),
            (r#"= "x""#, ""),
            (r#""" = "x""#, ""),
            (r#"Email = "x""#, "Email"),
        ] {
            let refused = Filter::parse(filter).unwrap_err();
            assert_eq!(refused.message, format!("Invalid search attribute: {name}"));
        }
    }

    #[test]
    fn no_filter_admits_everybody() {
        assert_eq!(Filter::parse("").unwrap(), None);
        assert_eq!(Filter::parse("  ").unwrap(), None);
    }

    proptest! {
        #[test]
        fn any_value_can_be_searched_for_once_it_is_escaped(value in "\\PC{0,40}") {
            let escaped = value.replace('\\', r"\\").replace('"', r#"\""#);
            let filter = Filter::parse(&format!("name ^= \"{escaped}\"")).unwrap().unwrap();
            prop_assert_eq!(filter.value, value);
        }

        #[test]
        fn no_text_breaks_the_parser(text in ".{0,256}") {
            let _ = Filter::parse(&text);
        }
    }
}
