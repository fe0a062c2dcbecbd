use super::tests::{ARN, attached, function, wanted};
use super::*;
use crate::attach::functions::OnLambda;

#[test]
fn functions_that_count_on_another_session_are_named_and_foreign_ones_are_not() {
    let told = |minutes: [Option<Option<u64>>; 3]| {
        let mut wanted = wanted();
        for (function, minutes) in wanted.functions.iter_mut().zip(minutes) {
            function.on_lambda = minutes.map(|session_minutes| OnLambda {
                attribute: None,
                access: Access::ForThisPool,
                session_minutes,
            });
        }
        let notes = plan(attached(), &wanted).unwrap().notes;
        let said = notes.into_iter().filter(|note| note.contains("SESSION_MINUTES"));
        said.collect::<Vec<_>>()
    };
    assert_eq!(
        told([Some(Some(3)), Some(Some(15)), Some(Some(4))]),
        [
            "set SESSION_MINUTES=15, the app client's AuthSessionValidity, in the environment of 2faDefine (3 now), \
          2faVerify (4 now); a function without it counts on 3"
        ]
    );
    assert_eq!(
        told([None, None, None]),
        [
            "set SESSION_MINUTES=15, the app client's AuthSessionValidity, in the environment of 2faDefine, 2faCreate, \
          2faVerify; a function without it counts on 3"
        ],
        "without a Lambda nobody knows what they are told"
    );
    assert_eq!(told([Some(None), Some(None), Some(None)]), [""; 0]);
}

#[test]
fn a_function_for_a_new_password_takes_its_trigger_where_that_is_free() {
    let offered = || Some(function(Trigger::PostConfirmation, Some(Access::Denied)));
    let wanted = Wanted {
        offered: offered(),
        ..wanted()
    };
    let made = plan(attached(), &wanted).unwrap();
    assert_eq!(
        made.lines(),
        [
            "user pool",
            "  + LambdaConfig.PostConfirmation: arn:aws:lambda:eu-central-1:1:function:2faPostConfirmation",
            "function arn:aws:lambda:eu-central-1:1:function:2faPostConfirmation",
            "  + permission for cognito-idp.amazonaws.com to invoke it for this pool (statement \
             poolhouse-eu-central-1_a)",
        ]
    );
    assert_eq!(
        made.notes[1..],
        [
            "replacing a forgotten password will clear what wrong codes have locked: set CLOSED_OPENS_BY=password in the \
          functions' environment, so that forms say so"
        ]
    );
    let mut state = attached();
    state.pool["LambdaConfig"]["PostConfirmation"] = json!(format!("{ARN}:welcome"));
    let made = plan(state.clone(), &wanted).unwrap();
    assert!(made.is_empty(), "{:?}", made.lines());
    assert_eq!(
        made.notes[0],
        "PostConfirmation leads to arn:aws:lambda:eu-central-1:1:function:welcome and stays; with 2faPostConfirmation in \
         its place (--post-confirmation, --replace-triggers), a forgotten password that was replaced would clear what \
         wrong codes have locked"
    );
    let mut named = Wanted {
        offered: None,
        ..wanted
    };
    named.functions.extend(offered());
    let refusal = plan(state, &named).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "other functions are in place, and nothing was changed:\n  PostConfirmation \
         arn:aws:lambda:eu-central-1:1:function:welcome"
    );
}
