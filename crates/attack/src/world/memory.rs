//! What a process takes of the machine.

use std::fs;

use crate::attack::Outcome;

/// The resident memory of a process, in MiB.
pub fn resident_mib(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = field(&status, "VmRSS:").ok_or("/proc/PID/status has no VmRSS")?;
    Ok(kib as f64 / 1024.0)
}

/// Forgets the most memory that a process had before: a start takes more than what follows it, which would hide that.
pub fn forget_peak(pid: u32) -> Outcome {
    Ok(fs::write(format!("/proc/{pid}/clear_refs"), "5")?)
}

/// The most resident memory that a process had since that was last forgotten, in MiB.
pub fn peak_mib(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = field(&status, "VmHWM:").ok_or("/proc/PID/status has no VmHWM")?;
    Ok(kib as f64 / 1024.0)
}

/// How many files and sockets a process has open.
pub fn open_files(pid: u32) -> Outcome<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

/// Milliseconds of CPU that the threads which a process has now have had. It does not matter what else the machine does.
pub fn cpu_ms(pid: u32) -> Outcome<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // One may end meanwhile.
        let Ok(stat) = fs::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        let own: f64 = stat.split(' ').next().unwrap_or_default().parse()?;
        nanoseconds += own;
    }
    Ok(nanoseconds / 1e6)
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_memory() {
        let pid = std::process::id();
        assert!(resident_mib(pid).unwrap() > 0.1);
        assert!(peak_mib(pid).unwrap() >= resident_mib(pid).unwrap() - 1.0);
        forget_peak(pid).unwrap();
        assert!(peak_mib(pid).unwrap() >= resident_mib(pid).unwrap() - 1.0);
        assert!(cpu_ms(pid).unwrap() > 0.0);
        assert!(open_files(pid).unwrap() > 2);
        assert_eq!(field("Name: a\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2048));
    }
}
