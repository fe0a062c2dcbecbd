//! Going to the places that the plan names.

use poolhouse_outbound::aws::CredentialsError;
use zeroize::Zeroizing;

use crate::obtained::{FoundIn, Obtained};
use crate::plan::{Source, plan};
use crate::profiles::Profiles;
use crate::roles::{RoleRequest, assume, assume_with_web_identity};
use crate::surroundings::Surroundings;
use crate::{machine, process, sso};

/// The credentials, and where they were. Files are read each time: somebody may have put other keys there.
///
/// # Errors
/// There are none, or the place that should have them does not give them.
pub(crate) async fn find(around: &Surroundings) -> Result<(Obtained, FoundIn), CredentialsError> {
    let profiles = Profiles::load(&around.env, around.profile.as_deref()).map_err(|(path, error)| {
        CredentialsError::new(format!("{} cannot be read", path.display())).caused_by(error)
    })?;
    let mut trouble = None;
    let sources = plan(&around.env, &profiles)?;
    for source in &sources {
        match get(around, &profiles, source).await {
            Ok(obtained) => return Ok((obtained, source.found_in())),
            // A machine that has neither agent nor metadata service simply is no such machine.
            Err(error) if source.found_in() == FoundIn::Instance => trouble = trouble.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    let asked = |place| sources.iter().any(|source| source.found_in() == place);
    let mut looked = vec![
        "the environment".to_owned(),
        format!("the profile {:?}", profiles.name()),
    ];
    looked.extend(asked(FoundIn::Container).then(|| "the container".to_owned()));
    looked.extend(asked(FoundIn::Instance).then(|| "the instance".to_owned()));
    let none = CredentialsError::new(format!(
        "no credentials in {}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a \
         role",
        looked.join(", ")
    ));
    Err(match trouble {
        Some(error) => none.caused_by(error),
        None => none,
    })
}

async fn get(
    around: &Surroundings,
    profiles: &Profiles,
    source: &Source,
) -> Result<Obtained, CredentialsError> {
    match source {
        Source::Keys(keys, _) => Ok(Obtained::lasting(keys.clone())),
        Source::Process(command) => process::run(command).await,
        Source::Container => machine::container(around).await,
        Source::Instance => machine::instance(around).await,
        Source::Sso(request) => sso::credentials(around, request).await,
        Source::WebIdentity { role, token_file } => web_identity(around, profiles, role, token_file).await,
        Source::Role { role, by } => {
            let by = Box::pin(get(around, profiles, by)).await?;
            assume(around, profiles, role, by.credentials).await
        }
    }
}

async fn web_identity(
    around: &Surroundings,
    profiles: &Profiles,
    role: &RoleRequest,
    token_file: &str,
) -> Result<Obtained, CredentialsError> {
    let token = tokio::fs::read_to_string(token_file).await.map_err(|error| {
        CredentialsError::new(format!("{token_file}, the web identity's token, cannot be read"))
            .caused_by(error)
    })?;
    let token = Zeroizing::new(token);
    assume_with_web_identity(around, profiles, role, token.trim()).await
}
