//! The settings of an app client that can be changed: what a request leaves out, what it may not say.
//!
//! `UpdateUserPoolClient` sets whatever it leaves out to its default, so creating and updating are one function here.

use poolhouse_api::shapes::{
    AnalyticsConfigurationType, CreateUserPoolClientRequest, ExplicitAuthFlowsType as Flow, FeatureType,
    OAuthFlowType, TimeUnitsType, TokenValidityUnitsType, UserPoolClientType,
};

use super::oauth;
use crate::auth::lifetimes;
use crate::base::error::ApiError;
use crate::ops::never;
use crate::records::PoolRecord;
use crate::users::{attributes, schema};

/// `RefreshTokenValidity` where a request does not say, or says 0, in days.
const REFRESH_DAYS: i64 = 30;
/// `AuthSessionValidity` where a request does not say, in minutes.
const AUTH_SESSION_MINUTES: i64 = 3;
/// The seconds that access and ID tokens may live.
const SHORT_LIFE: std::ops::RangeInclusive<i64> = 300..=86_400;
/// The seconds that refresh tokens may live.
const LONG_LIFE: std::ops::RangeInclusive<i64> = 3_600..=315_360_000;

/// What a request does with the client, for the sentences that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// `CreateUserPoolClient`
    Creating,
    /// `UpdateUserPoolClient`
    Updating,
}

/// Sets every changeable setting of `client` to what the request says, or to its default.
///
/// # Errors
/// `InvalidParameterException` or `InvalidOAuthFlowException` for what the service does not take;
/// `InvalidParameterException` for what this server refuses by name.
pub fn apply(
    pool: &PoolRecord,
    client: &mut UserPoolClientType,
    asked: CreateUserPoolClientRequest,
    has_secret: bool,
    doing: Doing,
) -> Result<(), ApiError> {
    check_flows(&asked, has_secret)?;
    check_attributes(pool, &asked, doing)?;
    oauth::check(&asked, has_secret)?;
    if asked.enable_propagate_additional_user_context_data == Some(true) && !has_secret {
        return Err(ApiError::invalid_parameter(
            "Client Secret is required to set EnablePropagateAdditionalUserContextData as true",
        ));
    }
    asked
        .analytics_configuration
        .as_ref()
        .map_or(Ok(()), check_analytics)?;
    if asked.publish_secrets_in_aws_secrets_manager == Some(true) {
        return Err(ApiError::invalid_parameter(never::SECRETS_MANAGER));
    }
    set(client, asked);
    check_lives(client)
}

/// Every member is named, so that one that AWS adds does not compile until somebody has decided what it does here.
fn set(client: &mut UserPoolClientType, asked: CreateUserPoolClientRequest) {
    let CreateUserPoolClientRequest {
        client_name,
        // Which client of which pool this is, and its secret, is decided once.
        user_pool_id: _,
        generate_secret: _,
        client_secret: _,
        // Refused where it asks for something.
        publish_secrets_in_aws_secrets_manager: _,
        access_token_validity,
        allowed_oauth_flows,
        allowed_oauth_flows_user_pool_client,
        allowed_oauth_scopes,
        analytics_configuration,
        auth_session_validity,
        callback_urls,
        default_redirect_uri,
        enable_propagate_additional_user_context_data,
        enable_token_revocation,
        explicit_auth_flows,
        id_token_validity,
        logout_urls,
        prevent_user_existence_errors,
        read_attributes,
        refresh_token_rotation,
        refresh_token_validity,
        supported_identity_providers,
        token_validity_units,
        write_attributes,
    } = asked;
    client.client_name = Some(client_name);
    client.access_token_validity = access_token_validity;
    client.id_token_validity = id_token_validity;
    set_refresh_life(
        client,
        refresh_token_validity,
        token_validity_units.unwrap_or_default(),
    );
    client.read_attributes = read_attributes;
    client.write_attributes = write_attributes;
    client.explicit_auth_flows = explicit_auth_flows;
    client.supported_identity_providers = supported_identity_providers;
    client.callback_urls = callback_urls;
    client.logout_urls = logout_urls;
    client.default_redirect_uri = default_redirect_uri;
    client.allowed_oauth_flows = allowed_oauth_flows;
    client.allowed_oauth_scopes = allowed_oauth_scopes;
    client.allowed_oauth_flows_user_pool_client = Some(allowed_oauth_flows_user_pool_client.unwrap_or(false));
    client.analytics_configuration = analytics_configuration;
    client.prevent_user_existence_errors = prevent_user_existence_errors;
    client.enable_token_revocation = Some(enable_token_revocation.unwrap_or(true));
    client.enable_propagate_additional_user_context_data =
        Some(enable_propagate_additional_user_context_data.unwrap_or(false));
    client.auth_session_validity = Some(auth_session_validity.unwrap_or(AUTH_SESSION_MINUTES));
    client.refresh_token_rotation = refresh_token_rotation;
}

