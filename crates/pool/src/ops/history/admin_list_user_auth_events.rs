//! `AdminListUserAuthEvents`

use poolhouse_api::shapes;

use super::view;
use crate::base::error::ApiError;
use crate::ops::paging::{Listing, limit};
use crate::records::{OfUser, audit_log};
use crate::request::Ctx;

/// Rows that are looked at for a page: a user's history also tells what administrators did.
const MOST_ROWS: usize = 1000;

/// Lists a user's sign-ins and what else it did to sign in, the newest first.
///
/// # Errors
/// `ResourceNotFoundException`, `UserNotFoundException` `User does not exist.`; `UserPoolAddOnNotEnabledException` in a pool
/// without `UserPoolAddOns` `AUDIT`; `InvalidParameterException` for a `NextToken` of another list.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminListUserAuthEventsRequest,
) -> Result<shapes::AdminListUserAuthEventsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    view::check_is_on(&pool)?;
    let user = ctx.user(&pool, &input.username).await?.value;
    let listing = Listing {
        operation: "AdminListUserAuthEvents",
        subject: &user.sub,
    };
    let most = limit(input.max_results);
    let mut after = listing.after(&ctx.request_id, input.next_token.as_deref())?;
    let mut events = Vec::new();
    let mut rows = 0;
    let next = loop {
        let page = audit_log::history(ctx.platform(), pool.id(), &user.sub, after, most).await?;
        let (found, last) = page;
        rows += most;
        for event in &found {
            let Some(shown) = view::shown(event) else { continue };
            events.push(shown);
            if events.len() == most {
                let key = OfUser::key(pool.id(), &user.sub, &event.id);
                let has_more = last.is_some() || found.last() != Some(event);
                let token = has_more.then(|| listing.token(key.as_str()));
                return Ok(answer(events, token));
            }
        }
        match last {
            Some(last) if rows < MOST_ROWS => after = Some(last),
            last => break last,
        }
    };
    Ok(answer(events, next.map(|last| listing.token(&last))))
}

fn answer(
    events: Vec<shapes::AuthEventType>,
    next_token: Option<String>,
) -> shapes::AdminListUserAuthEventsResponse {
    shapes::AdminListUserAuthEventsResponse {
        auth_events: Some(events),
        next_token,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestPool;

    const PASSWORD: &str = "Correct-Horse-9!";

    struct Scene {
        server: TestPool,
        pool: String,
        client: String,
    }

    impl Scene {
        async fn new(add_ons: Value) -> Scene {
            let server = TestPool::new().await;
            let pool = server.pool_with(json!({ "UserPoolAddOns": add_ons })).await;
            let client = server.client(&pool).await;
            server.user(&pool, "mara", PASSWORD).await;
            Scene { server, pool, client }
        }

        async fn sign_in(&self, password: &str) {
            self.server.clock().advance_seconds(1);
            self.server.password_sign_in(&self.client, "mara", password).await;
        }

        fn request(&self, most: u32, token: &Value) -> Value {
            let mut body = json!({ "UserPoolId": self.pool, "Username": "mara", "MaxResults": most });
            if token.is_string() {
                body["NextToken"] = token.clone();
            }
            body
        }

        async fn list(&self, most: u32, token: &Value) -> Value {
            let body = self.request(most, token);
            self.server.call("AdminListUserAuthEvents", body).await.ok()
        }
    }

    #[tokio::test]
    async fn sign_ins_are_listed_the_newest_first_as_the_service_shows_them() {
        let scene = Scene::new(json!({ "AdvancedSecurityMode": "AUDIT" })).await;
        scene.sign_in("Wrong-Horse-9!").await;
        scene.sign_in(PASSWORD).await;
        let listed = scene.list(0, &Value::Null).await;
        assert!(listed.get("NextToken").is_none(), "{listed}");
        let event = |id: &Value, at: i64, response: &str, answered: &str| {
            json!({
                "EventId": id,
                "EventType": "SignIn",
                "CreationDate": at,
                "EventResponse": response,
                "EventRisk": { "RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false },
                "ChallengeResponses": [{ "ChallengeName": "Password", "ChallengeResponse": answered }],
                "EventContextData": {},
            })
        };
        let ids = [0, 1].map(|index: usize| listed["AuthEvents"][index]["EventId"].clone());
        let expected = json!([
            event(&ids[0], 1_767_323_047_i64, "Pass", "Success"),
            event(&ids[1], 1_767_323_046_i64, "Fail", "Failure"),
        ]);
        assert_eq!(listed["AuthEvents"], expected);
        assert_ne!(ids[0], ids[1]);
    }

    #[tokio::test]
    async fn every_event_is_on_one_page() {
        let scene = Scene::new(json!({ "AdvancedSecurityMode": "AUDIT" })).await;
        for count in 0..5 {
            scene.sign_in(PASSWORD).await;
            if count == 2 {
                let body = json!({ "UserPoolId": scene.pool, "Username": "mara" });
                scene.server.call("AdminEnableUser", body).await.ok();
            }
        }
        let mut dates = Vec::new();
        let mut token = Value::Null;
        loop {
            let page = scene.list(2, &token).await;
            let events = page["AuthEvents"].as_array().into_iter().flatten();
            dates.extend(events.filter_map(|event| event["CreationDate"].as_f64()));
            token = page["NextToken"].clone();
            if token.is_null() {
                break;
            }
        }
        let expected: Vec<f64> = (0..5).map(|before| 1_767_323_050.0 - f64::from(before)).collect();
        assert_eq!(dates, expected);
    }

    #[tokio::test]
    async fn a_pool_without_the_add_on_says_so_and_a_foreign_token_is_refused() {
        let scene = Scene::new(json!({ "AdvancedSecurityMode": "OFF" })).await;
        let body = scene.request(0, &Value::Null);
        let refused = scene.server.call("AdminListUserAuthEvents", body).await;
        refused.assert_error(
            "UserPoolAddOnNotEnabledException",
            "User pool add-ons not enabled",
        );
        let scene = Scene::new(json!({ "AdvancedSecurityMode": "AUDIT" })).await;
        let body = scene.request(0, &json!("x"));
        let refused = scene.server.call("AdminListUserAuthEvents", body).await;
        refused.assert_error("InvalidParameterException", "Invalid pagination token given.");
    }

    #[tokio::test]
    async fn what_an_administrator_says_of_an_event_is_shown_with_it() {
        let scene = Scene::new(json!({ "AdvancedSecurityMode": "AUDIT" })).await;
        scene.sign_in(PASSWORD).await;
        let id = scene.list(0, &Value::Null).await["AuthEvents"][0]["EventId"].clone();
        let feedback = |id: &Value, value: &str| json!({ "UserPoolId": scene.pool, "Username": "mara", "EventId": id, "FeedbackValue": value });
        let say = async |body: Value| scene.server.call("AdminUpdateAuthEventFeedback", body).await;
        scene.server.clock().advance_seconds(60);
        for value in ["Valid", "Invalid"] {
            assert_eq!(say(feedback(&id, value)).await.ok(), json!({}));
            let listed = scene.list(0, &Value::Null).await;
            assert_eq!(
                listed["AuthEvents"][0]["EventFeedback"],
                json!({ "FeedbackValue": value, "Provider": "Admin", "FeedbackDate": 1_767_323_106_i64 })
            );
        }
        let unknown = json!("5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef");
        say(feedback(&unknown, "Valid"))
            .await
            .assert_error("ResourceNotFoundException", "Event not found.");
    }
}
