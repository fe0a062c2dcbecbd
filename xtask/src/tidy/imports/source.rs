//! What one file says: its modules, what they declare and define, what they import and mention.

use std::collections::BTreeSet;

use super::tokens::{Token, attribute, tokens, without_tests};
use crate::tidy::rust_text;

/// A file: the module that it is, then the modules written out in it.
pub struct Source {
    pub scopes: Vec<Scope>,
    /// The names that stand in its code other than as fields, methods or imports.
    pub words: BTreeSet<String>,
}

/// A module in a file.
#[derive(Default)]
pub struct Scope {
    /// The module it is written in, by its place in [`Source::scopes`], and its name. The file's own has none.
    pub inside: Option<(usize, String)>,
    /// Modules declared by `mod x;`.
    pub declared: Vec<(String, usize)>,
    /// The names of its items.
    pub defined: BTreeSet<String>,
    pub uses: Vec<Use>,
    /// Paths in code.
    pub mentions: Vec<Mention>,
}

/// One name that a `use` declaration brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub path: Vec<String>,
    /// The name it has from here on; `None` for all the names there (`*`).
    pub name: Option<String>,
    /// Whether it is re-exported, if only within the crate.
    pub is_public: bool,
    pub line: usize,
}

/// A path in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub path: Vec<String>,
    pub line: usize,
}

const DEFINING: &[&str] = &[
    "const",
    "enum",
    "fn",
    "static",
    "struct",
    "trait",
    "type",
    "macro_rules",
];

/// Reads a file, without what only tests compile.
pub fn read(text: &str) -> Source {
    let code = rust_text::code_of(text);
    let tokens = without_tests(&tokens(&code));
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        depth: 0,
        attribute_ends: 0,
        open: vec![(0, 0)],
        source: Source {
            scopes: vec![Scope::default()],
            words: BTreeSet::new(),
        },
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.source
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
    /// Where the attribute ends that was read last.
    attribute_ends: usize,
    /// The modules that are open here, and the depth of their items.
    open: Vec<(usize, usize)>,
    source: Source,
}

