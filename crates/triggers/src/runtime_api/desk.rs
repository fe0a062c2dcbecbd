//! Where one process of a function and its caller meet: the states of the Runtime API, without any I/O.
//!
//! States, names and refusals are those of AWS's Runtime Interface Emulator (`core/states.go`, `rapi/handler`).

use std::fmt;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};

use crate::place::{InvokeError, Invoked};

/// What a call comes to.
pub(super) type Outcome = Result<Invoked, InvokeError>;

/// One event on its way to the function.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) payload: Bytes,
    /// Milliseconds since 1970.
    pub(super) deadline: i64,
    pub(super) trace: String,
}

/// Holds a process still between two events, as Lambda does: what a function leaves undone when it answers goes on with
/// its next event, and not before.
pub(super) trait Freezer: Send + Sync {
    /// Nothing of the process runs from here on.
    fn freeze(&self);
    /// It goes on where it was.
    fn thaw(&self);
}

/// The meeting place. The process comes to it through HTTP, the caller by `assign`.
pub(super) struct Desk {
    freezer: Box<dyn Freezer>,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    phase: Phase,
    /// Assigned, but not yet taken by the process.
    waiting: Option<Call>,
    /// Taken. It stays until the next one is taken, so that a second answer to it is told from one to another call.
    current: Option<Call>,
}

struct Call {
    event: Event,
    reply: Option<oneshot::Sender<Outcome>>,
}

#[derive(Clone)]
enum Phase {
    /// The process runs, and has not asked for an event yet.
    Started,
    /// It has asked, and waits.
    Idle,
    /// It has an event.
    Ready,
    ResponseSent,
    InitError(Bytes),
    Ended(String),
}

/// Why the process is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It answers a call that is not its own.
    RequestId,
    Transition {
        from: &'static str,
        to: &'static str,
    },
}

/// Why nothing can be assigned to this desk any more.
pub(super) enum Unusable {
    Init(Bytes),
    Ended(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestId => f.write_str("Invalid request ID"),
            Self::Transition { from, to } => write!(
                f,
                "State transition from {from} to {to} failed for runtime. Error: State transition is not allowed"
            ),
        }
    }
}

impl Phase {
    fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Idle | Self::Ready => "Ready",
            Self::ResponseSent => "ResponseSent",
            Self::InitError(_) => "InitError",
            Self::Ended(_) => "Ended",
        }
    }

    fn refuse<T>(&self, to: &'static str) -> Result<T, Refusal> {
        Err(Refusal::Transition {
            from: self.name(),
            to,
        })
    }
}

impl Desk {
    pub(super) fn new(freezer: Box<dyn Freezer>) -> Self {
        let state = State {
            phase: Phase::Started,
            waiting: None,
            current: None,
        };
        Self {
            freezer,
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// Waits until the process asks for its next event, and hands it this one. A process that ends after an answer, as
    /// Node.js does after an error that nobody caught, so never has an event to fail.
    pub(super) async fn assign(&self, event: &Event) -> Result<oneshot::Receiver<Outcome>, Unusable> {
        self.when(|state| match &state.phase {
            Phase::InitError(payload) => Some(Err(Unusable::Init(payload.clone()))),
            Phase::Ended(how) => Some(Err(Unusable::Ended(how.clone()))),
            Phase::Started | Phase::Ready | Phase::ResponseSent => None,
            Phase::Idle => {
                let (reply, outcome) = oneshot::channel();
                state.waiting = Some(Call {
                    event: event.clone(),
                    reply: Some(reply),
                });
                self.freezer.thaw();
                self.changed.notify_waiters();
                Some(Ok(outcome))
            }
        })
        .await
    }

    /// `GET invocation/next`: waits for an event. Who asks again before answering gets the same event again.
    pub(super) async fn next(&self) -> Result<Event, Refusal> {
        self.when(|state| {
            if matches!(state.phase, Phase::Started | Phase::ResponseSent) {
                state.phase = Phase::Idle;
                // It has asked, so it is done with what it was doing; the next event thaws it.
                self.freezer.freeze();
                // Somebody may wait for exactly this.
                self.changed.notify_waiters();
            }
            state.next()
        })
        .await
    }

    /// Waits until the process asks for its first event.
    pub(super) async fn ready(&self) -> Result<(), Unusable> {
        self.when(|state| match &state.phase {
            Phase::Started => None,
            Phase::Idle | Phase::Ready | Phase::ResponseSent => Some(Ok(())),
            Phase::InitError(payload) => Some(Err(Unusable::Init(payload.clone()))),
            Phase::Ended(how) => Some(Err(Unusable::Ended(how.clone()))),
        })
        .await
    }

    /// Whether an answer to this call would be taken now. `to` is the state it would lead to.
    pub(super) fn admits(&self, id: &str, to: &'static str) -> Result<(), Refusal> {
        self.state().admits(id, to)
    }

    /// `POST invocation/{id}/response` and `/error`: ends the call.
    pub(super) fn answer(&self, id: &str, to: &'static str, outcome: Outcome) -> Result<(), Refusal> {
        let mut state = self.state();
        state.admits(id, to)?;
        state.phase = Phase::ResponseSent;
        if let Some(reply) = state.current.as_mut().and_then(|call| call.reply.take()) {
            // The caller may have given up meanwhile; its process is then about to be ended.
            let _ = reply.send(outcome);
        }
        Ok(())
    }

    /// `POST init/error`: the process cannot start. Who waits for it to be ready gets its words.
    pub(super) fn fail_init(&self, payload: Bytes) -> Result<(), Refusal> {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Started) {
            return state.phase.refuse("InitError");
        }
        state.phase = Phase::InitError(payload);
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    /// The process is gone. `how` is what Lambda says about it.
    pub(super) fn end(&self, how: &str) {
        let mut state = self.state();
        // A process that reported why it cannot start also ends, and the report says more.
        if !matches!(state.phase, Phase::InitError(_)) {
            state.phase = Phase::Ended(how.to_owned());
        }
        state.release(|event| InvokeError::Exited(exit_text(&event.id, how)));
        drop(state);
        self.changed.notify_waiters();
    }

    async fn when<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            if let Some(found) = look(&mut self.state()) {
                return found;
            }
            changed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change under the lock is complete before anything could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self) -> Option<Result<Event, Refusal>> {
        match self.phase {
            Phase::Ready => self.current.as_ref().map(|call| Ok(call.event.clone())),
            Phase::Started | Phase::Idle | Phase::ResponseSent => {
                let call = self.waiting.take()?;
                let event = call.event.clone();
                self.current = Some(call);
                self.phase = Phase::Ready;
                Some(Ok(event))
            }
            Phase::InitError(_) | Phase::Ended(_) => Some(self.phase.refuse("Ready")),
        }
    }

    fn admits(&self, id: &str, to: &'static str) -> Result<(), Refusal> {
        if self.current.as_ref().is_none_or(|call| call.event.id != id) {
            return Err(Refusal::RequestId);
        }
        match self.phase {
            Phase::Ready => Ok(()),
            _ => self.phase.refuse(to),
        }
    }

    /// Ends the calls that are waiting or under way.
    fn release(&mut self, error: impl Fn(&Event) -> InvokeError) {
        let calls = [self.current.as_mut(), self.waiting.as_mut()];
        for call in calls.into_iter().flatten() {
            if let Some(reply) = call.reply.take() {
                let _ = reply.send(Err(error(&call.event)));
            }
        }
    }
}

/// What Lambda tells the caller of a call whose process ended.
pub(super) fn exit_text(id: &str, how: &str) -> String {
    format!("RequestId: {id} Error: {how}")
}
