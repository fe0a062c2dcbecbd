//! What a browser comes back with from a provider.

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_store::Batch;
use serde_json::{Map, Value, json};

use super::endpoints::{Endpoints, speaks_openid};
use super::fault::Fault;
use super::go::NONCE;
use super::id_token::{self, Expected};
use super::token::{self, Tokens};
use super::{claims, client_secret, keys, user_info};
use crate::base::error::ApiError;
use crate::oauth::cookies::Browser;
use crate::oauth::federation::arrive::{Arrived, arrive};
use crate::oauth::federation::identity::Identity;
use crate::oauth::federation::round::{self, Round};
use crate::oauth::form::Form;
use crate::oauth::site::Site;
use crate::request::Ctx;

/// What of an answer is looked at. Apple sends it by a form of its own page, which comes without our cookies: these are handed on.
pub const PARAMETERS: [&str; 6] = ["code", "state", "iss", "error", "error_description", "user"];
/// Bytes of the longest code, and of what Apple says of a name.
const LONGEST: usize = 8 * 1024;

/// Takes the answer of a provider. `None`: there is no sign-in of this state in this browser.
///
/// # Errors
/// When the store fails.
pub async fn back(
    ctx: &Ctx,
    site: &Site,
    form: &Form,
    cookies: &Browser,
) -> Result<Option<Arrived>, ApiError> {
    let state = form.get("state").filter(|_| !form.has_double());
    let Some(state) = state else { return Ok(None) };
    let Some(round) = round::take(ctx, site, state, cookies).await? else {
        return Ok(None);
    };
    let identity = match round.provider.value.kind {
        // Those have an endpoint of their own.
        Kind::Saml => Err(Fault::new("identity provider is not available")),
        _ => identity(ctx, &round, form).await,
    };
    match identity {
        Ok(identity) => arrive(ctx, round, identity, Batch::new()).await.map(Some),
        Err(fault) => {
            let location = round.refuse(ctx, fault.error, &fault.description).await?;
            Ok(Some(Arrived::Refused(location)))
        }
    }
}

/// Who it is, verified.
async fn identity(ctx: &Ctx, round: &Round, form: &Form) -> Result<Identity, Fault> {
    let provider = &round.provider.value;
    let endpoints = Endpoints::of(ctx, provider).await?;
    check_issuer(ctx, &provider.name, &endpoints, form.get("iss"))?;
    if let Some(error) = form.get("error") {
        return Err(refused(error, form.get("error_description")));
    }
    let code = form.get("code").filter(|code| code.len() <= LONGEST);
    let code = code.ok_or_else(|| Fault::unbelievable(ctx, &provider.name, "there is no code"))?;
    let tokens = token::exchange(ctx, round, &endpoints, code).await?;
    let mut said = match speaks_openid(provider.kind) {
        true => by_token(ctx, round, &endpoints, &tokens).await?,
        false => asked(ctx, round, &endpoints, &tokens).await?.unwrap_or_default(),
    };
    let subject = said.get(&user_info::subject_of(provider)).and_then(Value::as_str);
    let subject = subject.map(str::to_owned).filter(|subject| !subject.is_empty());
    let subject = subject.ok_or_else(|| Fault::unbelievable(ctx, &provider.name, "it names nobody"))?;
    if provider.kind == Kind::SignInWithApple {
        said.extend(names(form.get("user")));
    }
    let mut claims = claims::texts(&said);
    for (name, token) in [("id_token", tokens.id), ("access_token", tokens.access)] {
        if let Some(token) = token {
            claims.insert(name.to_owned(), vec![token]);
        }
    }
    Ok(Identity {
        subject,
        issuer: endpoints.issuer.filter(|_| provider.kind == Kind::Oidc),
        claims,
        session: None,
    })
}

/// Of two providers, the one that answers says so, if it says anything: an answer of the one is not taken for one of the other.
fn check_issuer(ctx: &Ctx, provider: &str, endpoints: &Endpoints, said: Option<&str>) -> Result<(), Fault> {
    let is_right = match said {
        Some(said) => endpoints.issuer.as_deref() == Some(said),
        None => !endpoints.says_issuer,
    };
    match is_right {
        true => Ok(()),
        false => Err(Fault::unbelievable(
            ctx,
            provider,
            "the answer is of another issuer",
        )),
    }
}

