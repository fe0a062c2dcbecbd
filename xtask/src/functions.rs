//! The trigger functions as Lambda takes them: small programs, each in a zip as `bootstrap`.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::system::process;
use crate::{Outcome, root};

/// The programs, optional ones last.
pub const NAMES: [&str; 5] = [
    "2fa-define",
    "2fa-create",
    "2fa-verify",
    "2fa-pre-token",
    "2fa-post-confirmation",
];

/// Programs that are handed out: those of a package, built in a profile.
#[derive(Clone, Copy)]
pub struct Programs {
    pub package: &'static str,
    pub profile: &'static str,
}

impl Programs {
    /// The trigger functions.
    pub const FUNCTIONS: Programs = Programs {
        package: "poolhouse-lambda",
        profile: "function",
    };
    /// The program `poolhouse`.
    pub const SERVER: Programs = Programs {
        package: "poolhouse-server",
        profile: "program",
    };

    /// What Cargo is told.
    pub fn arguments(self) -> [&'static str; 5] {
        ["--profile", self.profile, "-p", self.package, "--bins"]
    }

    /// Builds them for this machine and returns the folder they are in.
    ///
    /// # Errors
    /// If they do not build.
    pub fn build(self) -> Outcome<PathBuf> {
        self.build_at(&root::path(""), &root::target())
    }

    /// Builds those of the repository in this folder, into the target folder.
    ///
    /// # Errors
    /// If they do not build.
    pub fn build_at(self, sources: &Path, target: &Path) -> Outcome<PathBuf> {
        let mut command = process::cargo();
        command
            .arg("build")
            .args(self.arguments())
            .env("CARGO_TARGET_DIR", target)
            .current_dir(sources);
        process::run(anonymous(&mut command, sources))?;
        Ok(target.join(self.profile))
    }
}

/// Builds the functions for this machine and returns the folder they are in.
///
/// # Errors
/// If they do not build.
pub fn build() -> Outcome<PathBuf> {
    Programs::FUNCTIONS.build()
}

/// Lets a call of Cargo build programs that do not tell in which folders they were built, so that they are the same
/// whichever those are.
#[expect(
    clippy::disallowed_methods,
    reason = "Cargo itself is told by these variables where its home is"
)]
pub fn anonymous<'a>(cargo: &'a mut Command, sources: &Path) -> &'a mut Command {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let folders = [(home, "/cargo"), (Some(sources.to_owned()), "/poolhouse/")];
    let flags = folders.into_iter().filter_map(|(folder, name)| {
        let folder = folder?;
        Some(format!("--remap-path-prefix={}={name}", folder.display()))
    });
    // Flags that may hold spaces are separated by this character.
    let flags: Vec<String> = flags.collect();
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
}

/// A zip with the program at its top as `bootstrap`, the same bytes for the same program wherever it is made.
///
/// # Errors
/// If it cannot be written.
pub fn zip(program: &[u8]) -> Outcome<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        // Lambda starts only what is executable; the time is the earliest that a zip can say.
        .unix_permissions(0o755)
        .last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(program)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_program_is_zipped_as_an_executable_bootstrap_and_always_to_the_same_bytes() {
        let program = b"\x7fELF and more".repeat(1000);
        let zipped = zip(&program).unwrap();
        assert_eq!(zipped, zip(&program).unwrap());
        assert!(zipped.len() < program.len() / 10);
        let mut archive = zip::ZipArchive::new(Cursor::new(zipped)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, program);
    }
}
