//! `quickstart.json` in the data directory: what the next run needs to know. For its owner only, as the key beside it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::error::CliError;

const NAME: &str = "quickstart.json";

/// An access key with its secret, which the database does not give away again.
#[derive(Clone)]
pub(super) struct SavedKey {
    pub id: String,
    pub secret: Zeroizing<String>,
}

/// What was made so far.
#[derive(Default)]
pub(super) struct Notes {
    pub pool_id: Option<String>,
    pub client_id: Option<String>,
    pub password: Option<Zeroizing<String>>,
    pub key: Option<SavedKey>,
}

impl Notes {
    /// The notes of the run before; `None` where there was none.
    pub fn read(directory: &Path) -> Result<Option<Notes>, CliError> {
        let path = directory.join(NAME);
        let unusable = || {
            CliError::new(format!(
                "{} cannot be used. Delete it together with its directory to begin anew",
                path.display()
            ))
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable().caused_by(error)),
        };
        let value: Value = serde_json::from_str(&text).map_err(|error| unusable().caused_by(error))?;
        let member = |name: &str| value[name].as_str().map(str::to_owned);
        let key = member("accessKeyId").zip(member("secretAccessKey"));
        Ok(Some(Notes {
            pool_id: member("userPoolId"),
            client_id: member("clientId"),
            password: member("password").map(Zeroizing::new),
            key: key.map(|(id, secret)| SavedKey {
                id,
                secret: Zeroizing::new(secret),
            }),
        }))
    }

    /// Replaces the notes as a whole, so that no run finds half of them.
    pub fn write(&self, directory: &Path) -> Result<(), CliError> {
        let path = directory.join(NAME);
        let draft = directory.join(format!("{NAME}.new"));
        let text = Zeroizing::new(format!("{:#}\n", self.to_json()));
        let written = write_private(&draft, &text).and_then(|()| fs::rename(&draft, &path));
        written
            .map_err(|error| CliError::new(format!("{} cannot be written", path.display())).caused_by(error))
    }

    fn to_json(&self) -> Value {
        let key = self.key.as_ref();
        json!({
            "userPoolId": self.pool_id,
            "clientId": self.client_id,
            "password": self.password.as_ref().map(|password| password.as_str()),
            "accessKeyId": key.map(|key| &key.id),
            "secretAccessKey": key.map(|key| key.secret.as_str()),
        })
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
