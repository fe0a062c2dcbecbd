//! The loads of `cargo xtask bench`.
//!
//! `sign-in` signs in again and again and reads what that cost the server's process. First one sign-in at a time, as the worst case: nothing is shared between requests, no commit is joined with another's,
//! and the machine's caches are cold after each answer, which waits for its moment. Then several at a time, as where many people sign in.
//! The client's own arithmetic is slow and does not matter: only the server's CPU time counts.

mod api;
mod beside;
mod cpu;
mod devices;
mod engines;
mod flood;
mod hosted;
mod list_users;
mod million;
mod place;
mod pool;
mod report;
mod sign_in;
mod sink;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::rc::Rc;

use clap::{Args, Parser};
use cpu_time::ThreadTime;
use poolhouse_crypto::floor;
use tokio::runtime::Builder;

use pool::Outcome;
use report::{Cost, Report};
use sign_in::{Kind, Load};

/// Rounds of the floor's measurement, of which the median is taken.
const FLOOR_ROUNDS: usize = 301;

/// Sign-ins under way at a time in the second measurement: so many that the server has always something to do.
const AT_ONCE: usize = 16;

/// The benchmarks of `cargo xtask bench`, which prepares what they need.
#[derive(Parser)]
enum Benchmark {
    /// What a sign-in costs a running server
    SignIn(Arguments),
    /// What hosted login costs beside the API
    Hosted(hosted::Arguments),
    /// What sign-ins cost on SQLite, on PostgreSQL, and over three servers on PostgreSQL
    SignInPostgres(place::Arguments),
    /// What sign-ins cost two programs
    SignInBeside(place::Arguments),
    /// What a listed user costs in a small and in a large pool
    ListUsers(list_users::Arguments),
    /// How a server is with a million users
    Million(million::Arguments),
    /// Whether the sweeper keeps up with unknown names
    Flood(flood::Arguments),
}

/// What `cargo xtask bench sign-in` has prepared. The users are `user-0`, `user-1`, …, all with one password.
#[derive(Args)]
struct Arguments {
    /// Where the server listens
    #[arg(long)]
    server: SocketAddr,
    /// The server's process
    #[arg(long)]
    pid: u32,
    /// Where the server sends mail: a mail server is opened there
    #[arg(long)]
    sink: SocketAddr,
    /// The user pool
    #[arg(long)]
    pool: String,
    /// An app client that allows CUSTOM_AUTH and USER_PASSWORD_AUTH
    #[arg(long)]
    client: String,
    /// The users' password
    #[arg(long)]
    password: String,
    /// Measured sign-ins of each kind, one at a time and several: twice as many users
    #[arg(long)]
    rounds: u32,
    /// Sign-ins of each kind before the measurement
    #[arg(long)]
    warm_up: u32,
}

fn main() -> ExitCode {
    let measured = match Benchmark::parse() {
        // One thread: nothing is shared between requests.
        Benchmark::SignIn(arguments) => on(Builder::new_current_thread(), measure(arguments)),
        Benchmark::Hosted(arguments) => on(Builder::new_current_thread(), hosted::measure(arguments)),
        Benchmark::SignInPostgres(arguments) => {
            on(Builder::new_current_thread(), engines::measure(arguments))
        }
        Benchmark::SignInBeside(arguments) => on(Builder::new_current_thread(), beside::measure(arguments)),
        Benchmark::ListUsers(arguments) => on(Builder::new_current_thread(), list_users::measure(arguments)),
        Benchmark::Million(arguments) => on(Builder::new_multi_thread(), million::measure(arguments)),
        Benchmark::Flood(arguments) => on(Builder::new_current_thread(), flood::measure(arguments)),
    };
    match measured {
        Ok(report) => {
            // Nothing is left to do when standard output itself is closed.
            let _ = writeln!(io::stdout(), "{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a benchmark to its report.
fn on<R: ToString>(mut builder: Builder, measured: impl Future<Output = Outcome<R>>) -> Outcome<String> {
    let runtime = builder.enable_all().build()?;
    Ok(runtime.block_on(measured)?.to_string())
}

async fn measure(arguments: Arguments) -> Outcome<Report> {
    let Arguments {
        server,
        pid,
        sink,
        pool,
        client,
        password,
        rounds,
        warm_up,
    } = arguments;
    let mail = sink::open(sink).await?;
    let load = Rc::new(Load::new(vec![server], mail, &pool, client, password));
    for kind in [Kind::Password, Kind::SrpAndCode] {
        load.sign_in(kind, 0..warm_up, 1).await?;
    }
    let mut costs = [[0.0; 2]; 2];
    let mut first = warm_up;
    for (costs, at_once) in costs.iter_mut().zip([1, AT_ONCE]) {
        for (cost, kind) in costs.iter_mut().zip([Kind::Password, Kind::SrpAndCode]) {
            let before = cpu::of_process(pid)?;
            load.sign_in(kind, first..first + rounds, at_once).await?;
            let took = cpu::of_process(pid)? - before;
            *cost = took.as_secs_f64() * 1000.0 / f64::from(rounds);
        }
        // Who was mailed a code a moment ago is not mailed another.
        first += rounds;
    }
    let clock = ThreadTime::now();
    let floor = floor::measure(FLOOR_ROUNDS, &|| clock.elapsed())?;
    let [alone, together] = costs;
    Ok(Report {
        rounds,
        at_once: AT_ONCE,
        password: Cost {
            alone_ms: alone[0],
            together_ms: together[0],
            floor_ms: floor.password_ms + floor.sign_pair_ms,
        },
        srp_and_code: Cost {
            alone_ms: alone[1],
            together_ms: together[1],
            floor_ms: floor.srp_ms + floor.sign_pair_ms,
        },
    })
}
