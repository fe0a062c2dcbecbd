//! `AdminUpdateUserAttributes`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::attributes::Change;
use crate::users::contacts::{self, By};

/// Sets attributes of a user, and deletes those given an empty value. A new address is unverified unless the same
/// request says that it is verified: it is mailed a code where the pool verifies addresses by itself, and waits until that is
/// typed where the pool has it so.
///
/// # Errors
/// `InvalidParameterException` for what the schema does not take, `AliasExistsException`, `UserNotFoundException`
/// `User does not exist.`, `ResourceNotFoundException`; what CustomMessage answers; `CodeDeliveryFailureException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminUpdateUserAttributesRequest,
) -> Result<shapes::AdminUpdateUserAttributesResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    let user = ctx.user(&pool.value, &input.username).await?;
    let asked = Change::listed(input.user_attributes);
    let by = By {
        client: None,
        metadata: input.client_metadata.as_ref(),
    };
    contacts::change(ctx, &pool.value, user, asked, by).await?;
    Ok(shapes::AdminUpdateUserAttributesResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, TestPool};
    use serde_json::{Value, json};

    async fn update(server: &TestPool, pool: &str, user: &str, attributes: &[(&str, &str)]) -> Answer {
        let list: Vec<Value> = attributes
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect();
        let body = json!({ "UserPoolId": pool, "Username": user, "UserAttributes": list });
        server.call("AdminUpdateUserAttributes", body).await
    }

    async fn attributes(server: &TestPool, pool: &str, user: &str) -> Value {
        let user = server
            .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": user }))
            .await
            .ok();
        let list = user["UserAttributes"].as_array().cloned().unwrap_or_default();
        list.into_iter()
            .skip(1)
            .map(|a| {
                (
                    a["Name"].as_str().unwrap_or_default().to_owned(),
                    a["Value"].clone(),
                )
            })
            .collect()
    }

    #[tokio::test]
    async fn attributes_are_set_replaced_and_deleted_by_an_empty_value() {
        let server = TestPool::new().await;
        let pool = server.confirm_pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server.clock().advance_seconds(1);
        let answer = update(
            &server,
            &pool,
            "mara",
            &[("custom:authChallenge", "a"), ("name", "Mara")],
        )
        .await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        update(
            &server,
            &pool,
            "mara",
            &[("custom:authChallenge", "b"), ("name", "")],
        )
        .await
        .ok();
        assert_eq!(
            attributes(&server, &pool, "mara").await,
            json!({ "email": "mara@example.com", "email_verified": "true", "custom:authChallenge": "b" })
        );
        let user = server
            .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "mara" }))
            .await
            .ok();
        assert_eq!(user["UserLastModifiedDate"], 1_767_323_046);
    }

    #[tokio::test]
    async fn a_new_address_is_unverified_unless_the_request_says_otherwise() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let email = async |verified: &str| {
            let held = attributes(&server, &pool, "mara").await;
            assert_eq!(held["email_verified"], verified, "{held}");
        };
        update(&server, &pool, "mara", &[("email", "mara@example.com")])
            .await
            .ok();
        email("true").await;
        update(&server, &pool, "mara", &[("email", "new@example.com")])
            .await
            .ok();
        email("false").await;
        update(
            &server,
            &pool,
            "mara",
            &[("email", "newer@example.com"), ("email_verified", "True")],
        )
        .await
        .ok();
        email("true").await;
        update(&server, &pool, "mara", &[("email", "")]).await.ok();
        assert_eq!(attributes(&server, &pool, "mara").await, json!({}));
        update(&server, &pool, "mara", &[("email_verified", "true")])
            .await
            .assert_error(
                "InvalidParameterException",
                "Email is required to verify/un-verify an email",
            );
    }

    #[tokio::test]
    async fn a_verified_address_signs_in_one_user_only_and_follows_its_changes() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server.user(&pool, "noel", "Correct-Horse-9!").await;
        let taken = [("email", "mara@example.com"), ("email_verified", "true")];
        update(&server, &pool, "noel", &taken).await.assert_error(
            "AliasExistsException",
            "An account with the email already exists.",
        );
        // Unverified, the address may be written down twice, and still means its owner.
        update(&server, &pool, "noel", &taken[..1]).await.ok();
        let signed_in = server
            .password_sign_in(&client, "mara@example.com", "Correct-Horse-9!")
            .await
            .ok();
        assert!(signed_in["AuthenticationResult"].is_object());
        update(
            &server,
            &pool,
            "mara",
            &[("email", "other@example.com"), ("email_verified", "true")],
        )
        .await
        .ok();
        update(&server, &pool, "noel", &taken[1..]).await.ok();
        let user = server
            .call(
                "AdminGetUser",
                json!({ "UserPoolId": pool, "Username": "mara@example.com" }),
            )
            .await
            .ok();
        assert_eq!(user["Username"], "noel");
    }

    #[tokio::test]
    async fn what_the_schema_does_not_take_is_refused_in_the_services_words() {
        let server = TestPool::new().await;
        let schema = json!([
            { "Name": "fixed", "AttributeDataType": "String", "Mutable": false },
            { "Name": "age", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "18" } },
            { "Name": "given_name", "Required": true },
        ]);
        let pool = server.pool_with(json!({ "Schema": schema })).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let cases: [(&[(&str, &str)], &str); 9] = [
            (
                &[("custom:x", "1")],
                "user.custom:x: Attribute does not exist in the schema.\n",
            ),
            (
                &[("custom:x", "1"), ("custom:y", "")],
                "user.custom:x: Attribute does not exist in the schema.\n\
                 user.custom:y: Attribute does not exist in the schema.\n",
            ),
            (
                &[("custom:fixed", "1")],
                "user.custom:fixed: Attribute cannot be updated.\n",
            ),
            (&[("sub", "1")], "user.sub: Attribute cannot be updated.\n"),
            (
                &[("given_name", "")],
                "user.given_name: Required attribute cannot be deleted.\n",
            ),
            (
                &[("custom:age", "17")],
                "user.custom:age: Attribute must be at least 18.\n",
            ),
            (
                &[("birthdate", "1.2.2003")],
                "user.birthdate: Attribute must have at least 10 characters.\n",
            ),
            (&[("email", "mara@@example.com")], "Invalid email address format."),
            (&[("phone_number", "0123")], "Invalid phone number format."),
        ];
        for (attributes, sentence) in cases {
            update(&server, &pool, "mara", attributes)
                .await
                .assert_error("InvalidParameterException", sentence);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_parallel_changes_none_is_lost() {
        let server = std::sync::Arc::new(TestPool::new().await);
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let names = [
            "name", "nickname", "locale", "zoneinfo", "website", "profile", "picture", "gender",
        ];
        for round in ["1", "2", "3"] {
            let mut changes = tokio::task::JoinSet::new();
            for name in names {
                let (server, pool) = (server.clone(), pool.clone());
                changes.spawn(async move { update(&server, &pool, "mara", &[(name, round)]).await.ok() });
            }
            changes.join_all().await;
            let held = attributes(&server, &pool, "mara").await;
            assert!(names.iter().all(|name| held[name] == round), "{held}");
        }
    }
}
