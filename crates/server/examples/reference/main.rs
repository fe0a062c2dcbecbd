//! Prints a page of docs/reference from the code it is about: `cli` or `configuration`. `cargo xtask codegen` writes them.

mod cli;
mod configuration;

use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let page = match std::env::args().nth(1).as_deref() {
        Some("cli") => cli::page(),
        Some("configuration") => configuration::page(),
        _ => return ExitCode::from(2),
    };
    match io::stdout().write_all(page.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A row of a table; a bar in a cell would end it.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | ").replace("  ", " "))
}
