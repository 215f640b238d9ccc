//! The sketches of a project, joined.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::sketch::{Class, Function, Sketch};
use super::values::{Name, Node};
use crate::graph::NodeKind;
use crate::graph::facts::{FileFacts, Import};
use crate::graph::modules::{Family, Modules, common_folders, folder_of};
use crate::graph::testing::is_hidden_test;
use crate::language::{Rules, Sharing};

pub(super) struct World<'a> {
    pub(super) files: &'a [FileFacts],
    pub(super) modules: &'a Modules<'a>,
    pub(super) offsets: &'a [u32],
    texts: Vec<String>,
    numbers: FxHashMap<String, Name>,
    /// By file: the project's names for those of its sketch.
    names: Vec<Vec<Name>>,
    /// By file: the other way round.
    own_names: Vec<FxHashMap<Name, u32>>,
    pub(super) file_of: Vec<u32>,
    /// Members of classes, modules' functions left out.
    pub(super) members: FxHashMap<(Node, Name), Vec<Node>>,
    /// Names of all of those that are functions.
    pub(super) method_names: FxHashSet<Name>,
    pub(super) folders: Vec<Vec<u32>>,
    folder_numbers: BTreeMap<&'a str, u32>,
    pub(super) folder_of: Vec<u32>,
    /// By file: it is one of tests that others do not see.
    pub(super) is_hidden: Vec<bool>,
    /// Modules by the ends of their names, where these tell them apart.
    by_end: FxHashMap<(Family, &'a str), Option<u32>>,
    /// What is seen everywhere: by path.
    pub(super) globals: FxHashMap<String, Vec<Node>>,
    /// Names of macros, wherever they are defined.
    pub(super) macros: FxHashSet<Name>,
    /// Paths of namespaces that are seen everywhere.
    pub(super) namespaces: FxHashSet<String>,
}

impl<'a> World<'a> {
    pub(super) fn new(files: &'a [FileFacts], modules: &'a Modules<'a>, offsets: &'a [u32]) -> Self {
        let mut world = Self {
            files,
            modules,
            offsets,
            texts: Vec::new(),
            numbers: FxHashMap::default(),
            names: Vec::new(),
            own_names: Vec::new(),
            file_of: Vec::new(),
            members: FxHashMap::default(),
            method_names: FxHashSet::default(),
            folders: Vec::new(),
            folder_numbers: BTreeMap::new(),
            folder_of: Vec::new(),
            is_hidden: files.iter().map(is_hidden_test).collect(),
            by_end: FxHashMap::default(),
            globals: FxHashMap::default(),
            macros: FxHashSet::default(),
            namespaces: FxHashSet::default(),
        };
        for (number, file) in files.iter().enumerate() {
            world.file_of.extend(file.nodes.iter().map(|_| number as u32));
            let names = file.sketch.as_ref().map_or(&[][..], |sketch| &sketch.names[..]);
            let names: Vec<Name> = names.iter().map(|name| world.name(name)).collect();
            world.own_names.push(names.iter().zip(0..).map(|(name, own)| (*name, own)).collect());
            world.names.push(names);
            world.add_folder(number as u32);
            if file.sketch.is_some() {
                world.add_members(number as u32);
                world.add_globals(number as u32);
            }
        }
        world
    }

