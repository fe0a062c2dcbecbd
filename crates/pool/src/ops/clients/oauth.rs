//! The settings of an app client that speak of hosted login.
//!
//! They are checked as the service checks them, so that what is accepted here is accepted there; redirect URIs more strictly.
//! What they name, scopes and identity providers, is looked up elsewhere.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CreateUserPoolClientRequest, OAuthFlowType};

use crate::base::error::ApiError;
use crate::oauth::redirect_uri;

/// Checks the OAuth settings of a client.
///
/// # Errors
/// `InvalidParameterException` or `InvalidOAuthFlowException` in the service's words.
pub fn check(asked: &CreateUserPoolClientRequest, has_secret: bool) -> Result<(), ApiError> {
    let flows = asked.allowed_oauth_flows.as_deref().unwrap_or_default();
    let scopes = asked.allowed_oauth_scopes.as_deref().unwrap_or_default();
    check_flows(flows, has_secret)?;
    if asked.allowed_oauth_flows_user_pool_client == Some(true) && (flows.is_empty() || scopes.is_empty()) {
        return Err(ApiError::invalid_parameter(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    check_urls(asked, flows)
}

fn check_flows(flows: &[OAuthFlowType], has_secret: bool) -> Result<(), ApiError> {
    let refused = |message: &str| Err(ApiError::new(ErrorCode::InvalidOAuthFlowException, message));
    if !flows.contains(&OAuthFlowType::ClientCredentials) {
        return Ok(());
    }
    if flows.iter().any(|flow| *flow != OAuthFlowType::ClientCredentials) {
        return refused("client_credentials flow can not be selected along with code flow or implicit flow.");
    }
    if !has_secret {
        return refused(
            "client_credentials flow can not be selected if client does not have a client secret.",
        );
    }
    Ok(())
}

fn check_urls(asked: &CreateUserPoolClientRequest, flows: &[OAuthFlowType]) -> Result<(), ApiError> {
    let callbacks = asked.callback_urls.as_deref().unwrap_or_default();
    let redirects = flows
        .iter()
        .any(|flow| matches!(flow, OAuthFlowType::Code | OAuthFlowType::Implicit));
    if redirects && callbacks.is_empty() {
        return Err(ApiError::invalid_parameter(
            "CallbackUrls can not be empty when code flow or implicit flow is selected",
        ));
    }
    for url in callbacks.iter().chain(asked.logout_urls.iter().flatten()) {
        redirect_uri::check(url).map_err(|unfit| ApiError::invalid_parameter(unfit.sentence(url)))?;
    }
    match &asked.default_redirect_uri {
        Some(default) if !callbacks.contains(default) => Err(ApiError::invalid_parameter(format!(
            "The default redirect URI {default} is not in the callback URIs list."
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(callbacks: &[&str]) -> CreateUserPoolClientRequest {
        CreateUserPoolClientRequest {
            callback_urls: Some(callbacks.iter().map(|url| (*url).to_owned()).collect()),
            ..CreateUserPoolClientRequest::default()
        }
    }

    fn message(asked: &CreateUserPoolClientRequest, has_secret: bool) -> Option<String> {
        check(asked, has_secret).err().map(|error| error.message)
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        let accepted = [
            "https://example.com/a",
            "myapp://signed-in",
            "http://localhost",
            "http://localhost:8001/x",
            "http://127.0.0.1:3000",
            "http://[::1]/",
        ];
        for url in accepted {
            assert_eq!(message(&urls(&[url]), false), None, "{url}");
        }
        let refused = [
            "http://example.com",
            "http://localhost.example.com",
            "http://localhost:80@example.com",
            "http://127.0.0.1.example.com/",
        ];
        for url in refused {
            assert_eq!(
                message(&urls(&[url]), false),
                Some(format!("{url} cannot use the HTTP protocol."))
            );
        }
        assert_eq!(
            message(&urls(&["https://example.com/#a"]), false).as_deref(),
            Some("https://example.com/#a cannot use fragment")
        );
        assert_eq!(
            message(&urls(&["javascript:alert(1)"]), false).as_deref(),
            Some("javascript:alert(1) cannot be used: it must begin with https:// or a scheme of the app.")
        );
    }

    #[test]
    fn what_the_service_refuses_is_refused_in_its_words() {
        use OAuthFlowType::{ClientCredentials, Code};
        let flows = |flows: &[OAuthFlowType]| CreateUserPoolClientRequest {
            allowed_oauth_flows: Some(flows.to_vec()),
            ..CreateUserPoolClientRequest::default()
        };
        let cases = [
            (
                flows(&[ClientCredentials, Code]),
                "client_credentials flow can not be selected along with code flow or implicit flow.",
            ),
            (
                flows(&[ClientCredentials]),
                "client_credentials flow can not be selected if client does not have a client secret.",
            ),
            (
                flows(&[Code]),
                "CallbackUrls can not be empty when code flow or implicit flow is selected",
            ),
            (
                CreateUserPoolClientRequest {
                    allowed_oauth_flows_user_pool_client: Some(true),
                    ..CreateUserPoolClientRequest::default()
                },
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth \
                 flows.",
            ),
            (
                CreateUserPoolClientRequest {
                    default_redirect_uri: Some("https://b.example".to_owned()),
                    ..urls(&["https://a.example"])
                },
                "The default redirect URI https://b.example is not in the callback URIs list.",
            ),
        ];
        for (asked, sentence) in cases {
            assert_eq!(message(&asked, false).as_deref(), Some(sentence));
        }
        assert_eq!(message(&flows(&[ClientCredentials]), true), None);
    }
}
