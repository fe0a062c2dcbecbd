//! The services.

use std::fmt;

/// A service that the tools call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Cognito user pools.
    UserPools,
    /// Lambda.
    Functions,
    /// SES, version 2 of its API.
    Mail,
    /// STS.
    Tokens,
    /// CloudWatch Logs.
    Logs,
    /// Secrets Manager.
    Secrets,
    /// Systems Manager's Parameter Store.
    Parameters,
    /// DynamoDB.
    Tables,
}

impl Service {
    /// The name in the scope of a signature.
    pub(crate) fn signing_name(self) -> &'static str {
        match self {
            Service::UserPools => "cognito-idp",
            Service::Functions => "lambda",
            Service::Mail => "ses",
            Service::Tokens => "sts",
            Service::Logs => "logs",
            Service::Secrets => "secretsmanager",
            Service::Parameters => "ssm",
            Service::Tables => "dynamodb",
        }
    }

    /// The content type of its calls, where it speaks JSON: the version is part of it.
    pub(super) fn json(self) -> &'static str {
        match self {
            Service::Tables => "application/x-amz-json-1.0",
            _ => "application/x-amz-json-1.1",
        }
    }

    /// The first label of its host on AWS.
    pub(super) fn host(self) -> &'static str {
        match self {
            Service::Mail => "email",
            other => other.signing_name(),
        }
    }

    /// The variable that names its address.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Service::UserPools => "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
            Service::Functions => "AWS_ENDPOINT_URL_LAMBDA",
            Service::Mail => "AWS_ENDPOINT_URL_SESV2",
            Service::Tokens => "AWS_ENDPOINT_URL_STS",
            Service::Logs => "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
            Service::Secrets => "AWS_ENDPOINT_URL_SECRETS_MANAGER",
            Service::Parameters => "AWS_ENDPOINT_URL_SSM",
            Service::Tables => "AWS_ENDPOINT_URL_DYNAMODB",
        }
    }

    /// The key of its section in a profile's `services`.
    pub(super) fn profile_key(self) -> &'static str {
        match self {
            Service::UserPools => "cognito_identity_provider",
            Service::Functions => "lambda",
            Service::Mail => "sesv2",
            Service::Tokens => "sts",
            Service::Logs => "cloudwatch_logs",
            Service::Secrets => "secrets_manager",
            Service::Parameters => "ssm",
            Service::Tables => "dynamodb",
        }
    }

    /// What people call it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Service::UserPools => "the user pool service",
            Service::Functions => "Lambda",
            Service::Mail => "SES",
            Service::Tokens => "STS",
            Service::Logs => "CloudWatch Logs",
            Service::Secrets => "Secrets Manager",
            Service::Parameters => "Systems Manager",
            Service::Tables => "DynamoDB",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
