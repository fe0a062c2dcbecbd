//! The files that are in the repository, or would be with the next commit.

use std::fs;
use std::process::Command;

use crate::system::process;
use crate::{Outcome, root};

/// A text file: its path below the root, with `/` between folders, and its text.
pub struct File {
    pub path: String,
    pub text: String,
}

/// All text files.
pub struct Tree {
    pub files: Vec<File>,
}

impl Tree {
    /// Reads every file that Git tracks or would add. Files that are no text are left out: no rule is about them.
    ///
    /// # Errors
    /// If Git does not answer.
    pub fn read() -> Outcome<Tree> {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let paths = process::capture(git.current_dir(root::path("")))?;
        let mut paths: Vec<&str> = paths.split_terminator('\0').collect();
        paths.sort_unstable();
        paths.dedup();
        let read = |path: &&str| {
            let text = fs::read_to_string(root::path(path)).ok()?;
            Some(File {
                path: (*path).to_owned(),
                text,
            })
        };
        Ok(Tree {
            files: paths.iter().filter_map(read).collect(),
        })
    }

    /// Source files that people write, by the ends of their names.
    pub fn written<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(|file| {
            endings.iter().any(|ending| file.path.ends_with(ending)) && !file.path.contains("/generated/")
        })
    }

    /// A file that must be there.
    ///
    /// # Errors
    /// If it is not.
    pub fn file(&self, path: &str) -> Outcome<&File> {
        let found = self.files.iter().find(|file| file.path == path);
        found.ok_or_else(|| format!("{path} is missing").into())
    }
}

#[cfg(test)]
impl Tree {
    /// Files that are nowhere but in a test.
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let file = |&(path, text): &(&str, &str)| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        Tree {
            files: files.iter().map(file).collect(),
        }
    }
}
