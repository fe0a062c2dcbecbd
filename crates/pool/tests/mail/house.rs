//! A server with an outbox and nothing else, for tests of mail.

use std::sync::Arc;

use poolhouse_crypto::Entropy;
use poolhouse_mail::Mailbox;
use poolhouse_mail::inbox::Inbox;
use poolhouse_outbound::aws::CredentialSource;
use poolhouse_pool::base::key_ring::KeyRing;
use poolhouse_pool::base::settings::{MailCarrier, Settings};
use poolhouse_pool::mailer::{OutgoingMail, Urgency, Worker};
use poolhouse_pool::request::App;
use poolhouse_pool::request::{Asker, Ctx};
use poolhouse_pool::run::start::{Parts, assemble};
use poolhouse_pool::testing::{
    FrozenClock, Outside, PreparedKeys, SeededEntropy, TestStore, aws, nobodys_key,
};
use poolhouse_pool::triggers::FunctionHost;
use poolhouse_store::{Row, Scan, Store};

/// A server with an outbox, without HTTP.
pub struct House {
    pub app: Arc<App>,
    pub clock: Arc<FrozenClock>,
}

impl House {
    /// With these carriers, or with an inbox if there are none.
    pub fn new(store: Arc<dyn Store>, carriers: Vec<MailCarrier>) -> House {
        let mut settings = Settings::default();
        let inbox = carriers.is_empty().then(|| Inbox::new(2000));
        settings.mail.carriers = carriers;
        settings.mail.from = Some(Mailbox::parse("Pool <no-reply@pool.example>").unwrap());
        House::with(store, settings, inbox)
    }

    pub fn with(store: Arc<dyn Store>, settings: Settings, inbox: Option<Inbox>) -> House {
        House::signing(store, settings, inbox, Arc::default(), nobodys_key())
    }

    /// A server by this clock that calls AWS with these credentials.
    pub fn signing(
        store: Arc<dyn Store>,
        settings: Settings,
        inbox: Option<Inbox>,
        clock: Arc<FrozenClock>,
        credentials: Arc<dyn CredentialSource>,
    ) -> House {
        let parts = Parts {
            store,
            restores: Default::default(),
            keys: KeyRing::of_master(*b"the master key of every test run"),
            entropy: Arc::new(SeededEntropy::new(1)) as Arc<dyn Entropy>,
            clock: clock.clone(),
            key_source: Arc::new(PreparedKeys::default()),
            inbox,
            cores: 1,
            function_host: FunctionHost::default(),
            aws: aws(credentials, clock.clone()),
            places: Vec::new(),
            outside: Arc::new(Outside::default()),
        };
        House {
            app: assemble(settings, parts).unwrap(),
            clock,
        }
    }

    pub fn ctx(&self) -> Ctx {
        Ctx::new(
            self.app.clone(),
            "request".to_owned(),
            self.app.platform.now(),
            Asker::default(),
        )
    }

    /// Queues a mail that lives for ten minutes.
    pub async fn queue(&self, name: &str) {
        let ctx = self.ctx();
        let mail = OutgoingMail {
            expires: Some(ctx.now.plus_seconds(600)),
            ..mail(name)
        };
        let batch = self.app.mailer.queue(ctx.now, mail).unwrap();
        self.app.platform.commit(batch).await.unwrap();
    }

    /// Delivers what is due, by a worker that knows nothing of those before it.
    pub async fn drain(&self) {
        Worker::new(&self.app.mailer).unwrap().drain().await.unwrap();
    }

    pub async fn rows(&self) -> Vec<Row> {
        self.app
            .platform
            .store
            .scan(Scan::prefix("outbox/", 2000))
            .await
            .unwrap()
    }

    /// In how many seconds the only row falls due.
    pub async fn due_in(&self) -> f64 {
        let rows = self.rows().await;
        assert_eq!(rows.len(), 1, "{rows:?}");
        let due: i64 = rows[0].key.split('/').nth(2).unwrap().parse().unwrap();
        (due - self.app.platform.now().0) as f64 / 1000.0
    }

    pub fn inbox(&self) -> &Inbox {
        self.app.mailer.inbox().unwrap()
    }
}

pub fn mail(name: &str) -> OutgoingMail {
    OutgoingMail {
        to: format!("{name}@example.com"),
        subject: "Your code".to_owned(),
        text: "Your code is 918273.".to_owned(),
        html: Some("<p>Your code is <b>918273</b>.</p>".to_owned()),
        language: Some("en".to_owned()),
        expires: None,
        dedup_id: name.to_owned(),
        urgency: Urgency::Code,
        thread: None,
        request_id: "request".to_owned(),
        picture: None,
        discard: false,
    }
}

pub fn memory() -> Arc<dyn Store> {
    Arc::new(TestStore::new())
}
