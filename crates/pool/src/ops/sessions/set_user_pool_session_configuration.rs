//! `SetUserPoolSessionConfiguration`

use poolhouse_api::shapes::{self, UserSessionTrackingType};
use poolhouse_store::Batch;

use crate::base::error::ApiError;
use crate::records::{RecordBatch, SessionSettings};
use crate::request::Ctx;

/// Sets whether sign-ins to a pool are noted from now on, and how many sessions a user can have: of more, the one that was
/// used last the longest ago ends with the next sign-in.
///
/// # Errors
/// `ResourceNotFoundException`; `ConcurrentModificationException` if somebody else changed the pool at the same moment.
pub async fn run(
    ctx: &Ctx,
    input: shapes::SetUserPoolSessionConfigurationRequest,
) -> Result<shapes::SetUserPoolSessionConfigurationResponse, ApiError> {
    let mut pool = ctx.pool(&input.user_pool_id).await?.into_owned();
    pool.value.sessions = SessionSettings {
        is_tracked: input.user_session_tracking == UserSessionTrackingType::Enabled,
        most: usize::try_from(input.token_session.max_per_user).map_err(ApiError::internal)?,
    };
    let batch = Batch::new().replace(&pool, &pool.value);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(shapes::SetUserPoolSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        user_session_tracking: Some(input.user_session_tracking),
        token_session: Some(input.token_session),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestPool;

    fn sentence(id: &str) -> String {
        format!("User pool {id} does not exist.")
    }

    #[tokio::test]
    async fn sessions_are_not_tracked_unless_somebody_says_so_and_an_update_of_the_pool_keeps_what_is_said() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let ids = json!({ "UserPoolId": pool });
        let get = async || {
            server
                .call("GetUserPoolSessionConfiguration", ids.clone())
                .await
                .ok()
        };
        let mut expected = json!({
            "UserPoolId": pool,
            "UserSessionTracking": "DISABLED",
            "TokenSession": { "MaxPerUser": 20 },
        });
        assert_eq!(get().await, expected);
        expected["UserSessionTracking"] = json!("ENABLED");
        expected["TokenSession"] = json!({ "MaxPerUser": 3 });
        let answer = server
            .call("SetUserPoolSessionConfiguration", expected.clone())
            .await
            .ok();
        assert_eq!(answer, expected);
        server.call("UpdateUserPool", ids.clone()).await.ok();
        assert_eq!(get().await, expected);
    }

    #[tokio::test]
    async fn the_setting_of_a_client_needs_a_pool_that_keeps_track_and_outlives_it() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        let ids = json!({ "UserPoolId": pool, "ClientId": client });
        let mut own = ids.clone();
        own["SSOSession"] = json!({ "MaxValidityMinutes": 0 });
        let set = async || {
            server
                .call("SetUserPoolClientSessionConfiguration", own.clone())
                .await
        };
        let get = async || {
            server
                .call("GetUserPoolClientSessionConfiguration", ids.clone())
                .await
                .ok()
        };
        let mut standard = ids.clone();
        standard["SSOSession"] = json!({ "MaxValidityMinutes": 60 });
        assert_eq!(get().await, standard);
        let sentence = "User session tracking is not enabled for the user pool.";
        set().await.assert_error("InvalidParameterException", sentence);
        for (tracking, answer) in [("ENABLED", Some(own.clone())), ("DISABLED", None)] {
            let body = json!({
                "UserPoolId": pool,
                "UserSessionTracking": tracking,
                "TokenSession": { "MaxPerUser": 20 },
            });
            server.call("SetUserPoolSessionConfiguration", body).await.ok();
            match answer {
                Some(answer) => assert_eq!(set().await.ok(), answer),
                None => set().await.assert_error("InvalidParameterException", sentence),
            }
            assert_eq!(get().await, own, "{tracking}");
        }
        server.call("UpdateUserPoolClient", ids.clone()).await.ok();
        assert_eq!(get().await, own);
    }

    #[tokio::test]
    async fn a_pool_or_client_that_is_not_there_has_no_session_configuration() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let all = json!({
            "ClientId": "nobody",
            "UserSessionTracking": "ENABLED",
            "TokenSession": { "MaxPerUser": 3 },
            "SSOSession": { "MaxValidityMinutes": 0 },
        });
        for (operation, of_client) in [
            ("GetUserPoolSessionConfiguration", false),
            ("SetUserPoolSessionConfiguration", false),
            ("GetUserPoolClientSessionConfiguration", true),
            ("SetUserPoolClientSessionConfiguration", true),
        ] {
            let mut request = all.clone();
            request["UserPoolId"] = json!("us-east-1_nowhere00");
            let answer = server.call(operation, request.clone()).await;
            answer.assert_error("ResourceNotFoundException", &sentence("us-east-1_nowhere00"));
            if of_client {
                request["UserPoolId"] = json!(pool);
                let answer = server.call(operation, request).await;
                answer.assert_error(
                    "ResourceNotFoundException",
                    "User pool client nobody does not exist.",
                );
            }
        }
    }
}
