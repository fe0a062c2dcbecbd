//! What `GetProvisionedLimit` and `UpdateProvisionedLimit` share: the limit that is meant, and how it is shown.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{LimitDefinitionType, LimitType};

use crate::base::error::ApiError;
use crate::records::ProvisionedLimits;
use crate::request::admission::CATEGORIES;

/// The member that names the category.
const CATEGORY: &str = "Category";
/// What stands for no limit.
pub const NONE: i64 = i32::MAX as i64;

/// The category that is meant.
///
/// # Errors
/// `InvalidParameterException` without one; `ResourceNotFoundException` for one that there is not here. The service's sentences are
/// not known.
pub fn category(definition: &LimitDefinitionType) -> Result<&'static str, ApiError> {
    let given: Vec<_> = definition.attributes.iter().collect();
    let [(name, asked)] = given[..] else {
        return Err(missing());
    };
    if name != CATEGORY {
        return Err(missing());
    }
    let known = CATEGORIES.into_iter().find(|known| *known == asked);
    known.ok_or_else(|| {
        ApiError::new(
            ErrorCode::ResourceNotFoundException,
            format!(
                "There is no API category {asked}. Those of this server are {}.",
                CATEGORIES.join(", ")
            ),
        )
    })
}

fn missing() -> ApiError {
    ApiError::invalid_parameter(
        "Attributes must name a Category, such as UserAuthentication, and nothing else.",
    )
}

/// The limit as it is. There is none by default, whatever a category is.
pub fn shown(definition: LimitDefinitionType, category: &str, limits: &ProvisionedLimits) -> LimitType {
    let limit = limits.0.get(category).map(|limit| i64::from(*limit));
    LimitType {
        limit_definition: definition,
        provisioned_limit_value: limit.unwrap_or(NONE),
        free_limit_value: NONE,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn of(category: &str) -> Value {
        json!({ "LimitClass": "API_CATEGORY", "Attributes": { "Category": category } })
    }

    async fn set(server: &TestPool, category: &str, limit: i64) -> crate::testing::Answer {
        let request = json!({ "LimitDefinition": of(category), "RequestedLimitValue": limit });
        server.call("UpdateProvisionedLimit", request).await
    }

    #[tokio::test]
    async fn calls_beyond_a_limit_are_refused_until_it_is_taken_off() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let request = json!({ "LimitDefinition": of("UserRead") });
        let shown = server.call("GetProvisionedLimit", request.clone()).await.ok();
        assert_eq!(shown["Limit"]["ProvisionedLimitValue"], 2_147_483_647);
        assert_eq!(shown["Limit"]["FreeLimitValue"], 2_147_483_647);
        let set_to = set(&server, "UserRead", 2).await.ok();
        assert_eq!(set_to["Limit"]["ProvisionedLimitValue"], 2);
        assert_eq!(server.call("GetProvisionedLimit", request).await.ok(), set_to);
        let get = json!({ "UserPoolId": pool, "Username": "mara" });
        for _ in 0..2 {
            server.call("AdminGetUser", get.clone()).await.ok();
        }
        server
            .call("AdminGetUser", get.clone())
            .await
            .assert_error("TooManyRequestsException", "Rate exceeded");
        server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
        server.clock().advance_seconds(1);
        server.call("AdminGetUser", get.clone()).await.ok();
        set(&server, "UserRead", 2_147_483_647).await.ok();
        for _ in 0..10 {
            server.call("AdminGetUser", get.clone()).await.ok();
        }
    }

    #[tokio::test]
    async fn another_server_on_the_database_keeps_to_a_limit_within_a_second() {
        use std::sync::Arc;
        let store: Arc<dyn poolhouse_store::Store> = Arc::new(crate::testing::TestStore::new());
        let (one, other) = (
            TestPool::on(store.clone(), 1, |_| {}).await,
            TestPool::on(store, 2, |_| {}).await,
        );
        set(&one, "UserPoolRead", 1).await.ok();
        other.sweep().await;
        let list = json!({ "MaxResults": 1 });
        other.call("ListUserPools", list.clone()).await.ok();
        let refused = other.call("ListUserPools", list).await;
        refused.assert_error("TooManyRequestsException", "Rate exceeded");
    }

    #[tokio::test]
    async fn what_is_no_limit_is_refused() {
        let server = TestPool::new().await;
        set(&server, "UserFederation", 1).await.assert_error(
            "ResourceNotFoundException",
            "There is no API category UserFederation. Those of this server are UserAuthentication, UserCreation, \
             UserAccountRecovery, UserRead, UserUpdate, UserToken, UserResourceRead, UserResourceUpdate, UserList, UserPoolRead, \
             UserPoolUpdate, UserPoolClientRead, UserPoolClientUpdate.",
        );
        set(&server, "UserRead", 0).await.assert_error(
            "InvalidParameterException",
            "RequestedLimitValue must be from 1 to 2147483647, which stands for no limit.",
        );
        let request = json!({ "LimitDefinition": { "LimitClass": "API_CATEGORY", "Attributes": {} } });
        server.call("GetProvisionedLimit", request).await.assert_error(
            "InvalidParameterException",
            "Attributes must name a Category, such as UserAuthentication, and nothing else.",
        );
    }
}
