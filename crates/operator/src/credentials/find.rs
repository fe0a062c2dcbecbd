//! Going to the places that the plan names.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use poolhouse_outbound::TlsSource;

use super::plan::{Source, plan};
use super::{Credentials, CredentialsError, EXPORT, Profiles, metadata, process};
use crate::aws::endpoint::on_aws;
use crate::aws::{
    Aws, Endpoints, Patience, RoleRequest, Service, assume_role, assume_role_with_web_identity,
};

use crate::env::{Clock, Env};

/// What it takes to find credentials.
pub(crate) struct Finder<'a> {
    pub(crate) env: &'a Env,
    pub(crate) profiles: &'a Profiles,
    pub(crate) endpoints: &'a Endpoints,
    pub(crate) tls: &'a TlsSource,
    pub(crate) clock: &'a Clock,
}

/// The place that had them, for a line that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoundIn {
    Environment,
    Profile,
    Role,
    WebIdentity,
    Process,
    Container,
    Instance,
}

impl fmt::Display for FoundIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FoundIn::Environment => "the environment",
            FoundIn::Profile => "the profile",
            FoundIn::Role => "the profile's role",
            FoundIn::WebIdentity => "a web identity",
            FoundIn::Process => "the profile's credential_process",
            FoundIn::Container => "the container",
            FoundIn::Instance => "the instance",
        })
    }
}

impl Finder<'_> {
    /// The credentials, and where they were.
    ///
    /// # Errors
    /// There are none, or the place that should have them does not give them.
    pub(crate) async fn find(&self) -> Result<(Credentials, FoundIn), CredentialsError> {
        let mut trouble = None;
        for source in plan(self.env, self.profiles)? {
            let found_in = self.found_in(&source);
            match self.get(&source).await {
                Ok(credentials) => return Ok((credentials, found_in)),
                // A machine that has neither agent nor metadata service simply is no such machine.
                Err(error) if found_in == FoundIn::Instance => trouble = trouble.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        let none = CredentialsError::new(format!(
            "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run `{EXPORT}`; a \
             Poolhouse server's are made by `poolhouse keys create`"
        ));
        Err(match trouble {
            Some(error) => none.caused_by(error),
            None => none,
        })
    }

    fn found_in(&self, source: &Source) -> FoundIn {
        match source {
            Source::Keys(_) if !self.profiles.by_flag() && self.env.get("AWS_ACCESS_KEY_ID").is_some() => {
                FoundIn::Environment
            }
            Source::Keys(_) => FoundIn::Profile,
            Source::Role { .. } => FoundIn::Role,
            Source::WebIdentity { .. } => FoundIn::WebIdentity,
            Source::Process(_) => FoundIn::Process,
            Source::Container => FoundIn::Container,
            Source::Instance => FoundIn::Instance,
        }
    }

    async fn get(&self, source: &Source) -> Result<Credentials, CredentialsError> {
        match source {
            Source::Keys(keys) => Ok(keys.clone()),
            Source::Process(command) => process::run(command).await,
            Source::Container => metadata::container(self.env, self.tls).await,
            Source::Instance => metadata::instance(self.env, self.tls).await,
            Source::WebIdentity { role, token_file } => self.web_identity(role, token_file).await,
            Source::Role { role, by } => {
                let credentials = Box::pin(self.get(by)).await?;
                self.role(role, credentials).await
            }
        }
    }

    async fn role(&self, role: &RoleRequest, by: Credentials) -> Result<Credentials, CredentialsError> {
        let aws = Aws {
            credentials: by,
            endpoints: self.endpoints.clone(),
            tls: self.tls.clone(),
            clock: Arc::clone(self.clock),
            patience: Patience::default(),
        };
        assume_role(&aws, role).await.map_err(|error| {
            CredentialsError::new(format!("the role {} cannot be assumed", role.role_arn)).caused_by(error)
        })
    }

    async fn web_identity(
        &self,
        role: &RoleRequest,
        token_file: &str,
    ) -> Result<Credentials, CredentialsError> {
        let token = tokio::fs::read_to_string(Path::new(token_file))
            .await
            .map_err(|error| {
                CredentialsError::new(format!("{token_file}, the web identity's token, cannot be read"))
                    .caused_by(error)
            })?;
        let refused = |error: Box<dyn std::error::Error + Send + Sync>| {
            CredentialsError::new(format!(
                "the role {} cannot be assumed by web identity",
                role.role_arn
            ))
            .caused_by(error)
        };
        let endpoint = match self.endpoints.of(Service::Tokens) {
            Some(endpoint) => endpoint.clone(),
            None => {
                on_aws(Service::Tokens, self.endpoints.region()).map_err(|error| refused(error.into()))?
            }
        };
        assume_role_with_web_identity(&endpoint, self.tls, role, token.trim())
            .await
            .map_err(|error| refused(error.into()))
    }
}
