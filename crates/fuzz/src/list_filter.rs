//! The `Filter` of `ListUsers`: the input is its text.

use poolhouse_pool::testing::{Comparison, Filter};

use crate::input::text;

/// What is read is read again as the same once it is written; what is refused is refused in one of two sentences.
pub(crate) fn run(data: &[u8]) {
    let text = text(data);
    match Filter::parse(text) {
        Ok(None) => assert_eq!(text.trim(), ""),
        Ok(Some(filter)) => {
            assert!(text.contains(filter.attribute));
            assert!(!filter.value.contains('\0'));
            let again = Filter::parse(&written(&filter));
            assert!(
                again.is_ok_and(|again| again.as_ref() == Some(&filter)),
                "{filter:?}"
            );
        }
        Err(refused) => {
            let name = refused.message.strip_prefix("Invalid search attribute: ");
            assert!(
                refused.message == "Error while parsing filter."
                    || name.is_some_and(|name| text.contains(name)),
                "{refused:?}"
            );
        }
    }
}

fn written(filter: &Filter) -> String {
    let comparison = match filter.comparison {
        Comparison::Equals => "=",
        Comparison::BeginsWith => "^=",
    };
    let value = filter.value.replace('\\', r"\\").replace('"', r#"\""#);
    format!("{} {comparison} \"{value}\"", filter.attribute)
}
