//! When processes start, and when they end.

use super::*;

#[tokio::test]
async fn a_function_that_cannot_start_says_why() {
    let cannot_start = rig(|function| function.handler = "cannot-start".to_owned());
    let reason = br#"{"errorMessage":"OTP_KEY is missing","errorType":"Runtime.Init"}"#;
    for _ in 0..2 {
        let outcome = cannot_start.invoke(json!({"do": "echo"})).await;
        assert!(
            matches!(&outcome, Err(InvokeError::Init(payload)) if payload == reason),
            "{outcome:?}"
        );
    }
    let warm = cannot_start.place.warm_up(Instant::now() + LONG).await;
    assert!(
        matches!(&warm, Err(InvokeError::Init(payload)) if payload == reason),
        "{warm:?}"
    );

    let exits = rig(|function| function.handler = "exits-at-start".to_owned());
    let outcome = exits.invoke(json!({"do": "echo"})).await;
    let Err(InvokeError::ExitedAtStart(text)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(
        text.ends_with(" Error: Runtime exited with error: exit status 3"),
        "{text}"
    );

    let missing = rig(|function| function.program = Path::new("/nowhere/bootstrap").to_owned());
    let outcome = missing.invoke(json!({"do": "echo"})).await;
    let why = "No such file or directory (os error 2)";
    assert_eq!(cause(outcome), Some(format!("/nowhere/bootstrap: {why}")));
    let homeless = rig(|function| function.directory = Path::new("/nowhere/at/all").to_owned());
    let outcome = homeless.invoke(json!({"do": "echo"})).await;
    assert_eq!(cause(outcome), Some(format!("/nowhere/at/all: {why}")));
}

/// Why a function's program could not be started.
fn cause<T>(outcome: Result<T, InvokeError>) -> Option<String> {
    match outcome {
        Err(InvokeError::CannotStart(cause)) => Some(cause.to_string()),
        _ => None,
    }
}

/// A start that takes longer than a call would otherwise begin again with every attempt and never end.
#[tokio::test]
async fn a_start_that_outlives_its_call_serves_the_next_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let rig = rig(|function| {
        function.handler = "waits-at-start".to_owned();
        function.environment = BTreeMap::from([("MEET_AT".to_owned(), address)]);
    });
    let mut call = Box::pin(rig.invoke_within(Duration::from_secs(1), json!({"do": "tell"})));
    let mut meeting = tokio::select! {
        met = listener.accept() => met.unwrap().0,
        outcome = &mut call => panic!("nobody lets it go: {outcome:?}"),
    };
    meeting.read_u8().await.unwrap();
    let outcome = call.await;
    assert!(matches!(outcome, Err(InvokeError::TimedOut)), "{outcome:?}");
    drop(meeting);
    assert_eq!(rig.tell().await["calls"], 1);
    let another = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(another.is_err(), "there was one start");
}

#[tokio::test]
async fn a_start_that_never_ends_is_ended_with_the_second_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let rig = rig(|function| {
        function.handler = "waits-at-start".to_owned();
        function.environment = BTreeMap::from([("MEET_AT".to_owned(), address)]);
    });
    for _ in 0..2 {
        let outcome = rig
            .invoke_within(Duration::from_millis(50), json!({"do": "tell"}))
            .await;
        assert!(matches!(outcome, Err(InvokeError::TimedOut)), "{outcome:?}");
    }
    let third = rig.tell();
    let release = async {
        // The first process may have been ended before it came here; the last one is waited for.
        loop {
            let mut meeting = listener.accept().await.unwrap().0;
            let _ = meeting.read_u8().await;
        }
    };
    tokio::select! {
        told = third => assert_eq!(told["calls"], 1),
        never = release => match never {},
    }
}

#[tokio::test]
async fn calls_at_once_get_processes_of_their_own_up_to_the_limit() {
    let rig = Arc::new(rig(|function| function.sandboxes = 3));
    assert_eq!(rig.place.width(), 3);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({"do": "meet", "at": listener.local_addr().unwrap()});
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let (rig, event) = (Arc::clone(&rig), event.clone());
            tokio::spawn(async move { rig.invoke(event).await })
        })
        .collect();
    // All three are there at the same time.
    let mut met = Vec::new();
    while met.len() < 3 {
        let mut meeting = listener.accept().await.unwrap().0;
        meeting.read_u8().await.unwrap();
        met.push(meeting);
    }
    let fourth = rig.invoke_within(Duration::from_millis(20), event).await;
    assert!(matches!(fourth, Err(InvokeError::Refused)), "{fourth:?}");
    drop(met);
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), answer("{}"));
    }
}

