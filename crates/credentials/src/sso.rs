//! Single sign-on: the token that `aws sso login` left, and the role that it opens.

use std::path::PathBuf;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use poolhouse_outbound::aws::{
    Call, CallError, CallProblem, Credentials, CredentialsError, Patience, Service, configured_endpoint,
};
use poolhouse_outbound::http::Endpoint;
use poolhouse_text::{hex, percent};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::expiry;
use crate::obtained::Obtained;
use crate::profiles::{Profiles, folder};
use crate::roles::refused;
use crate::surroundings::Surroundings;

const VARIABLE: &str = "AWS_ENDPOINT_URL_SSO";
/// A token that ends sooner than in this many seconds is not begun with.
const LEAST: u64 = 60;

/// Whose role in which account a profile means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SsoRequest {
    /// The profile, for what people are told.
    pub(crate) profile: String,
    /// What the token's file is named after: the session's name, or the start URL of a profile without a session.
    pub(crate) named_after: String,
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) role_name: String,
}

/// Reads what a profile says about single sign-on.
///
/// # Errors
/// The setting that is missing.
pub(crate) fn request(profiles: &Profiles, profile: &str) -> Result<SsoRequest, CredentialsError> {
    let session = profiles.get(profile, "sso_session").map(str::to_owned);
    let missing = |key: &str| CredentialsError::new(format!("the profile {profile:?} has no {key}"));
    let own = |key: &str| {
        let value = profiles.get(profile, key);
        value.map(str::to_owned).ok_or_else(|| missing(key))
    };
    let (named_after, region) = match session {
        Some(session) => {
            let region = profiles.of_session(&session, "sso_region").ok_or_else(|| {
                CredentialsError::new(format!(
                    "the profile {profile:?} signs in by the sso-session {session:?}, which has no sso_region"
                ))
            })?;
            (session.clone(), region.to_owned())
        }
        None => (own("sso_start_url")?, own("sso_region")?),
    };
    Ok(SsoRequest {
        profile: profile.to_owned(),
        named_after,
        region,
        account_id: own("sso_account_id")?,
        role_name: own("sso_role_name")?,
    })
}

/// `GetRoleCredentials`, by the token that the AWS CLI left.
pub(crate) async fn credentials(
    around: &Surroundings,
    request: &SsoRequest,
) -> Result<Obtained, CredentialsError> {
    let token = token(around, request).await?;
    let call = Call {
        query: format!(
            "role_name={}&account_id={}",
            percent::encode(&request.role_name),
            percent::encode(&request.account_id)
        ),
        ..Call::get("/federation/credentials").with("x-amz-sso_bearer_token", token.as_str())
    };
    let portal = portal(around, request)?;
    let answer = portal.call_unsigned(&call, &Patience::default()).await;
    let answer = answer.map_err(|error| told(request, error))?;
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    read(&value).ok_or_else(|| {
        CredentialsError::new(format!(
            "what answers at {} is not single sign-on",
            portal.endpoint
        ))
    })
}

fn portal(around: &Surroundings, request: &SsoRequest) -> Result<Service, CredentialsError> {
    let env = &around.env;
    let endpoint = configured_endpoint(VARIABLE, |name| env.get(name)).map_err(|variable| {
        CredentialsError::new(format!(
            "{variable} is not of the form http://host:port or https://host:port"
        ))
    })?;
    let endpoint = endpoint.or_else(|| Endpoint::of_service("portal.sso", &request.region));
    let endpoint =
        endpoint.ok_or_else(|| CredentialsError::new(format!("{:?} is no region's name", request.region)))?;
    Ok(around.unsigned("single sign-on", endpoint))
}

/// The token in the AWS CLI's cache.
async fn token(around: &Surroundings, request: &SsoRequest) -> Result<Zeroizing<String>, CredentialsError> {
    let file = token_file(around, request);
    let text = match &file {
        Some(file) => tokio::fs::read_to_string(file).await.ok().map(Zeroizing::new),
        None => None,
    };
    let value: Value = text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let member = |name: &str| value.get(name).and_then(Value::as_str);
    let expires = member("expiresAt").and_then(expiry::seconds);
    match (member("accessToken"), expires) {
        (Some(token), Some(expires)) if expires > around.now() + LEAST => {
            Ok(Zeroizing::new(token.to_owned()))
        }
        (Some(_), Some(_)) => Err(sign_in(request, "has ended")),
        _ => Err(sign_in(request, "is not there")),
    }
}

fn token_file(around: &Surroundings, request: &SsoRequest) -> Option<PathBuf> {
    let name = digest(&SHA1_FOR_LEGACY_USE_ONLY, request.named_after.as_bytes());
    let name = format!("{}.json", hex::encode(name.as_ref()));
    Some(folder(&around.env)?.join("sso").join("cache").join(name))
}

fn sign_in(request: &SsoRequest, why: &str) -> CredentialsError {
    CredentialsError::new(format!(
        "the sign-in of the profile {:?} {why}; run `aws sso login --profile {}`, and this command again",
        request.profile, request.profile
    ))
}

fn told(request: &SsoRequest, error: CallError) -> CredentialsError {
    match error.problem() {
        CallProblem::Refused(refusal) if refusal.status == 401 => sign_in(request, "is not valid any more"),
        _ => refused(
            format!(
                "the profile {:?} gets no credentials of {} in account {}",
                request.profile, request.role_name, request.account_id
            ),
            error,
        ),
    }
}

fn read(answer: &Value) -> Option<Obtained> {
    let role = answer.get("roleCredentials")?;
    let text = |name: &str| role.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Obtained {
        credentials: Credentials::new(
            text("accessKeyId")?,
            text("secretAccessKey")?,
            Some(text("sessionToken")?),
        ),
        // Here it is in milliseconds.
        expires: Some(role.get("expiration")?.as_u64()? / 1000),
    })
}
