//! Node.js handlers.

use super::*;

#[tokio::test]
async fn node_handlers_answer_in_every_style() {
    for (handler, expected) in [
        ("styles.async", answered("async")),
        ("styles.promise", answered("promise")),
        ("styles.callback", answered("callback")),
        ("styles.callbackLater", Came::Answer(json!("finished"))),
        (
            "styles.callbackAtOnce",
            Came::Answer(json!("with an interval that lives on")),
        ),
        ("styles.callbackTwice", Came::Answer(json!("first"))),
        ("styles.callbackNothing", Came::Answer(Value::Null)),
        ("styles.done", Came::Answer(json!("done"))),
        ("styles.succeed", Came::Answer(json!("succeeded"))),
        ("styles.nothing", Came::Answer(Value::Null)),
        ("styles.never", Came::Answer(Value::Null)),
        ("styles.nested.inner.handler", Came::Answer(json!("nested"))),
        ("module.handler", answered("ES module")),
        ("typed/index.handler", answered(true)),
        ("folder/common.handler", answered("in a folder")),
    ] {
        check(Runtime::Node, handler, expected).await;
    }
}

#[tokio::test]
async fn errors_of_node_handlers_read_as_on_lambda() {
    let never_settled = "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly \
                         caused by a Promise that was never settled. For more information, see \
                         https://nodejs.org/docs/latest/api/process.html#exit-codes";
    for (handler, expected) in [
        ("styles.throws", error("Error", "thrown")),
        ("styles.rejects", error("RangeError", "rejected")),
        ("styles.callbackError", error("Error", "called back")),
        ("styles.callbackText", error("string", "only a text")),
        ("styles.doneWithError", error("Error", "not done")),
        ("styles.fail", error("TypeError", "failed")),
        ("styles.named", error("CodeMismatch", "a code was wrong")),
        (
            "styles.unprintable",
            error("TypeError", "Cannot convert object to primitive value"),
        ),
        (
            "styles.circular",
            error("Error", "Unable to stringify response body"),
        ),
        ("styles.neverAsync", error("Runtime.NodeJsExit", never_settled)),
        (
            "styles.unhandledRejection",
            error("Runtime.UnhandledPromiseRejection", "Error: nobody waits for it"),
        ),
        ("styles.uncaughtException", error("Error", "nobody catches it")),
        ("styles.exits", exited(3)),
    ] {
        check(Runtime::Node, handler, expected).await;
    }
}

#[tokio::test]
async fn node_handlers_that_cannot_be_loaded_say_why() {
    for (handler, expected) in [
        ("throws_at_load.handler", init("Error", "not today")),
        (
            "syntax_error.handler",
            init(
                "Runtime.UserCodeSyntaxError",
                "SyntaxError: Unexpected end of input",
            ),
        ),
        (
            "missing_module.handler",
            init(
                "Runtime.ImportModuleError",
                "Error: Cannot find module 'there-is-no-such-module'",
            ),
        ),
        (
            "nowhere.handler",
            init("Runtime.ImportModuleError", "Error: Cannot find module 'nowhere'"),
        ),
        (
            "styles.missing",
            init(
                "Runtime.HandlerNotFound",
                "styles.missing is undefined or not exported",
            ),
        ),
        (
            "styles.notAFunction",
            init("Runtime.HandlerNotFound", "styles.notAFunction is not a function"),
        ),
        ("styles", init("Runtime.MalformedHandlerName", "Bad handler")),
        (
            "../styles.async",
            init(
                "Runtime.MalformedHandlerName",
                "'../styles.async' is not a valid handler name. Use absolute paths when specifying root directories in \
                 handler names.",
            ),
        ),
    ] {
        check(Runtime::Node, handler, expected).await;
    }
    let Came::Init(kind, message) = rig(Runtime::Node, "missing_import.handler")
        .call(&json!({}))
        .await
    else {
        panic!("it imports what there is not")
    };
    assert_eq!(kind, "Error");
    assert!(
        message.starts_with("Cannot find package 'there-is-no-such-module' imported from "),
        "{message}"
    );
}

