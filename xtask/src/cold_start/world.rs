//! What surrounds a function while it is measured: the Runtime API, the user pool that it calls back, a mail server.
//!
//! All of them are as quick as they can be made with a few lines, so that what is measured is the function.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Outcome;
use crate::console::Stopwatch;

/// How long a function may take to do anything at all.
const PATIENCE: Duration = Duration::from_secs(30);
const RUNTIME: &str = "/2018-06-01/runtime/";
const ARN: &str = "arn:aws:lambda:eu-central-1:000000000000:function:measured";

/// The world, of which there is one for all functions.
pub struct World {
    /// Where the Runtime API and the user pool are.
    pub http: SocketAddr,
    /// Where mail goes.
    pub smtp: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    watch: Stopwatch,
    /// The function that is measured now.
    stage: Mutex<Arc<Stage>>,
}

/// The Runtime API's side of one function.
struct Stage {
    events: Mutex<Receiver<String>>,
    seen: Sender<Seen>,
}

/// What a function did, and when by the world's watch.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// Asked for an event.
    Asked(Duration),
    /// Answered one.
    Answered(Duration),
    /// Said that it failed.
    Failed(String),
}

/// Our side of one function. Dropping it lets the world forget the function.
pub struct Conversation<'a> {
    world: &'a World,
    events: Sender<String>,
    seen: Receiver<Seen>,
}

impl World {
    /// Opens the world's ports.
    ///
    /// # Errors
    /// If the machine has no loopback network.
    pub fn open() -> Outcome<World> {
        let (http, smtp) = (listener()?, listener()?);
        let (stage, _, _) = Stage::new();
        let shared = Arc::new(Shared {
            watch: Stopwatch::start(),
            stage: Mutex::new(stage),
        });
        let world = World {
            http: http.local_addr()?,
            smtp: smtp.local_addr()?,
            shared: shared.clone(),
        };
        // A connection that breaks is a function that was stopped.
        accept(http, move |stream| {
            serve_http(stream, &shared).unwrap_or_default()
        });
        accept(smtp, |stream| serve_smtp(stream).unwrap_or_default());
        Ok(world)
    }

    /// The time by the world's watch.
    pub fn now(&self) -> Duration {
        self.shared.watch.elapsed()
    }

    /// Makes place for the next function.
    pub fn begin(&self) -> Conversation<'_> {
        let (stage, events, seen) = Stage::new();
        *lock(&self.shared.stage) = stage;
        Conversation {
            world: self,
            events,
            seen,
        }
    }
}

impl Stage {
    fn new() -> (Arc<Stage>, Sender<String>, Receiver<Seen>) {
        let (give, events) = channel();
        let (tell, seen) = channel();
        let stage = Stage {
            events: Mutex::new(events),
            seen: tell,
        };
        (Arc::new(stage), give, seen)
    }
}

impl Conversation<'_> {
    /// Waits until the function asks for an event, and says when it did.
    ///
    /// # Errors
    /// If it does something else, or nothing.
    pub fn asked(&self) -> Outcome<Duration> {
        match self.next()? {
            Seen::Asked(at) => Ok(at),
            other => Err(format!("instead of asking for an event: {other:?}").into()),
        }
    }

    /// Gives the function an event and waits for its answer; returns how long that took.
    ///
    /// # Errors
    /// If it fails, or does nothing.
    pub fn invoke(&self, event: String) -> Outcome<Duration> {
        let given = self.world.now();
        self.events.send(event)?;
        match self.next()? {
            Seen::Answered(at) => Ok(at.saturating_sub(given)),
            other => Err(format!("instead of an answer: {other:?}").into()),
        }
    }

    fn next(&self) -> Outcome<Seen> {
        Ok(self
            .seen
            .recv_timeout(PATIENCE)
            .map_err(|_| "the function does nothing")?)
    }
}

fn listener() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

fn accept(listener: TcpListener, serve: impl Fn(TcpStream) + Send + Sync + 'static) {
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request: its path, the headers in lower case, its body.
struct Request {
    path: String,
    headers: HashMap<String, String>,
    body: String,
}

fn serve_http(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream)? {
        let at = shared.watch.elapsed();
        let stage = lock(&shared.stage).clone();
        let (status, headers, body) = match request.path.strip_prefix(RUNTIME) {
            Some("invocation/next") => {
                let _ = stage.seen.send(Seen::Asked(at));
                let Ok(event) = lock(&stage.events).recv() else {
                    return Ok(());
                };
                let headers = format!(
                    "lambda-runtime-aws-request-id: 1\r\nlambda-runtime-invoked-function-arn: {ARN}\r\n"
                );
                ("200 OK", headers, event)
            }
            Some(report) => {
                let seen = match report.ends_with("/response") {
                    true => Seen::Answered(at),
                    false => Seen::Failed(request.body),
                };
                let _ = stage.seen.send(seen);
                ("202 Accepted", String::new(), r#"{"status":"OK"}"#.to_owned())
            }
            None => ("200 OK", String::new(), pool_answer(&request)),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        stream.get_mut().write_all((head + &body).as_bytes())?;
        if request
            .headers
            .get("connection")
            .is_some_and(|value| value == "close")
        {
            return Ok(());
        }
    }
    Ok(())
}

/// The user pool: a user without a ledger, whose attributes can be written.
fn pool_answer(request: &Request) -> String {
    let target = request.headers.get("x-amz-target").map(String::as_str);
    match target {
        Some("AWSCognitoIdentityProviderService.AdminGetUser") => r#"{"UserAttributes":[]}"#.to_owned(),
        _ => "{}".to_owned(),
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(Request {
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }))
}

/// A mail server that takes everything and keeps nothing.
fn serve_smtp(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut reply = "220 sink\r\n";
    let mut in_message = false;
    loop {
        if !reply.is_empty() {
            stream.get_mut().write_all(reply.as_bytes())?;
        }
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        reply = match (in_message, line.trim_end()) {
            (true, ".") => {
                in_message = false;
                "250 taken\r\n"
            }
            (true, _) => "",
            (false, "DATA") => {
                in_message = true;
                "354 go\r\n"
            }
            (false, line) if line.starts_with("EHLO") => "250-sink\r\n250 8BITMIME\r\n",
            (false, "QUIT") => "221 bye\r\n",
            (false, _) => "250 ok\r\n",
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::http::request;

    #[test]
    fn a_function_is_given_its_event_and_its_answer_is_timed() {
        let world = World::open().unwrap();
        let conversation = world.begin();
        let server = world.http;
        let function = thread::spawn(move || {
            let path = |what: &str| format!("{RUNTIME}invocation/{what}");
            let event = request(server, "GET", &path("next"), &[], "").unwrap();
            let posted = request(server, "POST", &path("1/response"), &[], "{}").unwrap();
            (event.body, posted.status)
        });
        conversation.asked().unwrap();
        assert!(conversation.invoke("an event".to_owned()).unwrap() < PATIENCE);
        assert_eq!(function.join().unwrap(), ("an event".to_owned(), 202));
    }

    #[test]
    fn a_function_that_fails_is_told_with_its_own_words() {
        let world = World::open().unwrap();
        let conversation = world.begin();
        let path = format!("{RUNTIME}init/error");
        request(world.http, "POST", &path, &[], "no such handler").unwrap();
        let error = conversation.asked().unwrap_err().to_string();
        assert_eq!(
            error,
            "instead of asking for an event: Failed(\"no such handler\")"
        );
    }
}
