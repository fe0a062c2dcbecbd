//! `/logout`: Cognito's parameters and those of OpenID Connect's RP-initiated logout.

use poolhouse_text::{percent, with_causes};

use super::browser;
use super::cookies::Browser;
use super::federation::saml::sign_out;
use super::form::Form;
use super::hint::{self, Hint};
pub use super::leaving::Leave;
use super::site::Site;
use crate::base::error::ApiError;
use crate::records::ClientRecord;
use crate::request::Ctx;

/// Decides what becomes of a request, and ends the session if it does: here, whatever becomes of one at an identity provider. `is_confirmed`: the person has pressed the button of the
/// page that asks.
///
/// # Errors
/// When the store fails.
pub async fn leave(
    ctx: &Ctx,
    site: &Site,
    form: &Form,
    cookies: &Browser,
    is_confirmed: bool,
) -> Result<Leave, ApiError> {
    let pool = &*site.pool.value;
    let hint = match form.get("id_token_hint") {
        Some(token) => hint::read(ctx, pool, token).await,
        None => None,
    };
    let named = form
        .get("client_id")
        .or(hint.as_ref().map(|hint| hint.client_id.as_str()));
    let client = match named {
        Some(id) => ctx.client(pool.id(), id).await.ok(),
        None => None,
    };
    let client = client.as_ref().map(|client| &*client.value);
    let found = match &cookies.session {
        Some(handle) => browser::find(ctx, pool, handle).await?,
        None => None,
    };
    let holder = found.as_ref().map(|found| found.user.value.sub.as_str());
    let decided = decide(form, client, hint.as_ref(), holder, is_confirmed);
    if let (true, Some(handle)) = (decided.ends(), &cookies.session) {
        let batch = browser::ends(ctx, pool.id(), (handle, found.as_ref()));
        if !batch.is_empty() {
            ctx.app.platform.commit(batch).await?;
        }
    }
    let Some(found) = found.filter(|_| decided.ends()) else {
        return Ok(decided);
    };
    let client_id = client.map_or("", ClientRecord::id);
    match sign_out::begin(ctx, site, (client_id, cookies), &found, &decided).await {
        Ok(away) => Ok(away.unwrap_or(decided)),
        Err(error) => {
            let (request_id, causes) = (&ctx.request_id, with_causes(&error));
            tracing::error!(
                request_id,
                causes,
                "an identity provider is not told of a sign-out"
            );
            Ok(decided)
        }
    }
}

fn decide(
    form: &Form,
    client: Option<&ClientRecord>,
    hint: Option<&Hint>,
    holder: Option<&str>,
    is_confirmed: bool,
) -> Leave {
    let registered = |uri: &str| {
        let listed = client.and_then(|client| client.settings.logout_urls.as_ref());
        listed.is_some_and(|listed| listed.iter().any(|held| held == uri))
    };
    if let Some(uri) = form.get("logout_uri") {
        return match (form.get("client_id"), registered(uri)) {
            (None, _) => Leave::Refused("invalid_request"),
            (Some(_), true) => Leave::To(uri.to_owned()),
            (Some(_), false) => Leave::Refused("redirect_mismatch"),
        };
    }
    if form.get("redirect_uri").is_some() && form.get("response_type").is_some() {
        return match client {
            Some(client) => Leave::SignIn(again(form, client)),
            None => Leave::Refused("invalid_request"),
        };
    }
    // Both are there and name two clients: neither is believed.
    let agrees = match (hint, form.get("client_id")) {
        (Some(hint), Some(named)) => hint.client_id == named,
        _ => true,
    };
    let is_of_another = matches!((hint, holder), (Some(hint), Some(holder)) if hint.sub != holder);
    if is_of_another && !is_confirmed {
        return Leave::Ask;
    }
    if let (Some(uri), true) = (form.get("post_logout_redirect_uri"), agrees) {
        if registered(uri) {
            return Leave::To(with_state(uri, form.get("state")));
        }
        return Leave::Refused("redirect_mismatch");
    }
    match hint.is_some() || is_confirmed {
        true => Leave::Said,
        false => Leave::Ask,
    }
}

