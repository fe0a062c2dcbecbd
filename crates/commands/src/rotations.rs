//! Rotations of keys while the server runs, on a database that others may share.

use std::path::Path;
use std::sync::Arc;

use poolhouse_crypto::{OsEntropy, uuid_v4};
use poolhouse_pool::records::GENERATION;
use poolhouse_pool::request::App;
use poolhouse_pool::run::{Rotation, Servers, generation};

use crate::error::CliError;
use crate::key_change::KeyFile;
use crate::own_name;

/// What carries rotations out, and does so again should it stop.
pub struct Rotations {
    app: Arc<App>,
    file: Arc<KeyFile>,
    /// The servers that share the database, where several can.
    servers: Option<Servers>,
}

impl Rotations {
    /// Begins among the servers on the database.
    ///
    /// # Errors
    /// When this server cannot work with the others.
    pub async fn begin(app: &Arc<App>, directory: &Path, is_shared: bool) -> Result<Rotations, CliError> {
        let servers = match is_shared {
            true => Some(join(app).await?),
            false => {
                alone(app).await?;
                None
            }
        };
        Ok(Rotations {
            app: app.clone(),
            file: Arc::new(KeyFile::new(directory)),
            servers,
        })
    }

    /// The work itself.
    pub fn next(&self) -> Rotation {
        let rotation = Rotation::new(&self.app, self.file.clone());
        match &self.servers {
            Some(servers) => rotation.among(servers.clone()),
            None => rotation,
        }
    }
}

/// Begins on a database that nobody shares.
async fn alone(app: &App) -> Result<(), CliError> {
    let noted = generation::take_over(&app.platform, GENERATION).await;
    noted.map_err(|error| CliError::new("the database cannot be written").caused_by(error))
}

async fn join(app: &App) -> Result<Servers, CliError> {
    let name = own_name::host().unwrap_or_default();
    let mut servers = Servers::new(&app.platform, uuid_v4(&OsEntropy)).named(name);
    match servers.join().await {
        Ok(()) => Ok(servers),
        Err(error) => {
            Err(CliError::new("this server cannot work with the others on its database").caused_by(error))
        }
    }
}
