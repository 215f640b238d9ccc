//! Joins the files of a project.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::facts::{FileFacts, FileNode, Reference, Target};
use super::hierarchy::orders_of;
use super::modules::{Modules, Named, Place, is_root_package};
use super::points_to::{self, resolve};
use super::testing::{exercised, test_code};
use super::{EdgeKind, NodeKind, ProjectGraph, types};
use crate::language::Constructor;
use crate::syntax::NONE;

/// More methods of one name than this, and a call of it on an unknown object says nothing.
const MOST_CANDIDATES: usize = 4;

/// How sure it is that a method of a name is meant, about whose object nothing is known; shared between all of that name.
const GUESS: f32 = 0.3;

/// Calls and inheritance between files are told to models from this confidence on.
const TRUSTED: f32 = 0.5;

/// Joins files, given in path order, to a project graph.
///
/// In Python a call that reaches just one function is 0.95 sure, 0.8 where a function on the way is only assumed to be
/// called, from outside or by what is not understood; several candidates share that.
///
/// In the other languages a call that reaches one function is 1.0 sure where it is called by its name alone, 0.95 as a member
/// of an object, class or module; several candidates share that. Of base classes: definitions in enclosing scopes 1.0,
/// imported names, followed through packages and re-exports, 0.9, names from an import of everything 0.7; bases found by
/// types 0.95.
///
/// In all, a method of an unknown object 0.3, shared between all methods of that name if there are at most four and no
/// built-in type has one. Names from outside the project and built-in names become externals under their own path
/// (`json.loads`, `builtins.len`). What is not found gives no edge.
pub fn link(files: &[FileFacts]) -> ProjectGraph {
    link_folder(files, "")
}

/// [`link`] for files below a folder of this name. Where the folder is itself a package, its own module and what that
/// holds have the folder's name, and absolute imports under it find what lies in the folder.
pub fn link_folder(files: &[FileFacts], folder: &str) -> ProjectGraph {
    let mut linker = Linker::new(files, folder);
    for number in 0..files.len() as u32 {
        linker.add_file(number);
    }
    for number in 0..files.len() as u32 {
        linker.add_bases(number);
    }
    linker.orders = orders_of(&linker.bases);
    for number in 0..files.len() as u32 {
        linker.note_calls(number);
        linker.add_imports(number);
    }
    linker.add_followed_calls();
    linker.add_typed_calls();
    for number in 0..files.len() as u32 {
        linker.add_accesses(number);
    }
    linker.add_tests();
    let mut graph = linker.finish();
    name_root_package(&mut graph, files, folder);
    graph
}

/// Gives the module of the folder's own file the folder's name; `folder.__init__` where another module has that.
fn name_root_package(graph: &mut ProjectGraph, files: &[FileFacts], folder: &str) {
    let Some(number) = files.iter().position(is_root_package).filter(|_| !folder.is_empty()) else { return };
    let own = files[number].module();
    let is_taken = files.iter().any(|file| file.module() == folder);
    let name = if is_taken { format!("{folder}.{own}") } else { folder.to_owned() };
    for node in 0..graph.node_count() {
        if graph.files[node] == number as u32 && graph.kinds[node] != NodeKind::File as u8 {
            let rest = graph.names[node].strip_prefix(own).unwrap_or_default();
            graph.names[node] = format!("{name}{rest}");
        }
    }
}

/// Where an edge ends: a node of the project, or the number of an external.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Node(u32),
    External(u32),
}

/// Source, end, kind and confidence of an edge.
type Linked = (u32, End, EdgeKind, f32);

struct Linker<'files> {
    files: &'files [FileFacts],
    modules: Modules<'files>,
    graph: ProjectGraph,
    /// First node of each file.
    offsets: Vec<u32>,
    /// Methods by name.
    methods: FxHashMap<&'files str, Vec<u32>>,
    externals: FxHashMap<String, u32>,
    /// Bases of a class within the project.
    bases: BTreeMap<u32, Vec<u32>>,
    /// By class: itself and its bases in the order of look-up; of those with bases.
    orders: FxHashMap<u32, Vec<u32>>,
    /// Some more than once until they are settled.
    edges: Vec<Linked>,
    /// Calls and inheritance between files that names alone give, for the models' input.
    between_files: Vec<(u32, u32, EdgeKind)>,
}

impl<'files> Linker<'files> {
    fn new(files: &'files [FileFacts], folder: &'files str) -> Self {
        Self {
            files,
            modules: Modules::new(files, folder),
            graph: ProjectGraph::default(),
            offsets: Vec::with_capacity(files.len()),
            methods: FxHashMap::default(),
            externals: FxHashMap::default(),
            bases: BTreeMap::new(),
            orders: FxHashMap::default(),
            edges: Vec::new(),
            between_files: Vec::new(),
        }
    }

