//! How many calls a second are taken of each kind of operation: without limit, unless an administrator has set one.
//!
//! The kinds are the service's categories. Each server counts for itself, in memory, and looks every second whether a limit was set
//! on another: no call reads or writes anything for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use poolhouse_api::Operation;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::load::LoadError;
use crate::base::platform::Platform;
use crate::records::{ProvisionedLimits, load};

/// A call, in the unit of what a second brings.
const CALL: u64 = 1000;

/// One server's counts.
#[derive(Default)]
pub struct Admission(Mutex<State>);

#[derive(Default)]
struct State {
    limits: BTreeMap<String, u32>,
    left: HashMap<&'static str, Left>,
}

/// What is left of a limit.
struct Left {
    calls: u64,
    at: Millis,
}

impl Admission {
    /// Looks up the limits.
    ///
    /// # Errors
    /// When the store fails; those of before go on.
    pub async fn look(&self, platform: &Platform) -> Result<(), LoadError> {
        let limits = load(platform, &ProvisionedLimits::key()).await?;
        self.set(&limits.map(|limits| limits.value).unwrap_or_default());
        Ok(())
    }

    /// Goes on with these limits.
    pub fn set(&self, limits: &ProvisionedLimits) {
        self.state().limits.clone_from(&limits.0);
    }

    /// Takes a call, or not: a second's calls may come at once, and then as many as time brings.
    ///
    /// # Errors
    /// `TooManyRequestsException` `Rate exceeded`
    pub fn admit(&self, operation: Operation, now: Millis) -> Result<(), ApiError> {
        let category = category(operation);
        let mut state = self.state();
        let Some(limit) = category.and_then(|name| state.limits.get(name)).copied() else {
            return Ok(());
        };
        let most = u64::from(limit) * CALL;
        let left = state.left.entry(category.unwrap_or_default());
        let left = left.or_insert(Left { calls: most, at: now });
        let passed = u64::try_from(now.0 - left.at.0).unwrap_or_default();
        left.calls = left
            .calls
            .saturating_add(passed.saturating_mul(limit.into()))
            .min(most);
        left.at = left.at.max(now);
        match left.calls.checked_sub(CALL) {
            Some(calls) => {
                left.calls = calls;
                Ok(())
            }
            None => Err(ApiError::rate_exceeded()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The service's categories that have operations here.
pub const CATEGORIES: [&str; 13] = [
    "UserAuthentication",
    "UserCreation",
    "UserAccountRecovery",
    "UserRead",
    "UserUpdate",
    "UserToken",
    "UserResourceRead",
    "UserResourceUpdate",
    "UserList",
    "UserPoolRead",
    "UserPoolUpdate",
    "UserPoolClientRead",
    "UserPoolClientUpdate",
];

/// The category of an operation, by the service's page on quotas. Others have none, and so no limit: those by which a limit is set
/// back are among them.
fn category(operation: Operation) -> Option<&'static str> {
    use Operation as Op;
    Some(match operation {
        Op::InitiateAuth
        | Op::RespondToAuthChallenge
        | Op::AdminInitiateAuth
        | Op::AdminRespondToAuthChallenge => "UserAuthentication",
        Op::SignUp | Op::ConfirmSignUp | Op::AdminCreateUser | Op::AdminConfirmSignUp => "UserCreation",
        Op::ForgotPassword
        | Op::ConfirmForgotPassword
        | Op::ChangePassword
        | Op::AdminResetUserPassword
        | Op::AdminSetUserPassword => "UserAccountRecovery",
        Op::GetUser | Op::AdminGetUser => "UserRead",
        Op::UpdateUserAttributes
        | Op::DeleteUserAttributes
        | Op::VerifyUserAttribute
        | Op::DeleteUser
        | Op::GlobalSignOut
        | Op::AdminUpdateUserAttributes
        | Op::AdminDeleteUserAttributes
        | Op::AdminDeleteUser
        | Op::AdminDisableUser
        | Op::AdminEnableUser
        | Op::AdminAddUserToGroup
        | Op::AdminRemoveUserFromGroup
        | Op::AdminUserGlobalSignOut => "UserUpdate",
        Op::RevokeToken | Op::GetTokensFromRefreshToken => "UserToken",
        Op::GetDevice
        | Op::ListDevices
        | Op::GetUserAttributeVerificationCode
        | Op::ResendConfirmationCode
        | Op::AdminGetDevice
        | Op::AdminListDevices
        | Op::AdminListGroupsForUser
        | Op::AdminListUserAuthEvents => "UserResourceRead",
        Op::AssociateSoftwareToken
        | Op::VerifySoftwareToken
        | Op::ConfirmDevice
        | Op::ForgetDevice
        | Op::UpdateDeviceStatus
        | Op::SetUserMFAPreference
        | Op::SetUserSettings
        | Op::AdminForgetDevice
        | Op::AdminUpdateDeviceStatus
        | Op::AdminSetUserMFAPreference
        | Op::AdminSetUserSettings
        | Op::AdminUpdateAuthEventFeedback => "UserResourceUpdate",
        Op::ListUsers | Op::ListUsersInGroup => "UserList",
        Op::DescribeUserPool | Op::ListUserPools => "UserPoolRead",
        Op::CreateUserPool | Op::UpdateUserPool | Op::DeleteUserPool => "UserPoolUpdate",
        Op::DescribeUserPoolClient | Op::ListUserPoolClients => "UserPoolClientRead",
        Op::CreateUserPoolClient | Op::UpdateUserPoolClient | Op::DeleteUserPoolClient => {
            "UserPoolClientUpdate"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_calls_may_come_at_once_and_then_as_many_as_time_brings() {
        let admission = Admission::default();
        let taken = |now: i64, calls: usize| {
            let calls = (0..calls).map(|_| admission.admit(Operation::InitiateAuth, Millis(now)));
            calls.filter(Result::is_ok).count()
        };
        assert_eq!(taken(0, 1000), 1000);
        admission.set(&ProvisionedLimits([("UserAuthentication".to_owned(), 10)].into()));
        assert_eq!(taken(0, 100), 10);
        assert_eq!(taken(99, 100), 0);
        assert_eq!(taken(100, 100), 1);
        assert_eq!(taken(450, 100), 3);
        assert_eq!(taken(10_000, 100), 10);
        // A clock that is set back brings nothing.
        assert_eq!(taken(9_000, 100), 0);
        assert!(admission.admit(Operation::SignUp, Millis(0)).is_ok());
    }

    #[test]
    fn every_operation_with_a_limit_is_of_a_category_that_can_be_set_and_setting_has_none() {
        let used: std::collections::BTreeSet<_> = Operation::ALL
            .iter()
            .filter_map(|operation| category(*operation))
            .collect();
        assert_eq!(used, CATEGORIES.into_iter().collect());
        assert_eq!(category(Operation::UpdateProvisionedLimit), None);
        assert_eq!(category(Operation::GetProvisionedLimit), None);
    }
}
