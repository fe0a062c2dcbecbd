//! `cargo xtask bench sign-in [ROUNDS]`: what a sign-in costs the server, beside what its arithmetic costs.
//!
//! The load comes from `crates/bench`. The server is a release build on a new data folder, with the functions in
//! process; mail leaves by SMTP to a sink that belongs to the load. What counts is the CPU time of the server's process,
//! all threads, from the first sign-in to the last mail.

mod beside;
mod engines;
mod places;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::system::pool_api::PoolApi;
use crate::system::postgres::Database;
use crate::system::server::{self, Server, Start};
use crate::system::{process, random};
use crate::{Outcome, console, root};

const USAGE: &str = "usage: cargo xtask bench sign-in|sign-in-postgres|cold-start [ROUNDS], bench sign-in-beside PROGRAM [ROUNDS], bench hosted [ROUNDS], bench list-users [SMALL LARGE], bench flood [SECONDS], bench million [USERS], bench store-postgres";
const ROUNDS: u32 = 500;
/// Sign-ins before the measurement, until the allocator and the database's cache are what they stay.
const WARM_UP: u32 = 50;
const FUNCTIONS: &str = "arn:aws:lambda:us-east-1:000000000000:function";

/// Runs the benchmark.
///
/// # Errors
/// If the server does not build or start, or a sign-in fails.
pub fn run(arguments: &[String]) -> Outcome {
    let rounds = match arguments {
        [what] if what == "sign-in" => ROUNDS,
        [what, rest @ ..] if what == "cold-start" => return crate::cold_start::run(rest),
        [what, rounds] if what == "sign-in" => rounds.parse().map_err(|_| USAGE)?,
        [what] if what == "hosted" => return hosted(ROUNDS),
        [what, rounds] if what == "hosted" => return hosted(rounds.parse().map_err(|_| USAGE)?),
        [what] if what == "sign-in-postgres" => return engines::run(ROUNDS),
        [what, rounds] if what == "sign-in-postgres" => {
            return engines::run(rounds.parse().map_err(|_| USAGE)?);
        }
        [what, program] if what == "sign-in-beside" => return beside::run(program, ROUNDS),
        [what, program, rounds] if what == "sign-in-beside" => {
            return beside::run(program, rounds.parse().map_err(|_| USAGE)?);
        }
        [what] if what == "list-users" => return list_users("10000", "1000000"),
        [what, small, large] if what == "list-users" => return list_users(small, large),
        [what] if what == "million" => return million("1000000"),
        [what, users] if what == "million" => return million(users),
        [what] if what == "store-postgres" => return store_postgres(),
        [what] if what == "flood" => return flood("60"),
        [what, seconds] if what == "flood" => return flood(seconds),
        _ => return Err(USAGE.into()),
    };
    let programs = build()?;
    let home = new_home()?;
    let sink = format!("127.0.0.1:{}", server::free_port()?);
    let (server, api) = serve(&programs, &home, &sink)?;
    let password = random::password()?;
    // Some sign in one at a time, and as many others several at a time.
    let users = 2 * rounds + WARM_UP;
    let people = format!("making {users} users");
    let (pool_id, client_id) = console::step(&people, || set_up(&api, users, &password))?;
    // Sign-ins by password alone are measured on the same pool.
    server::open_door(&programs, &server.data, &pool_id, &[])?;
    let mut load = Command::new(programs.join("poolhouse-bench"));
    load.args([
        "sign-in",
        "--server",
        &server.address.to_string(),
        "--pid",
        &server.process.pid().to_string(),
    ])
    .args([
        "--sink",
        &sink,
        "--pool",
        &pool_id,
        "--client",
        &client_id,
        "--password",
        &password,
    ])
    .args(["--rounds", &rounds.to_string(), "--warm-up", &WARM_UP.to_string()]);
    process::run(&mut load)
}

