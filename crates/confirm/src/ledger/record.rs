//! What is remembered of a user, whatever its text looks like.

use crate::counts::Counts;
use crate::device::DeviceId;
use crate::time::Moment;

/// How far the clocks of two instances may be apart, in seconds.
const CLOCK_SKEW_S: u32 = 60;

/// Bytes of the name of an event, and of a code that was used.
pub(crate) const TAG_BYTES: usize = 4;

/// Bytes of the name of one delivery of a sign-in's first challenge.
pub(crate) const INSTANCE_TAG_BYTES: usize = 3;

/// Bytes of the name of a grant.
pub(crate) const GRANT_BYTES: usize = 8;

/// What is remembered of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// One more with every ledger that is written.
    pub(crate) number: u32,
    /// When it was written; the windows count back from here.
    pub(crate) written: Moment,
    pub(crate) event: EventNote,
    /// When the owner was last told that somebody else may know the password.
    pub(crate) noticed_at: Moment,
    /// Whether she is to be told by the next function that can.
    pub(crate) notice_owed: bool,
    /// When the last two sign-ins were held back for want of a place, since the last right code.
    pub(crate) held_at: [Moment; 2],
    /// What people who know the password have used up.
    pub(crate) open: Counts,
    /// What the browsers with a place token have used up.
    pub(crate) placed: Counts,
    /// The browsers that a right code was typed in, the newest first.
    pub(crate) devices: Vec<Device>,
    /// The codes that were used, the newest first.
    pub(crate) used: Vec<Used>,
    /// The answers that were judged to be no right code, the newest first and one for each sign-in.
    pub(crate) judged: Vec<Judged>,
    /// What lets tokens pass, the newest first.
    pub(crate) grants: Vec<Grant>,
}

/// The last event that mailed or was held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventNote {
    pub(crate) tag: [u8; TAG_BYTES],
    /// When it came first.
    pub(crate) at: Moment,
    /// How often it mailed again.
    pub(crate) repeats: u8,
    /// Whether it mailed at all.
    pub(crate) mailed: bool,
}

/// A browser that a right code was typed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    /// Whether its person wished that it stand for the code.
    pub(crate) trusted: bool,
}

/// A code that was used, and the delivery whose sign-in used it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) nonce: [u8; TAG_BYTES],
    pub(crate) instance: [u8; INSTANCE_TAG_BYTES],
    pub(crate) ends: Moment,
}

/// The last round of a sign-in whose answer was judged to be no right code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) instance: [u8; INSTANCE_TAG_BYTES],
    pub(crate) number: u8,
    /// Whether it was wrong, or a code that a newer one has replaced.
    pub(crate) wrong: bool,
}

/// A right code, for the function before tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Of the sign-in and its client.
    pub(crate) tag: [u8; GRANT_BYTES],
    /// Of the client alone.
    pub(crate) client: [u8; TAG_BYTES],
    pub(crate) at: Moment,
    /// The event that took it, and when; zeros if none has.
    pub(crate) taken_by: [u8; TAG_BYTES],
    pub(crate) taken_at: Moment,
}

impl Ledger {
    /// The ledger of a user who signs in for the first time.
    pub(crate) const fn first(now: Moment) -> Self {
        Self {
            number: 0,
            written: now,
            event: EventNote {
                tag: [0; TAG_BYTES],
                at: Moment::START,
                repeats: 0,
                mailed: false,
            },
            noticed_at: Moment::START,
            notice_owed: false,
            held_at: [Moment::START; 2],
            open: Counts::NONE,
            placed: Counts::NONE,
            devices: Vec::new(),
            used: Vec::new(),
            judged: Vec::new(),
            grants: Vec::new(),
        }
    }

    /// Whether it was written by a clock that ran ahead of ours by more than clocks do. What it says of times would hold
    /// for ever, or for as long as that clock was wrong.
    pub(crate) fn is_ahead_of(&self, now: Moment) -> bool {
        self.written.since(now) > CLOCK_SKEW_S
    }

    /// The same ledger, seen from now.
    pub(crate) fn at(self, now: Moment) -> Self {
        Self {
            open: self.open.advanced(self.written, now),
            placed: self.placed.advanced(self.written, now),
            used: self.used.into_iter().filter(|used| used.ends > now).collect(),
            written: now,
            ..self
        }
    }

    /// Remembers a browser; the one that was used longest ago is forgotten for it.
    pub(crate) fn remember(&mut self, device: Device) {
        self.devices.retain(|known| known.id != device.id);
        self.devices.insert(0, device);
    }

    /// Whether wrong codes in a row are counted.
    pub(super) fn has_row(&self) -> bool {
        self.open.row() > 0 || self.placed.row() > 0
    }
}
