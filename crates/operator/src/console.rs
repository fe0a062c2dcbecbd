//! Talking to the operator who runs a command.

use std::io::{self, BufRead, IsTerminal, Write};

/// Where a command writes, and whom it asks.
pub trait Console: Send {
    /// A line of the command's result.
    fn say(&mut self, line: &str);
    /// A line about what went wrong or should be known, apart from the result.
    fn warn(&mut self, line: &str);
    /// Asks a question that is answered with yes or no.
    fn ask(&mut self, question: &str) -> Reply;
    /// Whether results may be coloured.
    fn colour(&self) -> bool;
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Go on.
    Yes,
    /// Do not.
    No,
    /// Nobody is there to ask.
    Nobody,
}

/// The terminal, or whatever the standard streams lead to.
#[derive(Debug)]
pub struct Terminal {
    colour: bool,
}

impl Terminal {
    /// The process's standard streams. `no_colour` is whether the variable `NO_COLOR` is set.
    pub fn new(no_colour: bool) -> Terminal {
        Terminal {
            colour: !no_colour && io::stdout().is_terminal(),
        }
    }
}

impl Console for Terminal {
    fn say(&mut self, line: &str) {
        // A reader that went away early, such as `head`, is no failure of the command.
        let _ = writeln!(io::stdout(), "{line}");
    }

    fn warn(&mut self, line: &str) {
        let _ = writeln!(io::stderr(), "{line}");
    }

    fn ask(&mut self, question: &str) -> Reply {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Reply::Nobody;
        }
        let mut stderr = io::stderr();
        let _ = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
        let mut answer = String::new();
        match stdin.lock().read_line(&mut answer) {
            Ok(_) if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") => Reply::Yes,
            _ => Reply::No,
        }
    }

    fn colour(&self) -> bool {
        self.colour
    }
}
