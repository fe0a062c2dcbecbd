//! A challenge that goes with a session of its own: what all of them store and hand out alike.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, Expect};
use serde_json::Value;

use super::handle::{self, Handle};
use super::private;
use super::step::{Answer, SignIn};
use crate::base::clock::Millis;
use crate::records::{RecordBatch, SessionRecord};
use crate::request::Ctx;

/// A challenge that is about to be handed out.
pub struct Asking {
    name: ChallengeNameType,
    handle: Handle,
    /// What may lie where the session's row is to lie.
    expect: Expect,
    /// The session's row, to which a challenge adds what it needs.
    pub record: SessionRecord,
}

impl Asking {
    /// One that waits for its answer as long as the app client says.
    pub fn new(sign_in: &SignIn<'_>, name: ChallengeNameType) -> Asking {
        Asking::until(sign_in, name, ends(sign_in))
    }

    /// One that waits until then.
    pub fn until(sign_in: &SignIn<'_>, name: ChallengeNameType, expires: Millis) -> Asking {
        let SignIn {
            ctx, client, subject, ..
        } = sign_in;
        let handle = handle::new(ctx, client, subject.id(), expires);
        Asking::with(sign_in, name, handle, expires)
    }

    /// As [`until`](Self::until), before anything is proved: a stranger may ask for any number of such sessions, so they are
    /// written over one another.
    pub fn unproved(sign_in: &SignIn<'_>, name: ChallengeNameType, expires: Millis) -> Asking {
        let SignIn {
            ctx, client, subject, ..
        } = sign_in;
        let is_user = subject.user().is_some();
        let handle = handle::new_in_slot(ctx, client, subject.id(), is_user, expires);
        let slot_digest = Some(handle.digest.clone());
        let mut asking = Asking::with(sign_in, name, handle, expires);
        asking.expect = Expect::Any;
        asking.record.slot_digest = slot_digest;
        asking
    }

    /// As [`new`](Self::new), with a session that operations are given which name no client.
    pub fn naming_client(sign_in: &SignIn<'_>, name: ChallengeNameType) -> Asking {
        let SignIn {
            ctx, client, subject, ..
        } = sign_in;
        let expires = ends(sign_in);
        let handle = handle::new_naming_client(ctx, client, subject.id(), expires);
        Asking::with(sign_in, name, handle, expires)
    }

    /// As [`new`](Self::new), with a session that is found by this secret, too, in place of one before.
    pub fn of_secret(sign_in: &SignIn<'_>, name: ChallengeNameType, secret: [u8; 32]) -> Asking {
        let SignIn {
            ctx, client, subject, ..
        } = sign_in;
        let expires = ends(sign_in);
        let handle = handle::of_secret(ctx, client, subject.id(), expires, secret);
        Asking {
            expect: Expect::Any,
            ..Asking::with(sign_in, name, handle, expires)
        }
    }

    fn with(sign_in: &SignIn<'_>, name: ChallengeNameType, handle: Handle, expires: Millis) -> Asking {
        let record = SessionRecord {
            challenge: name.as_str().to_owned(),
            expires,
            ..sign_in.session()
        };
        Asking {
            name,
            handle,
            expect: Expect::Absent,
            record,
        }
    }

    /// Keeps a value in the session that the client does not see.
    #[must_use]
    pub fn keeping(mut self, ctx: &Ctx, secret: &Value) -> Asking {
        self.record.sealed_private = Some(private::seal(ctx, &self.handle.key, secret));
        self
    }

    /// The session's row, to be committed with what led here, and what the client is asked.
    pub fn handed_out(self, parameters: BTreeMap<String, String>) -> (Batch, Answer) {
        let batch = Batch::new().record(self.handle.key, self.expect, &self.record);
        let answer = Answer::Challenge {
            name: self.name,
            session: Some(self.handle.text),
            parameters,
            available: None,
        };
        (batch, answer)
    }
}

/// When an answer to a challenge that is handed out now comes too late.
pub fn ends(sign_in: &SignIn<'_>) -> Millis {
    sign_in
        .ctx
        .now
        .plus_seconds(sign_in.client.auth_session_seconds())
}
