//! Where in a source file a mutation can be switched: the expression around the text that it replaces.
//!
//! A replaced operator may bind differently from the one that stood there (`a && b == c`), so what is written twice is the
//! whole chain of operators around it, and the compiler reads the mutated one as it reads the file that cargo-mutants writes.

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, Expr, ExprBinary, ExprStruct, ExprUnary};

use super::mutant::Mutant;
use crate::Outcome;

/// How a place is rewritten. The order is that of rewriting at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A function returns early. The range is empty.
    Body,
    /// A match arm gets a guard. The range is empty.
    NewGuard,
    /// An expression is chosen among several.
    Expression,
}

/// A place and the mutants there: number, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub range: Range<usize>,
    pub shape: Shape,
    pub alternatives: Vec<(usize, String)>,
}

/// The sites of a file's mutants, each with its number, outer ones before inner ones; and the numbers of those that have none.
///
/// # Errors
/// If the text is no Rust.
pub fn find(text: &str, mutants: &[(usize, &Mutant)]) -> Outcome<(Vec<Site>, Vec<usize>)> {
    let mut places = Places::default();
    places.visit_file(&syn::parse_file(text)?);
    let mut sites = BTreeMap::new();
    let mut without = Vec::new();
    for (number, mutant) in mutants {
        let span = range_of(text, mutant);
        let place = places.of(&mutant.genre, span.start);
        let is_early = |(shape, _): &(Shape, _)| *shape == Shape::Body;
        let Some((shape, range)) = place.filter(|place| !(is_early(place) && mutant.is_opaque)) else {
            without.push(*number);
            continue;
        };
        let alternative = match (mutant.genre.as_str(), shape) {
            ("FnValue", _) | (_, Shape::NewGuard) => mutant.replacement.clone(),
            // An arm with a guard goes by its guard.
            ("MatchArm", _) => "false".to_owned(),
            _ => [
                &text[range.start..span.start],
                &mutant.replacement,
                &text[span.end..range.end],
            ]
            .concat(),
        };
        let key = (range.start, shape, usize::MAX - range.end);
        let site = sites.entry(key).or_insert_with(|| Site {
            range,
            shape,
            alternatives: Vec::new(),
        });
        site.alternatives.push((*number, alternative));
    }
    Ok((sites.into_values().collect(), without))
}

/// The bytes that a mutant replaces.
pub fn range_of(text: &str, mutant: &Mutant) -> Range<usize> {
    offset(text, mutant.span.start)..offset(text, mutant.span.end)
}

/// The byte at a line and a column in characters, both from 1.
fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[before..];
    before
        + rest
            .char_indices()
            .nth(column - 1)
            .map_or(rest.len(), |(at, _)| at)
}

/// By where the text to be replaced begins.
#[derive(Default)]
struct Places {
    operators: BTreeMap<usize, Range<usize>>,
    fields: BTreeMap<usize, Range<usize>>,
    guards: BTreeMap<usize, Range<usize>>,
    arms: BTreeMap<usize, (Shape, Range<usize>)>,
    /// The chain of which the operator that is visited next is a part.
    chain: Option<Range<usize>>,
}

impl Places {
    fn of(&self, genre: &str, start: usize) -> Option<(Shape, Range<usize>)> {
        let expression = |places: &BTreeMap<usize, Range<usize>>| {
            let range = places.get(&start)?;
            Some((Shape::Expression, range.clone()))
        };
        match genre {
            "FnValue" => Some((Shape::Body, start..start)),
            "BinaryOperator" | "UnaryOperator" => expression(&self.operators),
            "StructField" => expression(&self.fields),
            "MatchArmGuard" => expression(&self.guards),
            "MatchArm" => self.arms.get(&start).cloned(),
            _ => None,
        }
    }
}

impl<'ast> Visit<'ast> for Places {
    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        let outer = self.chain.take();
        let chain = if has_let(binary) {
            None
        } else {
            Some(outer.unwrap_or_else(|| range(binary)))
        };
        if let Some(chain) = &chain {
            self.operators.insert(range(&binary.op).start, chain.clone());
        }
        for side in [&binary.left, &binary.right] {
            let is_chained = matches!(**side, Expr::Binary(_));
            self.chain = chain.clone().filter(|_| is_chained);
            self.visit_expr(side);
        }
    }

    fn visit_expr_unary(&mut self, unary: &'ast ExprUnary) {
        self.operators.insert(range(&unary.op).start, range(unary));
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_struct(&mut self, literal: &'ast ExprStruct) {
        for field in &literal.fields {
            self.fields.insert(range(field).start, range(literal));
        }
        visit::visit_expr_struct(self, literal);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        let (shape, place) = match &arm.guard {
            Some((_, guard)) => {
                self.guards.insert(range(guard).start, range(guard));
                (Shape::Expression, range(guard))
            }
            None => {
                let end = range(&arm.pat).end;
                (Shape::NewGuard, end..end)
            }
        };
        self.arms.insert(range(arm).start, (shape, place));
        visit::visit_arm(self, arm);
    }
}

/// Whether the chain is a condition with `let`, which has no value of its own.
fn has_let(binary: &ExprBinary) -> bool {
    [&binary.left, &binary.right]
        .into_iter()
        .any(|side| match &**side {
            Expr::Let(_) => true,
            Expr::Binary(inner) => has_let(inner),
            _ => false,
        })
}

fn range(node: &impl Spanned) -> Range<usize> {
    node.span().byte_range()
}
