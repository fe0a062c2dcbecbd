//! A mail relay that does what a test says.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use poolhouse_mail::smtp::Relay;
use poolhouse_pool::base::settings::MailCarrier;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the relay does with a mail.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    Accept,
    /// Greets with this line instead.
    Greeting(&'static str),
    /// Answers RCPT with this line.
    Recipient(&'static str),
    /// Answers DATA with this line.
    Data(&'static str),
    /// Reads the whole message and hangs up.
    HangUpAfterDot,
}

pub struct ScriptedRelay {
    port: u16,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    turn: Mutex<Turn>,
    sessions: AtomicU32,
    seen: Mutex<Vec<String>>,
    accepted: Mutex<Vec<String>>,
    when_accepted: Mutex<Box<dyn Fn() + Send>>,
}

impl ScriptedRelay {
    pub async fn start(turn: Turn) -> ScriptedRelay {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            turn: Mutex::new(turn),
            sessions: AtomicU32::new(0),
            seen: Mutex::default(),
            accepted: Mutex::default(),
            when_accepted: Mutex::new(Box::new(|| {})),
        });
        let listening = tokio::spawn(listen(listener, shared.clone()));
        ScriptedRelay {
            port,
            shared,
            listening,
        }
    }

    pub fn relay(&self) -> MailCarrier {
        MailCarrier::Smtp(Relay::parse(&format!("smtp://127.0.0.1:{}", self.port)).unwrap())
    }

    /// What it does from now on.
    pub fn now(&self, turn: Turn) {
        *self.shared.turn.lock().unwrap() = turn;
    }

    /// Does something when it has taken a message and before it says so.
    pub fn when_accepted(&self, act: impl Fn() + Send + 'static) {
        *self.shared.when_accepted.lock().unwrap() = Box::new(act);
    }

    pub fn sessions(&self) -> u32 {
        self.shared.sessions.load(Ordering::SeqCst)
    }

    /// The messages it read, whatever became of them.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub fn accepted(&self) -> Vec<String> {
        self.shared.accepted.lock().unwrap().clone()
    }

    pub async fn stop(self) {
        self.listening.abort();
        let _ = self.listening.await;
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        shared.sessions.fetch_add(1, Ordering::SeqCst);
        let shared = shared.clone();
        // A client that hangs up ends its session, which is no error here.
        tokio::spawn(async move { session(stream, &shared).await.unwrap_or_default() });
    }
}

async fn session(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let turn = *shared.turn.lock().unwrap();
    let greeting = if let Turn::Greeting(line) = turn {
        line
    } else {
        "220 relay.test ESMTP"
    };
    say(&mut stream, greeting).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let turn = *shared.turn.lock().unwrap();
        match (line.split_ascii_whitespace().next().unwrap_or_default(), turn) {
            ("EHLO", _) => say(&mut stream, "250 relay.test").await?,
            ("RCPT", Turn::Recipient(refusal)) => say(&mut stream, refusal).await?,
            ("DATA", Turn::Data(refusal)) => say(&mut stream, refusal).await?,
            ("DATA", turn) => {
                say(&mut stream, "354 go").await?;
                let message = message(&mut stream).await?;
                shared.seen.lock().unwrap().push(message.clone());
                if matches!(turn, Turn::HangUpAfterDot) {
                    return Ok(());
                }
                shared.accepted.lock().unwrap().push(message);
                (shared.when_accepted.lock().unwrap())();
                say(&mut stream, "250 taken").await?;
            }
            ("QUIT", _) => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await
}

async fn message(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut message = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(message);
        }
        message.push_str(&line);
    }
}
