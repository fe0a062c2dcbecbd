//! Every metric of the server, and what is counted while it works.
//!
//! The table is the only way to make a metric: docs/reference/metrics.md is written from it, and a test holds the dashboards and alerts
//! against it.

use poolhouse_metrics::{Counts, Durations, Kind, Metric};

/// Defines the metrics, and the list of all of them.
macro_rules! metrics {
    ($($key:ident: $name:literal, $kind:ident, [$($label:literal),*], $about:literal;)+) => {
        $(
            #[doc = $about]
            pub static $key: Metric = Metric {
                name: concat!("poolhouse_", $name), kind: Kind::$kind, labels: &[$($label),*], about: $about,
            };
        )+

        /// All of them, in the order of the reference.
        pub static ALL: &[&Metric] = &[$(&$key),+];
    };
}

metrics! {
    BUILD: "build_info", Gauge, ["version"], "1, with the program's version.";
    START: "start_time_seconds", Gauge, [], "When the server was put together, in seconds since 1970.";
    CLOCK_BEHIND: "clock_behind_seconds", Gauge, [], "By how much the machine's clock is behind the time that is known, by which the server goes. Above 5 somebody has set it back, or the database's is ahead.";
    MEMORY: "resident_memory_bytes", Gauge, [], "Memory that the process holds.";
    FILES: "open_files", Gauge, [], "Files and sockets that the process has open.";
    REQUESTS: "requests_total", Counter, ["operation", "outcome"], "Requests to the API by operation and outcome: ok, or the exception that was answered.";
    REQUEST_SECONDS: "request_seconds", Histogram, ["operation"], "From a request's last byte to its answer, which may leave a few milliseconds later.";
    RESPONSES: "http_responses_total", Counter, ["status"], "Every answer by HTTP, the API's and the pages', by the first digit of its status.";
    SIGN_INS: "sign_ins_total", Counter, ["flow", "outcome"], "Steps of sign-ins by flow, FEDERATION for those by an identity provider: begun, continued, tokens (the end of a good one), denied, throttled, failed (the server or a function). The flow of an answer to no sign-in is unknown.";
    CODE_MAILS: "code_mails_total", Counter, ["result"], "Confirm codes by what became of their mail at the moment of asking: sent, resent, too_soon, held, not_sent (the address takes none, or nobody carries it), nobody (the name has no user).";
    CODE_ANSWERS: "code_answers_total", Counter, ["verdict"], "Answers to confirm codes by verdict: right, wrong, expired, replaced, locked, closed, held, used, not_ours, attempts_spent, unknown_user.";
    ONE_TIME_CODES: "one_time_codes_total", Counter, ["purpose", "result"], "One-time codes of the pool's own (sign-up, forgotten password, changed address): made, right, wrong, ended (none lives).";
    LOCKOUTS: "lockouts_total", Counter, [], "Wrong passwords that locked their account or made its lock longer.";
    LOCKED_OUT: "locked_out_total", Counter, [], "Passwords that were not judged because the account was locked.";
    MAILS: "mail_attempts_total", Counter, ["carrier", "outcome", "code"], "Attempts to hand a mail to a carrier: accepted, deferred or refused, with the carrier's reply code.";
    MAIL_QUEUE: "mail_queue", Gauge, [], "Mails that wait or are under way, in the whole database; 10,000 are counted at most.";
    MAIL_AGE: "mail_queue_oldest_seconds", Gauge, [], "How long the oldest of them has waited.";
    STORE_SECONDS: "store_seconds", Histogram, ["call"], "Calls of the store: get, get_many, scan, commit, sweep, snapshot.";
    STORE_ERRORS: "store_errors_total", Counter, ["call"], "Calls of the store that it could not answer.";
    STORE_CONFLICTS: "store_conflicts_total", Counter, [], "Commits that found a row otherwise than expected: races that were lost and are decided again.";
    ARITHMETIC_RUNNING: "arithmetic_running", Gauge, [], "Pieces of cryptographic work under way.";
    ARITHMETIC_WAITING: "arithmetic_waiting", Gauge, [], "Pieces of cryptographic work that wait for a turn.";
    ARITHMETIC_REFUSED: "arithmetic_refused_total", Counter, [], "Pieces of cryptographic work that found the queue full: answered TooManyRequestsException.";
    FUNCTION_SECONDS: "function_seconds", Histogram, ["trigger", "place"], "Calls of trigger functions, their further attempts counted in; place is in_process or elsewhere.";
    FUNCTION_CALLS: "function_calls_total", Counter, ["trigger", "outcome"], "Calls of trigger functions by outcome: answered, refused (the function denied), failed (none, late or no usable answer).";
    AUDIT_LINES: "audit_stream_lines_total", Counter, [], "Lines of the audit log that destinations of its streams have taken from this server.";
    AUDIT_FAILURES: "audit_stream_failures_total", Counter, [], "Times that a stream of the audit log could not go on: its destination, or the database, failed. Nothing is lost by it.";
    KEY_AGE: "key_age_seconds", Gauge, ["key"], "How long a key has been in use: master and code since a server first saw them, signing for the pool with the oldest (of the first thousand pools).";
}

