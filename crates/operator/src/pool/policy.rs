//! Who may invoke a function, by its resource policy.

use serde_json::Value;

const COGNITO: &str = "cognito-idp.amazonaws.com";

/// What a function's statements let Cognito do for a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing: every sign-in ends with an error.
    Denied,
    /// Invoke it for this pool.
    ForThisPool,
    /// Invoke it for any pool, of anybody.
    ForAnyPool,
}

/// What the statements allow.
pub(crate) fn access(statements: &[Value], pool_arn: &str) -> Access {
    let about_cognito = |statement: &&Value| is_about_cognito(statement);
    let verdicts = statements.iter().filter(about_cognito).filter_map(|statement| {
        let effect = statement.get("Effect").and_then(Value::as_str);
        let conditions = source_arns(statement);
        let reached = match &conditions {
            Some(patterns) => patterns.iter().any(|pattern| matches(pattern, pool_arn)),
            None => true,
        };
        reached.then_some((effect == Some("Deny"), conditions.is_some()))
    });
    let mut access = Access::Denied;
    for (denies, is_narrow) in verdicts {
        if denies {
            return Access::Denied;
        }
        access = match (access, is_narrow) {
            (Access::ForAnyPool, _) | (_, false) => Access::ForAnyPool,
            (_, true) => Access::ForThisPool,
        };
    }
    access
}

/// Whether there is a statement of this id.
pub(crate) fn has_statement(statements: &[Value], id: &str) -> bool {
    statements
        .iter()
        .any(|statement| statement.get("Sid").and_then(Value::as_str) == Some(id))
}

fn is_about_cognito(statement: &Value) -> bool {
    let principals = match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.get("Service").map(texts).unwrap_or_default(),
        Some(other) => texts(other),
        None => Vec::new(),
    };
    let actions = statement.get("Action").map(texts).unwrap_or_default();
    principals
        .iter()
        .any(|principal| *principal == COGNITO || *principal == "*")
        && actions
            .iter()
            .any(|action| matches(action, "lambda:InvokeFunction"))
}

/// The patterns that the calling resource must match; `None` if any will do.
fn source_arns(statement: &Value) -> Option<Vec<&str>> {
    let conditions = statement.get("Condition")?.as_object()?;
    let tests = conditions.values().filter_map(Value::as_object).flatten();
    let named: Vec<&Value> = tests
        .filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"))
        .map(|(_, value)| value)
        .collect();
    (!named.is_empty()).then(|| named.into_iter().flat_map(texts).collect())
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether the text matches a pattern with `*` and `?`.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            // The last star takes one character more, and everything after it is tried again.
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POOL: &str = "arn:aws:cognito-idp:eu-central-1:1:userpool/eu-central-1_a";

    fn statement(effect: &str, principal: Value, condition: Value) -> Value {
        json!({
            "Sid": "s", "Effect": effect, "Principal": principal, "Action": "lambda:InvokeFunction",
            "Resource": "arn", "Condition": condition,
        })
    }

    fn cognito() -> Value {
        json!({ "Service": "cognito-idp.amazonaws.com" })
    }

    fn from(pattern: &str) -> Value {
        json!({ "ArnLike": { "AWS:SourceArn": pattern } })
    }

    #[test]
    fn a_statement_lets_cognito_in_for_the_pools_that_it_names() {
        for (statements, expected) in [
            (vec![], Access::Denied),
            (
                vec![statement("Allow", cognito(), from(POOL))],
                Access::ForThisPool,
            ),
            (
                vec![statement(
                    "Allow",
                    cognito(),
                    from("arn:aws:cognito-idp:*:1:userpool/*"),
                )],
                Access::ForThisPool,
            ),
            (
                vec![statement(
                    "Allow",
                    cognito(),
                    from("arn:aws:cognito-idp:eu-central-1:1:userpool/other"),
                )],
                Access::Denied,
            ),
            (
                vec![statement(
                    "Allow",
                    json!({ "Service": "s3.amazonaws.com" }),
                    from(POOL),
                )],
                Access::Denied,
            ),
            (vec![statement("Allow", cognito(), json!({}))], Access::ForAnyPool),
            (
                vec![statement("Allow", json!("*"), json!(null))],
                Access::ForAnyPool,
            ),
            (
                vec![
                    statement("Allow", cognito(), from(POOL)),
                    statement("Deny", cognito(), json!({})),
                ],
                Access::Denied,
            ),
            (
                vec![
                    statement("Allow", cognito(), json!({})),
                    statement("Allow", cognito(), from(POOL)),
                ],
                Access::ForAnyPool,
            ),
            (
                vec![statement(
                    "Allow",
                    cognito(),
                    json!({ "StringEquals": { "aws:SourceArn": [POOL, "x"] } }),
                )],
                Access::ForThisPool,
            ),
        ] {
            assert_eq!(access(&statements, POOL), expected, "{statements:?}");
        }
        let mut other_action = statement("Allow", cognito(), from(POOL));
        other_action["Action"] = json!(["lambda:GetFunction"]);
        assert_eq!(access(&[other_action.clone()], POOL), Access::Denied);
        other_action["Action"] = json!(["lambda:*"]);
        assert_eq!(access(&[other_action], POOL), Access::ForThisPool);
    }

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "a-b-b-c", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
