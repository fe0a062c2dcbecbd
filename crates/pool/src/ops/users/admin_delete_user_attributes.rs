//! `AdminDeleteUserAttributes`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::attributes::Change;
use crate::users::change;

/// Deletes attributes of a user. One that the user does not have is no fault.
///
/// # Errors
/// `InvalidParameterException` for what the schema does not have or does not let go, `UserNotFoundException`
/// `User does not exist.`, `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminDeleteUserAttributesRequest,
) -> Result<shapes::AdminDeleteUserAttributesResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?;
    let asked = Change::removing(input.user_attribute_names);
    change::attributes(ctx, &pool.value, user, &asked).await?;
    Ok(shapes::AdminDeleteUserAttributesResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn an_address_goes_with_its_flag_and_its_sign_in() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let request =
            json!({ "UserPoolId": pool, "Username": "mara", "UserAttributeNames": ["email", "name"] });
        let answer = server.call("AdminDeleteUserAttributes", request).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let user = server
            .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "mara" }))
            .await
            .ok();
        assert_eq!(user["UserAttributes"], json!([{ "Name": "sub", "Value": sub }]));
        server
            .call(
                "AdminGetUser",
                json!({ "UserPoolId": pool, "Username": "mara@example.com" }),
            )
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }

    #[tokio::test]
    async fn what_a_user_needs_cannot_be_deleted() {
        let server = TestPool::new().await;
        let pool = server
            .pool_with(json!({ "Schema": [{ "Name": "email", "Required": true }] }))
            .await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let delete = async |name: &str| {
            let request = json!({ "UserPoolId": pool, "Username": "mara", "UserAttributeNames": [name] });
            server.call("AdminDeleteUserAttributes", request).await
        };
        let parameter = "InvalidParameterException";
        delete("email")
            .await
            .assert_error(parameter, "user.email: Required attribute cannot be deleted.\n");
        delete("sub")
            .await
            .assert_error(parameter, "user.sub: Required attribute cannot be deleted.\n");
        delete("custom:x").await.assert_error(
            parameter,
            "user.custom:x: Attribute does not exist in the schema.\n",
        );
    }
}
