//! `/oauth2/token`: tokens for a code, for a refresh token, for another token, or for the client itself.

use poolhouse_api::Operation;
use poolhouse_api::shapes::{AuthenticationResultType, OAuthFlowType};
use serde_json::{Map, Value, json};

use super::client::Known;
use super::code::{self, Presented};
use super::denied::Denied;
use super::form::Form;
use super::site::Site;
use super::token_exchange::{self, endpoint::GRANT};
use super::{client, grant, refresh, scopes};
use crate::auth::issue;
use crate::records::ClientRecord;
use crate::request::Ctx;
use crate::triggers::events::Metadata;

/// Bytes of the longest `aws_client_metadata`.
const LONGEST_METADATA: usize = 8192;

/// Answers a request with this form and these `Authorization` headers.
///
/// # Errors
/// What is wrong with it.
pub async fn run(ctx: &Ctx, site: &Site, headers: &[&str], form: &Form) -> Result<Value, Denied> {
    if form.has_double() {
        return Err(Denied::invalid_request());
    }
    let kind = form.get("grant_type").ok_or_else(Denied::invalid_request)?;
    // What is none of the API's calls is called by its own name in the log.
    let (operation, called) = called(kind).ok_or_else(|| Denied::new("unsupported_grant_type"))?;
    ctx.audit.serves_as(operation, called);
    let metadata = metadata(form)?;
    let Known { record: client, url } = client::authenticate(ctx, site, headers, form).await?;
    match kind {
        "authorization_code" => {
            check_flow(&client.value, OAuthFlowType::Code)?;
            let presented = Presented {
                code: form.get("code").ok_or_else(Denied::invalid_request)?,
                redirect_uri: form.get("redirect_uri").ok_or_else(Denied::invalid_request)?,
                verifier: form.get("code_verifier"),
                resource: form.get("resource"),
                client_url: url.as_deref(),
            };
            let given = code::redeem(ctx, site, &client, &presented).await?;
            Ok(answer(given))
        }
        "refresh_token" => {
            ctx.app
                .admission
                .admit(Operation::GetTokensFromRefreshToken, ctx.now)?;
            let presented = refresh::Presented {
                token: form.get("refresh_token").ok_or_else(Denied::invalid_request)?,
                scope: form.get("scope"),
                resource: form.get("resource"),
                client_url: url.as_deref(),
            };
            let given = refresh::exchange(ctx, site, &client.value, &presented).await?;
            Ok(answer(given))
        }
        // Whoever brings a URL has proven nothing that is its own.
        _ if url.is_some() => Err(Denied::new("unauthorized_client")),
        GRANT => token_exchange::endpoint::run(ctx, site, &client, form).await,
        _ => {
            let result = of_client(ctx, site, &client.value, form, &metadata).await?;
            Ok(answer(result))
        }
    }
}

/// What a grant does of what operations do, and what the audit log calls it; `None` for one that is none.
fn called(kind: &str) -> Option<(Operation, &'static str)> {
    use Operation::{GetDerivedToken, GetTokensFromRefreshToken as Refresh};
    Some(match kind {
        "authorization_code" => (Refresh, "oauth2/token authorization_code"),
        "refresh_token" => (Refresh, "oauth2/token refresh_token"),
        "client_credentials" => (Refresh, "oauth2/token client_credentials"),
        GRANT => (GetDerivedToken, "oauth2/token token-exchange"),
        _ => return None,
    })
}

/// Tokens of a client for itself.
async fn of_client(
    ctx: &Ctx,
    site: &Site,
    client: &ClientRecord,
    form: &Form,
    metadata: &Metadata,
) -> Result<grant::Tokens, Denied> {
    if client.secrets.is_empty() {
        return Err(Denied::invalid_client());
    }
    check_flow(client, OAuthFlowType::ClientCredentials)?;
    let pool = &site.pool.value;
    let scopes = scopes::of_client(ctx, pool, client, form.get("scope")).await?;
    if form.get("resource").is_some() {
        tracing::info!(
            request_id = ctx.request_id,
            client = client.id(),
            "a client asked for tokens for a resource, which are given to users alone: resource is ignored"
        );
    }
    let result = issue::of_client(ctx, pool, client, &scopes.granted, metadata).await?;
    Ok(grant::Tokens {
        result,
        narrowed: scopes.is_narrowed.then_some(scopes.granted),
    })
}

fn check_flow(client: &ClientRecord, flow: OAuthFlowType) -> Result<(), Denied> {
    let settings = &client.settings;
    let mut flows = settings.allowed_oauth_flows.iter().flatten();
    let is_allowed = settings.allowed_oauth_flows_user_pool_client == Some(true);
    match is_allowed && flows.any(|allowed| *allowed == flow) {
        true => Ok(()),
        false => Err(Denied::new("unauthorized_client")),
    }
}

/// `aws_client_metadata`: a JSON object of texts. Where nobody reads it, it must be one, too.
fn metadata(form: &Form) -> Result<Metadata, Denied> {
    let Some(text) = form.get("aws_client_metadata") else {
        return Ok(Metadata::new());
    };
    if text.len() > LONGEST_METADATA {
        return Err(Denied::invalid_request());
    }
    let object = serde_json::from_str::<Map<String, Value>>(text).map_err(|_| Denied::invalid_request())?;
    let texts = object.into_iter().map(|(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(Denied::invalid_request()),
    });
    texts.collect()
}

/// The answer, its members in the order in which the service writes them.
fn answer(tokens: grant::Tokens) -> Value {
    let AuthenticationResultType {
        access_token,
        id_token,
        refresh_token,
        expires_in,
        token_type,
        ..
    } = tokens.result;
    let mut members = Map::new();
    for (name, token) in [
        ("id_token", id_token),
        ("access_token", access_token),
        ("refresh_token", refresh_token),
    ] {
        if let Some(token) = token {
            members.insert(name.to_owned(), json!(token));
        }
    }
    members.insert("expires_in".to_owned(), json!(expires_in.unwrap_or_default()));
    members.insert("token_type".to_owned(), json!(token_type.unwrap_or_default()));
    if let Some(scopes) = tokens.narrowed {
        members.insert("scope".to_owned(), json!(scopes.join(" ")));
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use poolhouse_text::percent;

    use super::*;

    #[test]
    fn client_metadata_is_an_object_of_texts() {
        let read = |text: &str| {
            let form = format!("aws_client_metadata={}", percent::encode(text));
            metadata(&Form::read(form.as_bytes()).unwrap()).ok()
        };
        let expected: Metadata = [("a".to_owned(), "b".to_owned())].into();
        assert_eq!(read("{\"a\":\"b\"}"), Some(expected));
        assert_eq!(read(""), Some(Metadata::new()));
        let long = format!("{{\"a\":\"{}\"}}", "b".repeat(8192));
        for text in [
            "a=b",
            "[]",
            "\"a\"",
            "{\"a\":1}",
            "{\"a\":null}",
            "{\"a\":\"b\"",
            long.as_str(),
        ] {
            assert_eq!(read(text), None, "{text:.20}");
        }
    }
}
