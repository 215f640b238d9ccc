//! What names stand for that the file itself does not declare.

use super::super::sketch::{ScopeKind, Source};
use super::Solver;
use super::values::{Name, Outside, Value};
use crate::language::Sharing;
use crate::syntax::NONE;

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
        if language.table().names().library_namespaces.contains(&text) {
            return vec![Value::External(self.world.name(text), Outside::Itself)];
        }
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
        let found =
            self.world.modules.named(facts.family(), &inner).filter(|found| *found != file && !self.has_loader(file));
        let found = found.or_else(|| self.world.modules.library(file, text));
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

    pub(super) fn has_loader(&self, file: u32) -> bool {
        let language = self.world.files[file as usize].language;
        language.is_some_and(|language| language.table().has_loaders())
    }

    /// The module at the root of the package: that of a root file in the nearest folder around that has one.
    pub(super) fn root_module(&self, file: u32) -> Option<Value> {
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
                let family = self.world.modules.family(file);
                self.world.modules.named(family, parent).map(Value::Module).or_else(|| self.root_module(file))
            }
            namespace => Some(self.module_of(file, self.world.sketch(file)?.scopes[namespace as usize].parent)),
        }
    }

    /// Names of the files of the same folder, and folders and packages by their own names.
    fn by_folder(&mut self, file: u32, text: &str) -> Vec<Value> {
        let Some(name) = self.world.known(text) else { return Vec::new() };
        let found = self.member_of_folder(file, self.world.folder_of[file as usize], name);
        if !found.is_empty() {
            return found;
        }
        self.world.folder(text).map(Value::Folder).into_iter().collect()
    }

    /// A member of a package, as code of `from` names it.
    pub(super) fn member_of_folder(&mut self, from: u32, folder: u32, name: Name) -> Vec<Value> {
        let mut found = self.member_of_files(from, folder, name);
        if found.is_empty() {
            let path = self.world.folders[folder as usize].first();
            let path = path.and_then(|file| self.world.files[*file as usize].path().rsplit_once('/'));
            let inner = path.map(|(folder, _)| format!("{folder}/{}", self.world.text(name)));
            found.extend(inner.and_then(|inner| self.world.folder(&inner)).map(Value::Folder));
        }
        found
    }

    /// What other files of a folder have under a name; those of hidden tests have it for each other.
    fn member_of_files(&mut self, from: u32, folder: u32, name: Name) -> Vec<Value> {
        let sees_tests = self.world.is_hidden[from as usize] && self.world.folder_of[from as usize] == folder;
        let mut found = Vec::new();
        for file in self.world.folders[folder as usize].clone() {
            let is_alike = self.world.modules.family(file) == self.world.modules.family(from);
            if file != from && is_alike && (sees_tests || !self.world.is_hidden[file as usize]) {
                found.extend(self.own_member_of_module(file, name));
            }
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
    pub(super) fn bound_in_module(&mut self, file: u32, name: Name) -> Vec<Value> {
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
    pub(super) fn stored_whole(&self, file: u32) -> Vec<Value> {
        self.world.known("exports").map_or_else(Vec::new, |name| self.stored_in_module(file, name))
    }

    /// The class that a file is named after, where files hold classes.
    pub(super) fn class_of_file(&self, file: u32) -> Option<Value> {
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

    /// Whether an import binds a name of the module that leads out of the project: a path that begins with such a name does
    /// not begin with what it stands for.
    pub(super) fn is_from_outside(&self, file: u32, text: &str) -> bool {
        let name = self.world.known(text).and_then(|name| self.world.own_name(file, name));
        let (Some(name), Some(sketch)) = (name, self.world.sketch(file)) else { return false };
        let imports = &self.world.files[file as usize].imports;
        let leads_out = |source: &Source| matches!(source, Source::Import(one) if !imports[*one as usize].relative);
        sketch.declared_in(0, name, 0).iter().any(|place| sketch.declared[*place].sources.iter().any(leads_out))
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
            let found = self.global(file, &format!("{beginning}.{text}"));
            if !found.is_empty() {
                return found;
            }
        }
        let found = self.global(file, text);
        if !found.is_empty() {
            return found;
        }
        let Some(name) = self.world.known(text) else { return Vec::new() };
        let used: Vec<Value> = sketch.used.iter().flat_map(|used| self.values(file, *used).to_vec()).collect();
        // Of a library it is not known which names it has.
        let used = used.into_iter().filter(|used| !matches!(used, Value::External(..)));
        used.flat_map(|used| self.member(file, used, name)).collect()
    }
}
