//! An authorization code, until its one use and for a while after.
//!
//! The row lies under a digest of the code, so a copy of the database holds no code. What is left of a used one says which tokens
//! it gave: a second use ends them.

use serde_json::{Value, json};

use super::authorization::Authorization;
use super::document::{Document, SWEEP_MARGIN_SECONDS, integer, text};
use super::granted::texts;
use super::key::Key;
use super::provider_ref::ProviderRef;
use crate::base::clock::Millis;

/// The part of the key between the pool and the digest.
const FOLDER: &str = "authorization-code/";
/// How long it is remembered that a code was used.
const USED_KEPT_SECONDS: i64 = 3600;

/// Who signed in, and how: what an authorization code stands for beside what its client asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granting {
    /// The user's `sub`.
    pub sub: String,
    /// The user's security epoch at that moment. Once it has moved, the code is worth nothing.
    pub epoch: u64,
    /// When the person signed in, maybe for another client of the pool: `auth_time`.
    pub auth_time: Millis,
    /// How: `amr`.
    pub amr: Vec<String>,
    /// The digest of the browser session.
    pub browser_session: Option<String>,
    /// The identity provider, unless it is the pool.
    pub provider: Option<ProviderRef>,
    /// Whether a right confirm code, or what stands for one, was part of it: only then the code is good where the pool needs one.
    pub passes_door: bool,
}

impl Granting {
    /// The same as a member of a document.
    pub fn to_member(&self) -> Value {
        let mut member = json!({
            "sub": self.sub,
            "epoch": self.epoch,
            "authTime": self.auth_time.0,
            "amr": self.amr,
            "passesDoor": self.passes_door,
        });
        if let Some(session) = &self.browser_session {
            member["browserSession"] = json!(session);
        }
        if let Some(provider) = &self.provider {
            member["provider"] = provider.to_member();
        }
        member
    }

    /// What such a member says.
    pub fn from_member(member: &Value) -> Option<Granting> {
        Some(Granting {
            sub: text(member, "sub")?,
            epoch: member.get("epoch")?.as_u64()?,
            auth_time: Millis(integer(member, "authTime")?),
            amr: texts(member, "amr")?,
            browser_session: text(member, "browserSession"),
            provider: ProviderRef::of_document(member, "provider")?,
            passes_door: member.get("passesDoor")?.as_bool()?,
        })
    }
}

/// A code that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The domain it was given at. It is good at no other.
    pub domain: String,
    /// What its client asked for.
    pub authorization: Authorization,
    /// Who signed in.
    pub granting: Granting,
    /// When it is good no longer.
    pub expires: Millis,
}

impl Unused {
    /// What is left of it once it is used, and gives this family.
    pub fn used(&self, at: Millis, family: Option<&str>) -> AuthorizationCode {
        AuthorizationCode::Used(Used {
            at,
            sub: self.granting.sub.clone(),
            family: family.map(str::to_owned),
            is_revoked: false,
        })
    }
}

/// What is left of a code that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// When.
    pub at: Millis,
    /// Whose it was.
    pub sub: String,
    /// The family of tokens that it gave, if it gave one.
    pub family: Option<String>,
    /// Whether a second use has ended them.
    pub is_revoked: bool,
}

/// An authorization code as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationCode {
    /// It is good for one use.
    Unused(Box<Unused>),
    /// It was used.
    Used(Used),
}

impl AuthorizationCode {
    /// Where the code with this digest lies.
    pub fn key(pool_id: &str, digest: &str) -> Key<AuthorizationCode> {
        Key::of_pool(pool_id, format_args!("{FOLDER}{digest}"))
    }
}

impl Document for AuthorizationCode {
    fn sweepable(&self) -> Option<Millis> {
        Some(match self {
            AuthorizationCode::Unused(unused) => unused.expires.plus_seconds(SWEEP_MARGIN_SECONDS),
            AuthorizationCode::Used(used) => used.at.plus_seconds(USED_KEPT_SECONDS + SWEEP_MARGIN_SECONDS),
        })
    }

    fn to_document(&self) -> Value {
        match self {
            AuthorizationCode::Unused(unused) => json!({
                "domain": unused.domain,
                "authorization": unused.authorization.to_json(),
                "granting": unused.granting.to_member(),
                "expires": unused.expires.0,
            }),
            AuthorizationCode::Used(used) => json!({
                "used": used.at.0,
                "sub": used.sub,
                "family": used.family,
                "revoked": used.is_revoked,
            }),
        }
    }

    fn from_document(document: &Value) -> Option<AuthorizationCode> {
        if document.get("used").is_some() {
            return Some(AuthorizationCode::Used(Used {
                at: Millis(integer(document, "used")?),
                sub: text(document, "sub")?,
                family: text(document, "family"),
                is_revoked: document.get("revoked")?.as_bool()?,
            }));
        }
        Some(AuthorizationCode::Unused(Box::new(Unused {
            domain: text(document, "domain")?,
            authorization: Authorization::from_json(document.get("authorization")?)?,
            granting: Granting::from_member(document.get("granting")?)?,
            expires: Millis(integer(document, "expires")?),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_its_json_form_used_and_unused() {
        let unused = AuthorizationCode::Unused(Box::new(Unused {
            domain: "acme".to_owned(),
            authorization: Authorization::default(),
            granting: Granting {
                sub: "5d0a".to_owned(),
                epoch: 3,
                auth_time: Millis(5),
                amr: vec!["pwd".to_owned(), "otp".to_owned()],
                browser_session: Some("digest".to_owned()),
                provider: Some(ProviderRef {
                    name: "Corp".to_owned(),
                    id: "77".to_owned(),
                }),
                passes_door: true,
            },
            expires: Millis(9),
        }));
        let used = |family: Option<&str>| {
            AuthorizationCode::Used(Used {
                at: Millis(7),
                sub: "5d0a".to_owned(),
                family: family.map(str::to_owned),
                is_revoked: false,
            })
        };
        for code in [unused, used(Some("77aa")), used(None)] {
            assert_eq!(AuthorizationCode::from_document(&code.to_document()), Some(code));
        }
    }
}
