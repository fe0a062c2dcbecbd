//! The CPU time of other processes.

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
    ticks(&stat).map(|ticks| TICK * ticks).ok_or_else(unusual)
}

/// The time of a process whose children each have one thread, and of these: those that live, and those that have ended.
///
/// # Errors
/// If there is no such process.
pub fn of_family(parent: u32) -> io::Result<Duration> {
    let is_child = |pid: &u32| parent_of(*pid) == Some(parent);
    let mut sum = of_process(parent)? + of_ended_children(parent)?;
    for process in fs::read_dir("/proc")? {
        let name = process?.file_name();
        let pid = name.to_str().and_then(|name| name.parse::<u32>().ok());
        if let Some(pid) = pid.filter(is_child) {
            // One may end meanwhile. Its time is then among those that have ended, next time.
            sum += of_thread(pid).unwrap_or_default();
        }
    }
    Ok(sum)
}

/// What a process has had that is one thread, to the nanosecond: a session of a database has little of it.
fn of_thread(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    Some(Duration::from_nanos(stat.split(' ').next()?.parse().ok()?))
}

fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    field(&stat, 4)
}

fn of_ended_children(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = field(&stat, 16).zip(field(&stat, 17));
    ticks
        .map(|(user, system)| TICK * (user + system))
        .ok_or_else(unusual)
}

fn unusual() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "/proc/PID/stat has another form than proc(5) says",
    )
}

/// A field of `/proc/PID/stat` by its number in proc(5), from the third on: the second is the program's name in brackets and may hold spaces.
fn field(stat: &str, number: usize) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let at = number.checked_sub(3)?;
    fields.split_ascii_whitespace().nth(at)?.parse().ok()
}

/// User and system time.
fn ticks(stat: &str) -> Option<u32> {
    Some(field(stat, 14)? + field(stat, 15)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces_and_brackets() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 123 45 0 0 20 0 4 0 100 1000 10";
        assert_eq!(ticks(stat), Some(168));
        assert_eq!(ticks("42 (a) S 1"), None);
        assert_eq!(field(stat, 4), Some(1));
    }

    #[test]
    fn this_process_has_a_time() {
        let own = std::process::id();
        assert!(of_process(own).is_ok());
        assert!(of_family(own).unwrap() >= of_ended_children(own).unwrap());
        assert!(of_thread(own).is_some() && parent_of(own).is_some());
    }
}
