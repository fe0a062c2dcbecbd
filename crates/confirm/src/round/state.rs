//! What a challenge remembers, whatever its text looks like.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::code::{Code, CodeFormat};
use crate::device::DeviceId;
use crate::event::Caller;
use crate::keys::{Keys, OtpKey, Purpose};
use crate::outcome::{LastResult, MailState};
use crate::time::Moment;

/// Bytes of the randomness that a key of one sign-in is made of.
pub(super) const SEED_BYTES: usize = 32;

/// Bytes that make a code differ from the code of any other sign-in.
pub(crate) const NONCE_BYTES: usize = 12;
/// Bytes of the public name of a sign-in.
pub(crate) const SIGN_IN_BYTES: usize = 12;
/// Bytes of the private name of one delivery of a sign-in's first challenge.
pub(crate) const INSTANCE_BYTES: usize = 8;

/// How long a sign-in lasts, in seconds from its first challenge, however often it is renewed.
pub(crate) const LONGEST_SIGN_IN_S: u32 = 30 * 60;

/// Codes that a sign-in replaced are told from wrong ones as long as this many newer ones were not made.
const MOST_REPLACED: usize = 16;

/// What a challenge remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Round {
    /// 1 for the first challenge of a sign-in.
    pub(crate) number: u8,
    /// Answers that were judged wrong before this challenge was made.
    pub(crate) attempts: u8,
    /// What this challenge says about the round before it.
    pub(crate) result: LastResult,
    /// What became of the last mail.
    pub(crate) mail: MailState,
    pub(crate) format: CodeFormat,
    /// When the sign-in began.
    pub(crate) started: Moment,
    /// The public name of the sign-in; zeros in one that began before there were names.
    pub(crate) sign_in: [u8; SIGN_IN_BYTES],
    /// What tells this delivery of the first challenge from every other one.
    pub(crate) instance: [u8; INSTANCE_BYTES],
    /// The browser that the password answer came from, if a right code was typed in it before.
    pub(crate) place: Option<DeviceId>,
    /// Whether the platform asked for a factor of its own in between.
    pub(crate) native_factor: bool,
    /// The code; none before its mail may leave.
    pub(crate) code: Option<Issued>,
    /// The codes that newer ones replaced, the newest first.
    pub(crate) replaced: Vec<Issued>,
    /// When the mails of this sign-in went out.
    pub(crate) mails: Vec<Moment>,
    /// The number of the ledger that this sign-in knows to exist.
    pub(crate) ledger_number: u32,
    pub(crate) signer: Signer,
}

/// A code that was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) nonce: [u8; NONCE_BYTES],
    pub(crate) at: Moment,
    pub(crate) expires: Moment,
}

/// The key of one sign-in: every round of it is signed with the key of its first, whatever key is current by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    /// One of the operator's keys.
    Keyed(OtpKey),
    /// A key that exists in the text alone.
    SessionOnly(Seed),
}

/// Randomness that a key of one sign-in is made of. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seed(pub(super) [u8; SEED_BYTES]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(_)")
    }
}

impl Signer {
    /// The key for a sign-in that starts now.
    pub(crate) fn of_new_sign_in(keys: Option<&Keys>, entropy: &[u8; SEED_BYTES]) -> Self {
        match keys {
            Some(keys) => Self::Keyed(keys.current.clone()),
            None => Self::SessionOnly(Seed(*entropy)),
        }
    }

    pub(crate) fn key(&self) -> OtpKey {
        match self {
            Self::Keyed(key) => key.clone(),
            Self::SessionOnly(seed) => OtpKey::of_one_sign_in(&seed.0),
        }
    }
}

impl Round {
    /// The characters of a code of this sign-in.
    pub(crate) fn code_of(&self, issued: &Issued, caller: &Caller<'_>) -> Code {
        let at = issued.at.to_bytes();
        let own: [&[u8]; 2] = [&issued.nonce, &at];
        Code::derive(
            &self.signer.key(),
            self.format,
            &[&caller.binding()[..], &own].concat(),
        )
    }

    /// Gives the sign-in the names that tell it from every other, drawn from the randomness of this call.
    pub(crate) fn draw_names(&mut self, entropy: &[u8; SEED_BYTES]) {
        let key = self.signer.key();
        self.sign_in = key.keyed_short(Purpose::SignIn, &[entropy]);
        self.instance = key.keyed_short(Purpose::Instance, &[entropy]);
    }

    /// Whether the sign-in has a name: those that began under an older function have none.
    pub(crate) fn is_named(&self) -> bool {
        self.sign_in != [0; SIGN_IN_BYTES]
    }

    /// The public name as text.
    pub(crate) fn sign_in_text(&self) -> String {
        BASE64.encode(self.sign_in)
    }

    /// When the sign-in ends.
    pub(crate) const fn ends(&self) -> Moment {
        self.started.plus(LONGEST_SIGN_IN_S)
    }

    /// Whether a new code would still live its whole life in this sign-in.
    pub(crate) fn has_time_for_a_code(&self, now: Moment, life_s: u32) -> bool {
        now.plus(life_s) <= self.ends()
    }

    /// Seconds that the code has left.
    pub(crate) fn code_left_s(&self, now: Moment) -> u32 {
        self.code.map_or(0, |code| code.expires.since(now))
    }

    /// Puts a code in the place of the one before.
    pub(crate) fn issue(&mut self, code: Issued) {
        if let Some(before) = self.code.replace(code) {
            self.replaced.insert(0, before);
            self.replaced.truncate(MOST_REPLACED);
        }
    }
}
