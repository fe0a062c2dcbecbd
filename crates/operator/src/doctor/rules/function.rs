//! How the functions are configured on Lambda.

use serde_json::Value;

use crate::aws::{is_ours, runtime};
use crate::change::rfc_3339;
use crate::doctor::facts::{Facts, Function, Known};
use crate::doctor::finding::{Hit, Rule, Severity};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "timeout-short",
        severity: Severity::Warning,
        title: "A function may be cut off before it gives up by itself",
        why: "The functions take up to 3.5 s when a mail server is slow, and then fail in an orderly way. Cut off earlier, \
              they leave a mail that may or may not have been sent.",
        fix: "Set the function's timeout to 5 s.",
        fixable: false,
        check: timeout_short,
    },
    Rule {
        id: "timeout-long",
        severity: Severity::Note,
        title: "A function may run longer than Cognito listens",
        why: "Cognito gives up after 5 s and calls again, up to three times. A longer limit does no harm to Poolhouse's \
              functions, which end by themselves, but lets others mail three codes.",
        fix: "Set the function's timeout to 5 s.",
        fixable: false,
        check: timeout_long,
    },
    Rule {
        id: "memory-short",
        severity: Severity::Warning,
        title: "A function in Node.js or Python with little memory",
        why: "Lambda gives CPU by memory. Such a function starts slower than Cognito listens, and is called again.",
        fix: "Give it 512 MB, or use Poolhouse's functions, which start in milliseconds with 128 MB.",
        fixable: false,
        check: memory_short,
    },
    Rule {
        id: "runtime-ended",
        severity: Severity::Warning,
        title: "A function's runtime gets no updates any more",
        why: "Lambda does not patch it, and will refuse to update the function.",
        fix: "Move the function to a runtime that is supported; Poolhouse's functions run on provided.al2023.",
        fixable: false,
        check: runtime_ended,
    },
    Rule {
        id: "architectures-differ",
        severity: Severity::Note,
        title: "The functions run on different architectures",
        why: "They are deployed together from one build, so one of them may be of an older one.",
        fix: "Deploy all three from the same build.",
        fixable: false,
        check: architectures_differ,
    },
    Rule {
        id: "log-endless",
        severity: Severity::Warning,
        title: "A function's log is kept for ever",
        why: "Logs say who signed in when. They cost, and the law in many places wants an end to them.",
        fix: "`aws logs put-retention-policy --log-group-name GROUP --retention-in-days 30`",
        fixable: false,
        check: log_endless,
    },
    Rule {
        id: "functions-foreign",
        severity: Severity::Note,
        title: "A function is not one of Poolhouse's",
        why: "Its environment means nothing to these checks, so they have left it out.",
        fix: "Nothing, if that is meant.",
        fixable: false,
        check: functions_foreign,
    },
];

/// The seconds that a function needs to give up by itself, and to say so.
const LEAST_TIMEOUT_S: u64 = 4;
/// The seconds that Cognito listens.
const COGNITO_TIMEOUT_S: u64 = 5;
/// Megabytes with which interpreted functions start in time.
const LEAST_MEMORY_MB: u64 = 256;

/// When Lambda ended, or will end, the support of a runtime: the identifier and the day as seconds since 1970. Source:
/// "Lambda runtimes" in the AWS Lambda developer guide.
const ENDS: [(&str, u64); 14] = [
    ("go1.x", 1_704_672_000),        // 2024-01-08
    ("nodejs14.x", 1_701_648_000),   // 2023-12-04
    ("nodejs16.x", 1_718_150_400),   // 2024-06-12
    ("nodejs18.x", 1_756_684_800),   // 2025-09-01
    ("nodejs20.x", 1_777_507_200),   // 2026-04-30
    ("nodejs22.x", 1_809_043_200),   // 2027-04-30
    ("provided", 1_704_672_000),     // 2024-01-08
    ("provided.al2", 1_785_456_000), // 2026-07-31
    ("python3.7", 1_701_648_000),    // 2023-12-04
    ("python3.8", 1_728_864_000),    // 2024-10-14
    ("python3.9", 1_765_756_800),    // 2025-12-15
    ("python3.10", 1_793_404_800),   // 2026-10-31
    ("python3.11", 1_814_313_600),   // 2027-06-30
    ("python3.12", 1_856_563_200),   // 2028-10-31
];

fn number(configuration: &Value, member: &str) -> Option<u64> {
    configuration.get(member).and_then(Value::as_u64)
}

/// The functions that are not Poolhouse's.
pub(crate) fn foreign(facts: &Facts) -> impl Iterator<Item = (&Function, &Value)> {
    facts
        .configurations()
        .filter(|(_, configuration)| !is_ours(configuration))
}

fn each(facts: &Facts, found: impl Fn(&Value) -> Option<String>) -> Vec<Hit> {
    let hits = facts
        .configurations()
        .filter_map(|(function, configuration)| Some(Hit::new(label(function), found(configuration)?)));
    hits.collect()
}

/// `function 2faCreate`
pub(crate) fn label(function: &Function) -> String {
    format!(
        "function {}",
        function.arn.split(":function:").last().unwrap_or(&function.arn)
    )
}

fn timeout_short(facts: &Facts) -> Vec<Hit> {
    each(facts, |configuration| {
        let seconds = number(configuration, "Timeout").filter(|seconds| *seconds < LEAST_TIMEOUT_S)?;
        Some(format!("its timeout is {seconds} s"))
    })
}

fn timeout_long(facts: &Facts) -> Vec<Hit> {
    each(facts, |configuration| {
        let seconds = number(configuration, "Timeout").filter(|seconds| *seconds > COGNITO_TIMEOUT_S)?;
        Some(format!("its timeout is {seconds} s"))
    })
}

fn memory_short(facts: &Facts) -> Vec<Hit> {
    each(facts, |configuration| {
        let memory = number(configuration, "MemorySize").filter(|memory| *memory < LEAST_MEMORY_MB)?;
        (!is_ours(configuration)).then(|| format!("it has {memory} MB"))
    })
}

fn runtime_ended(facts: &Facts) -> Vec<Hit> {
    each(facts, |configuration| {
        let runtime = runtime(configuration);
        let (_, end) = ENDS
            .iter()
            .find(|(name, end)| *name == runtime && *end <= facts.now)?;
        let day: String = rfc_3339(*end).chars().take(10).collect();
        Some(format!("{runtime} has had no support since {day}"))
    })
}

fn architectures_differ(facts: &Facts) -> Vec<Hit> {
    let architecture = |configuration: &Value| {
        let first = configuration.pointer("/Architectures/0").and_then(Value::as_str);
        first.unwrap_or("x86_64").to_owned()
    };
    let mut all: Vec<String> = facts
        .configurations()
        .map(|(_, configuration)| architecture(configuration))
        .collect();
    all.sort_unstable();
    all.dedup();
    (all.len() > 1)
        .then(|| Hit::new("functions", format!("run on {}", all.join(" and "))))
        .into_iter()
        .collect()
}

fn log_endless(facts: &Facts) -> Vec<Hit> {
    let endless = facts
        .functions
        .iter()
        .filter(|function| function.retention == Known::Yes(Some(None)));
    endless
        .map(|function| Hit::new(label(function), "its log group has no retention"))
        .collect()
}

fn functions_foreign(facts: &Facts) -> Vec<Hit> {
    let hit = |(function, configuration): (&Function, &Value)| {
        let runtime = match runtime(configuration) {
            "" => "a container image",
            runtime => runtime,
        };
        Hit::new(label(function), format!("runs on {runtime}"))
    };
    foreign(facts).map(hit).collect()
}
