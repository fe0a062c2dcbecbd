//! The operator of a test.

use poolhouse_operator::{Console, Reply};

/// Remembers what was said, and answers questions.
pub struct Script {
    pub said: Vec<String>,
    pub warned: Vec<String>,
    pub asked: usize,
    reply: Box<dyn FnMut() -> Reply + Send>,
}

impl Script {
    /// Answers every question so.
    pub fn answering(reply: Reply) -> Script {
        Script::doing(move || reply)
    }

    /// Does something whenever a question is asked, and answers with what comes of it.
    pub fn doing(reply: impl FnMut() -> Reply + Send + 'static) -> Script {
        Script {
            said: Vec::new(),
            warned: Vec::new(),
            asked: 0,
            reply: Box::new(reply),
        }
    }

    /// Everything that was said, in one text.
    pub fn text(&self) -> String {
        self.said.join("\n")
    }

    /// Whether a line was said that contains this.
    pub fn says(&self, part: &str) -> bool {
        self.said.iter().any(|line| line.contains(part))
    }
}

impl Console for Script {
    fn say(&mut self, line: &str) {
        self.said.extend(line.lines().map(str::to_owned));
    }

    fn warn(&mut self, line: &str) {
        self.warned.extend(line.lines().map(str::to_owned));
    }

    fn ask(&mut self, _question: &str) -> Reply {
        self.asked += 1;
        (self.reply)()
    }

    fn colour(&self) -> bool {
        false
    }
}
