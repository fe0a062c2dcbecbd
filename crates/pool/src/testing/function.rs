//! A function for tests: it records the events it gets and answers what the test says. It stands where a process would,
//! behind the same interface.

use std::sync::{Arc, Mutex, PoisonError};

use poolhouse_triggers::{BoxFuture, InvokeError, Invoked, Place};
use serde_json::{Value, json};
use tokio::time::Instant;

type Answer = dyn Fn(&mut Value) -> Result<(), String> + Send + Sync;

/// A function that a test describes by what it does to the event: `Ok` answers the changed event, `Err` throws.
pub struct RecordingFunction {
    answer: Box<Answer>,
    events: Mutex<Vec<Value>>,
}

impl RecordingFunction {
    /// A function that does `answer`.
    pub fn new(
        answer: impl Fn(&mut Value) -> Result<(), String> + Send + Sync + 'static,
    ) -> Arc<RecordingFunction> {
        Arc::new(RecordingFunction {
            answer: Box::new(answer),
            events: Mutex::default(),
        })
    }

    /// A function that hands every event back as it is.
    pub fn silent() -> Arc<RecordingFunction> {
        RecordingFunction::new(|_| Ok(()))
    }

    /// Takes the events since the last time.
    pub fn events(&self) -> Vec<Value> {
        std::mem::take(&mut self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Place for RecordingFunction {
    fn width(&self) -> usize {
        4
    }

    fn invoke<'a>(
        &'a self,
        payload: Vec<u8>,
        _deadline: Instant,
    ) -> BoxFuture<'a, Result<Invoked, InvokeError>> {
        Box::pin(async move {
            let mut event: Value = serde_json::from_slice(&payload).expect("events are JSON");
            self.events
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(event.clone());
            let thrown = (self.answer)(&mut event).err();
            let function_error = thrown.is_some();
            let answer = thrown.map_or(
                event,
                |message| json!({ "errorMessage": message, "errorType": "Error" }),
            );
            Ok(Invoked {
                payload: answer.to_string().into_bytes(),
                function_error,
            })
        })
    }
}