#[tokio::test]
async fn a_crash_while_starting_is_told_from_an_error_while_starting() {
    let crash = rig(Runtime::Node, "exits_at_load.handler");
    let came = crash.call(&json!({})).await;
    assert_eq!(
        came,
        Came::ExitedAtStart("Runtime exited with error: exit status 5".to_owned())
    );
    let reported = crash.lines(LogSource::Platform);
    assert!(
        matches!(&reported[..], [line] if line.starts_with("INIT_REPORT Init Duration: ")
            && line.ends_with(" ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError")),
        "{reported:?}"
    );

    let failure = rig(Runtime::Node, "missing_module.handler");
    let outcome = failure.invoke(&json!({})).await;
    let text = outcome.unwrap_err().to_string();
    assert!(
        text.starts_with(
            "the function cannot start: Runtime.ImportModuleError: Error: Cannot find module \
             'there-is-no-such-module'"
        ),
        "{text}"
    );
    let reported = failure.lines(LogSource::Platform);
    assert!(
        matches!(&reported[..], [line] if line.ends_with("\tError Type: Runtime.ImportModuleError")),
        "{reported:?}"
    );
}

/// A rejection that nobody handles, and an exception that nobody catches, end the process with a status of its own.
#[tokio::test]
async fn a_node_process_ends_after_what_nobody_caught() {
    for handler in ["styles.unhandledRejection", "styles.uncaughtException"] {
        let rig = rig(Runtime::Node, handler);
        rig.call(&json!({})).await;
        rig.wrote("Invoke Error").await;
        rig.call(&json!({})).await;
        let reports = rig.lines(LogSource::Platform);
        let cold = reports
            .iter()
            .filter(|line| line.contains("\tInit Duration: "))
            .count();
        assert_eq!(cold, 2, "{handler}: both calls started a process: {reports:?}");
    }
}

#[tokio::test]
async fn a_node_handler_sees_what_lambda_shows_it_and_keeps_its_memory() {
    let rig = rig(Runtime::Node, "styles.context");
    let id = "07070707-0707-4707-8707-070707070707";
    for calls in 1..=2 {
        let Came::Answer(answer) = rig.call(&json!({})).await else {
            panic!("it answers")
        };
        assert_eq!(answer["calls"], calls);
        assert_eq!(answer["told"]["functionName"], "styles");
        assert_eq!(answer["told"]["functionVersion"], "$LATEST");
        assert_eq!(answer["told"]["memoryLimitInMB"], "128");
        assert_eq!(answer["told"]["awsRequestId"], id);
        assert_eq!(answer["told"]["logGroupName"], "/aws/lambda/styles");
        assert_eq!(
            answer["told"]["invokedFunctionArn"],
            "arn:aws:lambda:us-east-1:1:function:styles"
        );
        assert_eq!(
            (&answer["hasTimeLeft"], &answer["traced"]),
            (&json!(true), &json!(true))
        );
        let environment = &answer["environment"];
        let root = folder(Runtime::Node).display().to_string();
        assert_eq!(environment["LAMBDA_TASK_ROOT"], root.as_str());
        assert_eq!(
            environment["NODE_PATH"],
            format!("/opt/nodejs/node_modules:{root}/node_modules:{root}")
        );
        assert_eq!(environment["HOME"], Value::Null);
        let execution = environment["AWS_EXECUTION_ENV"].as_str().unwrap();
        assert!(
            execution.starts_with("AWS_Lambda_nodejs") && execution.ends_with(".x"),
            "{execution}"
        );
        assert_eq!(answer["beside"], "found by NODE_PATH");
        assert_eq!(
            answer["started"],
            json!([]),
            "what a function starts inherits nothing of ours"
        );
    }
    let line = rig.wrote("call 2").await;
    assert!(
        line.ends_with(&format!("\t{id}\tINFO\tcall 2 {{ of: 'styles' }}")),
        "{line}"
    );

    let reports = rig.lines(LogSource::Platform);
    let [start, end, report, warm_start, _, warm_report] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(
        [start, warm_start],
        [&format!("START RequestId: {id} Version: $LATEST"); 2]
    );
    assert_eq!(end, &format!("END RequestId: {id}"));
    assert!(
        report.starts_with(&format!("REPORT RequestId: {id}\tDuration: ")),
        "{report}"
    );
    assert!(
        report.contains("\tInit Duration: ") && !warm_report.contains("\tInit Duration: "),
        "{reports:?}"
    );
}
