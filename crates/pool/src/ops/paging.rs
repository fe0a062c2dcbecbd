//! The tokens between the pages of a list.
//!
//! A token names the list it belongs to and the last key of the page before. It holds nothing that its caller did not
//! just see, and every page is read for that caller anew, so it needs no seal: a forged one reads the same list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_store::Scan;
use serde_json::{Value, json};

use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{Document, Stored};
use crate::request::Ctx;

/// Items of a page where `Limit` does not say how many, and at most.
const LIMIT: usize = 60;

/// How many items a page has that asks for so many. 0 asks for none in particular.
pub fn limit(asked: Option<i64>) -> usize {
    let asked = asked.and_then(|limit| usize::try_from(limit).ok());
    asked.filter(|limit| *limit > 0).unwrap_or(LIMIT).min(LIMIT)
}

/// One list: the operation, and whatever else a token must not be carried over from (the pool, the filter).
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The operation's name.
    pub operation: &'a str,
    /// What is listed.
    pub subject: &'a str,
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// What is on it.
    pub records: Vec<Stored<T>>,
    /// Leads to the next one, if there is one.
    pub next_token: Option<String>,
}

impl Listing<'_> {
    /// The page that a request asks for, of the records under a prefix.
    ///
    /// # Errors
    /// As [`after`](Self::after); when the store fails.
    pub async fn page<T: Document>(
        &self,
        ctx: &Ctx,
        prefix: String,
        token: Option<&str>,
        limit: usize,
    ) -> Result<Page<T>, ApiError> {
        let after = self.after(&ctx.request_id, token)?;
        // One more than asked for, so that the last page has no token.
        let scan = Scan {
            prefix,
            after,
            limit: limit + 1,
        };
        let mut rows = ctx.platform().scan(scan).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_token = rows.last().filter(|_| more).map(|row| self.token(&row.key));
        let records = rows.into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok(Page { records, next_token })
    }

    /// The token of the page after `key`.
    pub fn token(&self, key: &str) -> String {
        let token = json!([self.operation, self.subject, key]);
        URL_SAFE_NO_PAD.encode(token.to_string())
    }

    /// Where the page begins that a request asks for.
    ///
    /// # Errors
    /// `InvalidParameterException` `Invalid pagination token given.` for a token that is none of this operation's, and
    /// `Paging marker … is invalid for request …` for one of another pool or filter.
    pub fn after(&self, request_id: &str, token: Option<&str>) -> Result<Option<String>, ApiError> {
        let Some(token) = token else { return Ok(None) };
        match self.read(token) {
            Some((subject, key)) if subject == self.subject => Ok(Some(key)),
            Some(_) => Err(ApiError::invalid_parameter(format!(
                "Paging marker {token} is invalid for request {request_id}"
            ))),
            None => Err(ApiError::invalid_parameter("Invalid pagination token given.")),
        }
    }

    /// What a token of this operation is about, and the key it names.
    fn read(&self, token: &str) -> Option<(String, String)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        let [operation, subject, key] = value.as_array()?.as_slice() else {
            return None;
        };
        let (subject, key) = (subject.as_str()?, key.as_str()?);
        // No row has a NUL in its key, and the store does not take one.
        let ours = operation == self.operation && !key.contains('\0');
        ours.then(|| (subject.to_owned(), key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: Listing<'_> = Listing {
        operation: "ListUsers",
        subject: "us-east-1_AbCd12345 ",
    };

    #[test]
    fn a_page_has_sixty_items_at_most_and_unless_it_says_how_many() {
        let asked = [None, Some(0), Some(1), Some(60), Some(61)];
        assert_eq!(asked.map(limit), [60, 60, 1, 60, 60]);
    }

    #[test]
    fn a_token_leads_to_the_page_after_its_key() {
        let token = USERS.token("user/us-east-1_AbCd12345/mära \"x\"");
        assert!(token.bytes().all(|b| b.is_ascii_graphic()));
        let after = USERS.after("r", Some(&token)).unwrap();
        assert_eq!(after.as_deref(), Some("user/us-east-1_AbCd12345/mära \"x\""));
        assert_eq!(USERS.after("r", None).unwrap(), None);
    }

    #[test]
    fn a_token_of_no_list_of_this_operation_is_refused_in_the_services_words() {
        let other_operation = Listing {
            operation: "ListUserPools",
            ..USERS
        };
        let nul = URL_SAFE_NO_PAD.encode(r#"["ListUsers","us-east-1_AbCd12345 ","user/\u0000"]"#);
        let foreign = [
            other_operation.token("k"),
            nul,
            "garbage!".to_owned(),
            String::new(),
        ];
        for token in foreign {
            let refused = USERS.after("r", Some(&token)).unwrap_err();
            assert_eq!(refused.message, "Invalid pagination token given.", "{token}");
        }
    }

    #[test]
    fn a_token_of_another_filter_is_named_with_the_request_it_came_with() {
        let other_filter = Listing {
            subject: "us-east-1_AbCd12345 name = \"a\"",
            ..USERS
        };
        let token = other_filter.token("k");
        let refused = USERS
            .after("adaa2d40-d1bd-4da4-ab5c-ed2a2e20b341", Some(&token))
            .unwrap_err();
        let sentence =
            format!("Paging marker {token} is invalid for request adaa2d40-d1bd-4da4-ab5c-ed2a2e20b341");
        assert_eq!(refused.message, sentence);
    }
}
