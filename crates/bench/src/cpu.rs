//! The CPU time of another process.

use std::fs;
use std::io;
use std::time::Duration;

/// Linux counts in hundredths of a second for user space, whatever the kernel's own clock: `sysconf(_SC_CLK_TCK)`.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of all threads of a process, those that have ended included.
///
/// # Errors
/// If there is no such process.
pub fn of_process(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    ticks(&stat).map(|ticks| TICK * ticks).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "/proc/PID/stat has another form than proc(5) says",
        )
    })
}

/// The sum of the 14th and 15th field. The second is the program's name in brackets and may hold spaces.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields
        .split_ascii_whitespace()
        .skip(11)
        .map(|field| field.parse::<u32>().ok());
    Some(times.next()?? + times.next()??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces_and_brackets() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 123 45 0 0 20 0 4 0 100 1000 10";
        assert_eq!(ticks(stat), Some(168));
        assert_eq!(ticks("42 (a) S 1"), None);
    }

    #[test]
    fn this_process_has_a_time() {
        assert!(of_process(std::process::id()).is_ok());
    }
}
