//! A pool on a server, the services around it, and commands that are run against both.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use poolhouse_credentials::Env;
use poolhouse_operator::{Command, Reply, World, run};
use poolhouse_testkit::TestServer;
use serde_json::{Value, json};

use crate::console::Script;
use crate::stand_in::{Function, KEY, StandIn};

/// The time of the server's frozen clock: 2026-01-02T03:04:05Z.
pub const NOW: u64 = 1_767_323_045;
pub const TRIGGERS: [(&str, &str); 3] = [
    ("DefineAuthChallenge", "2faDefine"),
    ("CreateAuthChallenge", "2faCreate"),
    ("VerifyAuthChallengeResponse", "2faVerify"),
];

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// A folder of a test's own, gone with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "poolhouse-operator-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a command came to.
pub struct Done {
    pub code: u8,
    pub console: Script,
}

impl Done {
    /// The command did what it was asked.
    #[track_caller]
    pub fn ok(self) -> Script {
        assert_eq!(
            self.code,
            0,
            "{}\n{}",
            self.console.text(),
            self.console.warned.join("\n")
        );
        self.console
    }

    /// The report of the doctor, and its exit code.
    #[track_caller]
    pub fn report(self) -> (u8, Value) {
        let report = serde_json::from_str(&self.console.text())
            .unwrap_or_else(|_| panic!("{}\n{}", self.console.text(), self.console.warned.join("\n")));
        (self.code, report)
    }
}

/// A pool and its surroundings.
pub struct Place {
    pub server: TestServer,
    pub url: String,
    pub aws: StandIn,
    pub folder: Folder,
    pub pool: String,
    pub client: String,
    pub env: HashMap<String, String>,
}

impl Place {
    /// A plain pool with the attribute and an app client for everything, on Poolhouse; the three functions on Lambda,
    /// which nobody may invoke yet.
    pub async fn new() -> Place {
        Place::with(json!({}), json!({})).await
    }

    /// The same with these members of the pool and the app client; `null` takes one away.
    pub async fn with(pool: Value, client: Value) -> Place {
        let server = TestServer::new().await;
        let url = server.listen().await;
        let aws = StandIn::start().await;
        let mut members = json!({
            "Schema": [{
                "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true,
                "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" },
            }],
        });
        for (name, value) in pool.as_object().unwrap() {
            members[name] = value.clone();
        }
        members
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let pool = server.pool_with(members).await;
        let client = server.client_with(&pool, client).await["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        let operator = server.operator();
        let env = HashMap::from([
            ("AWS_ACCESS_KEY_ID".to_owned(), operator.access_key_id.clone()),
            (
                "AWS_SECRET_ACCESS_KEY".to_owned(),
                operator.secret_access_key.clone(),
            ),
        ]);
        let place = Place {
            server,
            url,
            aws,
            folder: Folder::new(),
            pool,
            client,
            env,
        };
        place.deploy();
        place
    }

    /// Puts the three functions on Lambda.
    pub fn deploy(&self) {
        for (_, name) in TRIGGERS {
            self.deploy_one(name);
        }
    }

    /// Puts the optional function for a new password on Lambda.
    pub fn deploy_post_confirmation(&self) {
        self.deploy_one("2faPostConfirmation");
    }

    fn deploy_one(&self, name: &str) {
        let configuration = json!({
            "FunctionArn": arn(name), "Runtime": "provided.al2023", "Architectures": ["arm64"], "Timeout": 5,
            "MemorySize": 128, "State": "Active", "Environment": { "Variables": variables() },
        });
        let function = Function {
            configuration,
            retention: Some(30),
            ..Function::default()
        };
        self.aws.services().functions.insert(name.to_owned(), function);
    }

    /// Runs a command against the pool, without Lambda around it; all questions are answered with yes.
    pub async fn run(&self, line: &str) -> Done {
        self.run_asking(line, Script::answering(Reply::Yes)).await
    }

    pub async fn run_asking(&self, line: &str, mut console: Script) -> Done {
        let line = format!("{line} --endpoint-url {}", self.url);
        let code = run_line(&line, self.env.clone(), &mut console, Some(&self.folder)).await;
        Done { code, console }
    }

    /// `attach`, with the flags that every test needs.
    pub fn attach(&self, more: &str) -> String {
        format!(
            "attach --user-pool-id {} --client-id {} {} {more}",
            self.pool,
            self.client,
            self.snapshot_flag("s.json")
        )
    }

    pub fn snapshot_flag(&self, name: &str) -> String {
        format!("--snapshot {}", self.folder.file(name).display())
    }

    /// The pool's description without what changes by itself.
    pub async fn describe(&self) -> (Value, Value) {
        let pool = self
            .server
            .call("DescribeUserPool", json!({ "UserPoolId": self.pool }))
            .await
            .ok();
        let request = json!({ "UserPoolId": self.pool, "ClientId": self.client });
        let client = self.server.call("DescribeUserPoolClient", request).await.ok();
        let undated = |mut value: Value| {
            value.as_object_mut().unwrap().remove("LastModifiedDate");
            value
        };
        (
            undated(pool["UserPool"].clone()),
            undated(client["UserPoolClient"].clone()),
        )
    }

    /// Has Lambda, SES, STS and the logs around the pool, which know the operator's key.
    pub fn with_aws(mut self) -> Place {
        let operator = self.server.operator().clone();
        self.aws
            .services()
            .keys
            .insert(operator.access_key_id, operator.secret_access_key);
        for service in ["LAMBDA", "SESV2", "STS", "CLOUDWATCH_LOGS"] {
            self.env
                .insert(format!("AWS_ENDPOINT_URL_{service}"), self.aws.url.clone());
        }
        self
    }
}

/// The variables of our functions.
pub fn variables() -> Value {
    json!({
        "OTP_KEY": "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210",
        "MAIL_FROM": "App <no-reply@example.com>",
        "MAIL_URL": "ses://us-east-1",
        "SESSION_MINUTES": "15",
    })
}

pub fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:{name}")
}

/// Runs a command as the binary does.
pub async fn run_line(
    line: &str,
    mut env: HashMap<String, String>,
    console: &mut Script,
    home: Option<&Folder>,
) -> u8 {
    let words = std::iter::once("poolhouse").chain(line.split_whitespace());
    let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    env.entry("AWS_EC2_METADATA_DISABLED".to_owned())
        .or_insert_with(|| "true".to_owned());
    if let Some(home) = home {
        env.insert("HOME".to_owned(), home.0.display().to_string());
    }
    let env = Env::new(move |name| env.get(name).cloned());
    run(
        &cli.command,
        World {
            env,
            clock: Arc::new(|| NOW),
            console,
        },
    )
    .await
}

/// The environment of somebody whom the stand-in knows.
pub fn stand_in_env(aws: &StandIn) -> HashMap<String, String> {
    HashMap::from([
        ("AWS_ACCESS_KEY_ID".to_owned(), KEY.0.to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), KEY.1.to_owned()),
        ("AWS_ENDPOINT_URL".to_owned(), aws.url.clone()),
    ])
}

/// A file as JSON.
pub fn json_file(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