fn set_refresh_life(client: &mut UserPoolClientType, asked: Option<i64>, mut units: TokenValidityUnitsType) {
    let asked = asked.filter(|validity| *validity != 0);
    // The default is in days, whatever the unit of a validity that was not given.
    if let (None, Some(unit)) = (asked, units.refresh_token.as_mut()) {
        *unit = TimeUnitsType::Days;
    }
    client.refresh_token_validity = asked.or(Some(REFRESH_DAYS));
    client.token_validity_units = Some(units);
}

fn check_flows(asked: &CreateUserPoolClientRequest, has_secret: bool) -> Result<(), ApiError> {
    let flows = asked.explicit_auth_flows.as_deref().unwrap_or_default();
    let is_older = |flow: &Flow| {
        matches!(
            flow,
            Flow::AdminNoSrpAuth | Flow::CustomAuthFlowOnly | Flow::UserPasswordAuth
        )
    };
    if flows.iter().any(is_older) && !flows.iter().all(is_older) {
        return Err(ApiError::invalid_parameter(
            "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
        ));
    }
    let rotation = asked
        .refresh_token_rotation
        .as_ref()
        .map(|rotation| rotation.feature);
    if rotation == Some(FeatureType::Enabled) && flows.contains(&Flow::AllowRefreshTokenAuth) {
        return Err(ApiError::invalid_parameter(
            "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled",
        ));
    }
    check_client_token(flows, asked.allowed_oauth_flows.as_deref(), has_secret)
}

/// A client that gets tokens for itself by the API does nothing else.
fn check_client_token(
    flows: &[Flow],
    oauth: Option<&[OAuthFlowType]>,
    has_secret: bool,
) -> Result<(), ApiError> {
    let is_of_users = |flow: &OAuthFlowType| *flow != OAuthFlowType::ClientCredentials;
    let unfit = if !flows.contains(&Flow::AllowClientTokenAuth) {
        return Ok(());
    } else if flows.iter().any(|flow| *flow != Flow::AllowClientTokenAuth) {
        "cannot be used with other auth flows."
    } else if oauth.into_iter().flatten().any(is_of_users) {
        "cannot be used with the code flow or the implicit flow."
    } else if !has_secret {
        "can not be selected if client does not have a client secret."
    } else {
        return Ok(());
    };
    Err(ApiError::invalid_parameter(format!(
        "ALLOW_CLIENT_TOKEN_AUTH {unfit}"
    )))
}

/// A client may read what the pool has, and write what clients may write at all; what users need it must be able to
/// write, or nobody could sign up with it.
fn check_attributes(
    pool: &PoolRecord,
    asked: &CreateUserPoolClientRequest,
    doing: Doing,
) -> Result<(), ApiError> {
    let invalid = |which: &str| {
        let doing = match doing {
            Doing::Creating => "creating",
            Doing::Updating => "updating",
        };
        Err(ApiError::invalid_parameter(format!(
            "Invalid {which} attributes specified while {doing} a client"
        )))
    };
    if !asked
        .read_attributes
        .iter()
        .flatten()
        .all(|name| schema::has(pool, name))
    {
        return invalid("read");
    }
    let Some(write) = &asked.write_attributes else {
        return Ok(());
    };
    let permitted = |name: &String| schema::has(pool, name) && attributes::client_may_be_given(name);
    if !write.iter().all(permitted) || !schema::required(pool).all(|name| write.iter().any(|w| w == name)) {
        return invalid("write");
    }
    Ok(())
}

fn check_analytics(asked: &AnalyticsConfigurationType) -> Result<(), ApiError> {
    let by_id = asked.application_id.is_some() && asked.role_arn.is_some() && asked.external_id.is_some();
    let any_of_id = asked.application_id.is_some() || asked.external_id.is_some();
    let by_arn = asked.application_arn.is_some();
    if (by_arn && !any_of_id) || (by_id && !by_arn) {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(
        "Invalid analytics configuration given, either <application arn> or <application id, role arn, external id> \
         are valid",
    ))
}

fn check_lives(client: &UserPoolClientType) -> Result<(), ApiError> {
    let (access, id) = (lifetimes::access_seconds(client), lifetimes::id_seconds(client));
    let refresh = lifetimes::refresh_seconds(client);
    if !SHORT_LIFE.contains(&access) || !SHORT_LIFE.contains(&id) || !LONG_LIFE.contains(&refresh) {
        return Err(ApiError::invalid_parameter("Invalid range for token validity."));
    }
    if access.max(id) > refresh {
        return Err(ApiError::invalid_parameter(
            "Access and Id Token expiration times must be less than or equal to refresh token expiration times.",
        ));
    }
    Ok(())
}
