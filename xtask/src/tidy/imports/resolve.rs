//! What a path leads to, as the compiler would follow it.

use std::collections::BTreeSet;

use super::modules::Modules;

/// Renamings that lead to renamings: no honest path takes more steps.
const MOST_STEPS: usize = 12;

/// Where a path ends.
#[derive(Clone, Debug)]
pub struct Target {
    pub module: usize,
    /// Whether it names something in the module, and not the module itself.
    pub is_item: bool,
    /// The modules that it came through and that re-export it.
    pub through: Vec<usize>,
}

/// A path on its way.
struct Way<'a> {
    origin: usize,
    steps: usize,
    /// Whether names that come from a `*` are looked for.
    globs: bool,
    through: Vec<usize>,
    modules: &'a Modules,
}

impl Modules {
    /// Follows a path that stands in a module; `None` if it leads out of the crate.
    pub fn resolve(&self, origin: usize, path: &[String]) -> Option<Target> {
        self.follow(origin, path, true)
    }

    /// Where a `*` stands for names. Its path is not looked for among the names of others: that might never end.
    fn resolve_glob(&self, module: usize, path: &[String]) -> Option<usize> {
        let target = self.follow(module, path, false)?;
        (!target.is_item).then_some(target.module)
    }

    fn follow(&self, origin: usize, path: &[String], globs: bool) -> Option<Target> {
        let mut way = Way {
            origin,
            steps: 0,
            globs,
            through: Vec::new(),
            modules: self,
        };
        way.start(origin, path)
    }

    /// Every name that a module offers to others.
    pub fn offered(&self, module: usize) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.collect(module, &mut names, MOST_STEPS);
        names
    }

    fn collect<'a>(&'a self, module: usize, names: &mut BTreeSet<&'a str>, steps: usize) {
        let here = &self.modules[module];
        names.extend(here.defined.iter().map(String::as_str));
        names.extend(here.children.keys().map(String::as_str));
        for re_export in here.uses.iter().filter(|one| one.is_public) {
            match &re_export.name {
                Some(name) => drop(names.insert(name)),
                None if steps == 0 => {}
                None => {
                    if let Some(there) = self.resolve_glob(module, &re_export.path) {
                        self.collect(there, names, steps - 1);
                    }
                }
            }
        }
    }

    /// The name under which programs use the library of their crate.
    fn is_own_library(&self, name: &str) -> bool {
        name.strip_prefix("poolhouse_")
            .is_some_and(|short| short.replace('_', "-") == self.name)
    }
}

impl Way<'_> {
    fn start(&mut self, module: usize, path: &[String]) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let modules = &self.modules.modules;
        match first.as_str() {
            "crate" => self.walk(modules[module].root, rest),
            "self" => self.walk(module, rest),
            "super" => {
                let mut above = modules[module].parent;
                let supers = rest.iter().take_while(|segment| *segment == "super").count();
                for _ in 0..supers {
                    above = modules[above].parent;
                }
                self.walk(above, &rest[supers..])
            }
            name if modules[module].children.contains_key(name) => self.walk(module, path),
            name if self.modules.is_own_library(name) && modules[module].root != 0 => self.walk(0, rest),
            _ => self.renamed(module, path),
        }
    }

    fn walk(&mut self, mut module: usize, path: &[String]) -> Option<Target> {
        for (at, segment) in path.iter().enumerate() {
            let here = &self.modules.modules[module];
            if let Some(child) = here.children.get(segment) {
                module = *child;
                continue;
            }
            let renamed = match here.defined.contains(segment) {
                true => None,
                false => self.renamed(module, &path[at..]),
            };
            return Some(renamed.unwrap_or_else(|| self.end(module, true)));
        }
        Some(self.end(module, false))
    }

    fn end(&self, module: usize, is_item: bool) -> Target {
        Target {
            module,
            is_item,
            through: self.through.clone(),
        }
    }

    /// Follows a name that the module has from elsewhere.
    fn renamed(&mut self, module: usize, path: &[String]) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return None;
        }
        let modules = self.modules;
        let is_own = modules.modules[module].file == modules.modules[self.origin].file;
        let visible = modules.modules[module]
            .uses
            .iter()
            .filter(|one| one.is_public || is_own);
        let named = visible
            .clone()
            .find(|one| one.name.as_deref() == Some(first.as_str()));
        let onward = match named {
            Some(found) if found.path == [first.clone()] => return None,
            Some(found) => [&found.path, rest].concat(),
            None => {
                let mut all = visible.filter(|one| self.globs && one.name.is_none());
                let glob = all.find(|one| {
                    let there = modules.resolve_glob(module, &one.path);
                    there.is_some_and(|there| modules.offered(there).contains(first.as_str()))
                })?;
                [&glob.path, path].concat()
            }
        };
        self.through.push(module);
        self.start(module, &onward)
    }
}