/// What a provider refuses, in its own words as far as a client may be told any.
fn refused(error: &str, description: Option<&str>) -> Fault {
    let denied = error == "access_denied";
    Fault {
        error: if denied {
            "access_denied"
        } else {
            "invalid_request"
        },
        description: description.unwrap_or(error).to_owned(),
    }
}

/// What the ID token says, and what there is beside it.
async fn by_token(
    ctx: &Ctx,
    round: &Round,
    endpoints: &Endpoints,
    tokens: &Tokens,
) -> Result<Map<String, Value>, Fault> {
    let provider = &round.provider.value;
    let bad = |reason: &str| Fault::unbelievable(ctx, &provider.name, reason);
    let token = tokens.id.as_deref().ok_or_else(|| bad("there is no ID token"))?;
    let secret = match provider.kind {
        Kind::Oidc => Some(client_secret::of(ctx, &round.provider, endpoints)?),
        _ => None,
    };
    let signed = keys::verified(ctx, &provider.name, endpoints, (token, secret.as_deref())).await?;
    let expected = Expected {
        kind: provider.kind,
        issuer: endpoints.issuer.as_deref().unwrap_or_default(),
        client_id: endpoints.detail("client_id").unwrap_or_default(),
        nonce: round.kept.get(NONCE).map_or("", String::as_str),
        access: tokens.access.as_deref(),
        now: ctx.now,
    };
    let said = id_token::check(signed, &expected).map_err(bad)?;
    // What the others say beside it, the ID token says, too.
    if provider.kind != Kind::Oidc {
        return Ok(said);
    }
    let Some(info) = asked(ctx, round, endpoints, tokens).await? else {
        return Ok(said);
    };
    match info.get("sub") == said.get("sub") {
        true => Ok(claims::merged(said, info)),
        false => Err(bad("userInfo is of somebody else")),
    }
}

/// What the provider says to whoever holds the access token. `None`: it has no such endpoint, or gave no such token.
async fn asked(
    ctx: &Ctx,
    round: &Round,
    endpoints: &Endpoints,
    tokens: &Tokens,
) -> Result<Option<Map<String, Value>>, Fault> {
    match (&endpoints.user_info, &tokens.access) {
        (Some(url), Some(access)) => user_info::read(ctx, &round.provider.value, endpoints, (url, access))
            .await
            .map(Some),
        _ => Ok(None),
    }
}

/// What Apple has the browser say of a name, at the first sign-in. Nobody vouches for it, so nothing else is taken from there.
fn names(user: Option<&str>) -> Map<String, Value> {
    let user = user.filter(|user| user.len() <= LONGEST);
    let user: Value = user
        .and_then(|user| serde_json::from_str(user).ok())
        .unwrap_or_default();
    let part = |name: &str| user.get("name")?.get(name)?.as_str().map(str::to_owned);
    let parts = ["firstName", "lastName"].into_iter();
    let parts = parts.filter_map(|name| Some((name.to_owned(), json!(part(name)?))));
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_the_browser_says_for_apple_a_name_is_taken_and_nothing_else() {
        let said = r#"{"name":{"firstName":"Mara","lastName":"Lind","middleName":"x"},"email":"victim@b.example","sub":"1"}"#;
        assert_eq!(
            json!(names(Some(said))),
            json!({ "firstName": "Mara", "lastName": "Lind" })
        );
        for said in [
            None,
            Some(""),
            Some("x"),
            Some("[]"),
            Some(r#"{"name":"x"}"#),
            Some(r#"{"name":{"firstName":1}}"#),
        ] {
            assert_eq!(names(said), Map::new(), "{said:?}");
        }
    }

    #[test]
    fn a_provider_that_refuses_is_heard_in_its_own_words() {
        assert_eq!(refused("access_denied", None).error, "access_denied");
        let other = refused("server_error", Some("Try later"));
        assert_eq!(
            (other.error, other.description.as_str()),
            ("invalid_request", "Try later")
        );
    }
}
