//! The code by mail that a pool asks for after a provider, where it does: the second factor's, on its page.

use std::sync::Arc;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, CommitError};

use super::finish::{Ground, ending};
use super::identity::Identity;
use super::round::Round;
use super::standing;
use crate::auth::challenge::second_factor;
use crate::auth::handle;
use crate::auth::outside;
use crate::auth::step::Answer;
use crate::base::error::ApiError;
use crate::records::{Factor, PageStep, UserRecord};
use crate::request::Ctx;

/// How often it is asked anew when something else was counted in between.
const RACES: usize = 16;

/// Mails the code, and has the round's transaction ask for it.
///
/// # Errors
/// As [`Ground::of`]; a user without an address; too many mails.
pub async fn ask(
    ctx: &Ctx,
    round: &mut Round,
    (user, identity): (&UserRecord, &Identity),
    also: &Batch,
) -> Result<(), ApiError> {
    round.stays(ctx);
    for _ in 0..RACES {
        let ground = Ground::of(ctx, round, &user.sub, identity).await?;
        let now = &ground.user.value;
        if now.epoch != user.epoch {
            return Err(handle::invalid());
        }
        if now.attribute("email").is_none() {
            return Err(ApiError::invalid_parameter(
                "A code by mail is asked for, and the user has no email address.",
            ));
        }
        let (pool, provider) = (&*ground.pool.value, &ground.provider.value);
        let sign_in = outside::begun(ctx, pool, &ground.client, ground.user.clone(), &provider.id)
            .on_page(Arc::new(ending(ctx, round, identity).await?));
        let name = sign_in.subject.public_name(pool);
        let (asked, answer) = second_factor::ask(&sign_in, Factor::Email).await?;
        let Answer::Challenge {
            session,
            mut parameters,
            ..
        } = answer
        else {
            return Err(handle::invalid());
        };
        standing::note(&mut parameters, provider, identity.session.as_ref());
        let step = PageStep {
            challenge: Some(ChallengeNameType::EmailOtp.as_str().to_owned()),
            session,
            parameters,
            asked: ctx.now,
            name,
            ..PageStep::default()
        };
        let may_change = asked.merge(ground.unchanged());
        let batch = may_change
            .clone()
            .merge(round.transaction.settled(ctx, &step))
            .merge(also.clone());
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                ctx.asker.noted.mail_afterwards(&ctx.app.mailer);
                return Ok(());
            }
            Err(CommitError::Conflict { key }) if may_change.names(&key) => {}
            Err(CommitError::Conflict { .. }) => return Err(handle::invalid()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}
