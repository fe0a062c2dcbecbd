//! strace: how it is told to record calls or to let them fail, and what it writes.

use std::path::Path;

use crate::attack::Outcome;

/// The calls that change files.
const CALLS: &str = "write,pwrite64,lseek,ftruncate,fsync,fdatasync";

/// The command that records into this file.
pub fn recorder(log: &Path) -> Vec<String> {
    let log = log.display().to_string();
    let trace = format!("trace={CALLS}");
    let arguments = [
        "strace", "-f", "-qq", "-xx", "-y", "-s", "1000000", "-o", &log, "-e", &trace,
    ];
    arguments.map(str::to_owned).to_vec()
}

/// The command that lets calls on a database's log fail or wait, in the words of strace's `inject`.
pub fn injector(log: &Path, inject: &str) -> Vec<String> {
    let (log, inject) = (log.display().to_string(), format!("inject={inject}"));
    let calls = inject.split(['=', ':']).nth(1).unwrap_or_default();
    let trace = format!("trace={calls}");
    let arguments = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-P",
        &log,
        "-e",
        &trace,
        "-e",
        &inject,
    ];
    arguments.map(str::to_owned).to_vec()
}

/// A call that succeeded, on an open file.
pub struct Call<'a> {
    pub name: &'a str,
    pub arguments: &'a str,
    /// The file's number and path.
    pub number: String,
    pub path: String,
    pub result: usize,
}

impl Call<'_> {
    /// Reads a whole line; nothing where it is about something else.
    pub fn read(line: &str) -> Outcome<Option<Call<'_>>> {
        let parts = line.split_once('(').and_then(|(name, rest)| {
            let (arguments, result) = rest.rsplit_once(')')?;
            let (number, rest) = arguments.split_once('<')?;
            let (path, _) = rest.split_once('>')?;
            Some((name, arguments, result, number, path))
        });
        let Some((name, arguments, result, number, path)) = parts else {
            return Ok(None);
        };
        let result = result.trim_start_matches([' ', '=']);
        // An error is a number below 0, or none.
        let Ok(result) = result.parse::<usize>() else {
            return Ok(None);
        };
        Ok(Some(Call {
            name,
            arguments,
            number: number.to_owned(),
            path: String::from_utf8(bytes(path)?)?,
            result,
        }))
    }
}

/// Bytes written as `\x41`.
pub fn bytes(text: &str) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4);
    for byte in text.split("\\x").skip(1) {
        bytes.push(u8::from_str_radix(byte, 16)?);
    }
    Ok(bytes)
}
