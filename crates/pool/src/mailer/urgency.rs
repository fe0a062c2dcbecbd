//! What leaves first.

/// What a mail is for. A code is waited for at a screen; an invitation may be an hour late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// A confirm code: it lives for minutes.
    Code,
    /// Something that an owner should know soon.
    Notice,
    /// Everything else.
    Invitation,
}

impl Urgency {
    pub(super) const ALL: [Urgency; 3] = [Urgency::Code, Urgency::Notice, Urgency::Invitation];

    /// Its place among the keys of the outbox.
    pub(super) fn rank(self) -> u8 {
        match self {
            Urgency::Code => 0,
            Urgency::Notice => 1,
            Urgency::Invitation => 2,
        }
    }

    pub(super) fn of_rank(text: &str) -> Option<Urgency> {
        Urgency::ALL
            .into_iter()
            .find(|urgency| text == urgency.rank().to_string())
    }

    /// What logs and people are told.
    pub fn name(self) -> &'static str {
        match self {
            Urgency::Code => "code",
            Urgency::Notice => "notice",
            Urgency::Invitation => "invitation",
        }
    }
}
