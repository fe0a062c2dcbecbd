//! `MFA_SETUP`: the pool asks everybody for a second factor, and this user has none yet.
//!
//! An authenticator app is set up by `AssociateSoftwareToken` and `VerifySoftwareToken` with the session, each of which hands
//! out another one ([`set_up`](crate::auth::set_up)); the answer to the challenge then ends the sign-in. An email address is
//! given in the answer, and asked for by a code.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, BoxFuture};
use serde_json::{Value, json};

use crate::auth::parameters::Parameters;
use crate::auth::room::{Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::auth::{handle, private};
use crate::base::error::ApiError;
use crate::records::{Factor, RecordBatch, SessionRecord, Stored};
use crate::users::attributes::Change;
use crate::users::factors::{self, Due};

/// The member of the session's private value that holds the seed of an app that waits to be verified.
pub const SEED: &str = "seed";
/// The one that says that an app was verified.
pub const VERIFIED: &str = "verified";

/// Asks the user to set up one of these.
pub fn ask(sign_in: &SignIn<'_>, choice: &[Factor]) -> (Batch, Answer) {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let name = ChallengeNameType::MfaSetup;
    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = handle::new_naming_client(ctx, client, subject.id(), expires);
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        sealed_private: Some(private::seal(ctx, &session.key, &json!({}))),
        expires,
        ..sign_in.session()
    };
    let names: Vec<&str> = choice.iter().map(|factor| factor.name()).collect();
    let parameters = BTreeMap::from([
        ("MFAS_CAN_SETUP".to_owned(), json!(names).to_string()),
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
    Box::new(SetUp(session))
}

struct SetUp(Stored<SessionRecord>);

impl Pending for SetUp {
    fn session(&self) -> &SessionRecord {
        &self.0.value
    }

    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(async move {
            let private = private::open(sign_in.ctx, &self.0)?;
            if private.get(VERIFIED) == Some(&Value::Bool(true)) {
                sign_in.note_answered(ChallengeNameType::SoftwareTokenMfa.as_str());
                return Ok(Proven::SetUp(Box::new(self.0)));
            }
            // Amplify sends the first, AWS's guide has the second.
            let address = parameters.get("EMAIL").or_else(|| parameters.get("email"));
            let Some(address) = address else {
                return Err(ApiError::invalid_parameter(
                    "User has not verified software token mfa",
                ));
            };
            let user = sign_in.subject.user().ok_or_else(handle::invalid)?;
            let may = matches!(factors::due(sign_in.pool, user), Due::SetUp(choice) if choice.contains(&Factor::Email));
            if !may {
                return Err(ApiError::invalid_parameter("Invalid MFA type selected."));
            }
            let change = Change::setting([("email".to_owned(), address.to_owned())]);
            change.check_client(sign_in.client)?;
            change.check_change(sign_in.pool, user)?;
            Ok(Proven::NewEmail(Box::new(self.0), address.to_owned()))
        })
    }
}
