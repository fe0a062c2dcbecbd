//! A mail relay that means ill, until it is told to behave.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::attack::Outcome;

/// What it does to whoever connects.
#[derive(Clone, Copy, Debug)]
pub enum Mood {
    /// It never says a word.
    Silent,
    /// It greets, a byte a second.
    Drip,
    /// It greets in one line that has no end.
    LongLine,
    /// It greets in lines that have no end.
    ManyLines,
    /// It says what is no SMTP.
    Garbage,
    /// It greets, hears who calls, and hangs up.
    HangsUp,
}

impl Mood {
    pub const ALL: [Mood; 6] = [
        Mood::Silent,
        Mood::Drip,
        Mood::LongLine,
        Mood::ManyLines,
        Mood::Garbage,
        Mood::HangsUp,
    ];
}

#[derive(Default)]
struct State {
    mood: Option<Mood>,
    connections: usize,
    longest: Duration,
}

/// The relay. Without a mood it is the mail server behind it.
#[derive(Clone)]
pub struct Hostile {
    pub address: SocketAddr,
    behind: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Hostile {
    /// In front of this mail server.
    pub async fn open(behind: SocketAddr) -> Outcome<Hostile> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let hostile = Hostile {
            address: listener.local_addr()?,
            behind,
            state: Arc::default(),
        };
        let own = hostile.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let hostile = own.clone();
                tokio::spawn(async move { hostile.serve(stream).await });
            }
        });
        Ok(hostile)
    }

    /// Does this to those who connect from now on; nothing: behaves.
    pub fn be(&self, mood: Option<Mood>) {
        self.state().mood = mood;
    }

    /// How many connections it had while it meant ill, and how long the longest of them lasted that has ended.
    pub fn had(&self) -> (usize, Duration) {
        let state = self.state();
        (state.connections, state.longest)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(&self, mut stream: TcpStream) {
        let mood = self.state().mood;
        let Some(mood) = mood else {
            if let Ok(mut behind) = TcpStream::connect(self.behind).await {
                // Whoever goes first ends it.
                let _ = copy_bidirectional(&mut stream, &mut behind).await;
            }
            return;
        };
        let begun = Instant::now();
        self.state().connections += 1;
        // It ends when the other side has had enough, which is an error here.
        let _ = torment(stream, mood).await;
        let mut state = self.state();
        state.longest = state.longest.max(begun.elapsed());
    }
}

async fn torment(mut stream: TcpStream, mood: Mood) -> Outcome {
    match mood {
        Mood::Silent => {}
        Mood::Drip => {
            for byte in b"220 relay.example.com has all the time in the world\r\n" {
                stream.write_all(&[*byte]).await?;
                sleep(Duration::from_secs(1)).await;
            }
        }
        Mood::LongLine => loop {
            stream.write_all(&[b'2'; 4096]).await?;
        },
        Mood::ManyLines => loop {
            stream
                .write_all(&b"220-and another thing\r\n".repeat(100))
                .await?;
        },
        Mood::Garbage => {
            stream
                .write_all(b"\0\xff\xfe<html>\r\n\r\n\x1b[2J999 999\r\n")
                .await?
        }
        Mood::HangsUp => {
            stream.write_all(b"220 relay.example.com\r\n").await?;
            let mut heard = [0; 64];
            let _ = timeout(Duration::from_secs(5), stream.read(&mut heard)).await;
            return Ok(());
        }
    }
    let mut thrown = [0; 4096];
    while stream.read(&mut thrown).await? > 0 {}
    Ok(())
}
