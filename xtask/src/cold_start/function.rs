//! One function, and one life of it: start, a first event, more events, the end.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::world::World;
use crate::{Outcome, root};

/// Events after the first, of which the middle one counts.
const WARM_EVENTS: usize = 25;
const POOL: &str = "eu-central-1_Measured";

/// A function that is measured.
pub struct Function {
    pub name: &'static str,
    /// How it is run.
    pub program: Program,
    /// What one run of it weighs on disk, in bytes: its program, or its folder with all packages.
    pub size: u64,
    /// Its zip in bytes, for our own.
    pub zip: Option<u64>,
}

/// What is run.
pub enum Program {
    /// A `bootstrap`.
    Bootstrap(PathBuf),
    /// A Node.js handler in this folder, run by the runtime that the pool's own host uses.
    Node(PathBuf),
}

/// What one life of a function was like.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// From before the process was made to its first request for an event.
    pub start: Duration,
    /// The CPU time of that, all threads.
    pub start_cpu: Duration,
    /// Memory at that moment, in KiB.
    pub start_memory: u64,
    /// The first event, from giving it to the answer.
    pub first: Duration,
    /// The middle one of the events after it.
    pub warm: Duration,
    /// The most memory it ever had, in KiB.
    pub peak_memory: u64,
}

/// Kills the process when it goes out of scope, so that an error leaves none behind.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It is gone, or it goes.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Function {
    /// Lives once.
    ///
    /// # Errors
    /// If it does not start, or fails on an event.
    pub fn live(&self, world: &World, round: usize) -> Outcome<Life> {
        let conversation = world.begin();
        let mut command = self.command(world);
        let before = world.now();
        let running = Running(
            command
                .spawn()
                .map_err(|error| format!("{} cannot be started: {error}", self.name))?,
        );
        let start = conversation.asked()?.saturating_sub(before);
        let process = format!("/proc/{}", running.0.id());
        let start_cpu = cpu_time(&process)?;
        let start_memory = memory(&process, "VmRSS:")?;
        let mut took = Vec::new();
        for number in 0..=WARM_EVENTS {
            took.push(conversation.invoke(self.event(round, number).to_string())?);
            conversation.asked()?;
        }
        let first = took.remove(0);
        took.sort_unstable();
        Ok(Life {
            start,
            start_cpu,
            start_memory,
            first,
            warm: took[took.len() / 2],
            peak_memory: memory(&process, "VmHWM:")?,
        })
    }

    fn command(&self, world: &World) -> Command {
        let mut command = match &self.program {
            Program::Bootstrap(program) => Command::new(program),
            Program::Node(_) => {
                let mut node = Command::new("node");
                node.arg(root::path("crates/triggers/src/runtimes/node.mjs"));
                node
            }
        };
        let path = command_path();
        command.env_clear().env("PATH", path);
        if let Program::Node(folder) = &self.program {
            command
                .env("LAMBDA_TASK_ROOT", folder)
                .env("_HANDLER", "2faCreate.handler");
        }
        let http = world.http.to_string();
        let variables = [
            ("AWS_LAMBDA_RUNTIME_API", http.clone()),
            (
                "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
                format!("http://{http}"),
            ),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIAMEASURED".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "of no use anywhere".to_owned()),
            (
                "OTP_KEY",
                "4T2vGm0mVb1cZ0n1K8m2cJ6uQ5r7s9w3x1y4z6A8B0c=".to_owned(),
            ),
            ("SMTP_URL", format!("smtp://{}", world.smtp)),
            ("MAIL_FROM", "no-reply@example.com".to_owned()),
            ("CUSTOM_ATTRIBUTES", "custom:authChallenge".to_owned()),
            ("USER_POOL_ID", POOL.to_owned()),
        ];
        command.envs(variables).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// An event about a user who is in no other, so that each mails.
    fn event(&self, round: usize, number: usize) -> Value {
        let user = format!("user-{round}-{number}");
        let attributes = json!({
            "sub": user, "email": format!("{user}@example.com"), "email_verified": "true",
        });
        let password = json!([
            { "challengeName": "SRP_A", "challengeResult": true },
            { "challengeName": "PASSWORD_VERIFIER", "challengeResult": true },
        ]);
        let (source, request) = match self.name {
            "2fa-define" => (
                "DefineAuthChallenge_Authentication",
                json!({ "session": password }),
            ),
            "2fa-verify" => (
                "VerifyAuthChallengeResponse_Authentication",
                json!({ "privateChallengeParameters": {}, "challengeAnswer": "123456" }),
            ),
            "2fa-pre-token" => (
                "TokenGeneration_Authentication",
                json!({ "groupConfiguration": {} }),
            ),
            "2fa-post-confirmation" => ("PostConfirmation_ConfirmForgotPassword", json!({})),
            _ => (
                "CreateAuthChallenge_Authentication",
                json!({ "session": password, "challengeName": "CUSTOM_CHALLENGE" }),
            ),
        };
        let mut event = json!({
            "version": "1",
            "region": "eu-central-1",
            "userPoolId": POOL,
            "userName": user,
            "callerContext": { "awsSdkVersion": "measured", "clientId": "measured" },
            "triggerSource": source,
            "request": request,
            "response": {},
        });
        event["request"]["userAttributes"] = attributes;
        event
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "Node.js is looked for where the person who measures has it"
)]
fn command_path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// What all threads of a process have used of the processor.
fn cpu_time(process: &str) -> Outcome<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("{process}/task"))? {
        // A thread may end between being listed and being read.
        let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else {
            continue;
        };
        let used = text.split(' ').next().and_then(|field| field.parse::<u64>().ok());
        nanoseconds += used.unwrap_or_default();
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// A line of the process's status, in KiB.
fn memory(process: &str, line: &str) -> Outcome<u64> {
    let status = fs::read_to_string(format!("{process}/status"))?;
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let number = found.and_then(|text| text.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| format!("{process}/status has no {line}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_tells_its_memory_and_its_time() {
        let own = format!("/proc/{}", std::process::id());
        assert!(memory(&own, "VmRSS:").unwrap() > 100);
        assert!(memory(&own, "VmHWM:").unwrap() >= memory(&own, "VmRSS:").unwrap() / 2);
        cpu_time(&own).unwrap();
        let error = memory(&own, "VmNothing:").unwrap_err().to_string();
        assert_eq!(error, format!("{own}/status has no VmNothing:"));
    }
}
