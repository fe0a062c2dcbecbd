//! Who acts for the user: the claim `act`, the last one outermost.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// How many may act one for the other.
const DEEPEST: usize = 4;

/// The claim of a token that follows from one with these claims, by this actor if there is one. `None`: nobody acts.
///
/// # Errors
/// [`Refusal::Actor`] where too many act already.
pub fn claim(subject: &Value, actor: Option<&str>, issuer: &str) -> Result<Option<Value>, Refusal> {
    let before = subject.get("act");
    let Some(actor) = actor else {
        return Ok(before.cloned());
    };
    let mut act = json!({ "sub": actor, "iss": issuer });
    if let Some(before) = before {
        act["act"] = before.clone();
    }
    match depth(&act) > DEEPEST {
        true => Err(Refusal::too_deep()),
        false => Ok(Some(act)),
    }
}

fn depth(act: &Value) -> usize {
    std::iter::successors(Some(act), |act| act.get("act")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_nested_four_deep_and_stay_where_nobody_new_acts() {
        let mut subject = json!({ "sub": "mara" });
        assert_eq!(claim(&subject, None, "i").ok(), Some(None));
        for (count, actor) in ["a", "b", "c", "d"].into_iter().enumerate() {
            let act = claim(&subject, Some(actor), "i").ok().flatten().unwrap();
            assert_eq!(depth(&act), count + 1);
            assert_eq!((&act["sub"], &act["iss"]), (&json!(actor), &json!("i")));
            subject["act"] = act;
        }
        assert_eq!(subject["act"]["act"]["act"]["act"]["sub"], "a");
        assert!(claim(&subject, Some("e"), "i").is_err());
        assert_eq!(
            claim(&subject, None, "i").ok(),
            Some(Some(subject["act"].clone()))
        );
    }
}
