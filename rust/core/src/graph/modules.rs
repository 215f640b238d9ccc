//! Finds what dotted paths name in a project.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::facts::{FileFacts, Import, Symbol, Target, WILDCARD};
use super::packages::Packages;
use super::testing::is_hidden_test;
use crate::language::{PackageRoot, Sharing};

/// How many modules and classes are looked into for one name: imports may run in circles.
const MOST_STEPS: usize = 64;

/// A node of a file: the file's place in the list, and the node's in the file.
pub(super) type Place = (u32, u32);

/// Languages whose files import each other.
pub(super) type Family = &'static str;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// Nodes of the project.
    Project(Vec<Place>),
    /// Something outside of it, under this path.
    External(String),
    /// The path leads into the project, but what it ends at is not written there.
    Missing,
}

/// The modules of a project, by name; each file finds those of its own family of languages alone.
pub(super) struct Modules<'files> {
    files: &'files [FileFacts],
    by_name: FxHashMap<(Family, &'files str), u32>,
    by_path: FxHashMap<&'files str, u32>,
    /// Files whose definitions the linker joins, by their names without folders.
    by_file_name: FxHashMap<&'files str, Vec<u32>>,
    /// Files that are one package with those beside them, by the folder from the root of packages on.
    by_package: FxHashMap<(Family, String), Vec<u32>>,
    /// Names that hold from a folder on which packages are found, such as `src`; none where two files share one.
    by_short_name: FxHashMap<(Family, &'files str), Option<u32>>,
    /// Modules beside each other in a folder that is no package, by folder and name.
    by_folder: FxHashMap<(Family, &'files str, &'files str), u32>,
    packages: Packages<'files>,
    /// The name by which the files import the source root, where that is itself a package.
    root: Option<(&'files str, u32)>,
}

impl<'files> Modules<'files> {
    pub(super) fn new(files: &'files [FileFacts], folder: &'files str, roots: &'files [PackageRoot]) -> Self {
        let mut modules = Self {
            files,
            by_name: FxHashMap::default(),
            by_path: FxHashMap::default(),
            by_file_name: FxHashMap::default(),
            by_package: FxHashMap::default(),
            by_short_name: FxHashMap::default(),
            by_folder: FxHashMap::default(),
            packages: Packages::new(files, roots),
            root: None,
        };
        let packages = package_folders(files);
        for (number, file) in files.iter().enumerate() {
            modules.by_name.entry((file.family(), file.module())).or_insert(number as u32);
            modules.by_path.insert(file.path(), number as u32);
            modules.add_short_name(number as u32, &packages);
            modules.add_shared(number as u32);
        }
        modules.root = modules.root_package(folder);
        modules
    }

    fn add_shared(&mut self, number: u32) {
        let file = &self.files[number as usize];
        match file.sharing() {
            Sharing::Imports => {}
            Sharing::Folder if is_hidden_test(file) => {}
            Sharing::Folder => {
                self.by_package.entry((file.family(), file.package_folder().to_owned())).or_default().push(number);
            }
            Sharing::Everywhere => {
                let name = file.path().rsplit('/').next().unwrap_or_default();
                self.by_file_name.entry(name).or_default().push(number);
            }
        }
    }

    /// If the source root is a package: the outside name under which its files most often import modules that lie in
    /// it; half of the imports under that name must find one, and at least two. Else the folder's own name.
    fn root_package(&self, folder: &'files str) -> Option<(&'files str, u32)> {
        let own_file = self.files.iter().position(is_root_package)? as u32;
        let family = self.family(own_file);
        let is_known = |name: &str| self.by_name.contains_key(&(family, name));
        let files = self.files.iter().filter(|file| file.family() == family);
        let mut tallies: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for import in files.flat_map(|file| &file.imports).filter(|import| !import.relative) {
            let Some((first, rest)) = import.module.split_once('.') else { continue };
            let (found, all) = tallies.entry(first).or_default();
            *found += usize::from(is_known(rest));
            *all += 1;
        }
        tallies.retain(|name, (found, all)| *found >= 2 && *found * 2 >= *all && !is_known(name));
        let imported = tallies.into_iter().max_by_key(|(_, (found, _))| *found).map(|(name, _)| name);
        let named = (!folder.is_empty() && !is_known(folder)).then_some(folder);
        imported.or(named).map(|name| (name, own_file))
    }

    fn add_short_name(&mut self, number: u32, packages: &BTreeSet<(Family, &str)>) {
        let file = &self.files[number as usize];
        let (family, folder) = (file.family(), folder_of(file.path()));
        let mut root = file.source_root().and_then(|end| folder.get(..end)).unwrap_or(folder);
        while !root.is_empty() && packages.contains(&(family, root)) {
            root = folder_of(root);
        }
        if root.is_empty() {
            return;
        }
        let Some(short) = file.module().get(root.len() + 1..) else { return };
        if root == folder {
            self.by_folder.entry((family, folder, short)).or_insert(number);
        } else {
            self.by_short_name.entry((family, short)).and_modify(|known| *known = None).or_insert(Some(number));
        }
    }

    /// The module of exactly this name.
    pub(super) fn named(&self, family: Family, name: &str) -> Option<u32> {
        self.by_name.get(&(family, name)).copied()
    }

    pub(super) fn family(&self, file: u32) -> Family {
        self.files[file as usize].family()
    }

    /// The module that a file means by a name.
    pub(super) fn module(&self, from: u32, name: &str) -> Option<u32> {
        let file = &self.files[from as usize];
        let (family, folder) = (file.family(), folder_of(file.path()));
        let short = || self.by_short_name.get(&(family, name)).copied().flatten();
        let beside = || self.by_folder.get(&(family, folder, name)).copied();
        self.named(family, name)
            .or_else(|| self.library(from, name))
            .or_else(beside)
            .or_else(short)
            .or_else(|| self.under_root(family, name))
    }

    /// The root of the library of the project that a file means by a name.
    pub(super) fn library(&self, from: u32, name: &str) -> Option<u32> {
        let family = self.family(from);
        self.packages.library_module(from, name, |module| self.named(family, module))
    }

    /// The module that an import loads: by a path of a manifest, as a file by its path, or else by name. One that names a
    /// file never means its own; one from outside has no name in the project.
    pub(super) fn loaded(&self, from: u32, import: &Import) -> Option<u32> {
        if import.outside {
            return self.source(from, import);
        }
        let Some(file) = &import.file else { return self.module(from, &import.module) };
        match self.included(from, file)[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The files that an inclusion may mean whose path leads to `file`: that file, else those that lie under the written
    /// path in a folder in which a build may look.
    fn included(&self, from: u32, file: &str) -> Vec<u32> {
        if let Some(exact) = self.by_path.get(file) {
            return Some(*exact).filter(|exact| *exact != from).into_iter().collect();
        }
        let written = self.written(from, file);
        let name = written.rsplit('/').next().unwrap_or_default();
        let named = self.by_file_name.get(name).into_iter().flatten().copied();
        let lies_under = |other: &u32| {
            let folder = self.files[*other as usize].path().strip_suffix(written);
            folder.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
        };
        named.filter(|other| *other != from).filter(lies_under).collect()
    }

    /// The path of an inclusion from the folder of the including file on.
    fn written<'path>(&self, from: u32, file: &'path str) -> &'path str {
        let folder = folder_of(self.files[from as usize].path());
        file.strip_prefix(folder).map_or(file, |rest| rest.trim_start_matches('/'))
    }

    /// The file that an import means by a path that a manifest gives.
    fn source(&self, from: u32, import: &Import) -> Option<u32> {
        let path = import.outside.then_some(&import.module)?;
        self.given(from, path).filter(|module| *module != from)
    }

    /// The file that a file means by a path that a manifest gives.
    pub(super) fn given(&self, from: u32, path: &str) -> Option<u32> {
        let family = self.family(from);
        self.packages.source(from, path, |target| {
            let exact = self.by_path.get(target).copied().filter(|module| self.family(*module) == family);
            let names = [target, super::imports::without_extension(target)].map(|path| path.replace('/', "."));
            let named = |name: &String| self.named(family, name.strip_suffix(".index").unwrap_or(name));
            exact.or_else(|| names.iter().find_map(named))
        })
    }

    fn under_root(&self, family: Family, name: &str) -> Option<u32> {
        let (root, own_file) = self.root.filter(|(_, own_file)| self.family(*own_file) == family)?;
        match name.strip_prefix(root)? {
            "" => Some(own_file),
            rest => self.named(family, rest.strip_prefix('.')?),
        }
    }

    /// The folder of the package that a path with slashes names in a file.
    pub(super) fn package_folder(&self, from: u32, path: &str) -> Option<&'files str> {
        self.packages.folder(from, path)
    }

    /// The files of that package.
    fn package(&self, from: u32, path: &str) -> Option<&[u32]> {
        self.package_folder(from, path).map(|folder| self.packages.files_of(folder))
    }

    /// The files of the package that a dotted path names.
    fn files_of_package(&self, from: u32, path: &str) -> Option<&[u32]> {
        self.by_package.get(&(self.family(from), path.replace('.', "/"))).map(Vec::as_slice)
    }

    /// The module that is the longest part of a path, and the rest of the path.
    fn longest_module<'path>(&self, from: u32, path: &'path str) -> Option<(u32, &'path str)> {
        let mut end = path.len();
        loop {
            if let Some(module) = self.module(from, &path[..end]) {
                return Some((module, path[end..].trim_start_matches('.')));
            }
            end = path[..end].rfind('.')?;
        }
    }

    /// The module that the path of an import begins with, and the rest of the path.
    fn beginning<'path>(&self, from: u32, import: &Import, path: &'path str) -> Option<(u32, &'path str)> {
        if !self.files[from as usize].imports_only_members() {
            return self.longest_module(from, path);
        }
        let rest = path.get(import.module.len()..).unwrap_or_default();
        Some((self.loaded(from, import)?, rest.trim_start_matches('.')))
    }

    /// The module that an import statement in file `from` loads.
    pub(super) fn imported(&self, from: u32, import: u32) -> Named {
        let import = &self.files[from as usize].imports[import as usize];
        if let Some(module) = self.source(from, import) {
            return Named::Project(vec![(module, 1)]);
        }
        if import.outside {
            let files = self.package(from, &import.module);
            let modules = files.map(|files| files.iter().map(|file| (*file, 1)).collect());
            return modules.map_or_else(|| Named::External(import.module.clone()), Named::Project);
        }
        if let Some(file) = &import.file {
            return match self.included(from, file)[..] {
                [] => Named::External(self.written(from, file).to_owned()),
                [only] => Named::Project(vec![(only, 1)]),
                _ => Named::Missing,
            };
        }
        let found = if self.files[from as usize].imports_only_members() {
            self.module(from, &import.module)
        } else {
            let whole = if import.member { &import.path } else { &import.module };
            self.longest_module(from, whole).map(|(module, _)| module)
        };
        match found {
            Some(module) => Named::Project(vec![(module, 1)]),
            None if import.relative => Named::Missing,
            None if import.path.ends_with(WILDCARD) => {
                let files = self
                    .files_of_package(from, &import.module)
                    .map(|files| files.iter().map(|file| (*file, 1)).collect());
                files.map_or_else(|| Named::External(import.module.clone()), Named::Project)
            }
            None => Named::External(import.module.clone()),
        }
    }

    /// What an import and then attributes name, seen from file `from`.
    pub(super) fn import(&self, from: u32, import: u32, attributes: &str) -> Named {
        self.import_within(from, import, attributes, &mut { MOST_STEPS })
    }

    fn import_within(&self, from: u32, import: u32, attributes: &str, steps: &mut usize) -> Named {
        let import = &self.files[from as usize].imports[import as usize];
        let path = super::imports::join(&import.path, attributes);
        if import.outside && self.source(from, import).is_none() {
            let files = self.package(from, &import.module).filter(|_| !attributes.is_empty());
            return files.map_or(Named::External(path), |files| self.member_of_package(files, attributes, steps));
        }
        match self.beginning(from, import, &path) {
            Some((module, "")) => Named::Project(vec![(module, 1)]),
            Some((module, rest)) => self.member((module, 1), rest, steps),
            None if import.relative => Named::Missing,
            None => Named::External(path),
        }
    }

    /// What a module or class has under a dotted path.
    fn member(&self, owner: Place, path: &str, steps: &mut usize) -> Named {
        if *steps == 0 {
            return Named::Missing;
        }
        *steps -= 1;
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let symbols = self.symbols(owner, first);
        let mut places = Vec::new();
        for symbol in symbols {
            match self.follow(owner.0, &symbol.target, rest, steps) {
                Named::Project(found) => places.extend(found),
                Named::External(path) if symbols.len() == 1 => return Named::External(path),
                _ => {}
            }
        }
        if symbols.is_empty() {
            return self.wildcard(owner, path, steps);
        }
        if places.is_empty() { Named::Missing } else { Named::Project(places) }
    }

    fn member_of_package(&self, files: &[u32], path: &str, steps: &mut usize) -> Named {
        let found = files.iter().map(|file| self.member((*file, 1), path, steps));
        found.into_iter().find(|named| matches!(named, Named::Project(_))).unwrap_or(Named::Missing)
    }

    fn follow(&self, file: u32, target: &Target, rest: &str, steps: &mut usize) -> Named {
        match target {
            Target::Local(node) if rest.is_empty() => Named::Project(vec![(file, *node)]),
            Target::Local(node) if self.kind((file, *node)) == NodeKind::Class => {
                self.member((file, *node), rest, steps)
            }
            Target::Import(import, attributes) => {
                self.import_within(file, *import, &super::imports::join(attributes, rest), steps)
            }
            _ => Named::Missing,
        }
    }

    /// A name that a module may have from an import of everything.
    fn wildcard(&self, owner: Place, path: &str, steps: &mut usize) -> Named {
        if owner.1 != 1 {
            return Named::Missing;
        }
        let found = self.wildcards(owner.0).find_map(|module| match self.member((module, 1), path, steps) {
            Named::Project(found) => Some(found),
            _ => None,
        });
        found.map_or(Named::Missing, Named::Project)
    }

    /// What an unbound name of a file may stand for, by its imports of everything.
    pub(super) fn unbound(&self, file: u32, path: &str) -> Named {
        self.wildcard((file, 1), path, &mut { MOST_STEPS })
    }

    /// The project's modules of which a file imports everything.
    fn wildcards(&self, file: u32) -> impl Iterator<Item = u32> + '_ {
        let imports = &self.files[file as usize].imports;
        let everything = imports.iter().filter(|import| import.path.ends_with(WILDCARD));
        everything.filter_map(move |import| self.loaded(file, import)).filter(move |module| *module != file)
    }

    fn kind(&self, (file, node): Place) -> NodeKind {
        self.files[file as usize].nodes[node as usize].kind
    }

    fn symbols(&self, (file, owner): Place, name: &str) -> &'files [Symbol] {
        self.files[file as usize].symbols_of(owner, name)
    }

    /// The variable that an import and then attributes lead to, and whether nothing is behind it.
    pub(super) fn variable(&self, from: u32, import: u32, attributes: &str) -> Option<(Place, bool)> {
        self.imported_variable(from, import, attributes, &mut { MOST_STEPS })
    }

    fn imported_variable(&self, from: u32, import: u32, attributes: &str, steps: &mut usize) -> Option<(Place, bool)> {
        let import = &self.files[from as usize].imports[import as usize];
        if import.outside && self.source(from, import).is_none() {
            let files = self.package(from, &import.module)?;
            return files.iter().find_map(|file| self.variable_of((*file, 1), attributes, steps));
        }
        let path = super::imports::join(&import.path, attributes);
        let (module, rest) = self.beginning(from, import, &path)?;
        self.variable_of((module, 1), rest, steps)
    }

    /// The variable that a module or class has under the beginning of a dotted path, and whether that is the whole path.
    fn variable_of(&self, owner: Place, path: &str, steps: &mut usize) -> Option<(Place, bool)> {
        *steps = steps.checked_sub(1)?;
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        if let Some(own) = self.own_variable(owner, first) {
            return Some((own, rest.is_empty()));
        }
        let found = self.symbols(owner, first).iter().find_map(|symbol| match &symbol.target {
            Target::Local(class) if !rest.is_empty() => self.variable_of((owner.0, *class), rest, steps),
            Target::Import(import, attributes) => {
                self.imported_variable(owner.0, *import, &super::imports::join(attributes, rest), steps)
            }
            _ => None,
        });
        found.or_else(|| if owner.1 == 1 { self.unbound_variable(owner.0, path, steps) } else { None })
    }

    /// The variable that a module or class itself has under a name.
    pub(super) fn own_variable(&self, (file, owner): Place, name: &str) -> Option<Place> {
        let variables = &self.files[file as usize].variables;
        let place = |(of, known, _): &(u32, String, u32)| (*of, known.as_str()).cmp(&(owner, name));
        variables.binary_search_by(place).ok().map(|found| (file, variables[found].2))
    }

    /// The variable that an unbound path of a file may lead to, by its imports of everything.
    pub(super) fn wildcard_variable(&self, file: u32, path: &str) -> Option<(Place, bool)> {
        self.unbound_variable(file, path, &mut { MOST_STEPS })
    }

    fn unbound_variable(&self, file: u32, path: &str, steps: &mut usize) -> Option<(Place, bool)> {
        self.wildcards(file).find_map(|module| self.variable_of((module, 1), path, steps))
    }

    /// The methods that a class itself has under a name.
    pub(super) fn methods(&self, class: Place, name: &str) -> Vec<Place> {
        match self.member(class, name, &mut { MOST_STEPS }) {
            Named::Project(found) => {
                found.into_iter().filter(|place| self.kind(*place) == NodeKind::Function).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Folders that hold a package's own file.
fn package_folders(files: &[FileFacts]) -> BTreeSet<(Family, &str)> {
    let is_package = |file: &&FileFacts| {
        let folder = folder_of(file.path());
        !folder.is_empty() && folder.len() == file.module().len()
    };
    files.iter().filter(is_package).map(|file| (file.family(), folder_of(file.path()))).collect()
}

/// Whether a file stands for the source root.
pub(super) fn is_root_package(file: &FileFacts) -> bool {
    file.language.is_some_and(|language| language.table().names().package_files.contains(&file.module()))
}

/// How many of the outermost folders of a file's path are those of a folder's.
pub(super) fn common_folders(path: &str, folder: &str) -> usize {
    let pairs = folder_of(path).split('/').zip(folder.split('/'));
    pairs.take_while(|(one, other)| one == other && !one.is_empty()).count()
}

pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
