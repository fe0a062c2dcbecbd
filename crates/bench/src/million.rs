//! What a server is with a million users: how quickly it starts, how much memory it takes, how long answers take, how many bytes a
//! user has on disk.
//!
//! The users are written in bulk, as rows, each with a password of its own salt. Everything else is asked of a server in a process of
//! its own, over HTTP, as anybody would.

mod fill;
mod program;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::Api;
use crate::cpu;
use crate::pool::Outcome;
use program::{Program, Running};

/// Starts of the server, of which the median counts.
const STARTS: usize = 7;
/// Pages of 60 users that are walked through.
const PAGES: usize = 200;
/// Users that are found by their address.
const FOUND: u32 = 1000;
/// Sign-ins, of users all over the pool.
const SIGN_INS: u32 = 2000;
/// How long a server with a file may take until it serves, and the most memory it may have held afterwards.
const START_LIMIT_MS: f64 = 200.0;
const MEMORY_LIMIT_MIB: f64 = 64.0;

/// `cargo xtask bench million`
#[derive(Args)]
pub struct Arguments {
    /// The folder of the server's programs
    #[arg(long)]
    programs: PathBuf,
    /// Where the data directory is made
    #[arg(long)]
    home: PathBuf,
    /// The PostgreSQL database that holds the users, in place of a file
    #[arg(long, requires = "files")]
    store: Option<String>,
    /// Where that database has its files
    #[arg(long)]
    files: Option<PathBuf>,
    /// How many users
    #[arg(long)]
    users: u32,
}

/// Milliseconds of many answers.
struct Times(Vec<f64>);

impl Times {
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        sorted
            .get((share * last as f64).round() as usize)
            .copied()
            .unwrap_or(f64::NAN)
    }
}

/// What was measured on one engine.
pub struct Report {
    engine: &'static str,
    users: u32,
    filled: Duration,
    bytes_a_user: f64,
    starts: Times,
    idle_mib: f64,
    peak_mib: f64,
    pages: Times,
    found: Times,
    sign_ins: Times,
    cpu_ms: f64,
}

/// Makes the users, and measures.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let program = Program::new(&arguments.programs, &arguments.home, arguments.store.clone());
    let key = program.create_key().await?;
    let files = arguments
        .files
        .clone()
        .unwrap_or_else(|| program.data().to_owned());
    let before = program::size_of(&files)?;
    // What a server does once for rows of earlier builds, it is not to do for a million of them.
    program.start().await?.0.stop().await?;
    let begun = Instant::now();
    let made = fill::fill(&program, arguments.users).await?;
    let filled = begun.elapsed();
    let bytes = program::size_of(&files)?.saturating_sub(before);

    let mut starts = Vec::new();
    for _ in 1..STARTS {
        let (running, took) = program.start().await?;
        starts.push(took.as_secs_f64() * 1000.0);
        running.stop().await?;
    }
    let (running, took) = program.start().await?;
    starts.push(took.as_secs_f64() * 1000.0);
    let idle_mib = running.memory_mib("VmRSS")?;
    let mut on = Api::connect(running.address).await?.with_key(key);
    let load = Load {
        users: arguments.users,
        made,
    };
    let pages = load.walk(&mut on).await?;
    let found = load.find(&mut on).await?;
    let (sign_ins, cpu_ms) = load.sign_in(&mut on, &running).await?;
    let peak_mib = running.memory_mib("VmHWM")?;
    running.stop().await?;
    Ok(Report {
        engine: if arguments.store.is_some() {
            "PostgreSQL"
        } else {
            "SQLite"
        },
        users: arguments.users,
        filled,
        bytes_a_user: bytes as f64 / f64::from(arguments.users),
        starts: Times(starts),
        idle_mib,
        peak_mib,
        pages,
        found,
        sign_ins,
        cpu_ms,
    })
}

/// Where the users are.
struct Load {
    users: u32,
    made: fill::Made,
}

impl Load {
    /// A user all over the pool, another one each time.
    fn nth(&self, call: u32) -> u32 {
        let number = u64::from(call) * 7919 * u64::from(self.users / 1000 + 1) % u64::from(self.users);
        u32::try_from(number).unwrap_or_default()
    }

    async fn walk(&self, on: &mut Api) -> Outcome<Times> {
        let mut times = Vec::new();
        let mut body = json!({ "UserPoolId": self.made.pool });
        for _ in 0..PAGES {
            let begun = Instant::now();
            let page = on.signed("ListUsers", &body).await?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            match &page["PaginationToken"] {
                token @ Value::String(_) => body["PaginationToken"] = token.clone(),
                _ => break,
            }
        }
        Ok(Times(times))
    }

