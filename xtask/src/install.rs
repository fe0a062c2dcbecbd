//! What the tests need from package registries, installed once and again when its list changes.
//!
//! Everything is pinned: `tests/sdk/requirements.txt` and its like, each `package-lock.json`. The web app has a
//! build script of its own, which installs its tools.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::system::{process, tools};
use crate::{Outcome, console, root};

/// The virtual environment of the Python clients; returns its folder of programs.
///
/// # Errors
/// If Python is missing or the packages cannot be had.
pub fn python() -> Outcome<PathBuf> {
    environment("the Python clients", "python", "tests/sdk/requirements.txt")
}

/// A virtual environment at `target/tests/NAME` with what a list requires; returns its folder of programs.
///
/// # Errors
/// If Python is missing or the packages cannot be had.
pub fn environment(what: &str, name: &str, requirements: &str) -> Outcome<PathBuf> {
    tools::python()?;
    let folder = root::target().join("tests").join(name);
    let programs = folder.join("bin");
    let requirements = root::path(requirements);
    once(&format!("installing {what}"), &requirements, &folder, || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let create = || process::capture(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        if create().is_err() {
            tools::install("python3-venv", "which makes virtual environments")?;
            create()?;
        }
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ];
        process::run(Command::new(programs.join("python")).args(pip).arg(&requirements))
    })?;
    Ok(programs)
}

/// Debian's mail servers, which the tests run as root with folders of their own. Elsewhere their tests are skipped.
///
/// # Errors
/// If a package cannot be had.
pub fn mail_servers() -> Outcome {
    debian(
        &[
            ("/usr/sbin/postfix", "postfix"),
            ("/usr/sbin/postgrey", "postgrey"),
            ("/usr/sbin/dovecot", "dovecot-core"),
        ],
        MAIL,
    )
}

/// Debian's spam filters, likewise.
///
/// # Errors
/// If a package cannot be had.
pub fn spam_filters() -> Outcome {
    debian(
        &[
            ("/usr/bin/spamassassin", "spamassassin"),
            ("/usr/bin/rspamd", "rspamd"),
        ],
        MAIL,
    )
}

/// Debian's web servers, likewise: proxies in front of the server, and an app that signs people in.
///
/// # Errors
/// If a package cannot be had.
pub fn web_servers() -> Outcome {
    debian(
        &[
            ("/usr/sbin/nginx", "nginx"),
            ("/usr/bin/caddy", "caddy"),
            ("/usr/sbin/apache2", "apache2-bin"),
            (
                "/usr/lib/apache2/modules/mod_auth_openidc.so",
                "libapache2-mod-auth-openidc",
            ),
        ],
        "in front of which, or behind which, people sign in",
    )
}

/// An identity provider that speaks SAML, and what runs it.
///
/// # Errors
/// If a package cannot be had.
pub fn saml_provider() -> Outcome {
    let knows = |name: &str| {
        let asked = format!("exit(extension_loaded('{name}') ? 0 : 1);");
        tools::quiet(Command::new("php").args(["-r", &asked]))
    };
    let is_there = |file: &str| Path::new(file).exists();
    for (is_installed, package) in [
        (is_there("/usr/bin/php"), "php-cli"),
        (
            is_there("/usr/share/simplesamlphp/www/index.php"),
            "simplesamlphp",
        ),
        (knows("dom"), "php-xml"),
        (knows("mbstring"), "php-mbstring"),
        (is_there("/usr/bin/openssl"), "openssl"),
    ] {
        if !is_installed {
            tools::install(package, "which the SAML tests run")?;
        }
    }
    Ok(())
}

const MAIL: &str = "which the mail tests run";

fn debian(programs: &[(&str, &str)], why: &str) -> Outcome {
    if !Path::new("/usr/bin/apt-get").exists() || !tools::is_root()? {
        return Ok(());
    }
    for (program, package) in programs {
        if !Path::new(program).exists() {
            tools::install(package, why)?;
        }
    }
    Ok(())
}

/// The JavaScript clients; returns the folder they are tested in.
///
/// # Errors
/// If Node.js is missing or the packages cannot be had.
pub fn javascript() -> Outcome<PathBuf> {
    node_modules("the JavaScript clients", "tests/sdk/js")
}

/// Clients of OpenID Connect that sign people in by pages; returns the folder of their apps.
///
/// # Errors
/// If Node.js is missing or the packages cannot be had.
pub fn oidc_clients() -> Outcome<PathBuf> {
    node_modules("the clients of OpenID Connect", "tests/oidc")
}

/// What the functions in the tests are written with; returns their folder.
///
/// # Errors
/// If Node.js is missing or the packages cannot be had.
pub fn node_functions() -> Outcome<PathBuf> {
    node_modules("the packages of the Node.js functions", "tests/functions/node")
}

/// What the CDK construct is compiled and synthesised with; returns its folder.
///
/// # Errors
/// If Node.js is missing or the packages cannot be had.
pub fn cdk() -> Outcome<PathBuf> {
    node_modules("the packages of the CDK construct", "deploy/cdk")
}

fn node_modules(what: &str, folder: &str) -> Outcome<PathBuf> {
    tools::node()?;
    let folder = root::path(folder);
    let lock_file = folder.join("package-lock.json");
    once(
        &format!("installing {what}"),
        &lock_file,
        &folder.join("node_modules"),
        || {
            let arguments = [
                "ci",
                "--ignore-scripts",
                "--prefer-offline",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ];
            process::run(Command::new("npm").args(arguments).current_dir(&folder))
        },
    )?;
    Ok(folder)
}

/// A browser for the tests; returns its path.
///
/// # Errors
/// If there is none and none can be installed without asking.
pub fn chromium() -> Outcome<PathBuf> {
    if tools::chromium().is_none() {
        console::step("installing Chromium", || {
            tools::install(
                "chromium",
                "in which the browser tests run (or set CHROMIUM to its path)",
            )
        })?;
    }
    tools::chromium()
        .ok_or_else(|| "no Chromium was found after installing it; set CHROMIUM to its path".into())
}

/// Installs `into` a folder unless that was done for this very list. The folder keeps a copy of the list it was made
/// from, written last, so an installation that was interrupted starts again.
fn once(what: &str, list: &Path, into: &Path, install: impl FnOnce() -> Outcome) -> Outcome {
    let wanted = fs::read(list).map_err(|error| format!("{} cannot be read: {error}", list.display()))?;
    let stamp = into.join(".installed-from");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    console::step(what, install)?;
    Ok(fs::write(stamp, wanted)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_installed_again_only_when_its_list_changes() {
        let folder = root::target().join("tests/xtask-once");
        fs::create_dir_all(&folder).unwrap();
        let list = folder.join("list");
        let mut installed = 0;
        for (text, expected) in [("a", 1), ("a", 1), ("b", 2)] {
            fs::write(&list, text).unwrap();
            once("installing", &list, &folder, || {
                installed += 1;
                Ok(())
            })
            .unwrap();
            assert_eq!(installed, expected, "{text}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
