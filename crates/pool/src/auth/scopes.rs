//! Which attributes the scopes of OpenID Connect stand for.

use crate::records::{ClientRecord, PoolRecord};
use crate::users::attributes;

/// The attributes of the scope `profile`, beside the custom ones.
pub const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
/// Those of the scope `email`.
pub const EMAIL: [&str; 2] = ["email", "email_verified"];
/// Those of the scope `phone`.
pub const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];

/// The scopes that stand for attributes. They go together with `openid`.
pub const OF_ATTRIBUTES: [&str; 3] = ["email", "phone", "profile"];

/// Whether ID tokens and `userInfo` show an attribute under these scopes. `openid` alone shows all; together with scopes that
/// stand for attributes, it shows those.
pub fn shows(scopes: &[String], attribute: &str) -> bool {
    let mut of_attributes = scopes
        .iter()
        .filter(|scope| OF_ATTRIBUTES.contains(&scope.as_str()))
        .peekable();
    if attribute == "sub" || attribute == "identities" || of_attributes.peek().is_none() {
        return true;
    }
    of_attributes.any(|scope| match scope.as_str() {
        "email" => EMAIL.contains(&attribute),
        "phone" => PHONE.contains(&attribute),
        _ => PROFILE.contains(&attribute) || attribute.starts_with("custom:"),
    })
}

/// Whether the app client may read every attribute that these scopes stand for.
pub fn are_readable(pool: &PoolRecord, client: &ClientRecord, scopes: &[String]) -> bool {
    scopes.iter().all(|scope| {
        let attributes: &[&str] = match scope.as_str() {
            "email" => &EMAIL,
            "phone" => &PHONE,
            "profile" => &PROFILE,
            _ => &[],
        };
        attributes
            .iter()
            .all(|attribute| attributes::readable(pool, client, attribute))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_what_its_scopes_stand_for_and_with_openid_alone_everything() {
        let shown = |scopes: &[&str]| -> Vec<&str> {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let all = [
                "email",
                "email_verified",
                "phone_number",
                "name",
                "custom:plan",
                "address",
            ];
            all.into_iter().filter(|name| shows(&scopes, name)).collect()
        };
        let all = [
            "email",
            "email_verified",
            "phone_number",
            "name",
            "custom:plan",
            "address",
        ];
        assert_eq!(shown(&["openid"]), all);
        assert_eq!(shown(&["openid", "orders/read"]), all);
        assert_eq!(shown(&["openid", "email"]), ["email", "email_verified"]);
        assert_eq!(shown(&["profile", "openid"]), ["name", "custom:plan"]);
        assert_eq!(
            shown(&["openid", "phone", "email"]),
            ["email", "email_verified", "phone_number"]
        );
    }
}
