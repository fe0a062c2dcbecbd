//! The Debian package, installed into an empty root, and its unit, as systemd's own tools see them; the Containerfile.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use super::tally::Tally;
use crate::system::{process, server, tools};
use crate::{Outcome, console, dist, root};

/// The most exposure that `systemd-analyze security` may find, in tenths: from 0 (locked up) to 100.
const MOST_EXPOSED: &str = "20";
const UNIT: &str = "usr/lib/systemd/system/poolhouse.service";
const CONTAINER: &str = "deploy/container/Containerfile";

/// Makes the package of the program that the tests use, installs and removes it, and has the unit judged.
pub fn check() -> Outcome<Tally> {
    let programs = server::build_with_tests()?;
    let folder = root::target().join("tests/package");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let package = dist::packages_for_tests(&programs.join("poolhouse"), &folder)?;
    let tally = lint(&package)?.plus(install(&package, &folder.join("root"))?);
    Ok(tally.plus(container(&folder)?))
}

/// What Debian's own checker says. Errors count; it knows no package outside Debian, so hints do not.
fn lint(package: &Path) -> Outcome<Tally> {
    if !tools::quiet(Command::new("lintian").arg("--version")) {
        tools::install("lintian", "which judges the Debian package")?;
    }
    let mut lintian = Command::new("lintian");
    // A program of the tests has its symbols, and nobody answers mail for the package.
    let known = "unstripped-binary-or-object,bogus-mail-host,bogus-mail-host-in-debian-changelog";
    lintian.args(["--allow-root", "--fail-on", "error", "--suppress-tags", known]);
    let status = process::watch(lintian.arg(package), |line| console::say(line))?;
    Ok(Tally::check(status.success()))
}

/// Installs the package with dpkg itself, looks at who may read what, and removes it again.
fn install(package: &Path, at: &Path) -> Outcome<Tally> {
    if !tools::is_root()? {
        return Err("the package is installed into a folder by root only".into());
    }
    make_root(at)?;
    let dpkg = |arguments: &[&str]| {
        let mut dpkg = Command::new("dpkg");
        // There is no shell in that root: the package's scripts run here, and are told where it is.
        dpkg.args(["--force-script-chrootless", "--force-depends", "--root"])
            .arg(at);
        dpkg.args(arguments);
        dpkg
    };
    process::run(dpkg(&["--install"]).arg(package))?;
    let [uid, gid] = ids_of_user(at)?;
    let mut tally = Tally::check(uid != 0 && gid != 0);
    for (path, mode, owner) in [
        ("etc/poolhouse", 0o750, [0, gid]),
        ("etc/poolhouse/poolhouse.toml", 0o640, [0, gid]),
        ("var/lib/poolhouse", 0o700, [uid, gid]),
        ("usr/bin/poolhouse", 0o755, [0, 0]),
        (UNIT, 0o644, [0, 0]),
    ] {
        let found = fs::metadata(at.join(path))?;
        let (is, owners) = (found.permissions().mode() & 0o7777, [found.uid(), found.gid()]);
        console::say(format!("/{path}: {is:o}, {owners:?}"))?;
        tally = tally.plus(Tally::check((is, owners) == (mode, owner)));
    }
    let mut config = Command::new(at.join("usr/bin/poolhouse"));
    config.args(["config", "check", "--config"]);
    config
        .arg(at.join("etc/poolhouse/poolhouse.toml"))
        .arg("--data")
        .arg(at.join("data"));
    tally = tally.plus(Tally::check(config.status()?.success()));
    tally = tally.plus(unit(&at.join(UNIT))?);
    fs::write(at.join("var/lib/poolhouse/master.key"), "kept")?;
    process::run(&mut dpkg(&["--purge", "poolhouse"]))?;
    let is_gone = !at.join("usr/bin/poolhouse").exists() && !at.join("etc/poolhouse/poolhouse.toml").exists();
    let is_kept = at.join("var/lib/poolhouse/master.key").exists();
    Ok(tally.plus(Tally::check(is_gone)).plus(Tally::check(is_kept)))
}

/// What dpkg needs of a root, empty.
fn make_root(at: &Path) -> Outcome {
    for file in ["var/lib/dpkg/status", "etc/passwd", "etc/group"] {
        let file = at.join(file);
        fs::create_dir_all(file.parent().unwrap_or(at))?;
        fs::write(file, "")?;
    }
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates"] {
        fs::create_dir_all(at.join(folder))?;
    }
    Ok(())
}

