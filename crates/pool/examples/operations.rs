//! Prints `docs/reference/operations.md`: which operations of the API this server has. `cargo xtask codegen` writes it.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::collections::BTreeMap;
use std::fmt::Write;

use poolhouse_api::{Auth, Operation};
use poolhouse_pool::ops::{Status, status};

fn main() {
    print!("{}", document());
}

fn document() -> String {
    let count = |counted: fn(Status) -> bool| {
        let all = Operation::ALL.iter();
        all.filter(|operation| counted(status(**operation))).count()
    };
    let done = count(|status| status == Status::Done);
    let never = count(|status| matches!(status, Status::Never(_)));
    let mut text = format!(
        "<!-- Written by `cargo xtask codegen` from the server's table of operations. -->\n\
         # Operations\n\n\
         Amazon Cognito user pools have {all} operations. This server has {done}. The other {never}, which only AWS can do, answer \
         `InvalidParameterException` for ever and say what there is here instead. What each member of a request does is in [members.md](members.md).\n\n\
         | operation | here | signed by |\n|---|---|---|\n",
        all = Operation::ALL.len(),
    );
    for operation in Operation::ALL {
        let here = match status(*operation) {
            Status::Done => "yes",
            Status::Never(_) => "never: see below",
        };
        let signed = match operation.auth() {
            Auth::SigV4 if operation.reads() => "access key, also one that reads only",
            Auth::SigV4 => "access key",
            Auth::SecretOrSigV4 => "the app client's secret, or an access key",
            Auth::None if *operation == Operation::GetClientToken => "the app client's secret",
            Auth::AccessToken => "access token",
            Auth::AccessTokenOrSession => "access token or session",
            Auth::None => "–",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | {here} | {signed} |", operation.name());
    }
    text.push_str("\n## Refused for ever\n\n");
    for (sentence, names) in never_by_sentence() {
        let _ = writeln!(text, "- {}: {sentence}", names.join(", "));
    }
    text
}

/// The sentences with which operations are refused for ever, each with the operations.
fn never_by_sentence() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut by_sentence: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for operation in Operation::ALL {
        if let Status::Never(sentence) = status(*operation) {
            by_sentence.entry(sentence).or_default().push(operation.name());
        }
    }
    by_sentence
}
