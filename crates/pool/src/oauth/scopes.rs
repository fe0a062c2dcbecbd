//! Which scopes a client gets of those that it asks for.

use super::denied::Denied;
use crate::auth::claims::{ADMIN_SCOPE, OPENID};
use crate::auth::scopes::OF_ATTRIBUTES;
use crate::records::{ClientRecord, PoolRecord};
use crate::request::{Ctx, hosted};

/// Scopes that a request may name.
const MOST: usize = 100;

/// What is granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// The scopes, in the order asked.
    pub granted: Vec<String>,
    /// Whether that is less than what was asked for.
    pub is_narrowed: bool,
}

/// The scopes of an authorization. Without a list, a client gets all it may have. One whose resource server has it no more is
/// left out; one that is not the client's is refused.
///
/// # Errors
/// `invalid_scope`; `server_error` when the store fails.
pub async fn of_user(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    asked: Option<&str>,
) -> Result<Scopes, Denied> {
    let allowed = allowed(client);
    let asked = match asked {
        Some(text) => read(text)?,
        None => {
            let has_openid = allowed.iter().any(|scope| scope == OPENID);
            let goes = |scope: &&String| has_openid || !OF_ATTRIBUTES.contains(&scope.as_str());
            allowed.iter().filter(goes).cloned().collect()
        }
    };
    let has_openid = asked.iter().any(|scope| scope == OPENID);
    let is_lone = |scope: &String| OF_ATTRIBUTES.contains(&scope.as_str()) && !has_openid;
    if asked
        .iter()
        .any(|scope| !allowed.contains(scope) || is_lone(scope))
    {
        return Err(invalid());
    }
    active(ctx, pool, asked).await
}

/// The scopes of a client that asks for itself: those of resource servers alone.
///
/// # Errors
/// As [`of_user`].
pub async fn of_client(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    asked: Option<&str>,
) -> Result<Scopes, Denied> {
    let allowed = allowed(client);
    let may_have = |scope: &String| is_custom(scope) && allowed.contains(scope);
    let asked = match asked {
        Some(text) => read(text)?,
        None => allowed.iter().filter(|scope| is_custom(scope)).cloned().collect(),
    };
    let ignores = ctx.app.settings.hosted.ignores_unknown_scopes;
    if !ignores && !asked.iter().all(may_have) {
        return Err(invalid());
    }
    let count = asked.len();
    let asked: Vec<String> = asked.into_iter().filter(may_have).collect();
    let is_narrowed = asked.len() < count;
    let scopes = active(ctx, pool, asked).await?;
    Ok(Scopes {
        is_narrowed: is_narrowed || scopes.is_narrowed,
        ..scopes
    })
}

/// The scopes of a token that follows from another one: those of the other that are asked for, all if none are, and that the client may
/// have.
///
/// # Errors
/// `invalid_scope` where nothing is left; as [`of_user`].
pub async fn of_exchange(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    asked: Option<&str>,
    held: &[String],
) -> Result<Vec<String>, Denied> {
    let asked = match asked {
        Some(text) => read(text)?,
        None => held.to_vec(),
    };
    let allowed = allowed(client);
    let mut granted = asked;
    granted.retain(|scope| held.contains(scope) && allowed.contains(scope));
    // Neither goes without the other: scopes of attributes need `openid`, which alone would show more.
    if !granted.iter().any(|scope| scope == OPENID) {
        granted.retain(|scope| !OF_ATTRIBUTES.contains(&scope.as_str()));
    } else if is_widened(held, &granted) {
        granted.retain(|scope| scope != OPENID);
    }
    Ok(active(ctx, pool, granted).await?.granted)
}

/// Whether these scopes show more than those do that they are a part of: `openid` alone stands for every attribute, and together with
/// scopes of attributes for no more than theirs.
fn is_widened(granted: &[String], asked: &[String]) -> bool {
    let shows_some = |scopes: &[String]| scopes.iter().any(|scope| OF_ATTRIBUTES.contains(&scope.as_str()));
    let has_openid = asked.iter().any(|scope| scope == OPENID);
    has_openid && shows_some(granted) && !shows_some(asked)
}

