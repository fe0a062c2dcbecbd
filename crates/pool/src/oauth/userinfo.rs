//! `/oauth2/userInfo`: what an access token's scopes let its client know of the user, as it is now.

use serde_json::{Map, Value, json};

use super::denied::Denied;
use super::form::Form;
use super::site::Site;
use crate::auth::access_token::{self, SignedIn};
use crate::auth::claims::{self, OPENID};
use crate::auth::scopes;
use crate::records::LinkedIdentity;
use crate::request::Ctx;
use crate::users::attributes;

/// What the service says of a request without a token.
const BAD_REQUEST: &str = "Bad OAuth2 request at UserInfo Endpoint";
/// What it says of a token that is not good.
const BAD_TOKEN: &str = "Access token is expired, disabled, or deleted, or the user has globally signed out.";

/// Answers a request with these `Authorization` headers, and the form of its body where it has one.
///
/// # Errors
/// `invalid_request` (400) without exactly one token, `invalid_token` (401) with one that is not good here. Both have a challenge.
pub async fn run(ctx: &Ctx, site: &Site, headers: &[&str], form: Option<&Form>) -> Result<Value, Denied> {
    let is_double = form.is_some_and(Form::has_double);
    let in_form = form.and_then(|form| form.get("access_token"));
    let token = match (headers, in_form) {
        _ if is_double => None,
        ([header], None) => bearer(header),
        ([], token) => token,
        _ => None,
    };
    let Some(token) = token else {
        return Err(challenge(ctx, Denied::invalid_request().saying(BAD_REQUEST)));
    };
    let bad = || {
        challenge(
            ctx,
            Denied::new("invalid_token").saying(BAD_TOKEN).with_status(401),
        )
    };
    let signed_in = match access_token::authorize_for(ctx, token, OPENID).await {
        Ok(signed_in) => signed_in,
        Err(error) if error.status() >= 500 => return Err(error.into()),
        Err(_) => return Err(bad()),
    };
    match signed_in.pool.value.id() == site.pool.value.id() {
        true => Ok(info(ctx, &signed_in)),
        false => Err(bad()),
    }
}

/// The token of a header `Bearer`.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim_matches(' ');
    let is_token = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

fn challenge(ctx: &Ctx, denied: Denied) -> Denied {
    let scheme = match ctx.app.settings.hosted.userinfo_bearer_scheme {
        true => "Bearer ",
        false => "",
    };
    let description = denied.description.as_deref().unwrap_or_default();
    let challenge = format!(
        "{scheme}error=\"{}\", error_description=\"{description}\"",
        denied.error
    );
    denied.challenging(challenge)
}

fn info(ctx: &Ctx, signed_in: &SignedIn) -> Value {
    let SignedIn {
        pool,
        client,
        user,
        claims: token,
        ..
    } = signed_in;
    let granted = token.get("scope").and_then(Value::as_str).unwrap_or_default();
    let granted: Vec<String> = granted.split(' ').map(str::to_owned).collect();
    let are_typed = ctx.app.settings.hosted.userinfo_booleans;
    let mut info = Map::new();
    info.insert("sub".to_owned(), json!(user.value.sub));
    info.insert("username".to_owned(), json!(user.value.username));
    for (name, value) in &user.value.attributes {
        let is_shown =
            scopes::shows(&granted, name) && attributes::readable(&pool.value, &client.value, name);
        if is_shown {
            let value = match are_typed {
                true => claims::attribute_claim(name, value),
                false => json!(value),
            };
            info.insert(name.clone(), value);
        }
    }
    let identities = user.value.identities.iter().map(LinkedIdentity::listed);
    let identities: Vec<Value> = identities.collect();
    if !identities.is_empty() {
        info.insert(
            "identities".to_owned(),
            json!(Value::from(identities).to_string()),
        );
    }
    Value::Object(info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_header_holds_one_token() {
        assert_eq!(bearer("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(bearer("bEaReR  a.b.c "), Some("a.b.c"));
        for header in [
            "",
            "Bearer",
            "Bearer ",
            "Basic a",
            "a.b.c",
            "Bearer a b",
            "Bearer a\tb",
            "Bearer\ta",
        ] {
            assert_eq!(bearer(header), None, "{header}");
        }
    }
}
