//! Which members of which rows are sealed, for what, and under which context: what has to be sealed again after the master
//! key was rotated.
//!
//! Sessions are not among them. They are over long before the key goes that they were sealed with.

use serde_json::Value;

use super::access_key::AccessKeyRecord;
use super::identity_provider;
use super::key::Directory;
use super::outbox;
use super::seal;
use crate::base::purpose::Purpose;

/// A sealed member of a document.
pub struct Sealed<'a> {
    /// What it is sealed for.
    pub purpose: Purpose,
    /// What it is sealed under.
    pub context: String,
    /// The sealed text.
    pub text: &'a mut String,
}

/// The sealed members of the document at `key`.
pub fn members<'a>(key: &str, document: &'a mut Value) -> Vec<Sealed<'a>> {
    if key == seal::key().as_str() {
        return sealed(Purpose::Check, key.to_owned(), Some(document))
            .into_iter()
            .collect();
    }
    if let Some(id) = key
        .strip_prefix(outbox::PREFIX)
        .and_then(|rest| rest.rsplit('/').next())
    {
        let contexts = [
            ("sealed", outbox::sealing_context(id)),
            ("attempts", outbox::attempts_context(id)),
        ];
        return of_object(document, Purpose::Mail, &contexts);
    }
    let under_key = |document, purpose, members: &[&'static str]| {
        let contexts: Vec<_> = members.iter().map(|member| (*member, key.to_owned())).collect();
        of_object(document, purpose, &contexts)
    };
    if key.starts_with(AccessKeyRecord::PREFIX) {
        return under_key(document, Purpose::AccessKeys, &["secret"]);
    }
    if key.starts_with(Directory::Pool.prefix()) {
        return under_key(document, Purpose::Seeds, &["seed"]);
    }
    match key.split('/').collect::<Vec<_>>()[..] {
        ["p", _, "signing-keys"] => {
            let sealed = |pair| under_key(pair, Purpose::SigningKeys, &["id", "access"]);
            if document.get("pairs").is_none() {
                return sealed(document);
            }
            let pairs = document.get_mut("pairs").and_then(Value::as_array_mut);
            pairs.into_iter().flatten().flat_map(sealed).collect()
        }
        ["p", _, "client", _] => {
            let sealed = |holder| under_key(holder, Purpose::ClientSecrets, &["secret"]);
            if document.get("secrets").is_none() {
                return sealed(document);
            }
            let secrets = document.get_mut("secrets").and_then(Value::as_array_mut);
            secrets.into_iter().flatten().flat_map(sealed).collect()
        }
        // Providers' names may have slashes.
        ["p", _, "identity-provider", ..] => {
            let secrets = document.get_mut("secrets");
            let sealed = |secrets| under_key(secrets, Purpose::ProviderSecrets, &identity_provider::SECRETS);
            secrets.into_iter().flat_map(sealed).collect()
        }
        ["p", _, "signing-certificate"] => under_key(document, Purpose::SigningKeys, &["key"]),
        ["p", _, "user", _, "profile"] | ["p", _, "user", _, "device", _] => {
            under_key(document, Purpose::Verifiers, &["verifier"])
        }
        ["p", _, "user", _, "software-token" | "software-token-unverified"] => {
            under_key(document, Purpose::TokenSeeds, &["seed"])
        }
        ["p", _, "user", _, "code", _] => under_key(document, Purpose::Codes, &["code"]),
        _ => Vec::new(),
    }
}

/// Those of these members that are there, each with its context.
fn of_object<'a>(
    document: &'a mut Value,
    purpose: Purpose,
    contexts: &[(&'static str, String)],
) -> Vec<Sealed<'a>> {
    let Value::Object(members) = document else {
        return Vec::new();
    };
    let context = |name: &str| contexts.iter().find(|(member, _)| *member == name);
    let found = members.iter_mut().filter_map(|(name, value)| {
        let (_, context) = context(name)?;
        sealed(purpose, context.clone(), Some(value))
    });
    found.collect()
}

