//! The attacks of `cargo xtask attack` and the faults of `cargo xtask fault`, against a release build of the server: a process of
//! its own for each, with mail that goes to a sink here.
//!
//! Each attack is a file in `attacks`, each fault one in `faults`: what it tries, its figures and their limits. One whose clock
//! must run faster than the wall's has the pool in this process, and says so.

mod attack;
mod attacks;
mod faults;
mod numbers;
mod report;
mod seed;
mod world;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Builder;

use attack::{Arena, Attack, Outcome, When};
use attacks::ATTACKS;
use faults::FAULTS;
use report::{Made, Table};

/// Every table of things to try.
static TABLES: [Table; 2] = [
    Table {
        name: "attack",
        entries: ATTACKS,
        head: report::ATTACKS_HEAD,
    },
    Table {
        name: "fault",
        entries: FAULTS,
        head: report::FAULTS_HEAD,
    },
];

/// The attacks of `cargo xtask attack` and the faults of `cargo xtask fault`, which prepare what they need.
#[derive(Parser)]
struct Arguments {
    /// Attacks or faults by their ids or names; without one, all but those that are made by name only
    attacks: Vec<String>,
    /// Faults instead of attacks
    #[arg(long)]
    faults: bool,
    /// The folder of the server's programs
    #[arg(long)]
    programs: PathBuf,
    /// An empty folder for the servers' data
    #[arg(long)]
    home: PathBuf,
    /// The folder of PostgreSQL's programs
    #[arg(long)]
    postgres: Option<PathBuf>,
    /// What the attacks' choices begin with
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How often F-14 kills
    #[arg(long)]
    kills: Option<usize>,
    /// The document whose table is written from this run
    #[arg(long)]
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "attack: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes the attacks; says whether all held.
fn run(arguments: Arguments) -> Outcome<bool> {
    let table = &TABLES[usize::from(arguments.faults)];
    let chosen = choose(table, &arguments.attacks)?;
    let mut made = Vec::new();
    let mut broken = Vec::new();
    for attack in chosen {
        match make(attack, &arguments) {
            Ok(one) => {
                say(&one.lines())?;
                made.push(one);
            }
            Err(error) => {
                say(&format!("BROKEN {}: {}: {error}", attack.id, attack.about))?;
                broken.push(attack.id);
            }
        }
    }
    if let Some(document) = &arguments.write {
        write(table, document, &made)?;
    }
    let held = made.iter().filter(|made| made.holds()).count();
    say(&format!(
        "{}: {held} held, {} did not, {} could not be made",
        table.name,
        made.len() - held,
        broken.len()
    ))?;
    Ok(held == made.len() && broken.is_empty())
}

fn choose(table: &Table, names: &[String]) -> Outcome<Vec<&'static Attack>> {
    if names.is_empty() {
        return Ok(table
            .entries
            .iter()
            .filter(|attack| attack.when == When::Always)
            .collect());
    }
    let named = |name: &String| {
        let is_meant = |attack: &&Attack| match attack.when {
            When::Named(own) if own == name => true,
            _ => attack.id.eq_ignore_ascii_case(name),
        };
        let found = table.entries.iter().find(is_meant);
        found.ok_or_else(|| format!("there is no {} {name:?}", table.name).into())
    };
    names.iter().map(named).collect()
}

/// Each attack on a runtime of its own, which ends what it began.
fn make(attack: &'static Attack, arguments: &Arguments) -> Outcome<Made> {
    let home = arguments.home.join(attack.id);
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let arena = Arena {
        programs: arguments.programs.clone(),
        home: home.clone(),
        postgres: arguments.postgres.clone(),
        seed: arguments.seed,
        kills: arguments.kills,
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let figures = runtime.block_on((attack.run)(arena))?;
    drop(runtime);
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    Ok(Made {
        attack,
        seed: arguments.seed,
        figures,
    })
}

fn write(table: &Table, document: &Path, made: &[Made]) -> Outcome {
    let before = fs::read_to_string(document).unwrap_or_default();
    Ok(fs::write(document, report::document(table, &before, made))?)
}

fn say(text: &str) -> Outcome {
    Ok(writeln!(io::stdout(), "{text}")?)
}
