//! Joins the files of a project.

mod calls;
mod named;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::facts::{FileFacts, FileNode, Reference, Target};
use super::hierarchy::orders_of;
use super::modules::{Modules, Named, Place, is_root_package};
use super::shared::Shared;
use super::testing::{exercised, test_code};
use super::{EdgeKind, NodeKind, ProjectGraph};
use crate::language::{PackageRoot, Sharing};
use crate::syntax::NONE;

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
    link_folder(files, "", &[])
}

/// [`link`] for files below a folder of this name. Where the folder is itself a package, its own module and what that
/// holds have the folder's name, and absolute imports under it find what lies in the folder. `roots` are the folders whose
/// packages are imported under a path of their own.
pub fn link_folder(files: &[FileFacts], folder: &str, roots: &[PackageRoot]) -> ProjectGraph {
    let mut linker = Linker::new(files, folder, roots);
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
    shared: Shared<'files>,
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
    fn new(files: &'files [FileFacts], folder: &'files str, roots: &'files [PackageRoot]) -> Self {
        Self {
            files,
            modules: Modules::new(files, folder, roots),
            shared: Shared::new(files),
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

    /// Reads and writes of variables.
    fn add_accesses(&mut self, number: u32) {
        for access in &self.files[number as usize].accesses {
            let found = self.accessed(number, access);
            let share = access.confidence / found.len().max(1) as f32;
            let source = self.node((number, access.source));
            for (variable, is_whole) in found {
                // What is behind a variable belongs to its value: the variable is read.
                let kind = if is_whole { access.kind } else { EdgeKind::Reads };
                self.edge(source, End::Node(self.node(variable)), kind, share);
            }
        }
    }

    /// The variables that an access may mean, each with whether nothing is behind it.
    fn accessed(&self, number: u32, access: &Reference) -> Vec<(Place, bool)> {
        let found = match &access.target {
            Target::Local(node) => Some(((number, *node), true)),
            Target::Import(import, attributes) => self.modules.variable(number, *import, attributes),
            Target::Unbound(path) => match self.modules.wildcard_variable(number, path) {
                None => return self.shared_variables(number, access.source, path),
                found => found,
            },
            Target::Inherited(class, name) => self.inherited_variable((number, *class), name).map(|one| (one, true)),
            Target::Builtin(_) | Target::Method(_) => None,
        };
        found.into_iter().collect()
    }

    /// What tests exercise, by the calls found so far.
    fn add_tests(&mut self) {
        let (mut is_part, mut test_of, mut set_ups) = (Vec::new(), Vec::new(), Vec::new());
        for (file, offset) in self.files.iter().zip(&self.offsets) {
            let found = test_code(file);
            is_part.extend(found.is_part);
            test_of.extend(found.test_of.iter().map(|test| if *test == NONE { NONE } else { test + offset }));
            set_ups.extend(found.set_ups.iter().map(|(test, set_up)| (test + offset, set_up + offset, 1.0)));
        }
        self.settle_edges();
        let calls = self.edges.iter().filter_map(|(source, end, kind, sure)| match end {
            End::Node(target) if *kind == EdgeKind::Calls => Some((*source, *target, *sure)),
            _ => None,
        });
        let calls: Vec<_> = calls.chain(set_ups).collect();
        for ((test, node), sure) in exercised(&calls, &is_part, &test_of) {
            self.edge(test, End::Node(node), EdgeKind::Tests, sure);
        }
    }

    /// Notes a relation between files for the models' input.
    fn note_named(&mut self, source: u32, target: u32, kind: EdgeKind, confidence: f32) {
        if confidence >= TRUSTED && self.graph.files[source as usize] != self.graph.files[target as usize] {
            self.between_files.push((source, target, kind));
        }
    }

    fn add_imports(&mut self, number: u32) {
        let module = self.node((number, 1));
        for import in 0..self.files[number as usize].imports.len() as u32 {
            match self.modules.imported(number, import) {
                // Several files are one package. What a file takes from its own namespaces is nothing that it imports.
                Named::Project(mut places) => {
                    places.retain(|(file, _)| !self.is_same_module(*file, number));
                    for place in places {
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

    /// Whether two files are one, or the header and the source of one name.
    fn is_same_module(&self, one: u32, other: u32) -> bool {
        let (one_file, other_file) = (&self.files[one as usize], &self.files[other as usize]);
        let is_joined = |file: &FileFacts| file.sharing() == Sharing::Everywhere;
        one == other || (is_joined(one_file) && is_joined(other_file) && one_file.module() == other_file.module())
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
