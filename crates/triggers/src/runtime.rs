//! Runtimes of our own, for functions that are a handler in a language and not a program.
//!
//! Each is one file without dependencies. It is part of this library, and is written to a folder to be started from
//! there: an interpreter that gets its program as an argument hands that argument on to the processes a function starts.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A language that handlers are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// JavaScript by Node.js, 20 or later: CommonJS and ES modules.
    Node,
    /// Python, 3.9 or later.
    Python,
}

/// A runtime on this machine: the program, and where our file for it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The language.
    pub runtime: Runtime,
    /// The interpreter's program.
    pub program: PathBuf,
    /// What [`Runtime::install`] returned.
    pub file: PathBuf,
}

impl Runtime {
    /// The name of the interpreter's program.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python3",
        }
    }

    const fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Node => ("node.mjs", include_str!("runtimes/node.mjs")),
            Self::Python => ("python.py", include_str!("runtimes/python.py")),
        }
    }

    /// The interpreter in one of the folders of `path`, which is written as the variable `PATH`.
    pub fn find(self, path: &OsStr) -> Option<PathBuf> {
        let is_program = |file: &PathBuf| {
            fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        };
        // An empty entry means the working directory, which is nobody's place for programs of a server.
        std::env::split_paths(path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(self.program()))
            .find(is_program)
    }

    /// Writes the runtime's file to `folder`, which is made if it is not there, and returns its path.
    ///
    /// The file is replaced at once: a process that starts meanwhile reads the old one or the new one.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn install(self, folder: &Path) -> io::Result<PathBuf> {
        let (name, text) = self.file();
        fs::create_dir_all(folder)?;
        let (file, fresh) = (
            folder.join(name),
            folder.join(format!("{name}.{}", std::process::id())),
        );
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)
            .and_then(|mut fresh| fresh.write_all(text.as_bytes()));
        written.and_then(|()| fs::rename(&fresh, &file))?;
        fs::canonicalize(file)
    }

    /// The variable that tells the language where else to look for modules, if it needs one.
    ///
    /// `require` finds what lies beside the function and what a layer brings; Python's own path gets the function's
    /// folder from the runtime.
    pub(crate) fn module_path(self, directory: &Path) -> Option<(String, String)> {
        let root = directory.display();
        match self {
            Self::Node => {
                let path = format!("/opt/nodejs/node_modules:{root}/node_modules:{root}");
                Some(("NODE_PATH".to_owned(), path))
            }
            Self::Python => None,
        }
    }
}

impl Interpreter {
    pub(crate) fn arguments(&self) -> Vec<String> {
        let file = self.file.display().to_string();
        match self.runtime {
            Runtime::Node => vec![file],
            // Unbuffered, so that what a function prints is in the log before the call is over.
            Runtime::Python => vec!["-u".to_owned(), file],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("poolhouse-runtime-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_runtime_is_installed_and_replaced_and_leaves_nothing_else_behind() {
        let folder = folder("install");
        for _ in 0..2 {
            let file = Runtime::Node.install(&folder).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), Runtime::Node.file().1);
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
            fs::write(&file, "something older").unwrap();
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn an_interpreter_is_the_first_program_of_its_name_on_the_path() {
        let folder = folder("find");
        let (first, second) = (folder.join("a"), folder.join("b"));
        for (at, mode) in [(&first, 0o644), (&second, 0o755)] {
            fs::create_dir_all(at).unwrap();
            fs::write(at.join("node"), "").unwrap();
            fs::set_permissions(at.join("node"), fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = std::env::join_paths([Path::new(""), &first, &second]).unwrap();
        assert_eq!(Runtime::Node.find(&path), Some(second.join("node")));
        assert_eq!(Runtime::Python.find(&path), None);
        fs::remove_dir_all(&folder).unwrap();
    }
}
