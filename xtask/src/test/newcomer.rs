//! A newcomer's first minutes: the tarball in an empty folder, `poolhouse quickstart`, and a browser.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::tally::Tally;
use super::web::npm;
use crate::system::background::Background;
use crate::system::{process, server};
use crate::{Outcome, console, dist, install, root};

/// Where the pictures of the flow are kept. One that is there is left as it is: a code in it is another in every run.
const PICTURES: &str = "docs/guides/pictures";
/// What `poolhouse init` writes about how long a code lives, and what becomes of it here: the shortest there is.
const LIFE: [&str; 2] = [
    "# [confirm]\n# CODE_TTL_SECONDS = 300\n",
    "[confirm]\nCODE_TTL_SECONDS = 60\n",
];

/// Runs the browser test against the program from the tarball.
pub fn path() -> Outcome<Tally> {
    let chromium = install::chromium()?;
    let web = server::build_pages()?;
    let folder = root::target().join("tests/newcomer");
    let unpacked = dist::unpack_for_this_machine(&folder)?;
    let program = unpacked.join("bin/poolhouse");
    let home = folder.join("home");
    fs::create_dir_all(&home)?;
    process::run(Command::new(&program).arg("init").current_dir(&home))?;
    let file = home.join("poolhouse.toml");
    let text = fs::read_to_string(&file)?;
    if text.matches(LIFE[0]).count() != 1 {
        return Err("poolhouse init writes nothing about the life of codes".into());
    }
    fs::write(&file, text.replace(LIFE[0], LIFE[1]))?;
    let quickstart = Quickstart::start(&program, &home)?;
    let pictures = folder.join("pictures");
    let mut command = npm(&web, "newcomer");
    command.env("CHROMIUM", &chromium).env("PICTURES", &pictures);
    for (variable, label) in [
        ("POOLHOUSE_URL", "Poolhouse is ready at "),
        ("POOLHOUSE_USER", "as "),
        ("POOLHOUSE_PASSWORD", "password "),
        ("POOLHOUSE_POOL", "User pool "),
        ("POOLHOUSE_CLIENT", "App client "),
    ] {
        command.env(variable, quickstart.value(label)?);
    }
    let exported = quickstart.value("export AWS_ACCESS_KEY_ID=")?;
    let (id, secret) = exported
        .split_once(" AWS_SECRET_ACCESS_KEY=")
        .ok_or("quickstart printed no access key")?;
    command
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_SECRET_ACCESS_KEY", secret);
    let mut tally = Tally::default();
    let status = process::watch(&mut command, |line| {
        tally = tally.plus(Tally::of_closing_line(line));
        console::say(line)
    })?;
    if !status.success() {
        return Ok(tally.with_failure());
    }
    keep_new(&pictures)?;
    Ok(tally)
}

/// The program, and what it said when it was ready. Dropping it stops it.
struct Quickstart {
    _process: Background,
    said: String,
}

impl Quickstart {
    fn start(program: &Path, home: &Path) -> Outcome<Quickstart> {
        let mut command = Command::new(program);
        command
            .args(["quickstart", "--listen", "localhost:0"])
            .current_dir(home)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(home.join("server.log"))?);
        let (process, stdout) = Background::with_output(&mut command)?;
        let mut said = String::new();
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            said.push_str(&line);
            said.push('\n');
            if line.starts_with("Everything is kept in ") {
                return Ok(Quickstart {
                    _process: process,
                    said,
                });
            }
        }
        Err(format!(
            "poolhouse quickstart ended; {}/server.log says why",
            home.display()
        )
        .into())
    }

    fn value(&self, label: &str) -> Outcome<String> {
        let mut lines = self.said.lines().map(str::trim);
        let value = lines.find_map(|line| line.strip_prefix(label));
        let value = value.ok_or_else(|| format!("quickstart printed no line {label:?}"))?;
        Ok(value.trim().trim_end_matches(". Ctrl-C stops it.").to_owned())
    }
}

/// Puts the pictures that docs/ does not have there.
fn keep_new(pictures: &Path) -> Outcome {
    let kept = root::path(PICTURES);
    fs::create_dir_all(&kept)?;
    for picture in fs::read_dir(pictures)? {
        let picture = picture?;
        let place = kept.join(picture.file_name());
        if !place.exists() {
            fs::copy(picture.path(), &place)?;
            console::say(format!(
                "wrote {PICTURES}/{}",
                picture.file_name().to_string_lossy()
            ))?;
        }
    }
    Ok(())
}
