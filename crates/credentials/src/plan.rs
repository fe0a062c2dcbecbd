//! Where the credentials are, decided by the environment and the profiles alone.

use poolhouse_outbound::aws::{Credentials, CredentialsError};

use crate::env::Env;
use crate::obtained::FoundIn;
use crate::profiles::Profiles;
use crate::roles::RoleRequest;
use crate::sso::{self, SsoRequest};

/// A place that credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// They are here.
    Keys(Credentials, FoundIn),
    /// STS gives them to those who hold the other ones.
    Role { role: RoleRequest, by: Box<Source> },
    /// STS gives them for the token in this file.
    WebIdentity { role: RoleRequest, token_file: String },
    /// A sign-in through a browser opens a role.
    Sso(SsoRequest),
    /// This command prints them.
    Process(String),
    /// The container's agent has them.
    Container,
    /// The instance's metadata service has them.
    Instance,
}

impl Source {
    pub(crate) fn found_in(&self) -> FoundIn {
        match self {
            Source::Keys(_, found_in) => *found_in,
            Source::Role { .. } => FoundIn::Role,
            Source::WebIdentity { .. } => FoundIn::WebIdentity,
            Source::Sso(_) => FoundIn::SingleSignOn,
            Source::Process(_) => FoundIn::Process,
            Source::Container => FoundIn::Container,
            Source::Instance => FoundIn::Instance,
        }
    }
}

/// The longest way through profiles that name each other.
const MOST_PROFILES: usize = 8;
/// What sessions are called where nobody says otherwise; it shows in CloudTrail.
const SESSION_NAME: &str = "poolhouse";

/// The places to look, in order; all but the last may turn out to have nothing.
///
/// Access keys in the environment come first, unless `--profile` was given; then a web identity, the profile, the
/// container, the instance.
///
/// # Errors
/// A profile that does not exist, does not say enough, or wants what only the AWS CLI can do.
pub(crate) fn plan(env: &Env, profiles: &Profiles) -> Result<Vec<Source>, CredentialsError> {
    if !profiles.by_flag() {
        if let Some(keys) = environment_keys(env)? {
            return Ok(vec![Source::Keys(keys, FoundIn::Environment)]);
        }
        if let Some(source) = environment_web_identity(env) {
            return Ok(vec![source]);
        }
    }
    let is_named = profiles.by_flag() || profiles.name() != "default";
    if is_named && !profiles.has(profiles.name()) {
        return Err(CredentialsError::new(format!(
            "there is no profile {:?} in the shared configuration; `aws configure list-profiles` names those there are",
            profiles.name()
        )));
    }
    if let Some(source) = profile(env, profiles, profiles.name(), MOST_PROFILES)? {
        return Ok(vec![source]);
    }
    if is_named {
        return Err(CredentialsError::new(format!(
            "the profile {:?} has no credentials",
            profiles.name()
        )));
    }
    let mut sources = Vec::new();
    if env.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").is_some()
        || env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI").is_some()
    {
        sources.push(Source::Container);
    }
    if !env.is_true("AWS_EC2_METADATA_DISABLED") {
        sources.push(Source::Instance);
    }
    Ok(sources)
}

/// The way out where this program cannot go itself. A flag goes before the environment, so that with the flag the same
/// would be said again.
fn export(profile: &str) -> String {
    format!(
        "run `eval \"$(aws configure export-credentials --profile {profile} --format env)\"`, and this command again \
         without --profile"
    )
}

