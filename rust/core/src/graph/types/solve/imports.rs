//! What import statements bring.

use super::Solver;
use super::values::{Name, Outside, Value};
use crate::graph::facts::WILDCARD;
use crate::language::Sharing;

/// How many imports of everything are gone through for one name.
const MOST_STEPS: usize = 64;

impl Solver<'_> {
    pub(super) fn loaded_module(&mut self, file: u32, name: u32) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let path = &sketch.names[name as usize];
        self.whole_module(self.world.modules.module(file, path), path)
    }

    pub(super) fn loaded_package(&mut self, file: u32, name: u32) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let path = &sketch.names[name as usize];
        self.whole_module(self.world.modules.given(file, path), path)
    }

    fn whole_module(&mut self, module: Option<u32>, path: &str) -> Vec<Value> {
        match module {
            Some(module) => {
                let mut values = self.stored_whole(module);
                values.push(Value::Module(module));
                values
            }
            None => vec![Value::External(self.world.name(path), Outside::Itself)],
        }
    }

    /// What an import stands for.
    pub(super) fn imported(&mut self, file: u32, number: u32) -> Vec<Value> {
        let import = &self.world.files[file as usize].imports[number as usize];
        let loaded = self.world.loaded(file, import);
        if import.outside && loaded.is_none() {
            let folder = self.imported_folder(file, &import.module);
            let path = &import.path;
            return vec![folder.map_or_else(|| Value::External(self.world.name(path), Outside::Itself), Value::Folder)];
        }
        // Modules may import from each other in circles.
        if self.depth == super::DEEPEST {
            return Vec::new();
        }
        self.depth += 1;
        let found = match loaded {
            _ if !self.world.files[file as usize].imports_only_members() => self.absolute(file, &import.path),
            Some(module) => {
                let members = import.path.get(import.module.len()..).unwrap_or_default();
                self.members_of(file, Value::Module(module), members.trim_start_matches('.'))
            }
            None => Vec::new(),
        };
        self.depth -= 1;
        if found.is_empty() && !import.relative {
            let path = &import.path;
            return vec![Value::External(self.world.name(path), Outside::Itself)];
        }
        found
    }

    /// The folder of the package of the project that an import's path names.
    fn imported_folder(&self, file: u32, path: &str) -> Option<u32> {
        self.world.folder(self.world.modules.package_folder(file, path)?)
    }

    /// What a dotted path from the root names.
    fn absolute(&mut self, file: u32, path: &str) -> Vec<Value> {
        let mut end = path.len();
        loop {
            if let Some(module) = self.world.module(file, &path[..end]) {
                return self.members_of(file, Value::Module(module), path[end..].trim_start_matches('.'));
            }
            match path[..end].rfind('.') {
                Some(dot) => end = dot,
                None => break,
            }
        }
        if self.world.sharing(file) == Sharing::Folder {
            return self.absolute_folder(file, path);
        }
        self.absolute_from_root(file, path)
    }

    fn absolute_folder(&mut self, file: u32, path: &str) -> Vec<Value> {
        let (folder, name) = path.rsplit_once('.').unwrap_or(("", path));
        let folder = self.world.folder(&folder.replace('.', "/"));
        folder.map_or_else(Vec::new, |folder| self.members_of(file, Value::Folder(folder), name))
    }

    /// A path below the root of a package, without the folder of that.
    fn absolute_from_root(&mut self, file: u32, path: &str) -> Vec<Value> {
        if self.has_loader(file) {
            return Vec::new();
        }
        let Some(root @ Value::Module(number)) = self.root_module(file) else { return Vec::new() };
        if number == file && self.is_from_outside(file, path.split('.').next().unwrap_or_default()) {
            return Vec::new();
        }
        let module = self.world.files[number as usize].module();
        let folder = module.rsplit_once('.').map_or("", |(folder, _)| folder);
        let rest = path.strip_prefix(folder).map_or(path, |rest| rest.trim_start_matches('.'));
        self.members_of(file, root, rest)
    }

    fn members_of(&mut self, file: u32, value: Value, path: &str) -> Vec<Value> {
        let mut values = match value {
            Value::Module(module) if path.is_empty() => vec![self.class_of_file(module).unwrap_or(value)],
            _ => vec![value],
        };
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let name = self.world.name(part);
            values = values.into_iter().flat_map(|value| self.member(file, value, name)).collect();
        }
        values
    }

    /// A name that a file may have from an import of everything, directly or by way of other modules.
    pub(super) fn by_wildcards(&mut self, file: u32, text: &str) -> Vec<Value> {
        let Some(name) = self.world.known(text) else { return Vec::new() };
        if let Some(known) = self.from_everything.get(&(file, name)) {
            return known.to_vec();
        }
        // Imports may run in circles: what is being looked for is not found by itself.
        self.from_everything.insert((file, name), super::values::sorted(Vec::new()));
        let found = super::values::sorted(self.search_wildcards(file, name));
        self.from_everything.insert((file, name), found.clone());
        found.to_vec()
    }

    fn search_wildcards(&mut self, file: u32, name: Name) -> Vec<Value> {
        let (mut queue, mut next) = (vec![file], 0);
        while next < queue.len() && next < MOST_STEPS {
            let from = queue[next];
            next += 1;
            for source in self.everything_imported(from) {
                let found = match source {
                    Value::Module(module) if queue.contains(&module) => continue,
                    Value::Module(module) => {
                        queue.push(module);
                        self.bound_in_module(module, name)
                    }
                    other => self.member(from, other, name),
                };
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// The modules, folders and classes of which a file imports everything.
    fn everything_imported(&mut self, file: u32) -> Vec<Value> {
        let imports = &self.world.files[file as usize].imports;
        let mut sources = Vec::new();
        for import in imports.iter().filter(|import| import.path.ends_with(WILDCARD)) {
            let loaded = self.world.loaded(file, import);
            if import.outside && loaded.is_none() {
                sources.extend(self.imported_folder(file, &import.module).map(Value::Folder));
                continue;
            }
            let folder = self.world.folder(&import.module.replace('.', "/"));
            match (loaded, folder) {
                (Some(module), _) => sources.push(Value::Module(module)),
                (None, Some(folder)) if self.world.sharing(file) == Sharing::Folder => {
                    sources.push(Value::Folder(folder));
                }
                _ if self.world.files[file as usize].imports_only_members() => {}
                _ => sources.extend(self.absolute(file, &import.module)),
            }
        }
        sources
    }
}
