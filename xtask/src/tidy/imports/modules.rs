//! The modules of a crate, found as the compiler finds them: from its roots along `mod x;`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::source::{self, Mention, Scope, Use};
use crate::tidy::tree::{File, Tree};

/// A crate of the workspace: its library and its programs.
pub struct Modules {
    /// The folder below `crates/`.
    pub name: String,
    pub files: Vec<Source>,
    pub modules: Vec<Module>,
}

/// A file that belongs to the crate.
pub struct Source {
    pub path: String,
    pub is_generated: bool,
    pub words: BTreeSet<String>,
}

pub struct Module {
    /// The file it stands in, by its place in [`Modules::files`].
    pub file: usize,
    /// Its path from the root, without `crate`.
    pub path: Vec<String>,
    pub root: usize,
    pub parent: usize,
    pub children: BTreeMap<String, usize>,
    pub defined: BTreeSet<String>,
    pub uses: Vec<Use>,
    pub mentions: Vec<Mention>,
}

/// What is in the path of files that only tests compile.
const TESTS: &[&str] = &["tests.rs", "tests/", "testing.rs", "testing/"];

/// A file that is still to be read: its path, the module it belongs into and its name there.
struct Declared {
    path: String,
    parent: Option<(usize, String)>,
}

/// The crates of a tree, by the folders below `crates/`.
pub fn crates(tree: &Tree) -> Vec<Modules> {
    let names: BTreeSet<&str> = tree
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix("crates/")?.split_once("/src/"))
        .map(|(name, _)| name)
        .filter(|name| !name.contains('/'))
        .collect();
    names.into_iter().map(|name| read(tree, name)).collect()
}

fn read(tree: &Tree, name: &str) -> Modules {
    let mut modules = Modules {
        name: name.to_owned(),
        files: Vec::new(),
        modules: Vec::new(),
    };
    let mut waiting: VecDeque<Declared> = roots(tree, name)
        .map(|path| Declared { path, parent: None })
        .collect();
    while let Some(next) = waiting.pop_front() {
        if let Some(file) = tree.files.iter().find(|file| file.path == next.path) {
            waiting.extend(modules.add(file, next.parent));
        }
    }
    modules
}

fn roots<'a>(tree: &'a Tree, name: &str) -> impl Iterator<Item = String> + use<'a> {
    let folder = format!("crates/{name}/src/");
    let is_root = |path: &str| match path.strip_prefix("bin/") {
        Some(program) => !program.contains('/') || program.ends_with("/main.rs"),
        None => matches!(path, "lib.rs" | "main.rs"),
    };
    // The library comes first: that is what programs find under the crate's name.
    tree.files
        .iter()
        .filter(move |file| file.path.strip_prefix(&folder).is_some_and(is_root))
        .map(|file| file.path.clone())
}

impl Modules {
    /// Files below `src` that no module declares and that are not tests.
    pub fn unread<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = &'a str> {
        let folder = format!("crates/{}/src/", self.name);
        let paths = tree.written(&[".rs"]).map(|file| file.path.as_str());
        paths.filter(move |path| {
            path.strip_prefix(&folder).is_some_and(|rest| {
                let is_test = TESTS.iter().any(|name| rest.contains(name));
                !is_test && !self.files.iter().any(|file| file.path == *path)
            })
        })
    }

    /// Takes a file in and answers which files it declares.
    fn add(&mut self, file: &File, parent: Option<(usize, String)>) -> Vec<Declared> {
        let source::Source { scopes, words } = source::read(&file.text);
        self.files.push(Source {
            path: file.path.clone(),
            is_generated: file.path.contains("/generated/"),
            words,
        });
        let is_root = parent.is_none();
        let first = self.modules.len();
        let mut declared = Vec::new();
        for scope in scopes {
            let place = match &scope.inside {
                Some((outer, name)) => Some((first + outer, name.clone())),
                None => parent.clone(),
            };
            let id = self.add_module(place, &scope);
            let inside = &self.modules[id].path[self.modules[first].path.len()..];
            let folder = folder(&file.path, is_root, inside);
            declared.extend(scope.declared.into_iter().flat_map(|(name, _)| {
                [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")].map(|path| Declared {
                    path,
                    parent: Some((id, name.clone())),
                })
            }));
        }
        declared
    }

    fn add_module(&mut self, place: Option<(usize, String)>, scope: &Scope) -> usize {
        let id = self.modules.len();
        let (parent, root, path) = match place {
            None => (id, id, Vec::new()),
            Some((parent, name)) => {
                let above = &mut self.modules[parent];
                above.children.insert(name.clone(), id);
                let mut path = above.path.clone();
                path.push(name);
                (parent, above.root, path)
            }
        };
        self.modules.push(Module {
            file: self.files.len() - 1,
            path,
            root,
            parent,
            children: BTreeMap::new(),
            defined: scope.defined.clone(),
            uses: scope.uses.clone(),
            mentions: scope.mentions.clone(),
        });
        id
    }

    /// Whether one module is the other or stands in it.
    pub fn is_within(&self, module: usize, outer: usize) -> bool {
        let (module, outer) = (&self.modules[module], &self.modules[outer]);
        module.root == outer.root && module.path.starts_with(&outer.path)
    }
}

/// Where the files lie that a module of the file declares.
fn folder(path: &str, is_root: bool, inside: &[String]) -> String {
    let parent = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = if is_root || path.ends_with("/mod.rs") {
        parent
    } else {
        path.trim_end_matches(".rs")
    };
    let inner = inside.iter().map(|name| format!("/{name}"));
    own.to_owned() + &inner.collect::<String>()
}