fn environment_keys(env: &Env) -> Result<Option<Credentials>, CredentialsError> {
    match (env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => Ok(Some(Credentials::new(id, secret, env.get("AWS_SESSION_TOKEN")))),
        (Some(_), None) => Err(half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
        (None, Some(_)) => Err(half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")),
        (None, None) => Ok(None),
    }
}

fn half(set: &str, missing: &str) -> CredentialsError {
    CredentialsError::new(format!("{set} is set, but {missing} is not"))
}

fn environment_web_identity(env: &Env) -> Option<Source> {
    Some(Source::WebIdentity {
        token_file: env.get("AWS_WEB_IDENTITY_TOKEN_FILE")?,
        role: role(env.get("AWS_ROLE_ARN")?, env.get("AWS_ROLE_SESSION_NAME")),
    })
}

fn role(role_arn: String, session_name: Option<String>) -> RoleRequest {
    RoleRequest {
        role_arn,
        session_name: session_name.unwrap_or_else(|| SESSION_NAME.to_owned()),
        external_id: None,
        duration_seconds: None,
    }
}

/// What a profile says; `None` if it says nothing about credentials.
fn profile(
    env: &Env,
    profiles: &Profiles,
    name: &str,
    left: usize,
) -> Result<Option<Source>, CredentialsError> {
    let get = |key: &str| profiles.get(name, key).map(str::to_owned);
    if let Some(role_arn) = get("role_arn") {
        return assumed(env, profiles, name, role_arn, left).map(Some);
    }
    if get("sso_session").is_some() || get("sso_start_url").is_some() {
        return sso::request(profiles, name).map(Source::Sso).map(Some);
    }
    if get("login_session").is_some() {
        return Err(CredentialsError::new(format!(
            "the profile {name:?} signs in by `aws login`, whose session only the AWS CLI can use; {}",
            export(name)
        )));
    }
    if let Some(keys) = profile_keys(profiles, name)? {
        return Ok(Some(Source::Keys(keys, FoundIn::Profile)));
    }
    Ok(get("credential_process").map(Source::Process))
}

fn profile_keys(profiles: &Profiles, name: &str) -> Result<Option<Credentials>, CredentialsError> {
    let get = |key: &str| profiles.get(name, key).map(str::to_owned);
    match (get("aws_access_key_id"), get("aws_secret_access_key")) {
        (Some(id), Some(secret)) => Ok(Some(Credentials::new(id, secret, get("aws_session_token")))),
        (None, None) => Ok(None),
        _ => Err(CredentialsError::new(format!(
            "the profile {name:?} has one of aws_access_key_id and aws_secret_access_key, but not the other"
        ))),
    }
}

fn assumed(
    env: &Env,
    profiles: &Profiles,
    name: &str,
    role_arn: String,
    left: usize,
) -> Result<Source, CredentialsError> {
    let get = |key: &str| profiles.get(name, key).map(str::to_owned);
    if get("mfa_serial").is_some() {
        return Err(CredentialsError::new(format!(
            "the profile {name:?} assumes its role with an MFA code, which the AWS CLI asks for; {}",
            export(name)
        )));
    }
    let role = RoleRequest {
        external_id: get("external_id"),
        duration_seconds: get("duration_seconds"),
        ..role(role_arn, get("role_session_name"))
    };
    if let Some(token_file) = get("web_identity_token_file") {
        return Ok(Source::WebIdentity { role, token_file });
    }
    let by = match (get("source_profile"), get("credential_source")) {
        (Some(source), None) => source_profile(env, profiles, name, &source, left)?,
        (None, Some(place)) => credential_source(env, name, &place)?,
        (Some(_), Some(_)) => {
            return Err(CredentialsError::new(format!(
                "the profile {name:?} has both source_profile and credential_source; one of them must go"
            )));
        }
        (None, None) => {
            return Err(CredentialsError::new(format!(
                "the profile {name:?} has a role_arn, but neither source_profile nor credential_source"
            )));
        }
    };
    Ok(Source::Role {
        role,
        by: Box::new(by),
    })
}

fn source_profile(
    env: &Env,
    profiles: &Profiles,
    name: &str,
    source: &str,
    left: usize,
) -> Result<Source, CredentialsError> {
    let nothing = || {
        CredentialsError::new(format!(
            "the profile {source:?}, which {name:?} builds on, has no credentials"
        ))
    };
    // A profile that names itself means its own keys.
    if source == name {
        return profile_keys(profiles, name)?
            .map(|keys| Source::Keys(keys, FoundIn::Profile))
            .ok_or_else(nothing);
    }
    match left.checked_sub(1) {
        Some(left) => profile(env, profiles, source, left)?.ok_or_else(nothing),
        None => Err(CredentialsError::new(format!(
            "the profiles that {name:?} builds on never end"
        ))),
    }
}

fn credential_source(env: &Env, name: &str, place: &str) -> Result<Source, CredentialsError> {
    match place {
        "Environment" => environment_keys(env)?
            .map(|keys| Source::Keys(keys, FoundIn::Environment))
            .ok_or_else(|| {
                CredentialsError::new(format!(
                    "the profile {name:?} builds on the environment, which has no AWS_ACCESS_KEY_ID"
                ))
            }),
        "EcsContainer" => Ok(Source::Container),
        "Ec2InstanceMetadata" => Ok(Source::Instance),
        other => Err(CredentialsError::new(format!(
            "the profile {name:?} has the credential_source {other:?}; there are Environment, EcsContainer and \
             Ec2InstanceMetadata"
        ))),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
