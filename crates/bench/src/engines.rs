//! The same sign-ins on SQLite, on PostgreSQL, and over three servers that share a PostgreSQL database: what each costs the servers
//! and the database.
//!
//! All three are there during the whole measurement and have their turns, again and again, so that whatever else the machine does
//! hits all of them. Each has a database server of its own: what is counted for one is nobody else's work. A machine with two cores
//! cannot show how many sign-ins a second three servers do; what they cost says how many three machines would.

mod report;

use std::time::Duration;

use crate::place::{self, Arguments, Spent};
use crate::pool::Outcome;
use crate::sign_in::Kind;
pub use report::Report;
use report::Row;

/// Sign-ins under way at a time for each server.
const AT_ONCE: [usize; 2] = [1, 16];
/// Turns of each, into which the sign-ins are divided.
const TURNS: u32 = 5;

/// Signs people in at all three places in turn.
pub async fn measure(arguments: Arguments) -> Outcome<Report> {
    let (rounds, warm_up) = (arguments.rounds, arguments.warm_up);
    let places = place::read::<3>(&arguments).await?;
    let turn = (rounds / TURNS).max(1);
    let mut rows = Vec::new();
    // Who was mailed a code a moment ago is not mailed another.
    let mut first = warm_up;
    for at_once in AT_ONCE {
        let mut spent = [[Spent::default(); 3]; 2];
        for _ in 0..TURNS {
            for (spent, kind) in spent.iter_mut().zip(Kind::ALL) {
                for (spent, place) in spent.iter_mut().zip(&places) {
                    *spent += place.sign_in(kind, first, turn, at_once).await?;
                }
            }
            first += turn;
        }
        let each = |spent: Duration| spent.as_secs_f64() * 1000.0 / f64::from(turn * TURNS);
        rows.extend(Kind::ALL.iter().zip(spent).map(|(kind, [file, one, three])| Row {
            kind: kind.name(),
            at_once,
            sqlite: each(file.servers),
            one: [one.servers, one.database].map(each),
            three: [three.servers, three.database].map(each),
        }));
    }
    Ok(Report {
        rounds: turn * TURNS,
        rows,
    })
}
