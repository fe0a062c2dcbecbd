//! `SELECT_MFA_TYPE`: a user with several second factors and no preference says which one it is asked for.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, BoxFuture};
use serde_json::json;

use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::room::{Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::base::error::ApiError;
use crate::records::{Factor, RecordBatch, SessionRecord, Stored};
use crate::users::factors::{self, Due};

/// Asks which of these it shall be.
pub fn ask(sign_in: &SignIn<'_>, choice: &[Factor]) -> (Batch, Answer) {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let name = ChallengeNameType::SelectMfaType;
    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = handle::new(ctx, client, subject.id(), expires);
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        expires,
        ..sign_in.session()
    };
    let names: Vec<&str> = choice.iter().map(|factor| factor.name()).collect();
    let parameters = BTreeMap::from([
        ("MFAS_CAN_CHOOSE".to_owned(), json!(names).to_string()),
        ("USER_ID_FOR_SRP".to_owned(), subject.public_name(pool)),
    ]);
    let answer = Answer::Challenge {
        name,
        session: Some(session.text),
        parameters,
    };
    (Batch::new().create(session.key, &record), answer)
}

/// The challenge whose session was found.
pub fn pending(session: Stored<SessionRecord>) -> Box<dyn Pending> {
    Box::new(Select(session))
}

struct Select(Stored<SessionRecord>);

impl Pending for Select {
    fn session(&self) -> &SessionRecord {
        &self.0.value
    }

    /// What was not offered, or is not there any more, leaves the session usable.
    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            let name = parameters.required("ANSWER")?;
            let user = sign_in.subject.user().ok_or_else(handle::invalid)?;
            let offered = match factors::due(sign_in.pool, user) {
                Due::Choice(choice) => choice,
                Due::One(factor) => vec![factor],
                Due::Nothing | Due::SetUp(_) | Due::Impossible => Vec::new(),
            };
            let chosen = Factor::named(name).filter(|factor| offered.contains(factor));
            let factor = chosen.ok_or_else(|| ApiError::invalid_parameter("Invalid MFA type selected."))?;
            Ok(Proven::Selected(Box::new(self.0), factor))
        })
    }
}