fn sealed(purpose: Purpose, context: String, value: Option<&mut Value>) -> Option<Sealed<'_>> {
    match value {
        Some(Value::String(text)) => Some(Sealed {
            purpose,
            context,
            text,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_sealed_member_is_found_and_nothing_else() {
        let cases = [
            ("meta/seal", json!("s"), vec![(Purpose::Check, "meta/seal")]),
            ("meta/user-index", json!(1), vec![]),
            (
                "pool/a",
                json!({ "seed": "s", "settings": {} }),
                vec![(Purpose::Seeds, "pool/a")],
            ),
            ("client-pool/c", json!("a"), vec![]),
            (
                "access-key/A",
                json!({ "secret": "s", "created": 1 }),
                vec![(Purpose::AccessKeys, "access-key/A")],
            ),
            (
                "outbox/1/0000000000001/id",
                json!({ "sealed": "s", "attempts": "s", "thread": "t" }),
                vec![
                    (Purpose::Mail, "outbox/id/attempts"),
                    (Purpose::Mail, "outbox/id"),
                ],
            ),
            (
                "outbox/1/1/id",
                json!({ "sealed": "s", "attempts": null }),
                vec![(Purpose::Mail, "outbox/id")],
            ),
            (
                "p/a/client/c",
                json!({ "settings": {}, "secret": "s" }),
                vec![(Purpose::ClientSecrets, "p/a/client/c")],
            ),
            ("p/a/client/c", json!({ "settings": {} }), vec![]),
            (
                "p/a/client/c",
                json!({ "secrets": [{ "id": "1", "secret": "s" }, { "id": "2", "secret": "t" }] }),
                vec![(Purpose::ClientSecrets, "p/a/client/c"); 2],
            ),
            (
                "p/a/user/u/profile",
                json!({ "verifier": "s", "sub": "u" }),
                vec![(Purpose::Verifiers, "p/a/user/u/profile")],
            ),
            (
                "p/a/user/u/device/us-east-1_0f",
                json!({ "verifier": "s", "key": "us-east-1_0f", "name": null }),
                vec![(Purpose::Verifiers, "p/a/user/u/device/us-east-1_0f")],
            ),
            (
                "p/a/user/u/code/reset",
                json!({ "code": "s" }),
                vec![(Purpose::Codes, "p/a/user/u/code/reset")],
            ),
            (
                "p/a/user/u/software-token",
                json!({ "seed": "s", "name": "phone", "lastStep": 7 }),
                vec![(Purpose::TokenSeeds, "p/a/user/u/software-token")],
            ),
            (
                "p/a/user/u/software-token-unverified",
                json!({ "seed": "s", "name": null, "lastStep": null }),
                vec![(Purpose::TokenSeeds, "p/a/user/u/software-token-unverified")],
            ),
            (
                "p/a/identity-provider/Corp/2",
                json!({ "details": { "client_id": "c" }, "secrets": { "client_secret": "s", "private_key": "k" } }),
                vec![(Purpose::ProviderSecrets, "p/a/identity-provider/Corp/2"); 2],
            ),
            (
                "p/a/signing-certificate",
                json!({ "key": "s", "certificate": "c" }),
                vec![(Purpose::SigningKeys, "p/a/signing-certificate")],
            ),
            ("p/a/user/u/session/d", json!({ "private": "s" }), vec![]),
            (
                "p/a/signing-keys",
                json!({ "pairs": [{ "id": "s", "access": "s", "from": 1 }] }),
                vec![(Purpose::SigningKeys, "p/a/signing-keys"); 2],
            ),
            (
                "p/a/signing-keys",
                json!({ "id": "s", "access": "s" }),
                vec![(Purpose::SigningKeys, "p/a/signing-keys"); 2],
            ),
        ];
        for (key, mut document, expected) in cases {
            let found = members(key, &mut document);
            let mut found: Vec<_> = found
                .iter()
                .map(|sealed| (sealed.purpose, sealed.context.as_str()))
                .collect();
            found.sort_by_key(|(_, context)| std::cmp::Reverse(context.len()));
            assert_eq!(found, expected, "{key}");
        }
    }
}
