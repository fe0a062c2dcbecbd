//! What the model says about each operation.

use crate::constraint::Node;
use crate::generated::errors::ErrorCode;
use crate::generated::operations::{FACTS, Operation};

/// How a caller proves that it may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Auth {
    /// Unsigned: the parameters themselves are the credential.
    None,
    /// Unsigned, with the required member `AccessToken`.
    AccessToken,
    /// Unsigned, with `AccessToken` or, while signing in, `Session`.
    AccessTokenOrSession,
    /// Unsigned with the secret of an app client, or signed with Signature Version 4.
    SecretOrSigV4,
    /// Signed with Signature Version 4.
    SigV4,
}

impl Auth {
    /// Whether an access key may be asked for: its policy says whether it may call the operation.
    pub fn takes_a_signature(self) -> bool {
        matches!(self, Auth::SecretOrSigV4 | Auth::SigV4)
    }
}

/// One row of the table of operations.
pub(crate) struct Facts {
    pub(crate) operation: Operation,
    pub(crate) name: &'static str,
    pub(crate) auth: Auth,
    pub(crate) reads: bool,
    pub(crate) has_output: bool,
    pub(crate) input: &'static Node,
    pub(crate) errors: &'static [ErrorCode],
}

impl Operation {
    /// Every operation, in the order of names.
    pub const ALL: &'static [Self] = &{
        let mut all = [Self::AddCustomAttributes; FACTS.len()];
        let mut index = 0;
        while index < all.len() {
            all[index] = FACTS[index].operation;
            index += 1;
        }
        all
    };

    /// The operation of that exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        let index = FACTS.binary_search_by(|facts| facts.name.cmp(name)).ok()?;
        Some(FACTS[index].operation)
    }

    /// The name, as it follows the dot in `X-Amz-Target`.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// How a caller proves that it may call the operation.
    pub fn auth(self) -> Auth {
        self.facts().auth
    }

    /// Whether a signed operation changes nothing: AWS's access levels List and Read, as far as AWS has published them.
    pub fn reads(self) -> bool {
        self.facts().reads
    }

    /// Whether success has a body: an operation without an output shape answers with no bytes at all, one with an
    /// output shape and nothing to say answers `{}`.
    pub fn has_output(self) -> bool {
        self.facts().has_output
    }

    /// The errors that the model lists for the operation.
    pub fn errors(self) -> &'static [ErrorCode] {
        self.facts().errors
    }

    pub(crate) fn input(self) -> &'static Node {
        self.facts().input
    }

    fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_follows_the_enum() {
        for (index, operation) in Operation::ALL.iter().enumerate() {
            assert_eq!(*operation as usize, index);
            assert_eq!(operation.name(), format!("{operation:?}"));
            assert_eq!(Operation::from_name(operation.name()), Some(*operation));
        }
    }

    #[test]
    fn a_name_must_match_exactly() {
        for name in [
            "",
            "initiateauth",
            "InitiateAuth ",
            "AWSCognitoIdentityProviderService.InitiateAuth",
        ] {
            assert_eq!(Operation::from_name(name), None, "{name:?}");
        }
    }

    fn names(of: impl Fn(Operation) -> bool) -> Vec<&'static str> {
        Operation::ALL
            .iter()
            .filter(|operation| of(**operation))
            .map(|operation| operation.name())
            .collect()
    }

    #[test]
    fn operations_whose_parameters_are_the_credential_are_these() {
        let expected = [
            "ConfirmForgotPassword",
            "ConfirmSignUp",
            "ForgotPassword",
            "GetClientToken",
            "GetTokensFromRefreshToken",
            "InitiateAuth",
            "ResendConfirmationCode",
            "RespondToAuthChallenge",
            "RevokeToken",
            "SignUp",
            "UpdateAuthEventFeedback",
        ];
        assert_eq!(names(|operation| operation.auth() == Auth::None), expected);
        assert_eq!(
            names(|operation| operation.auth() == Auth::SecretOrSigV4),
            ["GetDerivedToken"]
        );
    }

    #[test]
    fn operations_by_access_token_are_these() {
        let count = |auth| names(|operation| operation.auth() == auth).len();
        assert_eq!(
            names(|operation| operation.auth() == Auth::AccessTokenOrSession),
            ["AssociateSoftwareToken", "VerifySoftwareToken"]
        );
        assert_eq!(count(Auth::AccessToken), 22);
        for operation in [
            Operation::GetUser,
            Operation::ChangePassword,
            Operation::ForgetDevice,
            Operation::GlobalSignOut,
        ] {
            assert_eq!(operation.auth(), Auth::AccessToken, "{operation:?}");
        }
    }

    #[test]
    fn signed_operations_that_change_nothing_are_these() {
        let expected = [
            "AdminGetDevice",
            "AdminGetUser",
            "AdminGetUserAuthFactors",
            "AdminListDevices",
            "AdminListGroupsForUser",
            "AdminListUserAuthEvents",
            "AdminListUserSessions",
            "DescribeCIMDPolicy",
            "DescribeIdentityProvider",
            "DescribeManagedLoginBranding",
            "DescribeManagedLoginBrandingByClient",
            "DescribePointInTimeRecovery",
            "DescribeResourceServer",
            "DescribeRiskConfiguration",
            "DescribeTerms",
            "DescribeTermsByClient",
            "DescribeUserImportJob",
            "DescribeUserPool",
            "DescribeUserPoolClient",
            "DescribeUserPoolDomain",
            "GetCSVHeader",
            "GetGroup",
            "GetIdentityProviderByIdentifier",
            "GetLogDeliveryConfiguration",
            "GetProvisionedLimit",
            "GetUICustomization",
            "GetUserPoolClientSessionConfiguration",
            "GetUserPoolMfaConfig",
            "GetUserPoolSessionConfiguration",
            "ListCIMDPolicies",
            "ListClientMetadataURLs",
            "ListGroups",
            "ListIdentityProviders",
            "ListPointInTimeRecoveries",
            "ListResourceServers",
            "ListTagsForResource",
            "ListTerms",
            "ListUserImportJobs",
            "ListUserPoolClientSecrets",
            "ListUserPoolClients",
            "ListUserPoolReplicas",
            "ListUserPools",
            "ListUsers",
            "ListUsersInGroup",
        ];
        assert_eq!(names(Operation::reads), expected);
        assert!(
            Operation::ALL
                .iter()
                .all(|operation| !operation.reads() || operation.auth() == Auth::SigV4)
        );
    }

    #[test]
    fn operations_that_answer_with_an_empty_body_are_these() {
        let expected = [
            "AdminAddUserToGroup",
            "AdminDeleteUser",
            "AdminForgetDevice",
            "AdminRemoveUserFromGroup",
            "DeleteGroup",
            "DeleteIdentityProvider",
            "DeleteManagedLoginBranding",
            "DeleteResourceServer",
            "DeleteTerms",
            "DeleteUser",
            "DeleteUserPool",
            "DeleteUserPoolClient",
            "ForgetDevice",
        ];
        assert_eq!(names(|operation| !operation.has_output()), expected);
    }

    #[test]
    fn modelled_errors_of_an_operation_are_listed() {
        assert!(
            Operation::InitiateAuth
                .errors()
                .contains(&ErrorCode::UserNotConfirmedException)
        );
        assert!(
            !Operation::DescribeUserPool
                .errors()
                .contains(&ErrorCode::UserNotConfirmedException)
        );
    }
}
