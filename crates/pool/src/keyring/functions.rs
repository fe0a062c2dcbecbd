//! The access keys that function processes get.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use poolhouse_api::Operation;
use poolhouse_crypto::{Entropy, random_id};
use zeroize::Zeroizing;

/// An access key for one function's processes, held in memory and gone with the server.
#[derive(Clone)]
pub struct FunctionKey {
    /// The secret.
    pub secret: Zeroizing<String>,
    /// The function's name or ARN.
    pub function: String,
    /// What it may call.
    pub operations: Vec<Operation>,
}

/// The access keys of function processes.
#[derive(Default)]
pub struct FunctionKeys {
    keys: Mutex<HashMap<String, FunctionKey>>,
}

/// Key id and secret, as a function process finds them in its environment.
pub struct FunctionCredentials {
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret_access_key: Zeroizing<String>,
}

impl FunctionKeys {
    /// A fresh key that may call `operations`, on pools that name `function` as one of their triggers.
    pub fn issue(
        &self,
        function: &str,
        operations: Vec<Operation>,
        entropy: &dyn Entropy,
    ) -> FunctionCredentials {
        let access_key_id = format!("ASIA{}", random_id(16, entropy).to_uppercase());
        let secret = Zeroizing::new(random_id(40, entropy));
        let key = FunctionKey {
            secret: secret.clone(),
            function: function.to_owned(),
            operations,
        };
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(access_key_id.clone(), key);
        FunctionCredentials {
            access_key_id,
            secret_access_key: secret,
        }
    }

    /// The key with this id, if one was issued.
    pub fn find(&self, access_key_id: &str) -> Option<FunctionKey> {
        self.keys
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(access_key_id)
            .cloned()
    }
}
