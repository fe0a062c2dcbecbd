//! The part of `model/observed.json` that shapes generated code. The rest of the file is for readers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What the live service does that its model does not say.
pub struct Observed {
    /// Operations that take another credential than the model says, and which.
    pub auth: BTreeMap<String, String>,
    /// Signed operations that change nothing.
    pub reads: BTreeSet<String>,
    /// Errors that are answered before an operation runs.
    pub front_end_errors: Vec<FrontEndError>,
    /// Texts that the service takes although its model refuses them.
    pub texts: Vec<Text>,
    /// Values of closed sets that the service takes although its model does not list them, by shape.
    pub values: BTreeMap<String, Vec<String>>,
}

/// What a string shape takes, instead of what the model says.
pub struct Text {
    pub shape: String,
    pub max: i64,
    /// As the model writes patterns: in Java's syntax.
    pub pattern: String,
}

/// An error of the request's envelope, not of an operation.
pub struct FrontEndError {
    pub name: String,
    /// The JSON member that carries the text: `message` or `Message`.
    pub message_member: String,
}

impl Observed {
    /// Reads the overlay; a row without evidence is an error, because nobody could check it.
    pub fn read(text: &str) -> Result<Self, String> {
        let source: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut observed = Self {
            auth: BTreeMap::new(),
            reads: BTreeSet::new(),
            front_end_errors: Vec::new(),
            texts: Vec::new(),
            values: BTreeMap::new(),
        };
        let sections = source.as_object().ok_or("the overlay is not an object")?;
        for (section, rows) in sections {
            let rows = rows
                .as_array()
                .ok_or_else(|| format!("section {section} is not a list"))?;
            for row in rows {
                observed.take(section, row)?;
            }
        }
        Ok(observed)
    }

    fn take(&mut self, section: &str, row: &Value) -> Result<(), String> {
        let what = member(row, "what")?;
        let evidence = member(row, "evidence")?;
        if !["doc", "sdk-code", "peer-claims", "inferred"].contains(&evidence.as_str()) {
            return Err(format!("row {what:?} has the unknown evidence {evidence:?}"));
        }
        match section {
            "auth" => {
                for operation in operations(row) {
                    self.auth.insert(operation.to_owned(), member(row, "class")?);
                }
            }
            "reads" => self.reads.extend(operations(row).map(str::to_owned)),
            "front_end_errors" => self.front_end_errors.push(FrontEndError {
                name: member(row, "code")?,
                message_member: member(row, "message_member")?,
            }),
            "texts" => self.texts.push(Text {
                shape: member(row, "shape")?,
                max: row["max"]
                    .as_i64()
                    .ok_or_else(|| format!("row {what:?} has no max"))?,
                pattern: member(row, "pattern")?,
            }),
            "values" => {
                let added = row["add"].as_array().into_iter().flatten();
                let added = added.filter_map(Value::as_str).map(str::to_owned);
                self.values.insert(member(row, "shape")?, added.collect());
            }
            _ => {}
        }
        Ok(())
    }
}

/// The operations that a row is about.
fn operations(row: &Value) -> impl Iterator<Item = &str> {
    let named = row["operations"].as_array().into_iter().flatten();
    named.filter_map(Value::as_str)
}

fn member(row: &Value, name: &str) -> Result<String, String> {
    let text = row[name].as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| format!("a row of the overlay has no {name}: {row}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_evidence_is_refused() {
        let error = Observed::read(r#"{"wire": [{"what": "x"}]}"#).err().unwrap();
        assert_eq!(error, r#"a row of the overlay has no evidence: {"what":"x"}"#);
    }

    #[test]
    fn an_unknown_evidence_tag_is_refused() {
        let error = Observed::read(r#"{"wire": [{"what": "x", "evidence": "rumour"}]}"#)
            .err()
            .unwrap();
        assert_eq!(error, r#"row "x" has the unknown evidence "rumour""#);
    }
}