    async fn find(&self, on: &mut Api) -> Outcome<Times> {
        let mut times = Vec::new();
        for call in 0..FOUND {
            let number = self.nth(call);
            let filter = format!("email = \"{}\"", fill::address(number));
            let begun = Instant::now();
            let answer = on
                .signed(
                    "ListUsers",
                    &json!({ "UserPoolId": self.made.pool, "Filter": filter }),
                )
                .await?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            if answer["Users"][0]["Username"] != fill::name(number).as_str() {
                return Err(format!("user {number} was not found but {answer}").into());
            }
        }
        Ok(Times(times))
    }

    /// How long each took, and what they cost the server each.
    async fn sign_in(&self, on: &mut Api, server: &Running) -> Outcome<(Times, f64)> {
        let mut times = Vec::new();
        let before = cpu::of_process(server.pid()?)?;
        for call in 0..SIGN_INS {
            let body = json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": self.made.client,
                "AuthParameters": { "USERNAME": fill::name(self.nth(call)), "PASSWORD": fill::PASSWORD },
            });
            let begun = Instant::now();
            let answer = on.call("InitiateAuth", &body).await?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
            if !answer["AuthenticationResult"]["AccessToken"].is_string() {
                return Err(format!("no tokens but {answer}").into());
            }
        }
        let spent = cpu::of_process(server.pid()?)? - before;
        Ok((Times(times), spent.as_secs_f64() * 1000.0 / f64::from(SIGN_INS)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_file = self.engine == "SQLite";
        let verdict = |holds: bool| match (is_file, holds) {
            (false, _) => "",
            (true, true) => "  kept",
            (true, false) => "  MISSED",
        };
        let (start, slowest) = (self.starts.quantile(0.5), self.starts.quantile(1.0));
        writeln!(
            f,
            "{} with {} users, written in {:.0} s",
            self.engine,
            self.users,
            self.filled.as_secs_f64()
        )?;
        writeln!(f, "on disk        {:>9.0} bytes a user", self.bytes_a_user)?;
        let kept = verdict(start <= START_LIMIT_MS);
        writeln!(
            f,
            "start          {start:>9.1} ms, the slowest of {STARTS} {slowest:.1} ms{kept}"
        )?;
        writeln!(f, "memory         {:>9.1} MiB after the start", self.idle_mib)?;
        let kept = verdict(self.peak_mib <= MEMORY_LIMIT_MIB);
        writeln!(f, "               {:>9.1} MiB at most{kept}", self.peak_mib)?;
        for (what, times) in [
            ("ListUsers, 60", &self.pages),
            ("email =", &self.found),
            ("sign-in", &self.sign_ins),
        ] {
            let (median, late) = (times.quantile(0.5), times.quantile(0.99));
            writeln!(
                f,
                "{what:<14} {median:>9.2} ms, 99th percentile {late:.2} ms, of {}",
                times.0.len()
            )?;
        }
        write!(f, "a sign-in cost the server {:.2} ms of CPU time", self.cpu_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_those_of_a_server_with_a_file() {
        let report = |engine, start, peak_mib| {
            let times = || Times(vec![1.0, 2.0, 3.0]);
            let report = Report {
                engine,
                users: 1_000_000,
                filled: Duration::from_secs(90),
                bytes_a_user: 2500.0,
                starts: Times(vec![start, 1.0, 900.0]),
                idle_mib: 20.0,
                peak_mib,
                pages: times(),
                found: times(),
                sign_ins: times(),
                cpu_ms: 0.7,
            };
            report.to_string()
        };
        let kept = report("SQLite", 200.0, 64.0);
        assert!(
            kept.contains("start              200.0 ms, the slowest of 7 900.0 ms  kept"),
            "{kept}"
        );
        assert!(
            kept.contains("                    64.0 MiB at most  kept"),
            "{kept}"
        );
        let missed = report("SQLite", 200.1, 64.1);
        assert_eq!(missed.matches("MISSED").count(), 2, "{missed}");
        let elsewhere = report("PostgreSQL", 900.0, 900.0);
        assert!(
            !elsewhere.contains("MISSED") && !elsewhere.contains("kept"),
            "{elsewhere}"
        );
        assert!(
            elsewhere.contains("sign-in             2.00 ms, 99th percentile 3.00 ms, of 3"),
            "{elsewhere}"
        );
    }
}
