//! Prints the arithmetic floor of a sign-in on this machine, and what building the table costs.
//!
//! `cargo run -p poolhouse-crypto --example floor`: in the development profile too this crate and AWS-LC are optimised.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::error::Error;

use cpu_time::ThreadTime;
use poolhouse_crypto::{floor, warm_up};

const ROUNDS: usize = 301;

fn main() -> Result<(), Box<dyn Error>> {
    let start = ThreadTime::now();
    warm_up();
    println!(
        "table       {:8.3} ms, once",
        start.elapsed().as_secs_f64() * 1000.0
    );
    let floor = floor::measure(ROUNDS, &|| start.elapsed())?;
    println!("password    {:8.3} ms", floor.password_ms);
    println!("srp         {:8.3} ms", floor.srp_ms);
    println!("two tokens  {:8.3} ms", floor.sign_pair_ms);
    Ok(())
}
