//! Which flows an app client allows.

use poolhouse_api::shapes::{AuthFlowType, ExplicitAuthFlowsType as Allowed};

use crate::base::error::ApiError;
use crate::records::ClientRecord;

/// Checks that the client's `ExplicitAuthFlows` allow it.
///
/// # Errors
/// `InvalidParameterException` with the sentence that the service has for this flow.
pub fn check(client: &ClientRecord, flow: &AuthFlowType) -> Result<(), ApiError> {
    let allowed = client.settings.explicit_auth_flows.as_deref().unwrap_or_default();
    // Who has registered itself sends people to the pages, and takes nobody's password.
    if !client.is_registered() && permits(allowed, client.refresh_token_rotation().is_some(), flow) {
        return Ok(());
    }
    if allowed.contains(&Allowed::CustomAuthFlowOnly) {
        return Err(ApiError::invalid_parameter(
            "Only custom auth (lambda driven) is enabled for this client.",
        ));
    }
    Err(ApiError::invalid_parameter(match flow {
        AuthFlowType::UserPasswordAuth => "USER_PASSWORD_AUTH flow not enabled for this client".to_owned(),
        AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth => {
            "Auth flow not enabled for this client".to_owned()
        }
        flow => format!("{} is not enabled for the client.", flow.as_str()),
    }))
}

fn permits(allowed: &[Allowed], rotates: bool, flow: &AuthFlowType) -> bool {
    let has = |flow: Allowed| allowed.contains(&flow);
    let legacy =
        has(Allowed::AdminNoSrpAuth) || has(Allowed::CustomAuthFlowOnly) || has(Allowed::UserPasswordAuth);
    // Clients that name no flow, and clients on the older names, get these without naming them.
    let default = allowed.is_empty() || (legacy && !has(Allowed::CustomAuthFlowOnly));
    match flow {
        AuthFlowType::UserSrpAuth => has(Allowed::AllowUserSrpAuth) || default,
        AuthFlowType::CustomAuth => {
            has(Allowed::AllowCustomAuth) || has(Allowed::CustomAuthFlowOnly) || default
        }
        AuthFlowType::UserPasswordAuth => {
            has(Allowed::AllowUserPasswordAuth) || has(Allowed::UserPasswordAuth)
        }
        AuthFlowType::AdminUserPasswordAuth | AuthFlowType::AdminNoSrpAuth => {
            has(Allowed::AllowAdminUserPasswordAuth) || has(Allowed::AdminNoSrpAuth)
        }
        AuthFlowType::RefreshToken | AuthFlowType::RefreshTokenAuth => {
            !rotates && (has(Allowed::AllowRefreshTokenAuth) || allowed.is_empty() || legacy)
        }
        AuthFlowType::UserAuth => has(Allowed::AllowUserAuth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_names_no_flow_gets_srp_custom_and_refresh_only() {
        let permitted = |flow| permits(&[], false, &flow);
        assert!(permitted(AuthFlowType::UserSrpAuth));
        assert!(permitted(AuthFlowType::CustomAuth));
        assert!(permitted(AuthFlowType::RefreshTokenAuth));
        assert!(!permitted(AuthFlowType::UserPasswordAuth));
        assert!(!permitted(AuthFlowType::AdminUserPasswordAuth));
        assert!(!permitted(AuthFlowType::UserAuth));
    }

    #[test]
    fn custom_auth_flow_only_means_only() {
        let permitted = |flow| permits(&[Allowed::CustomAuthFlowOnly], false, &flow);
        assert!(permitted(AuthFlowType::CustomAuth));
        assert!(!permitted(AuthFlowType::UserSrpAuth));
        assert!(!permitted(AuthFlowType::UserPasswordAuth));
    }

    #[test]
    fn rotation_closes_the_refresh_flow() {
        assert!(!permits(
            &[Allowed::AllowRefreshTokenAuth],
            true,
            &AuthFlowType::RefreshTokenAuth
        ));
    }

    #[test]
    fn the_older_name_of_the_administrators_flow_allows_both_its_names() {
        for flow in [AuthFlowType::AdminNoSrpAuth, AuthFlowType::AdminUserPasswordAuth] {
            assert!(permits(&[Allowed::AdminNoSrpAuth], false, &flow));
        }
    }
}
