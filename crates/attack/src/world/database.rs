//! A PostgreSQL server of an attack's own, which it may kill and start again.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::sleep;

use super::member::{Member, USER, said};
use super::process;
use crate::attack::{Arena, Outcome};

/// A running server. Dropping it stops it and deletes what it holds.
pub struct Database {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    member: Member,
}

impl Database {
    /// A new, empty one. It syncs its log as it would anywhere.
    pub async fn start(arena: &Arena) -> Outcome<Database> {
        let programs = arena.postgres.clone();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let member = Member::find().await?;
        let database = Database {
            programs: programs.ok_or("needs PostgreSQL: run it by `cargo xtask fault`")?,
            folder: member.folder(&port.to_string()).await?,
            port,
            member,
        };
        let arguments = [
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-locale",
        ];
        let mut make = database.program("initdb");
        said(make.args(arguments).arg("-D").arg(database.data())).await?;
        database.go_on().await?;
        Ok(database)
    }

    pub fn url(&self) -> String {
        self.url_by(self.port)
    }

    /// The address by way of something that listens at this port.
    pub fn url_by(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as a power cut of its machine would.
    pub async fn crash(&self) -> Outcome {
        self.control(&["-m", "immediate", "-w", "stop"]).await
    }

    /// Starts it again; it recovers from its log.
    pub async fn go_on(&self) -> Outcome {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c max_connections=200 -k {}",
            self.port,
            self.folder.display()
        );
        let log = self.folder.join("log").display().to_string();
        self.control(&["-w", "-o", &options, "-l", &log, "start"]).await
    }

    /// Kills one of the processes that serve sessions, at which the server ends all others and recovers.
    pub async fn kill_a_session(&self) -> Outcome {
        let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = 'poolhouse' LIMIT 1";
        let pid = self.ask(sql).await?;
        process::signal("KILL", pid.trim().parse()?).await
    }

    /// Waits until it takes connections again.
    pub async fn wait(&self) -> Outcome {
        for _ in 0..1000 {
            if self.ask("SELECT 1").await.is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err("PostgreSQL takes no connections".into())
    }

    /// What it answers to one statement.
    pub async fn ask(&self, sql: &str) -> Outcome<String> {
        let mut psql = self.program("psql");
        let port = self.port.to_string();
        let host = self.folder.display().to_string();
        said(psql.args(["-h", &host, "-p", &port, "-U", USER, "-Atqc", sql, "postgres"])).await
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    async fn control(&self, arguments: &[&str]) -> Outcome {
        let mut control = self.program("pg_ctl");
        // What it starts keeps its output open: nothing may wait for that to end.
        let status = control
            .arg("-s")
            .arg("-D")
            .arg(self.data())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("pg_ctl {} failed", arguments.join(" ")).into()),
        }
    }

    fn program(&self, name: &str) -> Command {
        self.member.program(&self.programs.join(name))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let data = self.data();
        let mut stop = self.program("pg_ctl").into_std();
        let stop = stop.args(["-s", "-m", "immediate", "stop", "-D"]).arg(data);
        // It may be stopped already.
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
