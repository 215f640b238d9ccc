//! What names stand for that the file itself does not declare.

use super::super::sketch::{ScopeKind, Source};
use super::Solver;
use super::values::{Name, Outside, Value};
use crate::graph::facts::WILDCARD;
use crate::language::Sharing;
use crate::syntax::NONE;

/// How many imports of everything are gone through for one name.
const MOST_STEPS: usize = 64;

impl Solver<'_> {
    /// What a name stands for that no scope of the file binds.
    pub(super) fn outside(&mut self, file: u32, scope: u32, text: &str) -> Vec<Value> {
        let found = match self.world.sharing(file) {
            Sharing::Imports => self.by_module(file, scope, text),
            Sharing::Folder => self.by_folder(file, text),
            Sharing::Everywhere => self.by_linker(file, scope, text),
        };
        if !found.is_empty() {
            return found;
        }
        let found = self.by_wildcards(file, text);
        if !found.is_empty() {
            return found;
        }
        self.builtin(file, text)
    }

    fn builtin(&mut self, file: u32, text: &str) -> Vec<Value> {
        let Some(language) = self.world.files[file as usize].language else { return Vec::new() };
        if !language.table().is_builtin(text) {
            return Vec::new();
        }
        match language.table().names().builtin_module {
            "" => vec![Value::Plain],
            _ if language.table().names().plain_names.contains(&text) => vec![Value::Plain],
            module => {
                let path = format!("{module}.{text}");
                vec![Value::External(self.world.name(&path), Outside::Itself)]
            }
        }
    }

    /// Names of modules, where a file sees but what it imports.
    fn by_module(&mut self, file: u32, scope: u32, text: &str) -> Vec<Value> {
        if let Some(found) = self.special_module(file, scope, text) {
            return vec![found];
        }
        let facts = &self.world.files[file as usize];
        let module = facts.module();
        let parent = module.rsplit_once('.').map_or("", |(parent, _)| parent);
        let inner = crate::graph::imports::join(if facts.is_build_root() { parent } else { module }, text);
        let found = self.world.modules.named(&inner).filter(|found| *found != file && !self.has_loader(file));
        found.map(Value::Module).into_iter().collect()
    }

    /// The module that a name of the language's own means in a scope.
    fn special_module(&self, file: u32, scope: u32, text: &str) -> Option<Value> {
        let names = self.world.files[file as usize].language?.table().names().modules;
        match text {
            "" => None,
            _ if names.own.contains(&text) => Some(self.module_of(file, scope)),
            _ if text == names.root => self.root_module(file),
            _ if text == names.around => self.module_around(file, scope),
            _ => None,
        }
    }

    fn has_loader(&self, file: u32) -> bool {
        let language = self.world.files[file as usize].language;
        language.is_some_and(|language| language.table().has_loaders())
    }

    /// The module at the root of the package: that of a root file in the nearest folder around that has one.
    fn root_module(&self, file: u32) -> Option<Value> {
        let language = self.world.files[file as usize].language?;
        let mut folder = self.world.files[file as usize].path();
        loop {
            folder = folder.rsplit_once('/').map_or("", |(around, _)| around);
            let number = self.world.folder(folder);
            let files = number.map_or(&[][..], |number| &self.world.folders[number as usize][..]);
            let is = |file: u32, stem: &str| {
                let file = &self.world.files[file as usize];
                file.language == Some(language) && file.stem() == stem
            };
            let stems = language.table().names().root_files.iter();
            let roots = stems.copied().find_map(|stem| files.iter().find(|file| is(**file, stem)));
            if let Some(root) = roots {
                return Some(Value::Module(*root));
            }
            if folder.is_empty() {
                return Some(Value::Module(file));
            }
        }
    }

    /// The namespace in which a scope is, or [`NONE`].
    fn namespace_of(&self, file: u32, scope: u32) -> u32 {
        let Some(sketch) = self.world.sketch(file) else { return NONE };
        let mut current = scope;
        while current != NONE && sketch.scopes[current as usize].kind != ScopeKind::Namespace {
            current = sketch.scopes[current as usize].parent;
        }
        current
    }

    /// The namespace, or else the file, in which a scope is.
    fn module_of(&self, file: u32, scope: u32) -> Value {
        match self.namespace_of(file, scope) {
            NONE => Value::Module(file),
            namespace => Value::Namespace(file, namespace),
        }
    }

    /// The module around the namespace, or else the file, in which a scope is.
    pub(super) fn module_around(&self, file: u32, scope: u32) -> Option<Value> {
        match self.namespace_of(file, scope) {
            NONE => {
                let parent = self.world.files[file as usize].module().rsplit_once('.').map_or("", |(parent, _)| parent);
                self.world.modules.named(parent).map(Value::Module).or_else(|| self.root_module(file))
            }
            namespace => Some(self.module_of(file, self.world.sketch(file)?.scopes[namespace as usize].parent)),
        }
    }

    /// Names of the files of the same folder, and folders and packages by their own names.
    fn by_folder(&mut self, file: u32, text: &str) -> Vec<Value> {
        let Some(name) = self.world.known(text) else { return Vec::new() };
        let found = self.member_of_folder_except(self.world.folder_of[file as usize], name, file);
        if !found.is_empty() {
            return found;
        }
        self.world.folder(text).map(Value::Folder).into_iter().collect()
    }

    pub(super) fn member_of_folder(&mut self, folder: u32, name: Name) -> Vec<Value> {
        self.member_of_folder_except(folder, name, NONE)
    }

    fn member_of_folder_except(&mut self, folder: u32, name: Name, except: u32) -> Vec<Value> {
        let mut found = Vec::new();
        for file in self.world.folders[folder as usize].clone() {
            if file != except {
                found.extend(self.own_member_of_module(file, name));
            }
        }
        if found.is_empty() {
            let path = self.world.folders[folder as usize].first();
            let path = path.and_then(|file| self.world.files[*file as usize].path().rsplit_once('/'));
            let inner = path.map(|(folder, _)| format!("{folder}/{}", self.world.text(name)));
            found.extend(inner.and_then(|inner| self.world.folder(&inner)).map(Value::Folder));
        }
        found
    }

    /// A name that the text of a module binds, imports apart.
    fn own_member_of_module(&mut self, file: u32, name: Name) -> Vec<Value> {
        let Some(own) = self.world.own_name(file, name) else { return Vec::new() };
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let is_import = |source: &Source| matches!(source, Source::Import(_));
        let mut places = sketch.declared_in(0, own, 0);
        places.retain(|place| !sketch.declared[*place].sources.iter().any(is_import));
        self.declared(file, &places)
    }

    /// What a module has under a name.
    pub(super) fn member_of_module(&mut self, file: u32, name: Name) -> Vec<Value> {
        let found = self.bound_in_module(file, name);
        if !found.is_empty() {
            return found;
        }
        let text = self.world.text(name).to_owned();
        match text.as_str() {
            "exports" => vec![Value::Module(file)],
            "default" => self.stored_whole(file),
            _ => self.indirect_member_of_module(file, name, &text),
        }
    }

    /// What the text of a module binds, and what is put into it.
    fn bound_in_module(&mut self, file: u32, name: Name) -> Vec<Value> {
        let mut found = self.stored_in_module(file, name);
        if let (Some(own), Some(sketch)) = (self.world.own_name(file, name), self.world.sketch(file)) {
            let places = sketch.declared_in(0, own, 0);
            found.extend(self.declared(file, &places));
            if found.is_empty() {
                found.extend(self.member_of_namespace_at_root(file, own));
            }
        }
        found
    }

    /// A member of what a module gives as a whole, of the class it is named after, of modules that it holds or takes
    /// everything from.
    fn indirect_member_of_module(&mut self, file: u32, name: Name, text: &str) -> Vec<Value> {
        let mut found = Vec::new();
        for value in self.stored_whole(file).into_iter().filter(|value| *value != Value::Module(file)) {
            found.extend(self.member(file, value, name));
        }
        if found.is_empty() {
            found = self.class_of_file(file).map_or_else(Vec::new, |class| self.member(file, class, name));
        }
        if found.is_empty() {
            found = self.by_module(file, 0, text);
        }
        if found.is_empty() { self.by_wildcards(file, text) } else { found }
    }

    fn member_of_namespace_at_root(&self, file: u32, own: u32) -> Option<Value> {
        let sketch = self.world.sketch(file)?;
        let inner = sketch.namespaces.iter().find(|(around, one, _)| (*around, *one) == (0, own));
        inner.map(|(_, _, inner)| Value::Namespace(file, *inner))
    }

    fn stored_in_module(&self, file: u32, name: Name) -> Vec<Value> {
        self.stored.get(&(Value::Module(file), name)).into_iter().flatten().copied().collect()
    }

    /// What a module gives as a whole: `module.exports = …`.
    fn stored_whole(&self, file: u32) -> Vec<Value> {
        self.world.known("exports").map_or_else(Vec::new, |name| self.stored_in_module(file, name))
    }

    /// The class that a file is named after, where files hold classes.
    fn class_of_file(&self, file: u32) -> Option<Value> {
        if self.world.sharing(file) != Sharing::Folder {
            return None;
        }
        let module = self.world.files[file as usize].module();
        let name = self.world.known(super::world::last_part(module))?;
        let own = self.world.own_name(file, name)?;
        let sketch = self.world.sketch(file)?;
        let place = sketch.declared_in(0, own, 0).into_iter().next()?;
        match sketch.declared[place].sources.first()? {
            Source::Definition(node) => Some(self.definition(self.world.node(file, *node))),
            _ => None,
        }
    }

    pub(super) fn loaded_module(&mut self, file: u32, name: u32) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let path = &sketch.names[name as usize];
        match self.world.modules.module(file, path) {
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
        if import.outside {
            let folder = self.imported_folder(&import.module);
            let path = &import.path;
            return vec![folder.map_or_else(|| Value::External(self.world.name(path), Outside::Itself), Value::Folder)];
        }
        // Modules may import from each other in circles.
        if self.depth == super::DEEPEST {
            return Vec::new();
        }
        self.depth += 1;
        let found =
            match self.world.loaded(file, import).filter(|_| self.world.files[file as usize].imports_only_members()) {
                Some(module) => {
                    let members = import.path.get(import.module.len()..).unwrap_or_default();
                    self.members_of(file, Value::Module(module), members.trim_start_matches('.'))
                }
                None => self.absolute(file, &import.path),
            };
        self.depth -= 1;
        if found.is_empty() && !import.relative {
            let path = &import.path;
            return vec![Value::External(self.world.name(path), Outside::Itself)];
        }
        found
    }

    /// The folder of the project that the end of an import's path names.
    fn imported_folder(&self, path: &str) -> Option<u32> {
        let mut rest = path;
        while let Some((_, end)) = rest.split_once('/') {
            if let Some(folder) = self.world.folder(end) {
                return Some(folder);
            }
            rest = end;
        }
        None
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

    /// Whether an import binds a name of the module that leads out of the project: a path that begins with such a name does
    /// not begin with what it stands for.
    fn is_from_outside(&self, file: u32, text: &str) -> bool {
        let name = self.world.known(text).and_then(|name| self.world.own_name(file, name));
        let (Some(name), Some(sketch)) = (name, self.world.sketch(file)) else { return false };
        let imports = &self.world.files[file as usize].imports;
        let leads_out = |source: &Source| matches!(source, Source::Import(one) if !imports[*one as usize].relative);
        sketch.declared_in(0, name, 0).iter().any(|place| sketch.declared[*place].sources.iter().any(leads_out))
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
    fn by_wildcards(&mut self, file: u32, text: &str) -> Vec<Value> {
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
            if import.outside {
                sources.extend(self.imported_folder(&import.module).map(Value::Folder));
                continue;
            }
            let folder = self.world.folder(&import.module.replace('.', "/"));
            match (self.world.loaded(file, import), folder) {
                (Some(module), _) => sources.push(Value::Module(module)),
                (None, Some(folder)) if self.world.sharing(file) == Sharing::Folder => {
                    sources.push(Value::Folder(folder));
                }
                _ => sources.extend(self.absolute(file, &import.module)),
            }
        }
        sources
    }

    /// Names that the linker joins: those of the namespaces and classes around, then those of no namespace.
    fn by_linker(&mut self, file: u32, scope: u32, text: &str) -> Vec<Value> {
        let Some(sketch) = self.world.sketch(file) else { return Vec::new() };
        let owner = sketch.scopes[scope as usize].owner;
        let mut around = self.world.files[file as usize].path_of(owner);
        let mut current = scope;
        while current != NONE {
            let path = self.world.namespace_path(file, current);
            if path.len() > around.len() {
                around = path;
            }
            current = sketch.scopes[current as usize].parent;
        }
        for beginning in super::world::beginnings(around) {
            let found = self.global(&format!("{beginning}.{text}"));
            if !found.is_empty() {
                return found;
            }
        }
        let found = self.global(text);
        if !found.is_empty() {
            return found;
        }
        let Some(name) = self.world.known(text) else { return Vec::new() };
        let used: Vec<Value> = sketch.used.iter().flat_map(|used| self.values(file, *used).to_vec()).collect();
        used.into_iter().flat_map(|used| self.member(file, used, name)).collect()
    }
}