/// What is left of a family's scopes in a refresh that asks for these.
///
/// # Errors
/// `invalid_scope` for one that the family was not granted, and for `openid` without the scopes of attributes that it was granted with.
pub fn narrowed(granted: &[String], asked: &str) -> Result<Vec<String>, Denied> {
    let asked = read(asked)?;
    match asked.iter().all(|scope| granted.contains(scope)) && !is_widened(granted, &asked) {
        true => Ok(asked),
        false => Err(invalid()),
    }
}

/// Reads a list of scopes; one that is named twice is named once.
fn read(text: &str) -> Result<Vec<String>, Denied> {
    let is_legal = |scope: &str| {
        scope
            .bytes()
            .all(|b| matches!(b, b'!' | b'#'..=b'[' | b']'..=b'~'))
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !is_legal(scope) {
            return Err(invalid());
        }
        if !scopes.iter().any(|held| held == scope) {
            scopes.push(scope.to_owned());
        }
    }
    match scopes.len() {
        1..=MOST => Ok(scopes),
        _ => Err(invalid()),
    }
}

fn allowed(client: &ClientRecord) -> &[String] {
    client
        .settings
        .allowed_oauth_scopes
        .as_deref()
        .unwrap_or_default()
}

fn is_custom(scope: &str) -> bool {
    scope != OPENID && scope != ADMIN_SCOPE && !OF_ATTRIBUTES.contains(&scope)
}

/// Leaves out what no resource server of the pool has any more.
async fn active(ctx: &Ctx, pool: &PoolRecord, asked: Vec<String>) -> Result<Scopes, Denied> {
    let custom = asked.iter().filter(|scope| is_custom(scope));
    let mut gone: Vec<String> = custom.cloned().collect();
    let all: Vec<&str> = gone.iter().map(String::as_str).collect();
    if hosted::unknown_scope(ctx, pool.id(), &all).await?.is_none() {
        gone.clear();
    }
    // Rarely: which of them they are.
    let mut unknown = Vec::new();
    for scope in gone {
        if !hosted::scope_exists(ctx, pool.id(), &scope).await? {
            unknown.push(scope);
        }
    }
    let mut granted = asked;
    granted.retain(|scope| !unknown.contains(scope));
    match granted.is_empty() {
        true => Err(invalid()),
        false => Ok(Scopes {
            granted,
            is_narrowed: !unknown.is_empty(),
        }),
    }
}

fn invalid() -> Denied {
    Denied::new("invalid_scope")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_list_of_scopes_keeps_its_order_and_names_each_once() {
        let read = |text: &str| read(text).ok();
        assert_eq!(
            read("email  openid email https://api.example/v1/read"),
            Some(texts(&["email", "openid", "https://api.example/v1/read"]))
        );
        for text in ["", " ", "openid\temail", "openid\u{a0}email", "a\"b", "a\\b", "ü"] {
            assert_eq!(read(text), None, "{text}");
        }
        let many: Vec<String> = (0..=100).map(|number| number.to_string()).collect();
        assert_eq!(read(&many.join(" ")), None);
    }

    #[test]
    fn a_refresh_never_widens_what_was_granted() {
        let granted = texts(&["openid", "email", "rs/read"]);
        assert_eq!(
            narrowed(&granted, "rs/read openid email").ok(),
            Some(texts(&["rs/read", "openid", "email"]))
        );
        // Alone it would show every attribute.
        let all = texts(&["openid", "rs/read"]);
        assert_eq!(narrowed(&all, "openid").ok(), Some(texts(&["openid"])));
        for asked in [
            "openid",
            "openid rs/read",
            "openid profile",
            "rs/write",
            "openid OPENID",
            "",
            "rs",
        ] {
            assert!(narrowed(&granted, asked).is_err(), "{asked}");
        }
    }
}
