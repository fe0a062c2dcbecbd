//! Python handlers.

use super::*;

#[tokio::test]
async fn python_handlers_answer_and_fail_as_on_lambda() {
    let marshal = "Unable to marshal response: Object of type set is not JSON serializable";
    for (handler, expected) in [
        (
            "styles.answers",
            Came::Answer(json!({"text": "ключ", "answered": "Python", "number": 1.5})),
        ),
        ("styles.nothing", Came::Answer(Value::Null)),
        ("package/inner.handler", answered("in a folder")),
        ("package.inner.handler", answered("in a folder")),
        ("styles.throws", error("ValueError", "thrown")),
        ("styles.named", error("CodeMismatch", "a code was wrong")),
        ("styles.unwritable", error("Runtime.MarshalError", marshal)),
        (
            "styles.not_a_function",
            error("TypeError", "'str' object is not callable"),
        ),
        ("styles.exits", exited(3)),
        ("throws_at_load.handler", init("RuntimeError", "not today")),
        (
            "missing_module.handler",
            init(
                "Runtime.ImportModuleError",
                "Unable to import module 'missing_module': No module named 'there_is_no_such_module'",
            ),
        ),
        (
            "styles.missing",
            init(
                "Runtime.HandlerNotFound",
                "Handler 'missing' missing on module 'styles'",
            ),
        ),
        (
            "styles",
            init(
                "Runtime.MalformedHandlerName",
                "Bad handler 'styles': not enough values to unpack (expected 2, got 1)",
            ),
        ),
    ] {
        check(Runtime::Python, handler, expected).await;
    }
    let Came::Init(kind, message) = rig(Runtime::Python, "syntax_error.handler")
        .call(&json!({}))
        .await
    else {
        panic!("it is not Python")
    };
    assert_eq!(kind, "Runtime.UserCodeSyntaxError");
    assert!(
        message.starts_with("Syntax error in module 'syntax_error': "),
        "{message}"
    );
}

#[tokio::test]
async fn a_python_error_brings_the_functions_frames_only() {
    let rig = rig(Runtime::Python, "styles.throws");
    let outcome = rig.invoke(&json!({})).await.unwrap();
    let error: Value = serde_json::from_slice(&outcome.payload).unwrap();
    let stack = error["stackTrace"].as_array().unwrap();
    assert!(
        matches!(&stack[..], [frame] if frame.as_str().is_some_and(|frame| frame.contains("in throws"))),
        "{error}"
    );
    assert_eq!(error["requestId"], "07070707-0707-4707-8707-070707070707");
}

#[tokio::test]
async fn a_python_handler_sees_what_lambda_shows_it_and_keeps_its_memory() {
    let rig = rig(Runtime::Python, "styles.context");
    let id = "07070707-0707-4707-8707-070707070707";
    for calls in 1..=2 {
        let Came::Answer(answer) = rig.call(&json!({})).await else {
            panic!("it answers")
        };
        assert_eq!(answer["calls"], calls);
        assert_eq!(answer["told"]["function_name"], "styles");
        assert_eq!(answer["told"]["aws_request_id"], id);
        assert_eq!(answer["told"]["memory_limit_in_mb"], "128");
        assert_eq!(
            (&answer["hasTimeLeft"], &answer["traced"]),
            (&json!(true), &json!(true))
        );
        let execution = answer["environment"]["AWS_EXECUTION_ENV"].as_str().unwrap();
        assert!(execution.starts_with("AWS_Lambda_python3."), "{execution}");
    }
    rig.wrote("call 2").await;
    let warning = rig.wrote("a warning").await;
    assert!(
        warning.starts_with("[WARNING]\t") && warning.ends_with(&format!("Z\t{id}\ta warning")),
        "{warning}"
    );
}
