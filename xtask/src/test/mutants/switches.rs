//! Source text with every mutation in it, each behind a switch.

use std::iter::Peekable;
use std::ops::Range;
use std::slice::Iter;

use super::sites::{Shape, Site};

/// A part of the text that was made for these mutants.
type Region = (Range<usize>, Vec<usize>);

/// A mutant by its number, the place that it replaces, and with what.
pub type Replacement<'a> = (usize, Range<usize>, &'a str);

/// A source file with switches.
#[derive(Debug, Default)]
pub struct Switched {
    pub text: String,
    regions: Vec<Region>,
}

/// The name of the variable that holds the numbers of the mutants that are on, with commas between them.
pub const ON: &str = "MUTANTS_ON";
/// The name of the variable that holds the file to which the number of each mutant is appended whose place is reached:
/// of those that are on, or of all if none is.
pub const REACHED: &str = "MUTANTS_REACHED";

/// What stands between an arm's new guard and its switch.
const AND_NOT: &str = " && !";

/// What stands at the end of a crate's root.
pub const MODULE: &str = r#"
pub(crate) mod mutant_switches {
    use std::io::Write;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, Ordering};

    static ON: LazyLock<Vec<bool>> = LazyLock::new(|| {
        let mut on = vec![false; 10_000];
        let numbers = std::env::var("MUTANTS_ON").unwrap_or_default();
        for number in numbers.split(',').filter_map(|number| number.parse::<usize>().ok()) {
            on[number] = true;
        }
        on
    });
    static IS_NONE_ON: LazyLock<bool> = LazyLock::new(|| !ON.contains(&true));
    static FILE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("MUTANTS_REACHED").ok());
    static REACHED: [AtomicBool; 10_000] = [const { AtomicBool::new(false) }; 10_000];

    pub(crate) fn on(number: usize) -> bool {
        let is_on = ON[number];
        if (is_on || *IS_NONE_ON) && !REACHED[number].swap(true, Ordering::Relaxed) {
            if let Some(file) = &*FILE {
                let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
                file.write_all(format!("{number}\n").as_bytes()).unwrap();
            }
        }
        is_on
    }
}
"#;

/// Rewrites a file. `sites` are sorted, outer ones before inner ones.
pub fn write(text: &str, sites: &[Site]) -> Switched {
    let mut switched = Switched::default();
    switched.copy(text, 0..text.len(), &mut sites.iter().peekable());
    switched
}

/// Rewrites a file as if all these mutations had been made. None overlaps another.
pub fn replace(text: &str, mut replacements: Vec<Replacement<'_>>) -> Switched {
    replacements.sort_by_key(|(_, range, _)| range.start);
    let (mut switched, mut at) = (Switched::default(), 0);
    for (number, range, replacement) in replacements {
        switched.text.push_str(&text[at..range.start]);
        switched.region(vec![number], |switched| switched.text.push_str(replacement));
        at = range.end;
    }
    switched.text.push_str(&text[at..]);
    switched
}

impl Switched {
    /// The mutants of the innermost part that was made for some and holds this byte.
    pub fn mutants_at(&self, byte: usize) -> &[usize] {
        let around = self.regions.iter().filter(|(range, _)| range.contains(&byte));
        let innermost = around.min_by_key(|(range, _)| range.len());
        innermost.map_or(&[], |(_, mutants)| mutants)
    }

    /// The mutants that gave guards to arms of the match whose subject begins at this byte.
    pub fn guards_of_match(&self, byte: usize) -> Vec<usize> {
        let mut open = 0_usize;
        let end = self.text[byte..].find(|c| {
            open = match c {
                '{' => open + 1,
                '}' => open.saturating_sub(1),
                _ => return false,
            };
            c == '}' && open == 0
        });
        let arms = byte..byte + end.unwrap_or_default();
        let is_guard = |range: &Range<usize>| {
            arms.contains(&range.start) && self.text[range.clone()].starts_with(AND_NOT)
        };
        let guards = self.regions.iter().filter(|(range, _)| is_guard(range));
        guards.flat_map(|(_, mutants)| mutants).copied().collect()
    }

    fn copy(&mut self, text: &str, range: Range<usize>, sites: &mut Peekable<Iter<'_, Site>>) {
        let mut at = range.start;
        while let Some(site) = sites.next_if(|site| site.range.start < range.end) {
            self.text.push_str(&text[at..site.range.start]);
            let (before, after) = match site.shape {
                Shape::Body => ("", ""),
                Shape::NewGuard => (" if true", " "),
                Shape::Expression => ("(", "{ "),
            };
            self.text.push_str(before);
            for (number, alternative) in &site.alternatives {
                let on = format!("crate::mutant_switches::on({number})");
                self.region(vec![*number], |switched| {
                    switched.text.push_str(&match site.shape {
                        Shape::Body => format!("if {on} {{ return {alternative}; }} "),
                        Shape::NewGuard => format!("{AND_NOT}{on}"),
                        Shape::Expression => format!("if {on} {{ {alternative} }} else "),
                    });
                });
            }
            if site.shape == Shape::Expression {
                let all = site.alternatives.iter().map(|(number, _)| *number).collect();
                self.region(all, |switched| {
                    switched.text.push_str(after);
                    switched.copy(text, site.range.clone(), sites);
                    switched.text.push_str(" })");
                });
            }
            at = site.range.end;
        }
        self.text.push_str(&text[at..range.end]);
    }

