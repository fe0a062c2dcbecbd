//! What a challenge and the flow around it have in common: a challenge finds the session that an answer belongs to and
//! judges the answer; what follows from that is decided in [`next`](super::next).

use poolhouse_crypto::srp::PublicA;
use poolhouse_store::BoxFuture;

use super::factor::RightAnswer;
use super::lockout::Proved;
use super::parameters::Parameters;
use super::right_passkey::RightPasskey;
use super::step::SignIn;
use crate::base::error::ApiError;
use crate::records::{Factor, SessionRecord, Stored};

/// A challenge whose answer has come. It was read as far as it takes to find the session that it belongs to, and
/// nothing was judged.
pub trait Pending: Send {
    /// The session, which says for whom the challenge was made.
    fn session(&self) -> &SessionRecord;

    /// Judges the answer. By then the sign-in is known to be that of the session's client, user and challenge.
    ///
    /// # Errors
    /// What the challenge says of a wrong answer, once it is counted; an answer of the wrong form.
    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>>;
}

/// What a first step or an answer came to.
pub enum Proven {
    /// The password is right, in the clear or by SRP.
    Password(Proved),
    /// The user has chosen a first password, which counts from the end of the sign-in.
    NewPassword(Proved),
    /// A second factor is right.
    Factor(Box<RightAnswer>),
    /// The user has chosen which second factor it is asked for.
    Selected(Box<Stored<SessionRecord>>, Factor),
    /// A remembered device has begun to prove its secret.
    DeviceBegun(Box<DeviceBegins>),
    /// A remembered device has proved its secret in the sign-in whose session this is.
    Device(Box<Stored<SessionRecord>>),
    /// A sign-up was confirmed by a code, in the sign-in whose session this is.
    SignedUp(Box<Stored<SessionRecord>>),
    /// An authenticator app was set up in this sign-in, whose session this is.
    SetUp(Box<Stored<SessionRecord>>),
    /// The user has given an email address as its second factor.
    NewEmail(Box<Stored<SessionRecord>>, String),
    /// The user has chosen to begin with a code, which is sent to this address, or to nobody.
    FirstCode(Option<Box<Stored<SessionRecord>>>, FirstCode),
    /// The user has chosen to begin with the password by SRP, of which this is the client's number.
    Srp(Box<Stored<SessionRecord>>, String),
    /// The user has chosen to begin with a passkey.
    AskPasskey(Option<Box<Stored<SessionRecord>>>),
    /// A passkey has signed.
    Passkey(Box<RightPasskey>),
    /// Something was typed that the pool's Verify function judges.
    Typed(Typed),
}

/// The first half of a device's exchange.
pub struct DeviceBegins {
    /// The session of the sign-in, which the proof consumes.
    pub session: Stored<SessionRecord>,
    /// The client's number.
    pub public_a: PublicA,
}

/// A code to begin a sign-in with.
pub struct FirstCode {
    /// How it is sent.
    pub factor: Factor,
    /// Where it is sent, or seems to be.
    pub address: String,
}

/// What a person typed into a custom challenge.
pub struct Typed {
    /// The challenge.
    pub pending: Box<Stored<SessionRecord>>,
    /// Whether its session is consumed already, or is to be with what comes next.
    pub consumed: bool,
    /// The text.
    pub answer: String,
}
