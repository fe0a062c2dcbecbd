//! Prints `docs/reference/operations.md`: which operations of the API this server has. `cargo xtask codegen` writes it.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::fmt::Write;

use poolhouse_api::{Auth, Operation};
use poolhouse_pool::ops::{Status, status};

fn main() {
    print!("{}", document());
}

fn document() -> String {
    let done = Operation::ALL
        .iter()
        .filter(|operation| status(**operation) == Status::Done)
        .count();
    let mut text = format!(
        "<!-- Written by `cargo xtask codegen` from the server's table of operations. -->\n\
         # Operations\n\n\
         Amazon Cognito user pools have {all} operations. This server has {done}; the others answer `InvalidParameterException` and \
         say that they are not available yet. What each member of a request does is in [members.md](members.md).\n\n\
         | operation | here | signed by |\n|---|---|---|\n",
        all = Operation::ALL.len(),
    );
    for operation in Operation::ALL {
        let here = match status(*operation) {
            Status::Done => "yes",
            Status::Refused => "not yet",
        };
        let signed = match operation.auth() {
            Auth::SigV4 => "access key",
            Auth::AccessToken => "access token",
            Auth::AccessTokenOrSession => "access token or session",
            Auth::None => "–",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | {here} | {signed} |", operation.name());
    }
    text
}
