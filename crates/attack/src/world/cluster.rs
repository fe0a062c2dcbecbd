//! Three PostgreSQL servers under Patroni, whose leader may be killed: another one is made leader, and the killed one joins again.

use std::fs;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::member::{Member, USER, said};
use super::process;
use crate::attack::{Arena, Outcome};

/// Debian's programs.
const PATRONI: &str = "/usr/bin/patroni";
const CONTROL: &str = "/usr/bin/patronictl";
const ETCD: &str = "/usr/bin/etcd";
/// What they call themselves together.
const NAME: &str = "poolhouse";
const MEMBERS: usize = 3;
/// Until all of them are there, the first time or again: a busy machine takes minutes to copy a database.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks at who leads.
const GLANCE: Duration = Duration::from_millis(50);
/// Between two looks at all of them, each of which starts a program.
const LOOK: Duration = Duration::from_millis(500);
/// What a leader that is there acknowledges.
const WRITE: &str = "INSERT INTO written VALUES (now())";
/// Seconds for which a leader that says nothing stays leader, which is the least that Patroni takes.
const TERM: u32 = 20;

/// The servers, and what they agree by. Dropping it kills all of them and deletes what they hold.
pub struct Cluster {
    member: Member,
    postgres: PathBuf,
    folder: PathBuf,
    /// `None` only until it is started.
    etcd: Option<Child>,
    servers: Vec<Server>,
}

/// One PostgreSQL server, and the Patroni that watches it.
struct Server {
    name: String,
    port: u16,
    /// `None` while it is dead.
    patroni: Option<Child>,
}

/// Who the members are at a moment.
#[derive(Debug, PartialEq)]
struct Roles {
    leader: Option<String>,
    /// Standbys without which the leader acknowledges nothing.
    synchronous: usize,
    standbys: usize,
}

impl Cluster {
    /// Three new servers, of which one leads and another is its synchronous standby.
    pub async fn start(arena: &Arena) -> Outcome<Cluster> {
        let postgres = arena.postgres.clone();
        let postgres = postgres.ok_or("needs PostgreSQL: run it by `cargo xtask fault`")?;
        let member = Member::find().await?;
        let mut cluster = Cluster {
            folder: member.folder("cluster").await?,
            member,
            postgres,
            etcd: None,
            servers: Vec::new(),
        };
        let [clients, peers] = [free_port()?, free_port()?];
        cluster.etcd = Some(cluster.agree(clients, peers)?);
        for number in 0..MEMBERS {
            let (name, port) = (format!("member-{number}"), free_port()?);
            let settings = cluster.settings(&name, port, free_port()?, clients);
            fs::write(cluster.file(&name, "json"), settings.to_string())?;
            let patroni = Some(cluster.watch(&name)?);
            cluster.servers.push(Server { name, port, patroni });
        }
        cluster.whole().await?;
        let made = "CREATE TABLE written (at timestamptz)";
        for server in &cluster.servers {
            // The others refuse.
            let _ = cluster.ask(server.port, made).await;
        }
        cluster.next_leader().await?;
        Ok(cluster)
    }

    /// The address that names all of them.
    pub fn url(&self) -> String {
        let hosts = self
            .servers
            .iter()
            .map(|server| format!("127.0.0.1:{}", server.port));
        let hosts: Vec<String> = hosts.collect();
        format!("postgres://{USER}@{}/postgres", hosts.join(","))
    }

    /// Waits until there are a leader, its synchronous standby and another standby.
    pub async fn whole(&self) -> Outcome {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let roles = self.roles().await.ok();
            if roles
                .is_some_and(|roles| roles.leader.is_some() && roles.synchronous == 1 && roles.standbys == 1)
            {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err("the database's servers are not all there within ten minutes".into())
    }

    /// Ends the leader and its Patroni as the loss of their machine would; says which it was.
    pub async fn kill_leader(&mut self) -> Outcome<usize> {
        let leader = self.roles().await?.leader.ok_or("nobody leads")?;
        let known = self.servers.iter().position(|server| server.name == leader);
        let index = known.ok_or("the leader is nobody that was started")?;
        let data = self.data(&leader);
        if let Some(mut patroni) = self.servers[index].patroni.take() {
            patroni.kill().await?;
        }
        process::signal("KILL", postmaster(&data)?).await?;
        Ok(index)
    }

    /// Waits until there is one that has acknowledged a write: with its synchronous standby, that is.
    pub async fn next_leader(&self) -> Outcome {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            for server in self.servers.iter().filter(|server| server.patroni.is_some()) {
                if self.ask(server.port, WRITE).await.is_ok() {
                    return Ok(());
                }
            }
            sleep(GLANCE).await;
        }
        Err("nobody became leader within ten minutes".into())
    }

    /// Starts a server that was killed; it follows whoever leads.
    pub fn rejoin(&mut self, index: usize) -> Outcome {
        let patroni = self.watch(&self.servers[index].name)?;
        self.servers[index].patroni = Some(patroni);
        Ok(())
    }

    async fn roles(&self) -> Outcome<Roles> {
        let first = self.servers.first().ok_or("there is nobody")?;
        let mut list = self.member.program(Path::new(CONTROL));
        list.arg("-c").arg(self.file(&first.name, "json"));
        roles(&serde_json::from_str(
            &said(list.args(["list", "--format", "json"])).await?,
        )?)
    }

