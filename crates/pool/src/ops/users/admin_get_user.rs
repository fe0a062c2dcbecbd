//! `AdminGetUser`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::ops::factors::Shown;
use crate::request::Ctx;

/// Answers everything about one user. Its attributes stand under `UserAttributes`, not `Attributes` as elsewhere.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminGetUserRequest,
) -> Result<shapes::AdminGetUserResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?.value;
    let shown = Shown::of(&user);
    Ok(shapes::AdminGetUserResponse {
        user_attributes: Some(user.attribute_list()),
        user_create_date: Some(user.created.timestamp()),
        user_last_modified_date: Some(user.modified.timestamp()),
        enabled: Some(user.enabled),
        user_status: Some(user.status),
        username: user.username,
        mfa_options: shown.options,
        preferred_mfa_setting: shown.preferred,
        user_mfa_setting_list: shown.enabled,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_user_is_shown_flat_with_its_attributes_under_their_own_name() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let expected = json!({
            "Username": "mara",
            "UserAttributes": [
                { "Name": "sub", "Value": sub },
                { "Name": "email", "Value": "mara@example.com" },
                { "Name": "email_verified", "Value": "true" },
            ],
            "UserCreateDate": 1_767_323_045,
            "UserLastModifiedDate": 1_767_323_045,
            "Enabled": true,
            "UserStatus": "CONFIRMED",
        });
        for name in ["mara", sub.as_str()] {
            let user = server
                .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name }))
                .await
                .ok();
            assert_eq!(user, expected, "by {name}");
        }
    }

    #[tokio::test]
    async fn an_address_names_the_user_it_signs_in_and_nobody_else() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let by_address = json!({ "UserPoolId": pool, "Username": "mara@example.com" });
        let user = server.call("AdminGetUser", by_address.clone()).await.ok();
        assert_eq!(user["Username"], "mara");
        let unverify = json!([{ "Name": "email_verified", "Value": "false" }]);
        let request = json!({ "UserPoolId": pool, "Username": "mara", "UserAttributes": unverify });
        server.call("AdminUpdateUserAttributes", request).await.ok();
        server
            .call("AdminGetUser", by_address)
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }

    #[tokio::test]
    async fn unknown_users_and_pools_are_said_to_be_unknown() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server
            .call(
                "AdminGetUser",
                json!({ "UserPoolId": pool, "Username": "nobody" }),
            )
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
        server
            .call(
                "AdminGetUser",
                json!({ "UserPoolId": "us-east-1_nowhere00", "Username": "nobody" }),
            )
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
    }
}