/// What hosted login costs beside the API, in a pool that asks for passwords alone.
fn hosted(rounds: u32) -> Outcome {
    let (programs, home) = (build()?, new_home()?);
    let sink = format!("127.0.0.1:{}", server::free_port()?);
    let (server, api) = serve(&programs, &home, &sink)?;
    let password = random::password()?;
    let pool = api.call("CreateUserPool", &json!({ "PoolName": "bench" }))?;
    let pool_id = text(&pool["UserPool"]["Id"])?;
    let domain = json!({ "UserPoolId": pool_id, "Domain": "bench" });
    api.call("CreateUserPoolDomain", &domain)?;
    let client = json!({
        "UserPoolId": pool_id,
        "ClientName": "bench",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example/cb"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    let client = api.call("CreateUserPoolClient", &client)?;
    let client_id = text(&client["UserPoolClient"]["ClientId"])?;
    for number in 0..rounds {
        create_user(&api, &pool_id, number, &password)?;
    }
    let mut load = Command::new(programs.join("poolhouse-bench"));
    load.args(["hosted", "--server", &server.address.to_string()])
        .args(["--pid", &server.process.pid().to_string()])
        .args([
            "--domain",
            "bench",
            "--client",
            &client_id,
            "--password",
            &password,
        ])
        .args([
            "--rounds",
            &rounds.to_string(),
            "--warm-up",
            &WARM_UP.min(rounds).to_string(),
        ]);
    let done = process::run(&mut load);
    drop(server);
    fs::remove_dir_all(home)?;
    done
}

/// What a listed user costs in pools of these sizes. A million users take some minutes to make, and some gigabytes.
fn list_users(small: &str, large: &str) -> Outcome {
    let (programs, home) = (build()?, new_home()?);
    let mut load = Command::new(programs.join("poolhouse-bench"));
    load.args(["list-users", "--small", small, "--large", large, "--home"]);
    let done = process::run(load.arg(&home));
    fs::remove_dir_all(home)?;
    done
}

/// How a server is with so many users, on SQLite and then on PostgreSQL. A million take some minutes and some gigabytes, of each.
fn million(users: &str) -> Outcome {
    let programs = build()?;
    let load = |home: &Path| {
        let mut load = Command::new(programs.join("poolhouse-bench"));
        load.args(["million", "--users", users, "--programs"])
            .arg(&programs);
        load.arg("--home").arg(home);
        load
    };
    let home = new_home()?;
    let done = process::run(&mut load(&home));
    fs::remove_dir_all(home)?;
    done?;
    let (database, home) = (Database::start()?, new_home()?);
    let mut load = load(&home);
    let done = process::run(
        load.args(["--store", &database.url])
            .arg("--files")
            .arg(database.files()),
    );
    fs::remove_dir_all(home)?;
    done
}

/// Whether the sweeper keeps up with a flood of unknown names of so many seconds.
fn flood(seconds: &str) -> Outcome {
    let (programs, home) = (build()?, new_home()?);
    let sink = format!("127.0.0.1:{}", server::free_port()?);
    let (server, api) = serve(&programs, &home, &sink)?;
    let password = random::password()?;
    let pool = api.call("CreateUserPool", &json!({ "PoolName": "bench" }))?;
    let pool_id = text(&pool["UserPool"]["Id"])?;
    let client = json!({
        "UserPoolId": pool_id,
        "ClientName": "bench",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
    });
    let client = api.call("CreateUserPoolClient", &client)?;
    let client_id = text(&client["UserPoolClient"]["ClientId"])?;
    create_user(&api, &pool_id, 0, &password)?;
    let mut load = Command::new(programs.join("poolhouse-bench"));
    load.args([
        "flood",
        "--seconds",
        seconds,
        "--server",
        &server.address.to_string(),
    ])
    .args(["--pid", &server.process.pid().to_string(), "--database"])
    .arg(server.data.join("poolhouse.db"))
    .args(["--pool", &pool_id, "--client", &client_id])
    .args(["--username", "user-0", "--password", &password]);
    let done = process::run(&mut load);
    drop(server);
    fs::remove_dir_all(home)?;
    done
}

/// What group commit on the node is worth, on a PostgreSQL server of its own.
fn store_postgres() -> Outcome {
    let database = Database::start()?;
    let mut cargo = process::cargo();
    cargo.args([
        "run",
        "--release",
        "-p",
        "poolhouse-store",
        "--example",
        "postgres",
        "--",
    ]);
    let pid = database.server.pid().to_string();
    process::run(cargo.args([&database.url, &pid]).current_dir(root::path("")))
}

/// An empty folder for a benchmark's database.
fn new_home() -> Outcome<PathBuf> {
    let home = root::target().join("bench");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    Ok(home)
}

fn build() -> Outcome<PathBuf> {
    let crates = ["-p", "poolhouse-server", "-p", "poolhouse-bench"];
    console::step(
        "building the server and the load, optimised (some minutes the first time)",
        || {
            let mut cargo = process::cargo();
            process::run(
                cargo
                    .args(["build", "--release", "--bins"])
                    .args(crates)
                    .current_dir(root::path("")),
            )
        },
    )?;
    Ok(root::target().join("release"))
}

/// A server on SQLite, and its API with an access key.
fn serve(programs: &Path, home: &Path, sink: &str) -> Outcome<(Server, PoolApi)> {
    let server = start(programs, home, sink, &[])?;
    let api = PoolApi {
        server: server.address,
        key: server::create_key(programs, &server.data, &[])?,
    };
    Ok((server, api))
}

fn start(programs: &Path, home: &Path, sink: &str, options: &[&str]) -> Outcome<Server> {
    let (port, inbox_port) = (server::free_port()?, server::free_port()?);
    // Everybody comes from one address.
    let extra = format!(
        "[mail]\nrelays = [\"smtp://{sink}\"]\n[hosted]\nforms_per_second = 0\npages_per_second = 0\npool_forms_per_second = 0\n"
    );
    Server::start(&Start {
        programs,
        home,
        port,
        inbox_port,
        extra: &extra,
        options,
    })
}

/// A pool with the confirm-code functions, a client for every flow, and users `user-0`, `user-1`, …: each signs in with a code
/// once, for nobody gets a second mail within 30 s.
fn set_up(api: &PoolApi, users: u32, password: &str) -> Outcome<(String, String)> {
    let pool = api.call(
        "CreateUserPool",
        &json!({
            "PoolName": "bench",
            "Schema": [{ "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true }],
            "LambdaConfig": {
                "DefineAuthChallenge": format!("{FUNCTIONS}:2faDefine"),
                "CreateAuthChallenge": format!("{FUNCTIONS}:2faCreate"),
                "VerifyAuthChallengeResponse": format!("{FUNCTIONS}:2faVerify"),
            },
        }),
    )?;
    let pool_id = text(&pool["UserPool"]["Id"])?;
    let flows = [
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let client = api.call(
        "CreateUserPoolClient",
        &json!({ "UserPoolId": pool_id, "ClientName": "bench", "ExplicitAuthFlows": flows }),
    )?;
    for number in 0..users {
        create_user(api, &pool_id, number, password)?;
    }
    Ok((pool_id, text(&client["UserPoolClient"]["ClientId"])?))
}

fn create_user(api: &PoolApi, pool_id: &str, number: u32, password: &str) -> Outcome {
    let user = json!({
        "UserPoolId": pool_id,
        "Username": format!("user-{number}"),
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": format!("{number}@example.com") },
            { "Name": "email_verified", "Value": "true" },
        ],
    });
    api.call("AdminCreateUser", &user)?;
    let password = json!({ "UserPoolId": pool_id, "Username": user["Username"], "Password": password, "Permanent": true });
    api.call("AdminSetUserPassword", &password)?;
    Ok(())
}

fn text(value: &serde_json::Value) -> Outcome<String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "the server's answer has no id".into())
}
