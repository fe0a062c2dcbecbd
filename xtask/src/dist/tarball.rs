//! The tarball of the program `poolhouse`, laid out as `/usr/local` is: docs/guides/install.md.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Architecture, NOTICES, check_library, notices};
use crate::functions::Programs;
use crate::system::process;
use crate::{Outcome, console, root};

const PROGRAM: &str = "poolhouse";
/// Where each shell looks for completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/poolhouse"),
    ("zsh", "share/zsh/site-functions/_poolhouse"),
    ("fish", "share/fish/vendor_completions.d/poolhouse.fish"),
];
const DOCUMENTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// What is packed, laid out in a folder.
pub(super) struct Staged {
    name: String,
    /// The folder that becomes `/usr/local`.
    pub(super) tree: PathBuf,
    /// A program of the same version that runs here.
    pub(super) writer: PathBuf,
    /// What the program needs of the machine.
    needs: String,
}

/// Builds the program and lays everything out.
///
/// # Errors
/// If the program does not build, or would not run where Lambda's programs run.
pub(super) fn stage(architecture: Architecture) -> Outcome<Staged> {
    let what = format!(
        "building the program for {} (ten minutes the first time)",
        architecture.name()
    );
    let program = console::step(&what, || architecture.build(Programs::SERVER))?.join(PROGRAM);
    let needs = check_library(&program)?;
    // Manual and completions are the same for every processor: a program that runs here writes them.
    let writer = Programs::SERVER.build()?.join(PROGRAM);
    stage_program(architecture, &program, writer, needs)
}

/// The same with a program that was built.
///
/// # Errors
/// If it cannot be laid out.
pub(super) fn stage_program(
    architecture: Architecture,
    program: &Path,
    writer: PathBuf,
    needs: String,
) -> Outcome<Staged> {
    let name = format!("poolhouse-{}-{}", env!("CARGO_PKG_VERSION"), architecture.name());
    let staged = root::target().join("dist/staged");
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    let tree = staged.join(&name);
    lay_out(program, &writer, &tree)?;
    let others = tree.join("share/doc/poolhouse").join(NOTICES);
    fs::write(others, notices::of_server(architecture)?)?;
    Ok(Staged {
        name,
        tree,
        writer,
        needs,
    })
}

impl Staged {
    /// Makes the tarball in a folder and returns its name there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn pack(&self, folder: &Path) -> Outcome<String> {
        let file = format!("{}.tar.gz", self.name);
        let staged = self.tree.parent().unwrap_or(&self.tree);
        pack(staged, &self.name, &folder.join(&file))?;
        let size = fs::metadata(folder.join(&file))?.len();
        console::say(format!("    {file} {size:>9} bytes, {}", self.needs))?;
        Ok(file)
    }
}

fn lay_out(program: &Path, writer: &Path, root_folder: &Path) -> Outcome {
    let place = |path: &str| -> Outcome<PathBuf> {
        let path = root_folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root_folder))?;
        Ok(path)
    };
    fs::copy(program, place("bin/poolhouse")?)?;
    let manual = place("share/man/man1/poolhouse.1")?;
    let mut man = Command::new(writer);
    man.args(["man", "--into"])
        .arg(manual.parent().unwrap_or(root_folder));
    process::run(&mut man)?;
    for (shell, path) in COMPLETIONS {
        let script = process::capture(Command::new(writer).args(["completions", shell]))?;
        fs::write(place(path)?, script)?;
    }
    for document in DOCUMENTS {
        fs::copy(
            root::path(document),
            place(&format!("share/doc/poolhouse/{document}"))?,
        )?;
    }
    Ok(())
}

/// The same bytes for the same files, at any time and on any machine.
fn pack(folder: &Path, name: &str, tarball: &Path) -> Outcome {
    let mut tar = Command::new("tar");
    tar.args([
        "--sort=name",
        "--mtime=@0",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=u+rw,go+r,go-w,a+X",
        "--use-compress-program=gzip -9n",
        "--create",
        "--file",
    ]);
    tar.arg(tarball).arg("--directory").arg(folder).arg(name);
    process::capture(&mut tar).map(drop)
}

/// Makes the tarball for this machine and unpacks it into an empty folder; returns the folder in it that has `bin`.
///
/// # Errors
/// If it cannot be made or unpacked.
pub fn unpack_for_this_machine(into: &Path) -> Outcome<PathBuf> {
    if into.exists() {
        fs::remove_dir_all(into)?;
    }
    fs::create_dir_all(into)?;
    let file = stage(Architecture::own()?)?.pack(into)?;
    let mut tar = Command::new("tar");
    process::capture(tar.arg("-xzf").arg(&file).current_dir(into))?;
    Ok(into.join(file.trim_end_matches(".tar.gz")))
}
