//! Calls, by the values and types that were followed and by the names that files give.

use super::super::facts::{Reference, Target};
use super::super::hierarchy::orders_of;
use super::super::modules::Named;
use super::super::points_to::{self, resolve};
use super::super::{EdgeKind, types};
use super::{End, Linker};

/// More methods of one name than this, and a call of it on an unknown object says nothing.
const MOST_CANDIDATES: usize = 4;

/// How sure it is that a method of a name is meant, about whose object nothing is known; shared between all of that name.
const GUESS: f32 = 0.3;

impl Linker<'_> {
    /// Calls found by following values, in files whose language allows it.
    pub(super) fn add_followed_calls(&mut self) {
        let found = resolve(self.files, &self.modules, &self.offsets);
        self.add_found(found.calls, found.external, found.unknown);
    }

    /// Calls and bases found by types, in the other languages.
    pub(super) fn add_typed_calls(&mut self) {
        let found = types::resolve(self.files, &self.modules, &self.offsets);
        self.add_found(found.calls, found.external, found.unknown);
        for (class, base) in found.bases {
            self.edge(class, End::Node(base), EdgeKind::Inherits, points_to::SURE);
            let bases = self.bases.entry(class).or_default();
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        self.orders = orders_of(&self.bases);
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

    /// Notes the calls between files that names alone give, for the models' input. The graph's own calls come of values and
    /// types.
    pub(super) fn note_calls(&mut self, number: u32) {
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

    fn is_builtin_method(&self, caller: u32, method: &str) -> bool {
        let file = self.offsets.partition_point(|first| *first <= caller).saturating_sub(1);
        let language = self.files.get(file).and_then(|file| file.language);
        language.is_some_and(|language| language.table().is_builtin_method(method))
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
}
