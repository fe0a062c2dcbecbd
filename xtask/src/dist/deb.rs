//! The Debian package: the tarball's files where Debian has them, a unit for systemd, a user and a configuration.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Architecture;
use crate::system::{process, tools};
use crate::{Outcome, root};

/// Where the tarball has files, and where the package has them.
const MOVED: [(&str, &str); 6] = [
    ("bin/poolhouse", "usr/bin/poolhouse"),
    ("share/man", "usr/share/man"),
    ("share/bash-completion", "usr/share/bash-completion"),
    ("share/fish", "usr/share/fish"),
    (
        "share/zsh/site-functions/_poolhouse",
        "usr/share/zsh/vendor-completions/_poolhouse",
    ),
    ("share/doc/poolhouse", "usr/share/doc/poolhouse"),
];
/// What is in the repository, and where the package has it.
const ADDED: [(&str, &str); 4] = [
    (
        "deploy/systemd/poolhouse.service",
        "usr/lib/systemd/system/poolhouse.service",
    ),
    (
        "deploy/systemd/poolhouse.sysusers.conf",
        "usr/lib/sysusers.d/poolhouse.conf",
    ),
    (
        "deploy/systemd/poolhouse.tmpfiles.conf",
        "usr/lib/tmpfiles.d/poolhouse.conf",
    ),
    ("deploy/debian/copyright", "usr/share/doc/poolhouse/copyright"),
];
/// The time of everything in it, 2026-01-01: the same bytes for the same files, whenever they were made. Debian takes no files from before
/// 1984.
const TIME: &str = "1767225600";
const CONFIGURATION: &str = "etc/poolhouse/poolhouse.toml";
/// The package's own files, and their modes.
const CONTROL: [(&str, u32); 5] = [
    ("control", 0o644),
    ("conffiles", 0o644),
    ("postinst", 0o755),
    ("prerm", 0o755),
    ("postrm", 0o755),
];

/// Makes the package in a folder and returns its name there. `tree` is what the tarball holds; `writer` is a program that runs here.
///
/// # Errors
/// If it cannot be made.
pub fn make(architecture: Architecture, tree: &Path, writer: &Path, folder: &Path) -> Outcome<String> {
    if !tools::quiet(Command::new("dpkg-deb").arg("--version")) {
        tools::install("dpkg", "which makes the Debian package")?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("poolhouse_{version}_{}.deb", debian_name(architecture));
    let staged = root::target().join("dist/debian");
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    lay_out(tree, writer, &staged)?;
    let size = normalize(&staged)?;
    control(architecture, size, &staged)?;
    let mut build = Command::new("dpkg-deb");
    build
        .args(["--root-owner-group", "-Zxz", "--build"])
        .arg(&staged)
        .arg(folder.join(&name))
        .env("SOURCE_DATE_EPOCH", TIME);
    process::capture(&mut build)?;
    fs::remove_dir_all(&staged)?;
    Ok(name)
}

/// Debian's name for a processor.
fn debian_name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "arm64",
        Architecture::X86_64 => "amd64",
    }
}

fn lay_out(tree: &Path, writer: &Path, staged: &Path) -> Outcome {
    for (from, to) in MOVED {
        copy(&tree.join(from), &staged.join(to))?;
    }
    for (from, to) in ADDED {
        copy(&root::path(from), &staged.join(to))?;
    }
    let configuration = place(staged, CONFIGURATION)?;
    process::capture(Command::new(writer).arg("init").arg(configuration))?;
    // Debian's readers of manuals and of changes look for these.
    let mut pages = Command::new("gzip");
    pages.arg("-9nr").arg(staged.join("usr/share/man"));
    process::capture(&mut pages)?;
    let changes = place(staged, "usr/share/doc/poolhouse/changelog")?;
    fs::write(&changes, debian_changes())?;
    process::capture(Command::new("gzip").arg("-9n").arg(&changes)).map(drop)
}

fn debian_changes() -> String {
    format!(
        "poolhouse ({}) unstable; urgency=medium\n\n  * CHANGELOG.md in this folder says what has changed.\n\n \
         -- The Poolhouse contributors <poolhouse@localhost>  Thu, 01 Jan 2026 00:00:00 +0000\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn place(staged: &Path, path: &str) -> Outcome<PathBuf> {
    let path = staged.join(path);
    fs::create_dir_all(path.parent().unwrap_or(staged))?;
    Ok(path)
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    process::capture(Command::new("cp").arg("-r").arg(from).arg(to)).map(drop)
}

/// Gives everything the modes that it has when it is installed, and answers how many KiB that takes.
fn normalize(folder: &Path) -> Outcome<u64> {
    let mut size = 0;
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            size += 1 + normalize(&path)?;
            continue;
        }
        let mode = match path.strip_prefix(folder.parent().unwrap_or(folder)) {
            Ok(inner) if inner == Path::new("bin/poolhouse") => 0o755,
            // Readable for others from the first moment on, a password in it would be.
            Ok(inner) if inner == Path::new("poolhouse/poolhouse.toml") => 0o640,
            _ => 0o644,
        };
        fs::set_permissions(&path, Permissions::from_mode(mode))?;
        size += fs::metadata(&path)?.len().div_ceil(1024);
    }
    Ok(size)
}

fn control(architecture: Architecture, size: u64, staged: &Path) -> Outcome {
    for (name, mode) in CONTROL {
        let text = fs::read_to_string(root::path("deploy/debian").join(name))?;
        let text = text
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@ARCHITECTURE@", debian_name(architecture))
            .replace("@SIZE@", &size.to_string());
        let file = place(staged, &format!("DEBIAN/{name}"))?;
        fs::write(&file, text)?;
        fs::set_permissions(&file, Permissions::from_mode(mode))?;
    }
    fs::set_permissions(staged.join("DEBIAN"), Permissions::from_mode(0o755))?;
    Ok(())
}