/// The parameters of the request that follows; a missing scope is all of the client's.
fn again(form: &Form, client: &ClientRecord) -> String {
    let scopes = client.settings.allowed_oauth_scopes.as_ref();
    let all = scopes.map(|scopes| scopes.join(" ")).unwrap_or_default();
    let named = [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "lang",
    ];
    let pairs = named.iter().filter_map(|name| {
        let value = form.get(name).or((*name == "scope").then_some(all.as_str()))?;
        Some(format!("{name}={}", percent::encode(value)))
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else {
        return uri.to_owned();
    };
    let sign = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{sign}state={}", percent::encode(state))
}

#[cfg(test)]
mod tests {
    use poolhouse_api::shapes::UserPoolClientType;

    use super::*;

    fn client() -> ClientRecord {
        let settings = UserPoolClientType {
            logout_urls: Some(vec![
                "https://app.example/bye".to_owned(),
                "https://app.example/bye?a=1".to_owned(),
            ]),
            allowed_oauth_scopes: Some(vec!["openid".to_owned(), "email".to_owned()]),
            ..Default::default()
        };
        ClientRecord {
            settings,
            secrets: Vec::new(),
            risk: None,
            sso_minutes: None,
            unused_until: None,
        }
    }

    fn hint() -> Hint {
        Hint {
            sub: "u1".to_owned(),
            client_id: "c1".to_owned(),
        }
    }

    fn decided(query: &str, hint: Option<&Hint>, holder: Option<&str>) -> Leave {
        let form = Form::read(query.as_bytes()).unwrap();
        decide(&form, Some(&client()), hint, holder, false)
    }

    #[test]
    fn a_browser_is_sent_to_registered_addresses_alone() {
        let bye = "client_id=c1&logout_uri=https%3A%2F%2Fapp.example%2Fbye";
        assert_eq!(
            decided(bye, None, None),
            Leave::To("https://app.example/bye".to_owned())
        );
        for trick in [
            "/",
            "%2F..",
            "%3Fa=2",
            "%23",
            "@evil.example",
            ".evil.example",
            "%00",
            "%09",
        ] {
            assert_eq!(
                decided(&format!("{bye}{trick}"), None, None),
                Leave::Refused("redirect_mismatch"),
                "{trick}"
            );
            let standard = format!("post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye{trick}");
            assert_eq!(
                decided(&standard, Some(&hint()), Some("u1")),
                Leave::Refused("redirect_mismatch"),
                "{trick}"
            );
        }
        assert_eq!(
            decided("logout_uri=https%3A%2F%2Fapp.example%2Fbye", None, None),
            Leave::Refused("invalid_request")
        );
    }

    #[test]
    fn the_standards_parameters_take_a_state_along() {
        let query = "post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye%3Fa%3D1&state=a%20b%26c";
        assert_eq!(
            decided(query, Some(&hint()), Some("u1")),
            Leave::To("https://app.example/bye?a=1&state=a%20b%26c".to_owned())
        );
    }

    #[test]
    fn nobody_is_signed_out_by_a_token_of_somebody_else_or_by_nothing() {
        assert_eq!(decided("", None, Some("u1")), Leave::Ask);
        assert_eq!(decided("id_token_hint=x", Some(&hint()), Some("u2")), Leave::Ask);
        assert_eq!(decided("id_token_hint=x", Some(&hint()), Some("u1")), Leave::Said);
        assert_eq!(decided("id_token_hint=x", None, Some("u1")), Leave::Ask);
    }

    #[test]
    fn a_sign_in_that_follows_a_sign_out_asks_for_all_scopes_unless_told() {
        let query = "client_id=c1&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&state=x";
        assert_eq!(
            decided(query, None, None),
            Leave::SignIn(
                "client_id=c1&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code&scope=openid%20email&state=x"
                    .to_owned()
            )
        );
    }
}