/// What is counted while the server works. What is measured when somebody asks stands in `run::exposition`.
pub struct Numbers {
    /// [`REQUESTS`]
    pub requests: Counts<2>,
    /// [`REQUEST_SECONDS`]
    pub request_seconds: Durations<1>,
    /// [`RESPONSES`]
    pub responses: Counts<1>,
    /// [`SIGN_INS`]
    pub sign_ins: Counts<2>,
    /// [`CODE_MAILS`]
    pub code_mails: Counts<1>,
    /// [`CODE_ANSWERS`]
    pub code_answers: Counts<1>,
    /// [`ONE_TIME_CODES`]
    pub one_time_codes: Counts<2>,
    /// [`LOCKOUTS`]
    pub lockouts: Counts<0>,
    /// [`LOCKED_OUT`]
    pub locked_out: Counts<0>,
    /// [`STORE_SECONDS`]
    pub store_seconds: Durations<1>,
    /// [`STORE_ERRORS`]
    pub store_errors: Counts<1>,
    /// [`STORE_CONFLICTS`]
    pub store_conflicts: Counts<0>,
    /// [`ARITHMETIC_REFUSED`]
    pub arithmetic_refused: Counts<0>,
    /// [`FUNCTION_SECONDS`]
    pub function_seconds: Durations<2>,
    /// [`FUNCTION_CALLS`]
    pub function_calls: Counts<2>,
    /// [`AUDIT_LINES`]
    pub audit_lines: Counts<0>,
    /// [`AUDIT_FAILURES`]
    pub audit_failures: Counts<0>,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers {
            requests: Counts::new(&REQUESTS),
            request_seconds: Durations::new(&REQUEST_SECONDS),
            responses: Counts::new(&RESPONSES),
            sign_ins: Counts::new(&SIGN_INS),
            code_mails: Counts::new(&CODE_MAILS),
            code_answers: Counts::new(&CODE_ANSWERS),
            one_time_codes: Counts::new(&ONE_TIME_CODES),
            lockouts: Counts::new(&LOCKOUTS),
            locked_out: Counts::new(&LOCKED_OUT),
            store_seconds: Durations::new(&STORE_SECONDS),
            store_errors: Counts::new(&STORE_ERRORS),
            store_conflicts: Counts::new(&STORE_CONFLICTS),
            arithmetic_refused: Counts::new(&ARITHMETIC_REFUSED),
            function_seconds: Durations::new(&FUNCTION_SECONDS),
            function_calls: Counts::new(&FUNCTION_CALLS),
            audit_lines: Counts::new(&AUDIT_LINES),
            audit_failures: Counts::new(&AUDIT_FAILURES),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_those_of_the_format_and_no_two_are_the_same() {
        let names: HashSet<_> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len());
        for metric in ALL {
            let legal = |c: char| c.is_ascii_lowercase() || c == '_';
            assert!(metric.name.chars().all(legal), "{}", metric.name);
            assert_eq!(
                metric.name.ends_with("_total"),
                metric.kind == Kind::Counter,
                "{}",
                metric.name
            );
        }
    }
}