impl<'a> Reader<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_word)
    }

    fn before(&self) -> &'a str {
        self.at.checked_sub(1).map_or("", |at| self.text(at))
    }

    fn innermost(&self) -> (usize, usize) {
        self.open.last().copied().unwrap_or_default()
    }

    fn scope(&mut self) -> &mut Scope {
        let (scope, _) = self.innermost();
        &mut self.source.scopes[scope]
    }

    fn step(&mut self) {
        match self.text(self.at) {
            "{" => self.depth += 1,
            "}" => self.close(),
            "#" => self.attribute_ends = self.at + attribute(&self.tokens[self.at..]).unwrap_or(0),
            "mod" if self.is_word(self.at + 1) => return self.module(1),
            // A module that a macro writes.
            "mod" if self.text(self.at + 1) == "$" && self.text(self.at + 3) == "{" => return self.module(2),
            "use" if self.text(self.at + 1) != "<" => return self.import(),
            "pub" if self.text(self.at + 1) == "(" && self.text(self.at + 2) == "in" => {
                while !matches!(self.text(self.at), ")" | "") {
                    self.at += 1;
                }
            }
            _ if self.is_word(self.at) => return self.word(),
            _ => {}
        }
        self.at += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.open.len() > 1 && self.innermost().1 > self.depth {
            self.open.pop();
        }
    }

    /// `mod x;` or `mod x {`, with the name so far on.
    fn module(&mut self, name_at: usize) {
        let name = self.text(self.at + name_at).to_owned();
        let line = self.tokens[self.at].line;
        if self.text(self.at + name_at + 1) == "{" {
            let (outer, _) = self.innermost();
            self.source.scopes.push(Scope {
                inside: Some((outer, name)),
                ..Scope::default()
            });
            self.depth += 1;
            self.open.push((self.source.scopes.len() - 1, self.depth));
        } else {
            self.scope().declared.push((name, line));
        }
        self.at += name_at + 2;
    }

    fn import(&mut self) {
        // `pub use`, `pub(crate) use`: no other item ends in `pub` or a bracket just before `use`.
        let is_public = matches!(self.before(), "pub" | ")");
        self.at += 1;
        let mut found = Vec::new();
        self.tree(&[], is_public, &mut found);
        while !matches!(self.text(self.at), ";" | "") {
            self.at += 1;
        }
        self.scope().uses.append(&mut found);
    }

    /// A path with what follows it: nothing, `as x`, `::*` or a group.
    fn tree(&mut self, prefix: &[String], is_public: bool, found: &mut Vec<Use>) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut path = prefix.to_vec();
        if self.text(self.at) == "::" && path.is_empty() {
            path.push("::".to_owned());
            self.at += 1;
        }
        loop {
            match self.text(self.at) {
                "{" => return self.group(&path, is_public, found),
                "*" => {
                    self.at += 1;
                    let name = None;
                    return found.push(Use {
                        path,
                        name,
                        is_public,
                        line,
                    });
                }
                segment => path.push(segment.to_owned()),
            }
            self.at += 1;
            if self.text(self.at) != "::" {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let mut name = path.last().cloned();
        if self.text(self.at) == "as" {
            name = Some(self.text(self.at + 1).to_owned());
            self.at += 2;
        }
        found.push(Use {
            path,
            name,
            is_public,
            line,
        });
    }

    fn group(&mut self, prefix: &[String], is_public: bool, found: &mut Vec<Use>) {
        self.at += 1;
        loop {
            match self.text(self.at) {
                "}" | ";" | "" => break,
                "," => self.at += 1,
                _ => self.tree(prefix, is_public, found),
            }
        }
        self.at += 1;
    }

    /// The definition of a name, a path, or a single word.
    fn word(&mut self) {
        let first = self.tokens[self.at];
        let before = self.before();
        if DEFINING.contains(&first.text) && self.depth == self.innermost().1 {
            let name = self.at + 1 + usize::from(self.text(self.at + 1) == "!");
            if self.is_word(name) && !DEFINING.contains(&self.text(name)) {
                let name = self.text(name).to_owned();
                self.scope().defined.insert(name);
            }
        }
        let mut path = vec![first.text.to_owned()];
        self.at += 1;
        while self.text(self.at) == "::" && self.is_word(self.at + 1) {
            path.push(self.text(self.at + 1).to_owned());
            self.at += 2;
        }
        if matches!(before, "." | "::") {
            return;
        }
        if path.len() > 1 {
            let line = first.line;
            self.source.words.insert(first.text.to_owned());
            self.scope().mentions.push(Mention { path, line });
        } else if self.text(self.at) != ":" && self.at > self.attribute_ends {
            self.source.words.insert(first.text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(text: &str) -> Vec<String> {
        let uses = read(text).scopes.swap_remove(0).uses;
        let shown = uses.iter().map(|one| {
            let public = if one.is_public { "pub " } else { "" };
            format!(
                "{public}{} as {}",
                one.path.join("::"),
                one.name.as_deref().unwrap_or("*")
            )
        });
        shown.collect()
    }

    #[test]
    fn every_form_of_use_is_read() {
        assert_eq!(imports("use a::b;"), ["a::b as b"]);
        assert_eq!(imports("pub(crate) use a::b as c;"), ["pub a::b as c"]);
        assert_eq!(
            imports("use crate::{self, a::{self as x, b::*, c}, d,};"),
            [
                "crate as crate",
                "crate::a as x",
                "crate::a::b as *",
                "crate::a::c as c",
                "crate::d as d"
            ]
        );
        assert_eq!(imports("use ::a::b;"), ["::::a::b as b"]);
        assert_eq!(imports("fn f() { use super::a; }"), ["super::a as a"]);
        assert_eq!(imports("fn f(x: impl A + use<'a>) {}"), [""; 0]);
    }

    #[test]
    fn paths_in_code_are_read_and_those_of_values_are_not() {
        let source =
            read("fn f(one: T) -> crate::a::B { two.three(super::c()); <D as e::F>::g(); $crate::h::i!() }");
        let paths: Vec<String> = source.scopes[0]
            .mentions
            .iter()
            .map(|mention| mention.path.join("::"))
            .collect();
        assert_eq!(paths, ["crate::a::B", "super::c", "e::F", "crate::h::i"]);
        assert!(source.words.contains("two") && source.words.contains("D"));
        assert!(
            !source.words.contains("one") && !source.words.contains("three") && !source.words.contains("g")
        );
        assert_eq!(read("pub(in crate::a) fn f() {}").scopes[0].mentions, []);
        assert!(!read("#[one(two)] struct S;").words.contains("two"));
    }

    #[test]
    fn modules_and_the_names_of_items_are_known() {
        let source = read("mod a;\npub mod b { const fn f() {} mod c; }\nenum D { E }\nimpl D { fn g() {} }");
        let [file, inner] = &source.scopes[..] else {
            panic!("{} modules", source.scopes.len())
        };
        assert_eq!(file.declared, [("a".to_owned(), 1)]);
        assert_eq!(file.defined, BTreeSet::from(["D".to_owned()]));
        assert_eq!(inner.inside, Some((0, "b".to_owned())));
        assert_eq!(inner.declared, [("c".to_owned(), 2)]);
        assert_eq!(inner.defined, BTreeSet::from(["f".to_owned()]));
        let written = read("macro_rules! m { ($n:ident) => { mod $n { use super::A; } } }");
        assert_eq!(written.scopes[1].uses[0].path, ["super", "A"]);
    }
}
