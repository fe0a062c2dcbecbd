//! `AdminSetUserPassword`

use poolhouse_api::shapes::{self, UserStatusType};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::Failures;
use crate::request::Ctx;
use crate::users::change;
use crate::users::code_factor;
use crate::users::credentials;
use crate::users::password_policy::{self, Wording};
use crate::users::{epoch, recovery, sign_out};

/// Sets a user's password: for good (`CONFIRMED`), or until the user chooses another at the next sign-in
/// (`FORCE_CHANGE_PASSWORD`), which is the default. Wrong passwords and wrong codes given before are
/// forgotten, and a code for a forgotten one ends. Sign-ins go on, unless the pool ends them. Whoever signs in by an identity
/// provider stays `EXTERNAL_PROVIDER`, and signs in by no password.
///
/// # Errors
/// `InvalidPasswordException` with the policy's first unmet rule, `UserNotFoundException` `User does not exist.`,
/// `ResourceNotFoundException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::AdminSetUserPasswordRequest,
) -> Result<shapes::AdminSetUserPasswordResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let user = ctx.user(&pool, &input.username).await?;
    let password = zeroize::Zeroizing::new(input.password);
    password_policy::check(&pool, &user.value, &password, Wording::Others)?;
    let sealed = credentials::seal_verifier(ctx, &pool, &user.value, &password).await?;
    let temporary_until = match input.permanent {
        Some(true) => None,
        _ => Some(password_policy::temporary_until(&pool, ctx.now)),
    };
    let forget = Batch::new().delete(Failures::key(pool.id(), &user.value.sub), Expect::Any);
    let forget = forget.merge(code_factor::unlocked(ctx, &pool, &user.value).await?);
    let forget = forget.merge(recovery::ended(pool.id(), &user.value.sub));
    let ends_sessions = pool.safeguards.reset_ends_sessions;
    let forget = match ends_sessions {
        true => forget.merge(sign_out::revoke_all(ctx, pool.id(), &user.value.sub).await?),
        false => forget,
    };
    change::change_with(ctx, &pool, user, &forget, |user| {
        if ends_sessions {
            user.signed_out = Some(ctx.now);
            epoch::sign_out(user);
        }
        user.modified = ctx.now;
        if user.is_external() {
            return Ok(());
        }
        user.sealed_verifier = Some(sealed.clone());
        user.temporary_until = temporary_until;
        user.status = match temporary_until {
            None => UserStatusType::Confirmed,
            Some(_) => UserStatusType::ForceChangePassword,
        };
        Ok(())
    })
    .await?;
    Ok(shapes::AdminSetUserPasswordResponse::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn password(pool: &str, password: &str, permanent: Option<bool>) -> Value {
        json!({ "UserPoolId": pool, "Username": "mara", "Password": password, "Permanent": permanent })
    }

    #[tokio::test]
    async fn a_permanent_password_confirms_and_a_temporary_one_asks_for_another() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let status = async || {
            let user = server
                .call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "mara" }))
                .await
                .ok();
            user["UserStatus"].clone()
        };

        let answer = server
            .call("AdminSetUserPassword", password(&pool, "Battery-Staple-1", None))
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        assert_eq!(status().await, "FORCE_CHANGE_PASSWORD");
        let challenge = server
            .password_sign_in(&client, "mara", "Battery-Staple-1")
            .await
            .ok();
        assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "Incorrect username or password.");

        server
            .call(
                "AdminSetUserPassword",
                password(&pool, "Battery-Staple-2", Some(true)),
            )
            .await
            .ok();
        assert_eq!(status().await, "CONFIRMED");
        let signed_in = server
            .password_sign_in(&client, "mara", "Battery-Staple-2")
            .await
            .ok();
        assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
    }

    #[tokio::test]
    async fn a_temporary_password_works_as_many_days_as_the_policy_says() {
        let server = TestPool::new().await;
        let policy = json!({ "MinimumLength": 8, "TemporaryPasswordValidityDays": 2 });
        let pool = server
            .pool_with(json!({ "Policies": { "PasswordPolicy": policy } }))
            .await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server
            .call(
                "AdminSetUserPassword",
                password(&pool, "Battery-Staple-1", Some(false)),
            )
            .await
            .ok();
        server.clock().advance_seconds(2 * 86_400 - 1);
        server
            .password_sign_in(&client, "mara", "Battery-Staple-1")
            .await
            .ok();
        server.clock().advance_seconds(1);
        server
            .password_sign_in(&client, "mara", "Battery-Staple-1")
            .await
            .assert_error(
                "NotAuthorizedException",
                "Temporary password has expired and must be reset by an administrator.",
            );
    }

    #[tokio::test]
    async fn the_policy_holds_for_administrators_too() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server
            .call("AdminSetUserPassword", password(&pool, "weak", Some(true)))
            .await
            .assert_error(
                "InvalidPasswordException",
                "Password does not conform to policy: Password not long enough",
            );
        let unknown = json!({ "UserPoolId": pool, "Username": "nobody", "Password": "Correct-Horse-9!" });
        server
            .call("AdminSetUserPassword", unknown)
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }

    #[tokio::test]
    async fn a_new_password_ends_a_lockout() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        for _ in 0..5 {
            server.password_sign_in(&client, "mara", "wrong").await;
        }
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error("NotAuthorizedException", "Password attempts exceeded");
        server
            .call(
                "AdminSetUserPassword",
                password(&pool, "Battery-Staple-2", Some(true)),
            )
            .await
            .ok();
        server
            .password_sign_in(&client, "mara", "Battery-Staple-2")
            .await
            .ok();
    }

    #[tokio::test]
    async fn the_password_is_in_no_row() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        let rows = server
            .store()
            .scan(poolhouse_store::Scan::prefix("", 100))
            .await
            .unwrap();
        assert!(rows.iter().all(|row| !row.body.contains("Correct-Horse-9!")));
    }
}
