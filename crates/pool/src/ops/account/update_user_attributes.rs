//! `UpdateUserAttributes`

use poolhouse_api::shapes;

use crate::auth::{access_token, recent};
use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::attributes::Change;
use crate::users::contacts::{self, By};

/// Sets the user's own attributes, those that the app client may write, and deletes those given an empty value. A new
/// address is unverified, or waits until it is verified, as the pool has it; up to twenty times an hour it is mailed a code.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, or an attribute that the client may not write;
/// `InvalidParameterException` for what the schema does not take; `AliasExistsException`; `LimitExceededException`; what
/// CustomMessage answers; `CodeDeliveryFailureException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::UpdateUserAttributesRequest,
) -> Result<shapes::UpdateUserAttributesResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let pool = &signed_in.pool.value;
    let asked = Change::listed(input.user_attributes);
    asked.check_client(&signed_in.client.value)?;
    recent::check(ctx, &signed_in, &asked)?;
    let by = By {
        client: Some(&signed_in.client.value),
        metadata: input.client_metadata.as_ref(),
    };
    let sent = contacts::change(ctx, pool, signed_in.user, asked, by).await?;
    Ok(shapes::UpdateUserAttributesResponse {
        code_delivery_details_list: Some(sent.into_iter().collect()),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, TestPool};
    use serde_json::{Value, json};

    async fn token(server: &TestPool, client: &str, name: &str) -> Value {
        let answer = server
            .password_sign_in(client, name, "Correct-Horse-9!")
            .await
            .ok();
        answer["AuthenticationResult"]["AccessToken"].clone()
    }

    async fn update(server: &TestPool, token: &Value, name: &str, value: &str) -> Answer {
        let attributes = json!([{ "Name": name, "Value": value }]);
        server
            .call(
                "UpdateUserAttributes",
                json!({ "AccessToken": token, "UserAttributes": attributes }),
            )
            .await
    }

    #[tokio::test]
    async fn a_user_changes_its_address_which_is_then_unverified() {
        let server = TestPool::new().await;
        let pool = server
            .pool_with(json!({ "AutoVerifiedAttributes": ["email"] }))
            .await;
        let client = server.client(&pool).await;
        let sub = server.user(&pool, "mara", "Correct-Horse-9!").await;
        let token = token(&server, &client, "mara").await;
        let answer = update(&server, &token, "email", "new@example.com").await;
        let sent = json!({ "Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email" });
        assert_eq!(answer.ok(), json!({ "CodeDeliveryDetailsList": [sent] }));
        server.code_to("new@example.com").await;
        let user = server.call("GetUser", json!({ "AccessToken": token })).await.ok();
        assert_eq!(
            user["UserAttributes"],
            json!([
                { "Name": "sub", "Value": sub },
                { "Name": "email", "Value": "new@example.com" },
                { "Name": "email_verified", "Value": "false" },
            ])
        );
    }

    #[tokio::test]
    async fn a_client_writes_what_it_may_write() {
        let server = TestPool::new().await;
        let schema = json!([{ "Name": "plan", "AttributeDataType": "String" }]);
        let pool = server.pool_with(json!({ "Schema": schema })).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let by_default = token(&server, &server.client(&pool).await, "mara").await;
        let listed = server
            .client_with(&pool, json!({ "WriteAttributes": ["custom:plan"] }))
            .await;
        let listed = token(&server, listed["ClientId"].as_str().unwrap_or_default(), "mara").await;
        update(&server, &by_default, "name", "Mara").await.ok();
        update(&server, &by_default, "custom:plan", "free").await.ok();
        update(&server, &listed, "custom:plan", "pro").await.ok();
        let refused = [
            (&by_default, "email_verified"),
            (&by_default, "sub"),
            (&listed, "name"),
        ];
        for (token, name) in refused {
            update(&server, token, name, "true").await.assert_error(
                "NotAuthorizedException",
                "A client attempted to write unauthorized attribute",
            );
        }
    }

    #[tokio::test]
    async fn an_address_that_signs_another_user_in_cannot_be_taken() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "UsernameAttributes": ["email"] })).await;
        let client = server.client(&pool).await;
        for name in ["mara@example.com", "noel@example.com"] {
            let body = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
            server.call("AdminCreateUser", body).await.ok();
            let password = "Correct-Horse-9!";
            let body =
                json!({ "UserPoolId": pool, "Username": name, "Password": password, "Permanent": true });
            server.call("AdminSetUserPassword", body).await.ok();
        }
        let token = token(&server, &client, "mara@example.com").await;
        update(&server, &token, "email", "noel@example.com")
            .await
            .assert_error(
                "AliasExistsException",
                "An account with the given email already exists.",
            );
        update(&server, &token, "email", "mara@elsewhere.example")
            .await
            .ok();
        let answer = server
            .password_sign_in(&client, "mara@elsewhere.example", "Correct-Horse-9!")
            .await
            .ok();
        assert!(answer["AuthenticationResult"].is_object());
        let old = server
            .password_sign_in(&client, "mara@example.com", "Correct-Horse-9!")
            .await;
        old.assert_error("UserNotFoundException", "User does not exist.");
    }
}
