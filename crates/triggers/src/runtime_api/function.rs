//! What a function is, and the environment its process sees.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::runtime::Interpreter;

/// A function as a program on this machine that speaks the Runtime API: a `bootstrap` binary, or a runtime with a
/// handler.
///
/// It has no `Debug`: the environment holds secrets.
#[derive(Clone)]
pub struct Function {
    /// The function's name, for example `2faCreate`.
    pub name: String,
    /// The ARN that a pool's `LambdaConfig` calls it by.
    pub arn: String,
    /// The region it believes to be in.
    pub region: String,
    /// The program.
    pub program: PathBuf,
    /// What the program is started with.
    pub arguments: Vec<String>,
    /// The directory of the function's files: where its process starts, and `LAMBDA_TASK_ROOT`.
    pub directory: PathBuf,
    /// `_HANDLER`: which function of the program is meant, for runtimes that ask.
    pub handler: String,
    /// Settings, credentials and endpoints. Nothing comes from the server's own environment.
    pub environment: BTreeMap<String, String>,
    /// What `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` says, in MiB. It is not enforced.
    pub memory: u32,
    /// The most processes at a time. Each serves one event at a time; they are started as they are needed.
    pub sandboxes: usize,
    /// After how long without an event all processes but one are ended.
    pub idle: Duration,
}

impl Function {
    /// The function `name` as a `bootstrap` program, with an empty environment and Lambda's defaults otherwise.
    pub fn bootstrap(name: &str, arn: &str, region: &str, program: PathBuf) -> Self {
        let directory = program.parent().map_or_else(|| PathBuf::from("/"), PathBuf::from);
        Self {
            name: name.to_owned(),
            arn: arn.to_owned(),
            region: region.to_owned(),
            program,
            arguments: Vec::new(),
            directory,
            handler: "bootstrap".to_owned(),
            environment: BTreeMap::new(),
            memory: 128,
            sandboxes: 4,
            idle: Duration::from_mins(5),
        }
    }

    /// The function `handler` among the files in `directory`, with an empty environment but for where its language
    /// looks for modules.
    pub fn interpreted(
        name: &str,
        arn: &str,
        region: &str,
        interpreter: &Interpreter,
        directory: PathBuf,
        handler: &str,
    ) -> Self {
        let modules = interpreter.runtime.module_path(&directory);
        Self {
            arguments: interpreter.arguments(),
            directory,
            handler: handler.to_owned(),
            environment: modules.into_iter().collect(),
            ..Self::bootstrap(name, arn, region, interpreter.program.clone())
        }
    }

    /// The whole environment of one process, as on `provided.al2023`.
    ///
    /// `runtime_api` is the `host:port` of its Runtime API, `instance` tells it from the function's other processes.
    pub(super) fn process_environment(&self, runtime_api: &str, instance: &str) -> BTreeMap<String, String> {
        let root = self.directory.display();
        // What a function may set for itself, on Lambda too.
        let mut environment = BTreeMap::from([
            ("LANG".to_owned(), "en_US.UTF-8".to_owned()),
            (
                "LD_LIBRARY_PATH".to_owned(),
                format!("{root}:{root}/lib:/opt/lib"),
            ),
            (
                "PATH".to_owned(),
                "/usr/local/bin:/usr/bin:/bin:/opt/bin".to_owned(),
            ),
            ("TZ".to_owned(), ":UTC".to_owned()),
        ]);
        environment.extend(self.environment.clone());
        let memory = self.memory.to_string();
        let log_group = format!("/aws/lambda/{}", self.name);
        let log_stream = format!("[$LATEST]{instance}");
        let root = root.to_string();
        // What is reserved there: whatever else was set, these hold.
        let reserved = [
            ("AWS_DEFAULT_REGION", self.region.as_str()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_FUNCTION_NAME", &self.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
            ("AWS_LAMBDA_LOG_STREAM_NAME", &log_stream),
            ("AWS_LAMBDA_RUNTIME_API", runtime_api),
            ("AWS_REGION", &self.region),
            ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
            // Nobody listens there: Lambda's own address is link-local, and nothing may leave this machine.
            ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
            ("LAMBDA_TASK_ROOT", &root),
            ("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1"),
            ("_AWS_XRAY_DAEMON_PORT", "2000"),
            ("_HANDLER", &self.handler),
        ];
        environment.extend(reserved.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_sees_what_a_lambda_sees_and_its_settings() {
        let mut function = Function::bootstrap(
            "2faCreate",
            "arn",
            "eu-west-1",
            PathBuf::from("/srv/create/bootstrap"),
        );
        function.environment = BTreeMap::from(
            [
                ("SMTP_URL", "smtp://localhost"),
                ("TZ", "Europe/Berlin"),
                ("AWS_REGION", "mars-1"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let environment = function.process_environment("127.0.0.1:4711", "00ff");
        let expected = [
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_NAME", "2faCreate"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/2faCreate"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "[$LATEST]00ff"),
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:4711"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
            ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
            ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
            ("LAMBDA_TASK_ROOT", "/srv/create"),
            ("LANG", "en_US.UTF-8"),
            ("LD_LIBRARY_PATH", "/srv/create:/srv/create/lib:/opt/lib"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
            ("SMTP_URL", "smtp://localhost"),
            ("TZ", "Europe/Berlin"),
            ("_AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1"),
            ("_AWS_XRAY_DAEMON_PORT", "2000"),
            ("_HANDLER", "bootstrap"),
        ];
        let environment: Vec<_> = environment
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(environment, expected);
    }
}