/// The ids of the user that the package has made in a root, and of its group.
fn ids_of_user(at: &Path) -> Outcome<[u32; 2]> {
    let users = fs::read_to_string(at.join("etc/passwd"))?;
    let user = users.lines().find_map(|line| line.strip_prefix("poolhouse:x:"));
    let mut ids = user.unwrap_or_default().split(':').map(str::parse);
    match (ids.next(), ids.next()) {
        (Some(Ok(uid)), Some(Ok(gid))) => Ok([uid, gid]),
        _ => Err("the package has made no user poolhouse".into()),
    }
}

/// How exposed the service is, by systemd's own measure.
fn unit(unit: &Path) -> Outcome<Tally> {
    let mut analyze = Command::new("systemd-analyze");
    analyze.args([
        "security",
        "--offline=true",
        "--no-pager",
        "--threshold",
        MOST_EXPOSED,
    ]);
    let status = process::watch(analyze.arg(unit), |line| {
        match line.contains("Overall exposure") {
            true => console::say(line.trim()),
            false => Ok(()),
        }
    })?;
    Ok(Tally::check(status.success()))
}

/// Builds the image where there is a builder that answers, and checks what no builder is needed for.
fn container(folder: &Path) -> Outcome<Tally> {
    let text = fs::read_to_string(root::path(CONTAINER))?;
    let faults = faults(&text);
    for fault in &faults {
        console::say(format!("{CONTAINER}: {fault}"))?;
    }
    let tally = Tally::check(faults.is_empty());
    let builders = ["podman", "buildah", "docker"];
    let mut answering = builders
        .iter()
        .filter(|builder| tools::quiet(Command::new(builder).arg("info")));
    let Some(builder) = answering.next() else {
        console::say("no builder of images answers here: the Containerfile was read and not built")?;
        return Ok(tally);
    };
    fs::copy(root::path(CONTAINER), folder.join("Containerfile"))?;
    let mut build = Command::new(builder);
    build.args(["build", "--file", "Containerfile", "--tag", "poolhouse-test", "."]);
    let status = build.current_dir(folder).status()?;
    Ok(tally.plus(Tally::check(status.success())))
}

/// What is wrong with a Containerfile, as far as its text tells.
fn faults(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let steps: Vec<(&str, &str)> = joined
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(' ').unwrap_or((line, "")))
        .collect();
    let of = |name: &str| {
        steps
            .iter()
            .filter(|step| step.0 == name)
            .map(|step| step.1)
            .collect::<Vec<_>>()
    };
    let known = [
        "FROM",
        "RUN",
        "USER",
        "WORKDIR",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    ];
    let mut faults: Vec<String> = Vec::new();
    faults.extend(
        steps
            .iter()
            .filter(|step| !known.contains(&step.0))
            .map(|step| format!("unknown step {}", step.0)),
    );
    if steps.first().is_none_or(|step| step.0 != "FROM") {
        faults.push("the first step is not FROM".to_owned());
    }
    let is_pinned = |image: &&str| {
        image
            .split_once(':')
            .is_some_and(|(_, tag)| !tag.is_empty() && tag != "latest")
    };
    if !of("FROM").iter().all(is_pinned) {
        faults.push("an image without a version".to_owned());
    }
    let is_number = |user: &&str| user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0));
    if !of("USER").last().is_some_and(is_number) {
        faults.push("it runs as root, or as nobody that Kubernetes can tell from root".to_owned());
    }
    for form in ["ENTRYPOINT", "CMD"] {
        let is_list = |step: &&str| serde_json::from_str::<Vec<String>>(step).is_ok();
        if !of(form).last().is_some_and(is_list) {
            faults.push(format!("{form} is run by a shell, which passes no signal on"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_containerfile_is_told() {
        let good = fs::read_to_string(root::path(CONTAINER)).unwrap();
        assert_eq!(faults(&good), Vec::<String>::new());
        for (from, to, fault) in [
            ("debian:12-slim", "debian", "an image without a version"),
            ("debian:12-slim", "debian:latest", "an image without a version"),
            ("EXPOSE", "EXPOSES", "unknown step EXPOSES"),
            (
                "USER 10001:10001",
                "USER poolhouse",
                "it runs as root, or as nobody that Kubernetes can tell from root",
            ),
            (
                "ENTRYPOINT [\"/usr/local/bin/poolhouse\"]",
                "ENTRYPOINT /usr/local/bin/poolhouse",
                "ENTRYPOINT is run by a shell, which passes no signal on",
            ),
        ] {
            assert_eq!(faults(&good.replace(from, to)), [fault], "{to}");
        }
    }
}
