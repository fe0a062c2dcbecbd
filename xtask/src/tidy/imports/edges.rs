//! The imports of a crate, from file to file, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Modules;
use super::resolve::Target;
use super::source::Use;

/// That a file imports from another.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// The first line that says so.
    pub line: usize,
    /// The files that a name comes through on its way, because they re-export it.
    pub through: BTreeSet<usize>,
}

/// The imports between the files of a crate: from, to.
pub type Imports = BTreeMap<(usize, usize), Import>;

/// Every import of one file from another.
pub fn imports(crate_: &Modules) -> Imports {
    let mut found = Found {
        modules: crate_,
        imports: Imports::new(),
    };
    for module in 0..crate_.modules.len() {
        if !crate_.files[crate_.modules[module].file].is_generated {
            found.module(module);
        }
    }
    found.imports
}

struct Found<'a> {
    modules: &'a Modules,
    imports: Imports,
}

impl Found<'_> {
    fn module(&mut self, id: usize) {
        let module = &self.modules.modules[id];
        for mention in &module.mentions {
            if let Some(target) = self.modules.resolve(id, &mention.path) {
                self.add(id, &target, mention.line);
            }
        }
        for import in &module.uses {
            match &import.name {
                Some(name) => self.name(id, import, name),
                None => self.all_names(id, import),
            }
        }
    }

    fn name(&mut self, id: usize, import: &Use, name: &str) {
        let Some(target) = self.modules.resolve(id, &import.path) else {
            return;
        };
        let module = &self.modules.modules[id];
        let paths = module.mentions.iter().map(|mention| &mention.path);
        let mut paths = paths.chain(module.uses.iter().map(|other| &other.path));
        let is_counted_elsewhere = match (target.is_item, import.is_public) {
            // The paths that begin with a module's name say what is used of it.
            (false, false) => paths.any(|path| path.len() > 1 && path[0] == name),
            (false, true) => true,
            // The name of a child is not imported by being passed on, only by being used.
            (true, true) => self.modules.is_within(target.module, id) && !self.words(id).contains(name),
            (true, false) => false,
        };
        if !is_counted_elsewhere {
            self.add(id, &target, import.line);
        }
    }

    fn all_names(&mut self, id: usize, import: &Use) {
        let Some(target) = self.modules.resolve(id, &import.path) else {
            return;
        };
        if target.is_item {
            return self.add(id, &target, import.line);
        }
        let offered = self.modules.offered(target.module);
        let used: Vec<&str> = offered
            .into_iter()
            .filter(|name| self.words(id).contains(*name))
            .collect();
        for name in &used {
            let path = [import.path.as_slice(), &[(*name).to_owned()]].concat();
            if let Some(target) = self.modules.resolve(id, &path) {
                self.add(id, &target, import.line);
            }
        }
        let is_re_export = import.is_public && self.modules.is_within(target.module, id);
        if used.is_empty() && !is_re_export {
            self.add(id, &target, import.line);
        }
    }

    fn words(&self, id: usize) -> &BTreeSet<String> {
        &self.modules.files[self.modules.modules[id].file].words
    }

    fn add(&mut self, id: usize, target: &Target, line: usize) {
        let file = |id: usize| self.modules.modules[id].file;
        let (from, to) = (file(id), file(target.module));
        let through = target
            .through
            .iter()
            .map(|id| file(*id))
            .filter(|file| *file != from);
        if from != to {
            let import = self.imports.entry((from, to)).or_insert(Import {
                line,
                through: BTreeSet::new(),
            });
            import.line = import.line.min(line);
            import.through.extend(through);
        }
    }
}

/// The circles among the imports, each as one shortest way round: every file once, from its first.
pub fn circles(edges: &[(usize, usize)]) -> Vec<Circle> {
    let mut left: BTreeSet<usize> = edges.iter().map(|(from, _)| *from).collect();
    let mut found = Vec::new();
    while let Some(first) = left.pop_first() {
        let ahead = reached(edges, first, |(from, to)| (from, to));
        let behind = reached(edges, first, |(from, to)| (to, from));
        let size = ahead.keys().filter(|file| behind.contains_key(file)).count();
        left.retain(|file| !(ahead.contains_key(file) && behind.contains_key(file)));
        if size > 0 {
            let mut way = vec![first];
            let mut at = behind[&first];
            while at != first {
                way.push(at);
                at = behind[&at];
            }
            found.push(Circle { size, way });
        }
    }
    found
}

/// Files that import each other, directly or by others.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle {
    /// How many there are.
    pub size: usize,
    /// A shortest way round from one of them.
    pub way: Vec<usize>,
}

/// What can be reached from a file, breadth first, each with the file before it.
fn reached(
    edges: &[(usize, usize)],
    first: usize,
    turned: fn((usize, usize)) -> (usize, usize),
) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    let mut front = vec![first];
    while !front.is_empty() {
        let mut next = Vec::new();
        for (from, to) in edges.iter().map(|edge| turned(*edge)) {
            if front.contains(&from) && !found.contains_key(&to) {
                found.insert(to, from);
                next.push(to);
            }
        }
        front = next;
    }
    found
}
