//! `ChangePassword`

use poolhouse_api::shapes;
use poolhouse_store::Batch;
use zeroize::Zeroizing;

use crate::auth::subject::Subject;
use crate::auth::{access_token, password, recent};
use crate::base::error::ApiError;
use crate::records::UserRecord;
use crate::request::Ctx;
use crate::users::change;
use crate::users::other_sign_ins::OtherSignIns;
use crate::users::password_policy::{self, Wording};
use crate::users::{code_factor, credentials, quota, recovery, sign_out};

/// Replaces the user's own password, up to five times an hour, tries included. A user without one sets its first. Wrong
/// previous passwords count towards the lockout of the account, as they do at sign-in. Sign-ins go on; where the pool ends
/// sessions with a new password, this one alone does. What wrong codes have locked is open again, and a code for a forgotten
/// password ends.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good, `Incorrect username or password.` or
/// `Password attempts exceeded`; `LimitExceededException`; `InvalidParameterException` `Missing required parameter PreviousPassword`;
/// `InvalidPasswordException` with the policy's first unmet rule.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ChangePasswordRequest,
) -> Result<shapes::ChangePasswordResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool, user) = (&signed_in.pool.value, signed_in.user.clone());
    let epoch = user.value.epoch;
    let previous = input.previous_password.map(Zeroizing::new);
    let proposed = Zeroizing::new(input.proposed_password);
    // Before the previous one is judged: a right one given with a weak new one must not count as a failure.
    password_policy::check(pool, &user.value, &proposed, Wording::Others)?;
    check_own(&user.value)?;
    quota::CHANGE_PASSWORD
        .count(ctx, pool.id(), &user.value.sub)
        .await?;
    match (&user.value.sealed_verifier, previous) {
        (Some(_), Some(previous)) => {
            let subject = Subject::Known(Box::new(user.clone()));
            let proved = password::check(ctx, pool, &subject, &previous).await?;
            ctx.audit.is_undecided();
            proved.commit(ctx, Batch::new()).await?;
            ctx.audit.tells_done();
        }
        (Some(_), None) => return Err(ApiError::missing_parameter("PreviousPassword")),
        // A lasting factor is added, which takes what any other takes.
        (None, _) => recent::check_factors(ctx, &signed_in)?,
    }
    let replaced = user.value.sealed_verifier.clone();
    let sealed = credentials::seal_verifier(ctx, pool, &user.value, &proposed).await?;
    let mut also = code_factor::unlocked(ctx, pool, &user.value).await?;
    also = also.merge(recovery::ended(pool.id(), &user.value.sub));
    let ends_others = pool.safeguards.reset_ends_sessions;
    let own = &*signed_in.family;
    let sub = user.value.sub.clone();
    let edit = |user: &mut UserRecord| {
        // The password that was proved must still be the one that is replaced.
        if user.sealed_verifier != replaced {
            return Err(ApiError::concurrent_modification());
        }
        access_token::check_unmoved(epoch, user)?;
        user.sealed_verifier = Some(sealed.clone());
        user.temporary_until = None;
        user.modified = ctx.now;
        Ok(())
    };
    if ends_others {
        let mut others = OtherSignIns::of(ctx, (pool.id(), &sub), own, also).await?;
        change::change_for(ctx, pool, user, &mut others, edit).await?;
        // A sign-in that ended between the reading of the families and the commit was not among them. From the commit on no
        // sign-in ends with the old password, so this time none is missed.
        sign_out::end_others(ctx, pool.id(), &sub, Some(own)).await?;
    } else {
        change::change_with(ctx, pool, user, &also, edit).await?;
    }
    Ok(shapes::ChangePasswordResponse::default())
}