    async fn ask(&self, port: u16, sql: &str) -> Outcome<String> {
        let mut psql = self.member.program(&self.postgres.join("psql"));
        let port = port.to_string();
        said(psql.args([
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            USER,
            "-Atqc",
            sql,
            "postgres",
        ]))
        .await
    }

    /// Starts what the members agree by.
    fn agree(&self, clients: u16, peers: u16) -> Outcome<Child> {
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let mut etcd = self.member.program(Path::new(ETCD));
        etcd.arg("--data-dir").arg(self.folder.join("etcd"));
        etcd.args([
            "--listen-client-urls",
            &url(clients),
            "--advertise-client-urls",
            &url(clients),
        ]);
        etcd.args([
            "--listen-peer-urls",
            &url(peers),
            "--initial-advertise-peer-urls",
            &url(peers),
        ]);
        etcd.args(["--initial-cluster", &format!("default={}", url(peers))]);
        self.spawn(&mut etcd, "etcd")
    }

    fn watch(&self, name: &str) -> Outcome<Child> {
        let mut patroni = self.member.program(Path::new(PATRONI));
        self.spawn(patroni.arg(self.file(name, "json")), name)
    }

    fn spawn(&self, command: &mut Command, name: &str) -> Outcome<Child> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.file(name, "log"))?;
        let spawned = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn();
        spawned.map_err(|error| format!("{name} cannot be started: {error}").into())
    }

    /// As an operator would set it up who wants to lose nothing: whatever is acknowledged is on two machines.
    fn settings(&self, name: &str, port: u16, own: u16, agreement: u16) -> Value {
        let address = |port: u16| format!("127.0.0.1:{port}");
        let rules = [
            "local all all trust",
            "host all all 127.0.0.1/32 trust",
            "host replication all 127.0.0.1/32 trust",
        ];
        json!({
            "scope": NAME,
            "name": name,
            "restapi": { "listen": address(own), "connect_address": address(own) },
            "etcd3": { "host": address(agreement) },
            "bootstrap": {
                "dcs": {
                    "ttl": TERM,
                    "loop_wait": 1,
                    "retry_timeout": 3,
                    "synchronous_mode": true,
                    "synchronous_mode_strict": true,
                    "postgresql": { "use_pg_rewind": true, "parameters": { "max_connections": 100 } },
                },
                "initdb": [{ "encoding": "UTF8" }, { "locale": "C" }],
            },
            "postgresql": {
                "listen": address(port),
                "connect_address": address(port),
                "data_dir": self.data(name),
                "bin_dir": self.postgres,
                "pgpass": self.file(name, "pgpass"),
                "pg_hba": rules,
                "parameters": { "unix_socket_directories": self.folder },
                "authentication": {
                    "superuser": { "username": USER, "password": "none" },
                    "replication": { "username": "standby", "password": "none" },
                },
                "remove_data_directory_on_rewind_failure": true,
                "remove_data_directory_on_diverged_timelines": true,
            },
        })
    }

    fn data(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{name}.{kind}"))
    }
}

/// The first process of the server on a data folder.
fn postmaster(data: &Path) -> Outcome<u32> {
    let lock = fs::read_to_string(data.join("postmaster.pid"))?;
    Ok(lock.lines().next().unwrap_or_default().trim().parse()?)
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// From what `patronictl list` says.
fn roles(list: &Value) -> Outcome<Roles> {
    let members = list.as_array().ok_or("a list of members that is none")?;
    let runs = |member: &&Value| matches!(member["State"].as_str(), Some("running" | "streaming"));
    let are = |role: &str| {
        members
            .iter()
            .filter(runs)
            .filter(|member| member["Role"] == role)
            .count()
    };
    let leader = members
        .iter()
        .filter(runs)
        .find(|member| member["Role"] == "Leader");
    Ok(Roles {
        leader: leader
            .and_then(|leader| leader["Member"].as_str())
            .map(str::to_owned),
        synchronous: are("Sync Standby"),
        standbys: are("Replica"),
    })
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // Patroni first, which would start what it watches again.
            if let Some(pid) = server.patroni.as_ref().and_then(Child::id) {
                process::kill_now(pid);
            }
        }
        for server in &self.servers {
            if let Ok(pid) = postmaster(&self.folder.join(&server.name)) {
                process::kill_now(pid);
            }
        }
        if let Some(pid) = self.etcd.as_ref().and_then(Child::id) {
            process::kill_now(pid);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leads_is_read_from_what_patroni_lists() {
        let list = json!([
            { "Cluster": "poolhouse", "Member": "member-0", "Host": "127.0.0.1:1", "Role": "Leader", "State": "running", "TL": 1 },
            { "Cluster": "poolhouse", "Member": "member-1", "Host": "127.0.0.1:2", "Role": "Sync Standby", "State": "running", "TL": 1, "Lag in MB": 0 },
            { "Cluster": "poolhouse", "Member": "member-2", "Host": "127.0.0.1:3", "Role": "Replica", "State": "starting", "TL": 1, "Lag in MB": 0 },
        ]);
        let expected = Roles {
            leader: Some("member-0".to_owned()),
            synchronous: 1,
            standbys: 0,
        };
        assert_eq!(roles(&list).unwrap(), expected);
        assert!(roles(&json!({})).is_err());
    }
}