    fn add_file(&mut self, number: u32) {
        let file = &self.files[number as usize];
        let offset = self.graph.node_count() as u32;
        self.offsets.push(offset);
        for (node, parent) in file.nodes.iter().zip(&file.parents) {
            let place = self.graph.node_count() as u32;
            if *parent != NONE {
                self.edge(offset + parent, End::Node(place), EdgeKind::Contains, 1.0);
                if node.kind == NodeKind::Function && file.nodes[*parent as usize].kind == NodeKind::Class {
                    let name = node.name.rsplit('.').next().unwrap_or(&node.name);
                    self.methods.entry(name).or_default().push(place);
                }
            }
            self.graph.push_node(node, number);
        }
        self.graph.file_paths.push(file.path.clone());
        for (source, target, kind) in &file.own_edges {
            self.graph.push_input_edge(offset + source, offset + target, *kind);
        }
    }

    fn edge(&mut self, source: u32, end: End, kind: EdgeKind, confidence: f32) {
        self.edges.push((source, end, kind, confidence));
    }

    /// Keeps each edge once, with its highest confidence, sorted.
    fn settle_edges(&mut self) {
        // Stable for its speed: long runs are in order already.
        let place = |(source, end, kind, _): &Linked| (*source, *end, *kind);
        self.edges.sort_by(|one, other| place(one).cmp(&place(other)).then(other.3.total_cmp(&one.3)));
        self.edges.dedup_by_key(|edge| place(edge));
    }

    fn node(&self, (file, node): Place) -> u32 {
        self.offsets[file as usize] + node
    }

    fn kind(&self, (file, node): Place) -> NodeKind {
        self.files[file as usize].nodes[node as usize].kind
    }

    fn external(&mut self, name: String) -> End {
        let next = self.externals.len() as u32;
        End::External(*self.externals.entry(name).or_insert(next))
    }

    fn add_bases(&mut self, number: u32) {
        for reference in self.files[number as usize].references.iter().filter(|one| one.kind == EdgeKind::Inherits) {
            let class = self.node((number, reference.source));
            match self.named(number, &reference.target) {
                Named::Project(places) => {
                    let is_class = |place: &Place| self.kind(*place) == NodeKind::Class;
                    let places: Vec<Place> = places.into_iter().filter(is_class).collect();
                    let share = reference.confidence / places.len().max(1) as f32;
                    for place in &places {
                        self.edge(class, End::Node(self.node(*place)), EdgeKind::Inherits, share);
                        self.note_named(class, self.node(*place), EdgeKind::Inherits, share);
                    }
                    let bases: Vec<u32> = places.iter().map(|place| self.node(*place)).collect();
                    self.bases.entry(class).or_default().extend(bases);
                }
                Named::External(name) => {
                    let end = self.external(name);
                    self.edge(class, end, EdgeKind::Inherits, reference.confidence);
                }
                Named::Missing => {}
            }
        }
    }

    /// Calls found by following values, in files whose language allows it.
    fn add_followed_calls(&mut self) {
        let found = resolve(self.files, &self.modules, &self.offsets);
        self.add_found(found.calls, found.external, found.unknown);
    }

    /// Calls and bases found by types, in the other languages.
    fn add_typed_calls(&mut self) {
        let found = types::resolve(self.files, &self.modules, &self.offsets);
        self.add_found(found.calls, found.external, found.unknown);
        for (class, base) in found.bases {
            self.edge(class, End::Node(base), EdgeKind::Inherits, points_to::SURE);
        }
    }

    /// Calls of nodes, of what is outside the project, and of methods of unknown objects.
    fn add_found(&mut self, calls: Vec<(u32, u32, f32)>, external: Vec<(u32, String)>, unknown: Vec<(u32, String)>) {
        for (caller, node, confidence) in calls {
            self.edge(caller, End::Node(node), EdgeKind::Calls, confidence);
        }
        for (caller, path) in external {
            let end = self.external(path);
            self.edge(caller, end, EdgeKind::Calls, points_to::SURE);
        }
        for (caller, method) in unknown {
            if !self.is_builtin_method(caller, &method) {
                self.guess(caller, &method, GUESS);
            }
        }
    }

