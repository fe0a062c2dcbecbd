//! Encrypted connections, and what is not one.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use poolhouse_store::postgres::Address;
use poolhouse_store::testing::WriteFresh as _;
use poolhouse_store::{Batch, Expect, Postgres, StoreError};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::cluster::Cluster;
use crate::servers::{administer, options};

/// A certificate for `name`, with its key and the authority that it comes from, in PEM.
fn certificate(name: &str) -> (String, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let own = KeyPair::generate().unwrap();
    let signed = CertificateParams::new(vec![name.to_owned()])
        .unwrap()
        .signed_by(&own, &issuer);
    (signed.unwrap().pem(), own.serialize_pem(), root)
}

/// Gives the server a certificate for `name`; answers the file of its authority.
async fn encrypt(cluster: &Cluster, name: &str) -> String {
    let (chain, key, root) = certificate(name);
    let file = |name: &str, text: &str| {
        let path = cluster.data().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        // The server reads them as its own user; the data folder says who that is.
        let owner = format!("--reference={}", cluster.data().display());
        assert!(
            Command::new("chown")
                .arg(owner)
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        path.to_str().unwrap().to_owned()
    };
    file("server.crt", &chain);
    file("server.key", &key);
    let root = file("root.crt", &root);
    administer(&cluster.url(), "ALTER SYSTEM SET ssl = on").await;
    administer(&cluster.url(), "SELECT pg_reload_conf()").await;
    root
}

async fn open(cluster: &Cluster, host: &str, parameters: &str) -> Result<Postgres, StoreError> {
    let url = format!(
        "postgres://postgres@{host}:{}/postgres?{parameters}",
        cluster.port()
    );
    Postgres::open(&Address::parse(&url).unwrap(), options()).await
}

fn why(refused: Result<Postgres, StoreError>) -> String {
    poolhouse_text::with_causes(&refused.err().unwrap())
}

#[tokio::test]
async fn only_a_server_with_the_right_certificate_gets_the_password() {
    let cluster = Cluster::new();
    let refused = why(open(&cluster, "localhost", "sslmode=verify-full").await);
    assert!(refused.contains("server does not support TLS"), "{refused}");

    let root = encrypt(&cluster, "localhost").await;
    let trusted = format!("sslmode=verify-full&sslrootcert={root}");
    let store = open(&cluster, "localhost", &trusted).await.unwrap();
    store
        .write(Batch::new().put("k", Expect::Any, "{}"))
        .await
        .unwrap();
    let refused = why(open(&cluster, "localhost", "sslmode=require").await);
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    let refused = why(open(&cluster, "127.0.0.1", &trusted).await);
    assert!(refused.contains("certificate not valid for name"), "{refused}");

    administer(&cluster.url(), "ALTER SYSTEM SET ssl_ca_file = 'root.crt'").await;
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'poolhouse'";
    administer(
        &cluster.url(),
        &format!("DO $$ BEGIN ASSERT ({encrypted}) > 0; END $$"),
    )
    .await;
}
