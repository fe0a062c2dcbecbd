//! STS: becoming somebody else. Its protocol is a form each way in, XML back.

use poolhouse_outbound::aws::{
    Call, CallError, Credentials, CredentialsError, Effect, Patience, Service, configured_endpoint, xml,
};
use poolhouse_outbound::http::{Endpoint, FORM, form_body};

use crate::expiry;
use crate::obtained::Obtained;
use crate::profiles::Profiles;
use crate::surroundings::Surroundings;

const VARIABLE: &str = "AWS_ENDPOINT_URL_STS";
/// Where STS is if no region is known. It answers for every region of the commercial partition.
const FALLBACK: &str = "us-east-1";

/// What a role is asked for with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoleRequest {
    pub(crate) role_arn: String,
    pub(crate) session_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) duration_seconds: Option<String>,
}

/// `AssumeRole`, by other credentials.
pub(crate) async fn assume(
    around: &Surroundings,
    profiles: &Profiles,
    role: &RoleRequest,
    by: Credentials,
) -> Result<Obtained, CredentialsError> {
    let mut parameters = vec![
        ("RoleArn", role.role_arn.as_str()),
        ("RoleSessionName", role.session_name.as_str()),
    ];
    parameters.extend(role.external_id.as_deref().map(|id| ("ExternalId", id)));
    parameters.extend(
        role.duration_seconds
            .as_deref()
            .map(|seconds| ("DurationSeconds", seconds)),
    );
    let sts = sts(around, profiles, by)?;
    let call = form("AssumeRole", &parameters);
    let answer = sts.call(&call, Effect::Reads, &Patience::default()).await;
    let failed = || format!("the role {} cannot be assumed", role.role_arn);
    let answer = answer.map_err(|error| refused(failed(), error))?;
    read(&String::from_utf8_lossy(&answer.body)).ok_or_else(|| not_sts(&sts, failed()))
}

/// `AssumeRoleWithWebIdentity`, which is not signed: the token is what proves.
pub(crate) async fn assume_with_web_identity(
    around: &Surroundings,
    profiles: &Profiles,
    role: &RoleRequest,
    token: &str,
) -> Result<Obtained, CredentialsError> {
    let parameters = [
        ("RoleArn", role.role_arn.as_str()),
        ("RoleSessionName", &role.session_name),
        ("WebIdentityToken", token),
    ];
    let sts = sts(around, profiles, Credentials::new("", "", None))?;
    let call = form("AssumeRoleWithWebIdentity", &parameters);
    let answer = sts.call_unsigned(&call, &Patience::default()).await;
    let failed = || format!("the role {} cannot be assumed by web identity", role.role_arn);
    let answer = answer.map_err(|error| refused(failed(), error))?;
    read(&String::from_utf8_lossy(&answer.body)).ok_or_else(|| not_sts(&sts, failed()))
}

/// STS where the environment or the profile says, or in the region.
fn sts(around: &Surroundings, profiles: &Profiles, by: Credentials) -> Result<Service, CredentialsError> {
    let env = &around.env;
    let region = around.region.clone();
    let region = region
        .or_else(|| env.get("AWS_REGION"))
        .or_else(|| env.get("AWS_DEFAULT_REGION"))
        .or_else(|| profiles.region().map(str::to_owned))
        .unwrap_or_else(|| FALLBACK.to_owned());
    let unusable = |source: &str| {
        CredentialsError::new(format!(
            "{source} is not of the form http://host:port or https://host:port"
        ))
    };
    let endpoint = match configured_endpoint(VARIABLE, |name| env.get(name)).map_err(unusable)? {
        Some(endpoint) => endpoint,
        None => match profiles
            .endpoint_of("sts")
            .filter(|_| !env.is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        {
            Some(url) => Endpoint::parse(&url).ok_or_else(|| unusable("the profile's endpoint_url"))?,
            None => Endpoint::of_service("sts", &region)
                .ok_or_else(|| CredentialsError::new(format!("{region:?} is no region's name")))?,
        },
    };
    Ok(around.service("STS", "sts", &region, endpoint, by))
}

fn form(operation: &str, parameters: &[(&str, &str)]) -> Call {
    let all = [("Action", operation), ("Version", "2011-06-15")]
        .into_iter()
        .chain(parameters.iter().copied());
    Call::post("/", FORM, form_body(all))
}

fn read(answer: &str) -> Option<Obtained> {
    let credentials = Credentials::new(
        xml::text_of(answer, "AccessKeyId")?,
        xml::text_of(answer, "SecretAccessKey")?,
        Some(xml::text_of(answer, "SessionToken")?),
    );
    let expires = match xml::text_of(answer, "Expiration") {
        Some(text) => Some(expiry::seconds(&text)?),
        None => None,
    };
    Some(Obtained { credentials, expires })
}

/// In STS's own words where it has some: they say which permission is missing.
pub(crate) fn refused(failed: String, error: CallError) -> CredentialsError {
    let failed = CredentialsError::new(failed);
    match error.refusal() {
        Some(refusal) if !refusal.message.is_empty() => {
            failed.caused_by(format!("{}: {}", refusal.code, refusal.message))
        }
        _ => failed.caused_by(error),
    }
}

fn not_sts(sts: &Service, failed: String) -> CredentialsError {
    CredentialsError::new(failed).caused_by(format!("what answers at {} is not STS", sts.endpoint))
}