    fn region(&mut self, mutants: Vec<usize>, write: impl FnOnce(&mut Self)) {
        let start = self.text.len();
        write(self);
        self.regions.push((start..self.text.len(), mutants));
    }
}

#[cfg(test)]
mod tests {
    use super::super::mutant::{Mutant, Name};
    use super::super::sites;
    use super::*;

    /// Marks the mutants by what is replaced: the nth occurrence of a text in `text`.
    fn switched(text: &str, mutants: &[(&str, &str, &str)]) -> String {
        let position = |at: usize| (1, text[..at].chars().count() + 1);
        let mutants: Vec<Mutant> = mutants
            .iter()
            .map(|(genre, replaced, replacement)| {
                let at = text.find(replaced).unwrap();
                Mutant {
                    name: Name {
                        file: String::new(),
                        what: String::new(),
                    },
                    full: String::new(),
                    package: String::new(),
                    genre: (*genre).to_owned(),
                    replacement: (*replacement).to_owned(),
                    is_opaque: false,
                    span: position(at)..position(at + replaced.len()),
                }
            })
            .collect();
        let numbered: Vec<_> = mutants.iter().enumerate().collect();
        let (sites, without) = sites::find(text, &numbered).unwrap();
        let text = write(text, &sites).text.replace("crate::mutant_switches::", "");
        match &without[..] {
            [] => text,
            without => format!("{text} without {without:?}"),
        }
    }

    #[test]
    fn a_function_returns_early_and_its_body_stays_as_it_is() {
        assert_eq!(
            switched(
                "fn ä() -> u8 { g(1) }",
                &[("FnValue", "g(1)", "0"), ("FnValue", "g(1)", "1")]
            ),
            "fn ä() -> u8 { if on(0) { return 0; } if on(1) { return 1; } g(1) }"
        );
    }

    #[test]
    fn an_operator_is_replaced_in_its_whole_chain_because_another_may_bind_otherwise() {
        assert_eq!(
            switched(
                "fn f() { a && b(c + d) == e }",
                &[
                    ("BinaryOperator", "&&", "||"),
                    ("BinaryOperator", "==", "!="),
                    ("BinaryOperator", "+", "-"),
                ]
            ),
            "fn f() { (if on(0) { a || b(c + d) == e } else if on(1) { a && b(c + d) != e } else { a && b((if on(2) { c - d } \
             else { c + d })) == e }) }"
        );
    }

    #[test]
    fn a_condition_with_let_is_no_value_and_its_parts_are() {
        assert_eq!(
            switched(
                "fn f() { if let Some(a) = b && !a == c {} }",
                &[
                    ("BinaryOperator", "&&", "||"),
                    ("UnaryOperator", "!", ""),
                    ("BinaryOperator", "==", "!="),
                ]
            ),
            "fn f() { if let Some(a) = b && (if on(2) { !a != c } else { (if on(1) { a } else { !a }) == c }) {} } without [0]"
        );
    }

    #[test]
    fn arms_are_deleted_by_a_guard_and_fields_with_their_literal() {
        assert_eq!(
            switched(
                "fn f() { match a { 1 => b, 2 if go => d, _ => S { e, ..g } } }",
                &[
                    ("MatchArm", "1 => b,", ""),
                    ("MatchArmGuard", "go", "true"),
                    ("MatchArm", "2 if go => d,", ""),
                    ("StructField", "e,", ""),
                ]
            ),
            "fn f() { match a { 1 if true && !on(0) => b, 2 if (if on(1) { true } else if on(2) { false } else { go }) => d, \
             _ => (if on(3) { S {  ..g } } else { S { e, ..g } }) } }"
        );
    }

    #[test]
    fn mutations_are_made_at_once_and_found_again() {
        let switched = replace("a(b) + c", vec![(2, 5..6, "-"), (1, 2..3, "d")]);
        assert_eq!(switched.text, "a(d) - c");
        assert_eq!(
            (switched.mutants_at(2), switched.mutants_at(5)),
            (&[1][..], &[2][..])
        );
    }

    #[test]
    fn the_guards_of_a_match_are_known_by_its_subject() {
        let text = "match a { b if c => d, e => { f } } match g { h => i }";
        let site = |at: &str, number| {
            let end = text.find(at).unwrap() + at.len();
            Site {
                range: end..end,
                shape: Shape::NewGuard,
                alternatives: vec![(number, String::new())],
            }
        };
        let switched = write(text, &[site(" e", 3), site(" h", 5)]);
        let of = |subject: &str| switched.guards_of_match(switched.text.find(subject).unwrap());
        assert_eq!((of("a {"), of("g {")), (vec![3], vec![5]));
        assert!(switched.guards_of_match(switched.text.len()).is_empty());
    }

    #[test]
    fn what_the_compiler_complains_about_is_found_again() {
        let site = |range, number| Site {
            range,
            shape: Shape::Expression,
            alternatives: vec![(number, "c".to_owned())],
        };
        let switched = write("a(b)", &[site(0..4, 7), site(2..3, 8)]);
        let at = |text: &str| switched.mutants_at(switched.text.find(text).unwrap());
        assert_eq!(
            (at("on(7)"), at("a("), at("on(8)"), at("b")),
            (&[7][..], &[7][..], &[8][..], &[8][..])
        );
        assert!(switched.mutants_at(0).is_empty());
    }
}
