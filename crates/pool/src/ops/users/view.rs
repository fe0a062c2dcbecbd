//! Users as answers show them.

use poolhouse_api::shapes::{AttributeType, UserType};

use crate::records::UserRecord;

/// A user as `AdminCreateUser` and `ListUsers` answer it.
pub fn user_type(user: &UserRecord) -> UserType {
    UserType {
        username: Some(user.username.clone()),
        attributes: Some(user.attribute_list()),
        user_create_date: Some(user.created.timestamp()),
        user_last_modified_date: Some(user.modified.timestamp()),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
        mfa_options: None,
    }
}

/// Those of the user's attributes whose names pass.
pub fn attributes(user: &UserRecord, shown: impl Fn(&str) -> bool) -> Vec<AttributeType> {
    let mut list = user.attribute_list();
    list.retain(|attribute| shown(&attribute.name));
    list
}
