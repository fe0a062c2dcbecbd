//! What a trigger function must know beside its event.

use std::fmt;

/// The time, fresh randomness, and what is known of the user's ledger.
///
/// `Debug` shows neither the randomness nor the ledger.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Seconds since 1970 by the clock of the server, never by anything that a client sent.
    pub now: i64,
    /// 32 bytes from the operating system's generator, new for every call. They make the code in session-only mode, and
    /// the tokens of trusted devices; with a key the code comes from the key, so that a repeated call makes the same
    /// one.
    pub entropy: &'a [u8; 32],
    /// Where the ledger of this user is read from.
    pub ledger: LedgerSource<'a>,
    /// A name for this sign-in that no other sign-in shares, if the caller knows one. Cognito's events name none, so
    /// there two sign-ins of one user within 15 s look like one event delivered twice and share a code.
    pub sign_in: Option<&'a str>,
    /// When this user's password was last changed or all sessions were last ended, if the caller knows, in seconds since
    /// 1970. Devices that were trusted before are not any more. Cognito's events do not tell; there, removing the
    /// attribute ends all trust.
    pub trust_from: Option<i64>,
}

impl<'a> Facts<'a> {
    /// Facts for a caller that knows nothing more than the event: the Lambda function at its simplest.
    #[must_use]
    pub const fn new(now: i64, entropy: &'a [u8; 32]) -> Self {
        Self {
            now,
            entropy,
            ledger: LedgerSource::FromEvent,
            sign_in: None,
            trust_from: None,
        }
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("now", &self.now)
            .field("sign_in", &self.sign_in)
            .finish_non_exhaustive()
    }
}

/// Where the ledger of the user comes from: the small signed text that remembers mails, wrong codes and locks from one
/// sign-in to the next.
#[derive(Clone, Copy)]
pub enum LedgerSource<'a> {
    /// The copy of the attribute in the event, as old as the platform made it.
    FromEvent,
    /// The text as the caller read it just now from the attribute, `None` if the user has none. A repeated call then
    /// sees what the first one wrote. If the attribute could not be read, say [`LedgerSource::FromEvent`].
    Fresh(Option<&'a str>),
    /// The text as the caller read it just now from a place that no client can reach, where it is written over nothing
    /// but what was read: the counters are exact, and a conflict means calling again with the newer text. The mail is
    /// not in the same step. Where there is no text yet, a genuine one in the event's attribute is taken over.
    Table(Option<&'a str>),
    /// Text that the caller keeps where no client can reach it and writes by compare-and-set, in one step with the
    /// mail: the counters are exact, and a conflict means calling again with the newer text.
    Exact(Option<&'a str>),
}
