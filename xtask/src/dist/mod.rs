//! `cargo xtask dist [arm64] [x86_64]`: everything that is handed out, in one folder for each processor.
//!
//! `target/dist/ARCHITECTURE` has the program `poolhouse` as a tarball and as a Debian package, a Containerfile for an image of it, the functions' zips, the SAM template with that
//! architecture as its default, the licences of what of others is in them, and checksums. Programs that need a newer C
//! library than Lambda's `provided.al2023` has are refused. A zip or tarball is the same bytes for the same program, and a
//! program the same for the same compiler, whichever folder it is built in.

mod arm64;
mod deb;
mod notices;
mod tarball;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use poolhouse_text::hex;
use sha2::{Digest, Sha256};

use crate::functions::{self, Programs};
use crate::system::{process, tools};
use crate::{Outcome, console, root};

pub use tarball::unpack_for_this_machine;

/// The version of the GNU C library in Amazon Linux 2023, which `provided.al2023` is made of.
const GLIBC: [u32; 2] = [2, 34];
/// The largest zip, in bytes.
const LARGEST_ZIP: usize = 2 << 20;
const TEMPLATE: &str = "deploy/sam/template.yaml";
const CONTAINER: &str = "deploy/container/Containerfile";
/// The file with the licences of others.
const NOTICES: &str = "THIRD-PARTY.txt";
/// The template's line that says which architecture is the default.
const DEFAULT: &str = "    Default: arm64\n";

/// A processor that Lambda has, by Lambda's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Architecture {
    Arm64,
    X86_64,
}