    /// Reads and writes of variables.
    fn add_accesses(&mut self, number: u32) {
        for access in &self.files[number as usize].accesses {
            let found = match &access.target {
                Target::Local(node) => Some(((number, *node), true)),
                Target::Import(import, attributes) => self.modules.variable(number, *import, attributes),
                Target::Unbound(path) => self.modules.wildcard_variable(number, path),
                Target::Inherited(class, name) => {
                    self.inherited_variable((number, *class), name).map(|one| (one, true))
                }
                Target::Builtin(_) | Target::Method(_) => None,
            };
            let Some((variable, is_whole)) = found else { continue };
            // What is behind a variable belongs to its value: the variable is read.
            let kind = if is_whole { access.kind } else { EdgeKind::Reads };
            let source = self.node((number, access.source));
            self.edge(source, End::Node(self.node(variable)), kind, access.confidence);
        }
    }

    /// A variable of the bases of a class.
    fn inherited_variable(&self, class: Place, name: &str) -> Option<Place> {
        self.bases_of(class).find_map(|base| self.modules.own_variable(base, name))
    }

    /// The bases of a class, in the order of look-up.
    fn bases_of(&self, class: Place) -> impl Iterator<Item = Place> + '_ {
        let order = self.orders.get(&self.node(class)).map_or(&[][..], Vec::as_slice);
        order.iter().skip(1).map(|base| self.place(*base))
    }

    /// The file of a node, and its number in that.
    fn place(&self, node: u32) -> Place {
        let file = self.graph.files[node as usize];
        (file, node - self.offsets[file as usize])
    }

    /// What tests exercise, by the calls found so far.
    fn add_tests(&mut self) {
        let (mut is_part, mut test_of) = (Vec::new(), Vec::new());
        for (file, offset) in self.files.iter().zip(&self.offsets) {
            let found = test_code(file);
            is_part.extend(found.is_part);
            test_of.extend(found.test_of.iter().map(|test| if *test == NONE { NONE } else { test + offset }));
        }
        self.settle_edges();
        let calls = self.edges.iter().filter_map(|(source, end, kind, sure)| match end {
            End::Node(target) if *kind == EdgeKind::Calls => Some((*source, *target, *sure)),
            _ => None,
        });
        let calls: Vec<_> = calls.collect();
        for ((test, node), sure) in exercised(&calls, &is_part, &test_of) {
            self.edge(test, End::Node(node), EdgeKind::Tests, sure);
        }
    }

    fn is_builtin_method(&self, caller: u32, method: &str) -> bool {
        let file = self.offsets.partition_point(|first| *first <= caller).saturating_sub(1);
        let language = self.files.get(file).and_then(|file| file.language);
        language.is_some_and(|language| language.table().is_builtin_method(method))
    }

    /// Notes the calls between files that names alone give, for the models' input. The graph's own calls come of values and
    /// types.
    fn note_calls(&mut self, number: u32) {
        for reference in self.files[number as usize].references.iter().filter(|one| one.kind == EdgeKind::Calls) {
            let source = self.node((number, reference.source));
            for (target, confidence) in self.named_calls(number, reference) {
                self.note_named(source, target, EdgeKind::Calls, confidence);
            }
        }
    }

    /// The nodes that a call may reach by the names that its file gives them.
    fn named_calls(&self, number: u32, reference: &Reference) -> Vec<(u32, f32)> {
        let places = match (&reference.target, self.named(number, &reference.target)) {
            (Target::Local(node), _) => vec![(number, *node)],
            (_, Named::Project(places)) => self.called(places),
            _ => return Vec::new(),
        };
        let share = reference.confidence / places.len().max(1) as f32;
        places.into_iter().map(|place| (self.node(place), share)).collect()
    }

    /// Notes a relation between files for the models' input.
    fn note_named(&mut self, source: u32, target: u32, kind: EdgeKind, confidence: f32) {
        if confidence >= TRUSTED && self.graph.files[source as usize] != self.graph.files[target as usize] {
            self.between_files.push((source, target, kind));
        }
    }

    /// What a reference names.
    fn named(&self, file: u32, target: &Target) -> Named {
        match target {
            Target::Local(node) => Named::Project(vec![(file, *node)]),
            Target::Import(import, attributes) => self.imported_member(file, *import, attributes),
            Target::Builtin(path) => match self.builtin_module(file) {
                "" => Named::Missing,
                module => Named::External(format!("{module}.{path}")),
            },
            Target::Inherited(class, method) => self.inherited((file, *class), method),
            Target::Unbound(path) => self.modules.unbound(file, path),
            Target::Method(_) => Named::Missing,
        }
    }

    /// What an import and attributes name; a method may be one that its class inherits.
    fn imported_member(&self, file: u32, import: u32, attributes: &str) -> Named {
        let named = self.modules.import(file, import, attributes);
        let (owner, method) = attributes.rsplit_once('.').unwrap_or(("", attributes));
        if named != Named::Missing || method.is_empty() {
            return named;
        }
        match self.modules.import(file, import, owner) {
            Named::Project(places) if places.len() == 1 && self.kind(places[0]) == NodeKind::Class => {
                self.inherited(places[0], method)
            }
            _ => Named::Missing,
        }
    }

    fn builtin_module(&self, file: u32) -> &'static str {
        self.files[file as usize].language.map_or("", |language| language.table().names().builtin_module)
    }

    /// A method of the bases of a class.
    fn inherited(&self, class: Place, method: &str) -> Named {
        let mut found = self.bases_of(class).map(|base| self.modules.methods(base, method));
        found.find(|methods| !methods.is_empty()).map_or(Named::Missing, Named::Project)
    }

    /// The functions and classes among what was named; a class stands for its constructor where it defines one.
    fn called(&self, places: Vec<Place>) -> Vec<Place> {
        let callable = |place: &Place| matches!(self.kind(*place), NodeKind::Class | NodeKind::Function);
        places.into_iter().filter(callable).map(|place| self.constructor(place)).collect()
    }

    fn constructor(&self, place: Place) -> Place {
        if self.kind(place) != NodeKind::Class {
            return place;
        }
        let file = &self.files[place.0 as usize];
        let constructor = file.language.map_or(Constructor::None, |language| language.table().names().constructor);
        let found = constructor.of_class(&file.nodes[place.1 as usize].name);
        found.and_then(|name| self.modules.methods(place, name).last().copied()).unwrap_or(place)
    }

    fn guess(&mut self, source: u32, method: &str, confidence: f32) {
        let candidates = self.methods.get(method).cloned().unwrap_or_default();
        if candidates.len() > MOST_CANDIDATES {
            return;
        }
        for candidate in &candidates {
            self.edge(source, End::Node(*candidate), EdgeKind::Calls, confidence / candidates.len() as f32);
        }
    }

    fn add_imports(&mut self, number: u32) {
        let module = self.node((number, 1));
        for import in 0..self.files[number as usize].imports.len() as u32 {
            match self.modules.imported(number, import) {
                // Several files are one package. What a file takes from its own namespaces is nothing that it imports.
                Named::Project(places) => {
                    for place in places.into_iter().filter(|(file, _)| *file != number) {
                        self.edge(module, End::Node(self.node(place)), EdgeKind::Imports, 1.0);
                    }
                }
                Named::External(name) => {
                    let end = self.external(name);
                    self.edge(module, end, EdgeKind::Imports, 1.0);
                }
                Named::Missing => {}
            }
        }
    }

    /// Adds the externals, sorted by name, and the edges.
    fn finish(mut self) -> ProjectGraph {
        let mut externals: Vec<(String, u32)> = std::mem::take(&mut self.externals).into_iter().collect();
        externals.sort_unstable();
        let mut places = vec![0; externals.len()];
        for (name, number) in externals {
            places[number as usize] = self.graph.node_count() as u32;
            self.graph.push_external(name);
        }
        self.settle_edges();
        let resolved = std::mem::take(&mut self.edges).into_iter().map(|(source, end, kind, confidence)| {
            let target = match end {
                End::Node(node) => node,
                End::External(number) => places[number as usize],
            };
            (source, target, kind, confidence)
        });
        let mut edges: Vec<_> = resolved.collect();
        edges.sort_by_key(|(source, target, kind, _)| (*source, *target, *kind));
        for (source, target, kind, confidence) in edges {
            self.graph.push_edge(source, target, kind, confidence);
        }
        self.between_files.sort_unstable();
        self.between_files.dedup();
        for (source, target, kind) in std::mem::take(&mut self.between_files) {
            self.graph.push_input_edge(source, target, kind);
        }
        self.graph
    }
}

impl ProjectGraph {
    fn push_node(&mut self, node: &FileNode, file: u32) {
        self.kinds.push(node.kind as u8);
        self.names.push(node.name.clone());
        self.files.push(file);
        self.start_lines.push(node.start_line);
        self.end_lines.push(node.end_line);
        self.start_bytes.push(node.start_byte);
        self.end_bytes.push(node.end_byte);
    }

    fn push_external(&mut self, name: String) {
        self.kinds.push(NodeKind::External as u8);
        self.names.push(name);
        self.files.push(NONE);
        self.start_lines.push(0);
        self.end_lines.push(0);
        self.start_bytes.push(0);
        self.end_bytes.push(0);
    }

    fn push_edge(&mut self, source: u32, target: u32, kind: EdgeKind, confidence: f32) {
        self.sources.push(source);
        self.targets.push(target);
        self.edge_kinds.push(kind as u8);
        self.confidences.push(confidence);
    }

    fn push_input_edge(&mut self, source: u32, target: u32, kind: EdgeKind) {
        self.own_sources.push(source);
        self.own_targets.push(target);
        self.own_kinds.push(kind as u8);
    }
}