    pub(super) fn name(&mut self, text: &str) -> Name {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let name = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), name);
        name
    }

    pub(super) fn text(&self, name: Name) -> &str {
        &self.texts[name as usize]
    }

    pub(super) fn known(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).copied()
    }

    /// The project's name for one of a file's sketch.
    pub(super) fn name_in(&self, file: u32, name: u32) -> Name {
        self.names[file as usize][name as usize]
    }

    /// A file's own number of a name.
    pub(super) fn own_name(&self, file: u32, name: Name) -> Option<u32> {
        self.own_names[file as usize].get(&name).copied()
    }

    pub(super) fn sketch(&self, file: u32) -> Option<&'a Sketch> {
        self.files[file as usize].sketch.as_ref()
    }

    pub(super) fn rules(&self, file: u32) -> Option<&'static Rules> {
        self.files[file as usize].language.map(|language| language.table().rules())
    }

    pub(super) fn sharing(&self, file: u32) -> Sharing {
        self.rules(file).map_or(Sharing::Imports, |rules| rules.sharing)
    }

    pub(super) fn node(&self, file: u32, node: u32) -> Node {
        self.offsets[file as usize] + node
    }

    /// File and number in it of a node.
    pub(super) fn place(&self, node: Node) -> (u32, u32) {
        let file = self.file_of[node as usize];
        (file, node - self.offsets[file as usize])
    }

    pub(super) fn kind(&self, node: Node) -> NodeKind {
        let (file, number) = self.place(node);
        self.files[file as usize].nodes[number as usize].kind
    }

    pub(super) fn full_name(&self, node: Node) -> &'a str {
        let (file, number) = self.place(node);
        &self.files[file as usize].nodes[number as usize].name
    }

    pub(super) fn function(&self, node: Node) -> Option<&'a Function> {
        let (file, number) = self.place(node);
        let functions = &self.sketch(file)?.functions;
        functions.binary_search_by_key(&number, |one| one.node).ok().map(|place| &functions[place])
    }

    pub(super) fn class(&self, node: Node) -> Option<&'a Class> {
        let (file, number) = self.place(node);
        let classes = &self.sketch(file)?.classes;
        classes.binary_search_by_key(&number, |one| one.node).ok().map(|place| &classes[place])
    }

    fn add_folder(&mut self, file: u32) {
        let folder: &'a str = self.files[file as usize].package_folder();
        let next = self.folder_numbers.len() as u32;
        let number = *self.folder_numbers.entry(folder).or_insert(next);
        if number == next {
            self.folders.push(Vec::new());
        }
        self.folders[number as usize].push(file);
        self.folder_of.push(number);
        if self.sharing(file) == Sharing::Folder {
            let mut rest = self.files[file as usize].module();
            while let Some((_, end)) = rest.split_once('.') {
                self.by_end
                    .entry((self.modules.family(file), end))
                    .and_modify(|known| *known = None)
                    .or_insert(Some(file));
                rest = end;
            }
        }
    }

    fn add_members(&mut self, file: u32) {
        let facts = &self.files[file as usize];
        for (number, (one, parent)) in facts.nodes.iter().zip(&facts.parents).enumerate().skip(2) {
            let is_member = matches!(one.kind, NodeKind::Function | NodeKind::Class);
            if is_member && facts.nodes[*parent as usize].kind == NodeKind::Class {
                let name = self.name(last_part(&one.name));
                if one.kind == NodeKind::Function {
                    self.method_names.insert(name);
                }
                let (class, node) = (self.node(file, *parent), self.node(file, number as u32));
                self.members.entry((class, name)).or_default().push(node);
            }
        }
    }

    fn add_globals(&mut self, file: u32) {
        if self.sharing(file) != Sharing::Everywhere {
            return;
        }
        let macros = self.sketch(file).map_or(&[][..], |sketch| &sketch.macros[..]);
        let macros: Vec<Name> = macros.iter().map(|name| self.name_in(file, *name)).collect();
        self.macros.extend(macros);
        let facts = &self.files[file as usize];
        for number in 2..facts.nodes.len() as u32 {
            let kind = facts.nodes[number as usize].kind;
            let node = self.node(file, number);
            let is_seen = match kind {
                NodeKind::Class => true,
                NodeKind::Function => self.function(node).is_some_and(|one| !one.is_private),
                _ => false,
            };
            let parent = facts.nodes[facts.parents[number as usize] as usize].kind;
            if is_seen && parent != NodeKind::Function {
                self.globals.entry(facts.path_of(number).to_owned()).or_default().push(node);
            }
        }
        for (_, path) in self.sketch(file).map_or(&[][..], |sketch| &sketch.namespace_paths[..]) {
            for path in beginnings(path) {
                self.namespaces.insert(path.to_owned());
            }
        }
    }

    /// What is seen everywhere under a path. A project may hold several programs: of what takes the same arguments, that of
    /// the file's own folder, else that with most folders around it in common with the file.
    pub(super) fn nearest(&self, file: u32, path: &str) -> Vec<Node> {
        let found = self.globals.get(path).map_or(&[][..], Vec::as_slice);
        let own = self.files[file as usize].path();
        let nearness = |node: Node| {
            let folder = folder_of(self.files[self.file_of[node as usize] as usize].path());
            (folder == folder_of(own), common_folders(own, folder))
        };
        let mut best = BTreeMap::new();
        for node in found {
            let best = best.entry(self.function(*node).map(|one| one.arity)).or_insert((false, 0));
            *best = nearness(*node).max(*best);
        }
        let is_nearest = |node: &Node| best.get(&self.function(*node).map(|one| one.arity)) == Some(&nearness(*node));
        found.iter().copied().filter(is_nearest).collect()
    }

    /// The dotted path of a namespace.
    pub(super) fn namespace_path(&self, file: u32, scope: u32) -> &'a str {
        let paths = self.sketch(file).map_or(&[][..], |sketch| &sketch.namespace_paths[..]);
        let place = paths.binary_search_by_key(&scope, |(scope, _)| *scope);
        place.map_or("", |place| paths[place].1.as_str())
    }

    /// The folder of exactly this path.
    pub(super) fn folder(&self, path: &str) -> Option<u32> {
        self.folder_numbers.get(path).copied()
    }

    /// The module that an import loads.
    pub(super) fn loaded(&self, from: u32, import: &Import) -> Option<u32> {
        if import.outside || import.file.is_some() {
            return self.modules.loaded(from, import).filter(|file| self.sketch(*file).is_some());
        }
        self.module(from, &import.module)
    }

    /// The module that `name` ends the name of, or has as its own.
    pub(super) fn module(&self, from: u32, name: &str) -> Option<u32> {
        let by_end = || self.by_end.get(&(self.modules.family(from), name)).copied().flatten();
        self.modules.module(from, name).or_else(by_end).filter(|file| self.sketch(*file).is_some())
    }
}

pub(super) fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A dotted path, then each of its beginnings, the shortest last.
pub(super) fn beginnings(path: &str) -> impl Iterator<Item = &str> {
    let first = (!path.is_empty()).then_some(path);
    std::iter::successors(first, |path| path.rsplit_once('.').map(|(beginning, _)| beginning))
}