impl Architecture {
    fn named(name: &str) -> Outcome<Architecture> {
        match name {
            "arm64" => Ok(Architecture::Arm64),
            "x86_64" => Ok(Architecture::X86_64),
            _ => Err(format!("no architecture {name:?}; there are arm64 and x86_64").into()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Architecture::Arm64 => "arm64",
            Architecture::X86_64 => "x86_64",
        }
    }

    /// Rust's name for it.
    fn target(self) -> &'static str {
        match self {
            Architecture::Arm64 => arm64::TARGET,
            Architecture::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    fn is_this_machines(self) -> bool {
        match self {
            Architecture::Arm64 => cfg!(target_arch = "aarch64"),
            Architecture::X86_64 => cfg!(target_arch = "x86_64"),
        }
    }

    /// Builds programs and returns the folder they are in.
    fn build(self, programs: Programs) -> Outcome<PathBuf> {
        match self {
            _ if self.is_this_machines() => programs.build(),
            Architecture::Arm64 => arm64::build(programs),
            Architecture::X86_64 => Err("programs for x86_64 are built on a machine of that kind".into()),
        }
    }

    /// The one of this machine.
    fn own() -> Outcome<Architecture> {
        let all = [Architecture::X86_64, Architecture::Arm64];
        let own = all
            .into_iter()
            .find(|architecture| architecture.is_this_machines());
        own.ok_or_else(|| "there are programs for x86_64 and arm64 only".into())
    }
}

/// Makes the folders. Without names, the one for this machine and the other if the tools for it can be had.
///
/// # Errors
/// If something that was asked for does not build, or would not run on Lambda.
pub fn run(arguments: &[String]) -> Outcome {
    let asked: Vec<Architecture> = arguments
        .iter()
        .map(|name| Architecture::named(name))
        .collect::<Outcome<_>>()?;
    for architecture in &asked {
        make(*architecture)?;
    }
    if !asked.is_empty() {
        return Ok(());
    }
    let (own, others): (Vec<_>, Vec<_>) = [Architecture::X86_64, Architecture::Arm64]
        .into_iter()
        .partition(|architecture| architecture.is_this_machines());
    for architecture in own {
        make(architecture)?;
    }
    for architecture in others {
        if let Err(error) = make(architecture) {
            console::say(format!("\nthere is nothing for {}: {error}", architecture.name()))?;
        }
    }
    Ok(())
}

fn make(architecture: Architecture) -> Outcome {
    let name = architecture.name();
    let what = format!("building the functions for {name} (some minutes the first time)");
    let programs = console::step(&what, || architecture.build(Programs::FUNCTIONS))?;
    let folder = root::target().join("dist").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let staged = tarball::stage(architecture)?;
    let package = deb::make(architecture, &staged.tree, &staged.writer, &folder)?;
    fs::copy(root::path(CONTAINER), folder.join("Containerfile"))?;
    let mut sums = String::new();
    for file in [staged.pack(&folder)?, package, "Containerfile".to_owned()] {
        sums.push_str(&sum(&fs::read(folder.join(&file))?, &file));
    }
    for function in functions::NAMES {
        let program = programs.join(function);
        let needs = check_library(&program)?;
        let zip = functions::zip(&fs::read(&program)?)?;
        if zip.len() > LARGEST_ZIP {
            return Err(format!(
                "the zip of {function} has {} bytes, more than {LARGEST_ZIP}",
                zip.len()
            )
            .into());
        }
        let file = format!("{function}.zip");
        fs::write(folder.join(&file), &zip)?;
        console::say(format!("    {file:<18} {:>9} bytes, {needs}", zip.len()))?;
        sums.push_str(&sum(&zip, &file));
    }
    let template = template(&fs::read_to_string(root::path(TEMPLATE))?, architecture)?;
    fs::write(folder.join("template.yaml"), &template)?;
    sums.push_str(&sum(template.as_bytes(), "template.yaml"));
    let others = notices::of_functions(architecture)?;
    fs::write(folder.join(NOTICES), &others)?;
    sums.push_str(&sum(others.as_bytes(), NOTICES));
    let compiler = compiler(&programs.join(functions::NAMES[0]))?;
    sums.push_str(&format!("# {compiler}\n"));
    fs::write(folder.join("SHA256SUMS"), sums)?;
    console::say(format!(
        "    in {}; for AWS there: sam deploy --guided --capabilities CAPABILITY_IAM",
        folder.display()
    ))
}

/// Makes tarball and Debian package of a program that was built for tests; returns the package.
///
/// # Errors
/// If they cannot be made.
pub fn packages_for_tests(program: &Path, folder: &Path) -> Outcome<PathBuf> {
    let own = Architecture::own()?;
    let staged = tarball::stage_program(own, program, program.to_owned(), "for tests".to_owned())?;
    staged.pack(folder)?;
    Ok(folder.join(deb::make(own, &staged.tree, program, folder)?))
}

/// A line as `sha256sum --check` reads it.
fn sum(bytes: &[u8], file: &str) -> String {
    let digest = hex::encode(&Sha256::digest(bytes));
    format!("{digest}  {file}\n")
}

/// The template with this architecture as its default, so that nobody has to say what the zips beside it are for.
fn template(text: &str, architecture: Architecture) -> Outcome<String> {
    if text.matches(DEFAULT).count() != 1 {
        return Err(format!("{TEMPLATE} has no single line {:?}", DEFAULT.trim()).into());
    }
    Ok(text.replace(DEFAULT, &DEFAULT.replace("arm64", architecture.name())))
}

/// Which compiler a program says that it was made by: the same is needed to build it again.
fn compiler(program: &Path) -> Outcome<String> {
    let said = process::capture(
        Command::new("readelf")
            .args(["--string-dump", ".comment"])
            .arg(program),
    )?;
    named_compiler(&said).ok_or_else(|| format!("{} does not say what made it", program.display()).into())
}

/// The compiler among the strings of a program's comment.
fn named_compiler(said: &str) -> Option<String> {
    let found = said.lines().find_map(|line| line.split_once("rustc version "));
    found.map(|(_, version)| format!("rustc {}", version.trim()))
}

/// Says which version of the C library a program needs, proven by the versions of the symbols that it asks for.
fn check_library(program: &Path) -> Outcome<String> {
    let readelf = || {
        let mut command = Command::new("readelf");
        command
            .args(["--wide", "--version-info", "--program-headers"])
            .arg(program);
        command
    };
    if !tools::quiet(Command::new("readelf").arg("--version")) {
        tools::install("binutils", "which tells what a program needs")?;
    }
    let said = process::capture(&mut readelf())?;
    match newest_glibc(&said) {
        None if said.contains("INTERP") => Err(format!(
            "{} is not static and asks for no GNU C library",
            program.display()
        )
        .into()),
        None => Ok("static".to_owned()),
        Some([major, minor]) if [major, minor] <= GLIBC => Ok(format!("needs glibc {major}.{minor}")),
        Some([major, minor]) => Err(format!(
            "{} needs glibc {major}.{minor}, and Lambda's provided.al2023 has {}.{}",
            program.display(),
            GLIBC[0],
            GLIBC[1]
        )
        .into()),
    }
}

/// The newest version of the GNU C library among the symbol versions in what `readelf` says.
fn newest_glibc(said: &str) -> Option<[u32; 2]> {
    let versions = said.split("GLIBC_").skip(1).filter_map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let mut numbers = rest[..end].split('.').map(str::parse);
        Some([numbers.next()?.ok()?, numbers.next()?.ok()?])
    });
    versions.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_counts_and_not_the_first_or_the_longest() {
        let said = "\
            000000: Version: 1  File: libc.so.6  Cnt: 3\n\
            0x0010:   Name: GLIBC_2.9  Flags: none  Version: 4\n\
            0x0020:   Name: GLIBC_2.34  Flags: none  Version: 3\n\
            0x0030:   Name: GLIBC_2.2.5  Flags: none  Version: 2\n\
            0x0040:   Name: GCC_4.2.0  Flags: none  Version: 5\n";
        assert_eq!(newest_glibc(said), Some([2, 34]));
        assert_eq!(newest_glibc("Name: GLIBC_PRIVATE"), None);
        assert_eq!(newest_glibc("No version information found in this file."), None);
    }

    #[test]
    fn the_compiler_is_the_one_that_the_program_names() {
        let said = "\nString dump of section '.comment':\n  [     0]  GCC: (Debian 12.2.0-14) 12.2.0\n  [    1f]  \
                    rustc version 1.95.0 (0123456 2026-03-05)\n";
        assert_eq!(
            named_compiler(said).as_deref(),
            Some("rustc 1.95.0 (0123456 2026-03-05)")
        );
        assert_eq!(named_compiler("GCC: (Debian 12.2.0-14) 12.2.0"), None);
    }

    #[test]
    fn the_template_beside_the_zips_is_for_their_architecture() {
        let text = fs::read_to_string(root::path(TEMPLATE)).unwrap();
        assert_eq!(template(&text, Architecture::Arm64).unwrap(), text);
        let other = template(&text, Architecture::X86_64).unwrap();
        assert!(other.contains("AllowedValues: [arm64, x86_64]\n    Default: x86_64\n"));
        assert!(template("", Architecture::X86_64).is_err());
    }

    #[test]
    fn checksums_are_written_as_the_usual_program_reads_them() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.zip\n";
        assert_eq!(sum(b"abc", "a.zip"), expected);
    }

    #[test]
    fn an_architecture_that_lambda_does_not_have_is_refused() {
        let error = run(&["riscv64".to_owned()]).unwrap_err().to_string();
        assert_eq!(error, "no architecture \"riscv64\"; there are arm64 and x86_64");
    }
}