#[tokio::test]
async fn processes_beyond_the_first_end_when_they_are_idle() {
    let rig = Arc::new(rig(|function| function.idle = Duration::from_millis(1)));
    let mut pids = BTreeSet::new();
    while pids.len() < 2 {
        let tells: Vec<_> = (0..4)
            .map(|_| {
                let rig = Arc::clone(&rig);
                tokio::spawn(async move { rig.tell().await["pid"].as_u64().unwrap() })
            })
            .collect();
        for tell in tells {
            pids.insert(tell.await.unwrap());
        }
    }
    let living = |pids: &BTreeSet<u64>| {
        pids.iter()
            .filter(|pid| Path::new(&format!("/proc/{pid}")).exists())
            .count()
    };
    while living(&pids) > 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(living(&pids), 1, "the last one stays for the next sign-in");
}

#[tokio::test]
async fn a_warm_function_has_its_process_before_its_first_event() {
    let rig = rig(|_| {});
    rig.place.warm_up(Instant::now() + LONG).await.unwrap();
    rig.place.warm_up(Instant::now() + LONG).await.unwrap();
    assert_eq!(rig.tell().await["calls"], 1);
}

/// A mail that nobody waited for must not leave between two events here when on Lambda it would not.
#[tokio::test]
async fn what_a_function_leaves_undone_waits_for_its_next_event() {
    let rig = rig(|_| {});
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({"do": "answer-and-go-on", "at": listener.local_addr().unwrap()});
    let answered = rig.invoke(event).await.unwrap();
    let answered: Value = serde_json::from_slice(&answered.payload).unwrap();
    let mut meeting = listener.accept().await.unwrap().0;
    meeting.read_u8().await.unwrap();
    frozen(&answered["pid"]).await;
    // From here on it could go on, if it were not held.
    drop(meeting);
    while let Ok(line) = rig.log.lock().unwrap().try_recv() {
        assert_ne!(line, "teller: went on");
    }
    // The next event takes until what was left undone is done.
    let event = json!({"do": "meet", "at": listener.local_addr().unwrap()});
    let next = rig.invoke(event);
    let meanwhile = async {
        let mut meeting = listener.accept().await.unwrap().0;
        meeting.read_u8().await.unwrap();
        rig.logged("teller: went on").await;
        drop(meeting);
    };
    let (next, ()) = tokio::join!(next, meanwhile);
    assert_eq!(next.unwrap(), answer("{}"));
    frozen(&answered["pid"]).await;
    rig.place.shut_down().await;
    gone(&answered["pid"]).await;
}

#[tokio::test]
async fn a_shut_down_leaves_no_process_behind_and_takes_no_calls() {
    let rig = rig(|_| {});
    let told = rig.tell().await;
    let started = rig.invoke(json!({"do": "start-another"})).await.unwrap();
    let other: Value = serde_json::from_slice(&started.payload).unwrap();
    rig.place.shut_down().await;
    assert!(!Path::new(&format!("/proc/{}", told["pid"])).exists());
    gone(&other["pid"]).await;
    let refused = rig.invoke(json!({"do": "tell"})).await;
    assert!(matches!(refused, Err(InvokeError::Refused)), "{refused:?}");
}

#[test]
fn the_end_of_the_runtime_ends_the_processes() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let (rig, pid, other) = runtime.block_on(async {
        let rig = rig(|_| {});
        let pid = rig.tell().await["pid"].clone();
        let started = rig.invoke(json!({"do": "start-another"})).await.unwrap();
        let other: Value = serde_json::from_slice(&started.payload).unwrap();
        (rig, pid, other["pid"].clone())
    });
    runtime.shutdown_timeout(LONG);
    drop(rig);
    let waiting = tokio::runtime::Builder::new_current_thread().build().unwrap();
    waiting.block_on(async {
        gone(&pid).await;
        gone(&other).await;
    });
}
