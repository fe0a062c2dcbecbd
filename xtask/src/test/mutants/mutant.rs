//! A mutation as cargo-mutants describes it, and what the tests made of it.

use std::ops::Range;

use serde_json::Value;

use crate::Outcome;

/// A mutation by its file and what it does, which says the function and not the line: how the list of survivors knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub file: String,
    pub what: String,
}

/// One mutation: the text at a span is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    pub name: Name,
    /// `FILE:LINE:COLUMN: WHAT`, as cargo-mutants names it.
    pub full: String,
    pub package: String,
    /// `FnValue`, `BinaryOperator` and so on.
    pub genre: String,
    pub replacement: String,
    /// Whether the function returns `impl Trait`, of which a body can have only one.
    pub is_opaque: bool,
    /// Line and column in characters, both from 1: where the replaced text begins and ends.
    pub span: Range<(usize, usize)>,
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The mutation does not compile.
    Unviable,
    /// A test failed.
    Caught,
    /// A test did not end.
    TimedOut,
    /// No test noticed.
    Missed,
    /// It cannot be switched, and was not built by itself.
    Untried,
}

/// A mutant, its verdict, and the test that noticed, if one is known.
#[derive(Debug)]
pub struct Judged {
    pub name: Name,
    pub full: String,
    pub verdict: Verdict,
    pub by: Option<String>,
}

impl Verdict {
    pub const ALL: [Verdict; 5] = [
        Verdict::Unviable,
        Verdict::Caught,
        Verdict::TimedOut,
        Verdict::Missed,
        Verdict::Untried,
    ];
}

impl Name {
    /// `crates/store/src/settle.rs:84:12: replace == with != in Witness::judge`
    pub fn parse(line: &str) -> Option<Name> {
        let (place, what) = line.split_once(": ")?;
        let (file, _) = place.split_once(':')?;
        Some(Name {
            file: file.to_owned(),
            what: what.to_owned(),
        })
    }
}

impl Mutant {
    /// Reads what `cargo mutants --list --json` printed.
    ///
    /// # Errors
    /// If it has another shape.
    pub fn read_all(json: &str) -> Outcome<Vec<Mutant>> {
        let list: Vec<Value> = serde_json::from_str(json)?;
        list.iter()
            .map(|value| Mutant::read(value).ok_or_else(|| format!("unexpected mutant {value}").into()))
            .collect()
    }

    fn read(value: &Value) -> Option<Mutant> {
        let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let position = |end: &str| {
            let position = value.get("span")?.get(end)?;
            let number = |key: &str| usize::try_from(position.get(key)?.as_u64()?).ok();
            Some((number("line")?, number("column")?))
        };
        let full = text("name")?;
        Some(Mutant {
            name: Name::parse(&full)?,
            full,
            package: text("package")?,
            genre: text("genre")?,
            replacement: text("replacement")?,
            is_opaque: value["function"]["return_type"]
                .as_str()
                .is_some_and(|shape| shape.contains("impl ")),
            span: position("start")?..position("end")?,
        })
    }

    pub fn judged(&self, verdict: Verdict, by: Option<String>) -> Judged {
        Judged {
            name: self.name.clone(),
            full: self.full.clone(),
            verdict,
            by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_known_by_file_and_change_whatever_its_line() {
        let line = "crates/store/src/settle.rs:84:12: replace == with != in Witness::judge";
        let expected = Name {
            file: "crates/store/src/settle.rs".to_owned(),
            what: "replace == with != in Witness::judge".to_owned(),
        };
        assert_eq!(Name::parse(line), Some(expected));
        assert_eq!(Name::parse("no mutant"), None);
    }

    #[test]
    fn the_list_is_read_as_cargo_mutants_writes_it() {
        let json = r#"[{"name": "src/a.rs:2:5: delete ! in f", "package": "a", "genre": "UnaryOperator", "replacement": "",
            "file": "src/a.rs", "function": null, "span": {"start": {"line": 2, "column": 5}, "end": {"line": 2, "column": 6}}}]"#;
        let [mutant] = &Mutant::read_all(json).unwrap()[..] else {
            panic!("one");
        };
        assert_eq!(
            (mutant.name.what.as_str(), mutant.span.clone()),
            ("delete ! in f", (2, 5)..(2, 6))
        );
        assert!(Mutant::read_all(r#"[{"name": "src/a.rs:2:5: delete ! in f"}]"#).is_err());
    }
}
