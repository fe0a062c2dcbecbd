//! What is wrong with a provider or with what it says, as the client is told.

use std::time::Duration;

use poolhouse_outbound::guarded::{Limits, Unfetched};
use poolhouse_text::with_causes;

use crate::request::Ctx;

/// What an answer of a provider may cost.
pub const LIMITS: Limits = Limits {
    wait: Duration::from_secs(5),
    bytes: 256 * 1024,
};

/// Why a sign-in by a provider comes to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `error`
    pub error: &'static str,
    /// `error_description`
    pub description: String,
}

impl Fault {
    /// The service's code for whatever a provider does wrong.
    pub fn new(description: impl Into<String>) -> Fault {
        Fault {
            error: "invalid_request",
            description: description.into(),
        }
    }

    /// What was not fetched. `what` is said in the service's words where the time was over: `token endpoint`, …
    pub fn unfetched(ctx: &Ctx, provider: &str, timed_out: &str, why: &Unfetched) -> Fault {
        let causes = with_causes(why);
        tracing::warn!(
            request_id = ctx.request_id,
            provider,
            causes,
            "an identity provider was not reached"
        );
        match why {
            Unfetched::TimedOut => Fault::new(timed_out),
            Unfetched::Busy => Fault {
                error: "temporarily_unavailable",
                description: String::new(),
            },
            Unfetched::Http(_) | Unfetched::Body(_) => Fault::new("Connection reset"),
            // Where a private address answers and where nobody does, nobody is told.
            _ => Fault::new(format!("{provider} Error - it cannot be reached")),
        }
    }

    /// What a provider says that cannot be believed. The reason is for the operator.
    pub fn unbelievable(ctx: &Ctx, provider: &str, reason: &str) -> Fault {
        tracing::warn!(
            request_id = ctx.request_id,
            provider,
            reason,
            "what an identity provider said was not believed"
        );
        Fault::new(format!("{provider} Error - {reason}"))
    }
}
