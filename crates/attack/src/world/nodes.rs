//! Several servers on one database.

use std::fs;

use serde_json::json;

use super::database::Database;
use super::mail::Mail;
use super::scene::{Scene, settings_of};
use super::server::{Launch, Server};
use super::storm::Person;
use crate::attack::{Arena, Figure, Outcome};

/// All of them say the same in their tokens.
const ISSUER: &str = "https://id.example.com";

/// Servers with one pool, which is the first one's scene.
pub struct Nodes {
    pub scene: Scene,
    pub others: Vec<Server>,
}

impl Nodes {
    /// So many servers, each of which reaches the database at one of these addresses.
    pub async fn start(arena: &Arena, stores: &[String]) -> Outcome<Nodes> {
        let mail = Mail::open().await?;
        // The issuer stands before the first table of settings.
        let settings = format!("issuer = \"{ISSUER}\"\n{}", settings_of(mail.address, ""));
        let launch = |store: &String| Launch {
            store: Some(store.clone()),
            ..Launch::default()
        };
        let (first, rest) = stores.split_first().ok_or("no server is to be started")?;
        let server = Server::launch(arena, &settings, launch(first)).await?;
        let scene = Scene::on(server, mail, json!({})).await?;
        let mut others = Vec::new();
        for (number, store) in rest.iter().enumerate() {
            let own = Arena {
                home: arena.home.join(format!("node-{number}")),
                ..arena.clone()
            };
            super::server::configure(&own, &settings)?;
            let data = own.home.join("data");
            fs::create_dir_all(&data)?;
            fs::copy(scene.server.data.join("master.key"), data.join("master.key"))?;
            others.push(Server::join(&own, launch(store), Some(scene.server.key.clone())).await?);
        }
        Ok(Nodes { scene, others })
    }

    /// Three servers on this database.
    pub async fn three(arena: &Arena, database: &Database) -> Outcome<Nodes> {
        Nodes::start(arena, &[database.url(), database.url(), database.url()]).await
    }

    /// Somebody at each of them.
    pub fn people(&self) -> Vec<Person> {
        let first = Person::at(&self.scene);
        let others = self.others.iter().map(|server| Person {
            server: server.address,
            ..first.clone()
        });
        std::iter::once(first.clone()).chain(others).collect()
    }

    /// Whether the servers tell of a database that failed them.
    pub async fn tell_of_the_store(&self) -> Outcome<Figure> {
        let (mut counted, mut logged) = (0.0, 0);
        for server in std::iter::once(&self.scene.server).chain(&self.others) {
            counted += server.counted("poolhouse_store_errors_total").await?;
            logged += server.logged("request failed")?.len();
        }
        Ok(Figure::exactly(
            "told by `poolhouse_store_errors_total` and by \"request failed\" in the log",
            counted > 0.0 && logged > 0,
            true,
        ))
    }

    /// How many wrong codes all of them have judged and counted.
    pub fn wrong_codes(&self) -> Outcome<usize> {
        let mut sum = self.scene.server.wrong_codes()?;
        for server in &self.others {
            sum += server.wrong_codes()?;
        }
        Ok(sum)
    }
}
