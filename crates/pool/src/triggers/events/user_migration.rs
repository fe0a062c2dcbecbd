//! UserMigration: an unknown user is looked for in an older directory.

use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::event::{About, Event, Metadata, members, put_client_metadata, scalar_map, validation_data};
use crate::base::error::ApiError;

/// A name that the pool does not know.
pub struct UserMigration<'a> {
    /// What the person wants.
    pub source: UserMigrationSource<'a>,
    /// `ClientMetadata` of `InitiateAuth`, which is called `validationData` here.
    pub validation: Option<&'a Metadata>,
    /// `ClientMetadata` of any other request.
    pub metadata: Option<&'a Metadata>,
}

/// What an unknown person wants.
#[derive(Clone, Copy)]
pub enum UserMigrationSource<'a> {
    /// To sign in.
    Authentication {
        /// With this password.
        password: &'a str,
    },
    /// To set a new password.
    ForgotPassword,
}

/// What the older directory knows of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// `userAttributes`, `sub` and the username not among them.
    pub attributes: Vec<(String, String)>,
    /// Whether the user keeps the password; if not, it must be reset first.
    pub confirmed: bool,
    /// Whether addresses that other users sign in by are taken from them.
    pub force_alias_creation: bool,
}

impl Event for UserMigration<'_> {
    /// `None` where the function does not know the user.
    type Answer = Option<Migrated>;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((Trigger::UserMigration, lambdas.user_migration.clone()?))
    }

    fn source(&self) -> &'static str {
        match self.source {
            UserMigrationSource::Authentication { .. } => "UserMigration_Authentication",
            UserMigrationSource::ForgotPassword => "UserMigration_ForgotPassword",
        }
    }

    fn request(&self, _about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = match self.source {
            UserMigrationSource::Authentication { password } => members([("password", json!(password))]),
            UserMigrationSource::ForgotPassword => Map::new(),
        };
        request.insert("validationData".to_owned(), validation_data(self.validation));
        request.insert("userAttributes".to_owned(), Value::Null);
        put_client_metadata(&mut request, self.metadata);
        request
    }

    fn read(&self, response: &Value, _trigger: Trigger) -> Result<Option<Migrated>, ApiError> {
        let attributes = scalar_map(response.get("userAttributes"));
        if attributes.is_empty() {
            return Ok(None);
        }
        let belongs = |name: &str| !matches!(name, "sub" | "username") && !name.starts_with("cognito:");
        Ok(Some(Migrated {
            attributes: attributes.into_iter().filter(|(name, _)| belongs(name)).collect(),
            confirmed: response.get("finalUserStatus").and_then(Value::as_str) == Some("CONFIRMED"),
            force_alias_creation: response.get("forceAliasCreation") == Some(&Value::Bool(true)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_answers_no_attributes_does_not_know_the_user() {
        let event = UserMigration {
            source: UserMigrationSource::ForgotPassword,
            validation: None,
            metadata: None,
        };
        let read = |response: Value| event.read(&response, Trigger::UserMigration).ok().flatten();
        for response in [
            json!({}),
            json!({"userAttributes": null}),
            json!({"userAttributes": {}}),
        ] {
            assert_eq!(read(response), None);
        }
        let attributes =
            json!({"email": "noel@example.com", "email_verified": true, "sub": "s", "cognito:x": "y"});
        let migrated = Migrated {
            attributes: vec![
                ("email".to_owned(), "noel@example.com".to_owned()),
                ("email_verified".to_owned(), "true".to_owned()),
            ],
            confirmed: false,
            force_alias_creation: false,
        };
        assert_eq!(read(json!({"userAttributes": attributes})), Some(migrated));
    }
}
