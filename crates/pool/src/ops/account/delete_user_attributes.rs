//! `DeleteUserAttributes`

use poolhouse_api::shapes;

use crate::auth::{access_token, recent};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::attributes::Change;
use crate::users::change;

/// Deletes the user's own attributes, those that the app client may write.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, or an attribute that the client may not write;
/// `InvalidParameterException` for what the schema does not have or does not let go.
pub async fn run(
    ctx: &Ctx,
    input: shapes::DeleteUserAttributesRequest,
) -> Result<shapes::DeleteUserAttributesResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let pool = &signed_in.pool.value;
    let asked = Change::removing(input.user_attribute_names);
    asked.check_client(&signed_in.client.value)?;
    recent::check(ctx, &signed_in, &asked)?;
    change::attributes(ctx, pool, signed_in.user, &asked).await?;
    Ok(shapes::DeleteUserAttributesResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_user_deletes_what_its_client_may_write_and_nothing_else() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let token = &tokens["AuthenticationResult"]["AccessToken"];
        let delete = async |name: &str| {
            let request = json!({ "AccessToken": token, "UserAttributeNames": [name] });
            server.call("DeleteUserAttributes", request).await
        };
        delete("email_verified").await.assert_error(
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        );
        let answer = delete("email").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let user = server.call("GetUser", json!({ "AccessToken": token })).await.ok();
        assert_eq!(user["UserAttributes"], json!([{ "Name": "sub", "Value": sub }]));
    }
}