/// No password signs in whoever comes by an identity provider.
fn check_own(user: &UserRecord) -> Result<(), ApiError> {
    match user.is_external() {
        true => Err(ApiError::not_authorized(
            "User password cannot be reset in the current state.",
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, TestPool};
    use serde_json::{Value, json};

    async fn signed_in() -> (TestPool, String, Value) {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let tokens = server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        let token = tokens["AuthenticationResult"]["AccessToken"].clone();
        (server, client, token)
    }

    async fn change(server: &TestPool, token: &Value, previous: Option<&str>, proposed: &str) -> Answer {
        let request =
            json!({ "AccessToken": token, "PreviousPassword": previous, "ProposedPassword": proposed });
        server.call("ChangePassword", request).await
    }

    #[tokio::test]
    async fn the_new_password_signs_in_the_old_one_does_not_and_the_token_goes_on() {
        let (server, client, token) = signed_in().await;
        let answer = change(&server, &token, Some("Correct-Horse-9!"), "Battery-Staple-1").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        server
            .password_sign_in(&client, "mara", "Battery-Staple-1")
            .await
            .ok();
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "Incorrect username or password.");
        server.call("GetUser", json!({ "AccessToken": token })).await.ok();
    }

    #[tokio::test]
    async fn what_is_missing_wrong_or_weak_changes_nothing() {
        let (server, client, token) = signed_in().await;
        change(&server, &token, None, "Battery-Staple-1")
            .await
            .assert_error(
                "InvalidParameterException",
                "Missing required parameter PreviousPassword",
            );
        change(&server, &token, Some("wrong"), "Battery-Staple-1")
            .await
            .assert_error("NotAuthorizedException", "Incorrect username or password.");
        // The new one is judged first.
        change(&server, &token, Some("wrong"), "no-upper-case-1")
            .await
            .assert_error(
                "InvalidPasswordException",
                "Password does not conform to policy: Password must have uppercase characters",
            );
        // More often than an hour allows changes: a new password that is refused is no change.
        for _ in 0..6 {
            change(&server, &token, Some("Correct-Horse-9!"), "no-upper-case-1")
                .await
                .assert_error(
                    "InvalidPasswordException",
                    "Password does not conform to policy: Password must have uppercase characters",
                );
        }
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
    }

    #[tokio::test]
    async fn a_stolen_token_guesses_five_passwords_an_hour_and_locks_the_account_at_that() {
        let (server, client, token) = signed_in().await;
        for _ in 0..5 {
            change(&server, &token, Some("wrong"), "Battery-Staple-1")
                .await
                .assert_error("NotAuthorizedException", "Incorrect username or password.");
        }
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "Password attempts exceeded");
        for seconds in [0, 3599] {
            server.clock().advance_seconds(seconds);
            change(&server, &token, Some("Correct-Horse-9!"), "Battery-Staple-1")
                .await
                .assert_error(
                    "LimitExceededException",
                    "Attempt limit exceeded, please try after some time.",
                );
        }
        let tokens = server.password_sign_in(&client, "mara", "Correct-Horse-9!").await;
        let token = tokens.ok()["AuthenticationResult"]["AccessToken"].clone();
        server.clock().advance_seconds(1);
        change(&server, &token, Some("Correct-Horse-9!"), "Battery-Staple-1")
            .await
            .ok();
    }

    #[tokio::test]
    async fn a_count_of_the_hour_is_swept_and_goes_with_its_user() {
        let (server, client, token) = signed_in().await;
        let rows = async || {
            let scan = poolhouse_store::Scan::prefix("", 100);
            let rows = server.store().scan(scan).await.unwrap();
            rows.iter().filter(|row| row.key.contains("/quota/")).count()
        };
        change(&server, &token, Some("Correct-Horse-9!"), "Battery-Staple-1")
            .await
            .ok();
        assert_eq!(rows().await, 1);
        server.clock().advance_seconds(2 * 3600);
        server.sweep().await;
        assert_eq!(rows().await, 0);

        let tokens = server.password_sign_in(&client, "mara", "Battery-Staple-1").await;
        let token = tokens.ok()["AuthenticationResult"]["AccessToken"].clone();
        change(&server, &token, Some("Battery-Staple-1"), "Battery-Staple-2")
            .await
            .ok();
        assert_eq!(rows().await, 1);
        let request = json!({ "AccessToken": token });
        server.call("DeleteUser", request).await.ok();
        assert_eq!(rows().await, 0);
    }
}
