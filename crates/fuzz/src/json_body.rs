//! The reader of request bodies: the name of an operation, a line's end, a body.

use poolhouse_api::calls::{
    AdminCreateUser, AdminInitiateAuth, CreateUserPool, CreateUserPoolClient, InitiateAuth, ListUsers,
    RespondToAuthChallenge, SignUp, UpdateUserPool,
};
use poolhouse_api::{Auth, Call, Operation, Rejection, Shape, parse_body};
use serde_json::Value;

use crate::input::{Input, text};

/// The limits that the reader promises.
const DEEPEST: usize = 32;
const MOST_VALUES: usize = 2_000;
const MOST_VALUES_SIGNED: usize = 10_000;

/// What is read lies within the limits, was in the text, and is read again as the same once it is written. What is
/// refused is no JSON object, by the word of another parser, or outside the limits. What passes the validator can be read
/// into the operation's own shape, and written from it.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let operation = Operation::from_name(text(input.line())).unwrap_or(Operation::InitiateAuth);
    let body = input.rest();
    let whole = serde_json::from_slice::<Value>(body).ok();
    match (parse_body(operation, body), whole) {
        (Ok(kept), Some(whole)) => {
            assert!(whole.is_object());
            assert!(is_within_limits(operation, &kept));
            assert!(is_part(&kept, &whole), "{kept} of {whole}");
            let again = parse_body(operation, kept.to_string().as_bytes());
            assert!(again.is_ok_and(|again| is_same(&again, &kept)), "{kept}");
            if operation.validate(&kept).is_ok() {
                check_shape(operation, &kept);
            }
        }
        (Ok(kept), None) => panic!("read what is no JSON: {kept}"),
        (Err(Rejection::Serialization(why)), Some(Value::Object(_))) => {
            assert!(why.contains("more than"), "refused an object: {why}");
        }
        (Err(Rejection::Serialization(_)), _) => {}
        (Err(refused), _) => panic!("{refused:?} of a body that nobody has validated"),
    }
}

fn is_within_limits(operation: Operation, kept: &Value) -> bool {
    let most_values = match operation.auth() {
        Auth::SigV4 => MOST_VALUES_SIGNED,
        Auth::None | Auth::AccessToken | Auth::AccessTokenOrSession | Auth::SecretOrSigV4 => MOST_VALUES,
    };
    let (levels, values) = measure(kept);
    levels <= DEEPEST && values <= most_values
}

/// How many levels of arrays and objects there are, and how many values.
fn measure(value: &Value) -> (usize, usize) {
    let inner: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => return (0, 1),
    };
    let inside = inner.into_iter().map(measure);
    let (levels, values) = inside.fold((0, 0), |(deepest, all), (levels, values)| {
        (deepest.max(levels), all + values)
    });
    (levels + 1, values + 1)
}

/// Whether all that was kept is in the whole: a value of the wrong type may be kept without what lies inside.
fn is_part(kept: &Value, whole: &Value) -> bool {
    match (kept, whole) {
        (Value::Object(kept), Value::Object(whole)) => kept
            .iter()
            .all(|(name, kept)| whole.get(name).is_some_and(|whole| is_part(kept, whole))),
        (Value::Array(kept), Value::Array(whole)) => {
            kept.is_empty()
                || kept.len() == whole.len()
                    && kept.iter().zip(whole).all(|(kept, whole)| is_part(kept, whole))
        }
        _ => is_same(kept, whole),
    }
}

/// Equality but for the last bits of a fraction, which JSON's reader may round.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) if left != right => {
            let (left, right) = (
                left.as_f64().unwrap_or_default(),
                right.as_f64().unwrap_or_default(),
            );
            (left - right).abs() <= left.abs() * 1e-15
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| is_same(left, right)))
        }
        _ => left == right,
    }
}

/// Reads some operations' shapes, those with the deepest and the widest among them.
fn check_shape(operation: Operation, body: &Value) {
    match operation {
        Operation::AdminCreateUser => round_trip::<AdminCreateUser>(body),
        Operation::AdminInitiateAuth => round_trip::<AdminInitiateAuth>(body),
        Operation::CreateUserPool => round_trip::<CreateUserPool>(body),
        Operation::CreateUserPoolClient => round_trip::<CreateUserPoolClient>(body),
        Operation::InitiateAuth => round_trip::<InitiateAuth>(body),
        Operation::ListUsers => round_trip::<ListUsers>(body),
        Operation::RespondToAuthChallenge => round_trip::<RespondToAuthChallenge>(body),
        Operation::SignUp => round_trip::<SignUp>(body),
        Operation::UpdateUserPool => round_trip::<UpdateUserPool>(body),
        _ => {}
    }
}

fn round_trip<C: Call>(body: &Value)
where
    C::Input: PartialEq,
{
    let Ok(read) = C::Input::from_json(body) else {
        panic!("{} was validated and cannot be read", C::OPERATION.name());
    };
    let again = C::Input::from_json(&read.to_json());
    assert!(again.is_ok_and(|again| again == read), "{body}");
}
