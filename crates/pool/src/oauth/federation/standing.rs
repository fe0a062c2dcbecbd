//! What has to be true still of somebody who came by an identity provider.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;

use super::providers;
use crate::auth::{handle, outside};
use crate::base::error::ApiError;
use crate::records::{IdentityProviderRecord, PageStep, ProviderRef, ProviderSession, UserRecord};
use crate::request::Ctx;

/// The parameters of a page's step that say by which provider its person came.
const NAME: &str = "poolhouse.provider.name";
const ID: &str = "poolhouse.provider.id";
/// The one that says how the provider knows that person's session.
const SESSION: &str = "poolhouse.provider.session";

/// The provider as sessions and codes name it.
pub fn reference(provider: &IdentityProviderRecord) -> ProviderRef {
    ProviderRef {
        name: provider.name.clone(),
        id: provider.id.clone(),
    }
}

/// Notes in the parameters of a step that its person came by this provider, and what it is told when they leave.
pub fn note(
    parameters: &mut BTreeMap<String, String>,
    provider: &IdentityProviderRecord,
    session: Option<&ProviderSession>,
) {
    parameters.insert(NAME.to_owned(), provider.name.clone());
    parameters.insert(ID.to_owned(), provider.id.clone());
    if let Some(session) = session {
        parameters.insert(SESSION.to_owned(), session.to_member().to_string());
    }
}

/// What the provider by which the person of a step came is told when they leave.
pub fn session_at(at: &PageStep) -> Option<ProviderSession> {
    came_by(at)?;
    let noted = serde_json::from_str(at.parameters.get(SESSION)?).ok()?;
    ProviderSession::of_member(&noted)
}

/// The provider by which the person of a step came, who is asked for a code there. No other challenge follows a provider, and a function
/// of the pool's that says so of its own is not believed.
pub fn came_by(at: &PageStep) -> Option<ProviderRef> {
    if at.challenge.as_deref() != Some(ChallengeNameType::EmailOtp.as_str()) {
        return None;
    }
    Some(ProviderRef {
        name: at.parameters.get(NAME)?.clone(),
        id: at.parameters.get(ID)?.clone(),
    })
}

/// Whether the provider is one of the pool's still. The pool itself always is.
///
/// # Errors
/// When the store fails.
pub async fn is_there(ctx: &Ctx, pool_id: &str, provider: Option<&ProviderRef>) -> Result<bool, ApiError> {
    let Some(provider) = provider else {
        return Ok(true);
    };
    let found = providers::find(ctx, pool_id, &provider.name).await?;
    Ok(found.is_some_and(|found| found.value.id == provider.id))
}

/// Checks that a user who has signed in by a provider is somebody there still, and the provider one of the pool's.
///
/// # Errors
/// What keeps the user out; where link or provider are gone; when the store fails.
pub async fn check_still(
    ctx: &Ctx,
    pool_id: &str,
    user: &UserRecord,
    provider: &ProviderRef,
) -> Result<(), ApiError> {
    outside::check_linked(user, &provider.id)?;
    match is_there(ctx, pool_id, Some(provider)).await? {
        true => Ok(()),
        false => Err(handle::invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_after_a_provider_is_of_somebody_who_came_by_one() {
        let parameters = [(NAME, "Corp"), (ID, "7")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let step = |challenge: &str| PageStep {
            challenge: Some(challenge.to_owned()),
            parameters: BTreeMap::from(parameters.clone()),
            ..PageStep::default()
        };
        let corp = ProviderRef {
            name: "Corp".to_owned(),
            id: "7".to_owned(),
        };
        assert_eq!(came_by(&step("EMAIL_OTP")), Some(corp));
        assert_eq!(came_by(&step("CUSTOM_CHALLENGE")), None);
        assert_eq!(came_by(&PageStep::default()), None);
    }
}
