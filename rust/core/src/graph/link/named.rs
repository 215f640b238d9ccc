//! What references name, seen from the file that they stand in.

use super::super::NodeKind;
use super::super::facts::Target;
use super::super::modules::{Named, Place};
use super::Linker;
use crate::language::Constructor;

impl Linker<'_> {
    /// What a reference names.
    pub(super) fn named(&self, file: u32, target: &Target) -> Named {
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
    pub(super) fn called(&self, places: Vec<Place>) -> Vec<Place> {
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

    /// A variable of the bases of a class.
    pub(super) fn inherited_variable(&self, class: Place, name: &str) -> Option<Place> {
        self.bases_of(class).find_map(|base| self.modules.own_variable(base, name))
    }

    /// Variables that a path means by what files see of each other without importing it, each with whether nothing is
    /// behind it.
    pub(super) fn shared_variables(&self, file: u32, source: u32, path: &str) -> Vec<(Place, bool)> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let of_folder = self.shared.of_folder(file, first).into_iter();
        let of_folder: Vec<_> = of_folder.filter_map(|place| self.variable_at(place, rest)).collect();
        if !of_folder.is_empty() {
            return of_folder;
        }
        let around = self.files[file as usize].path_of(source);
        let mut ends = std::iter::once(path.len()).chain(path.rmatch_indices('.').map(|(dot, _)| dot));
        let found = ends.find_map(|end| {
            let places = self.shared.everywhere(file, around, &path[..end]);
            (!places.is_empty()).then(|| places.into_iter().map(|place| (place, end == path.len())).collect())
        });
        found.unwrap_or_default()
    }

    /// A variable, or that of a class, and whether nothing of a path is behind it.
    fn variable_at(&self, place: Place, path: &str) -> Option<(Place, bool)> {
        if self.kind(place) == NodeKind::Variable {
            return Some((place, path.is_empty()));
        }
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let own = self.modules.own_variable(place, name);
        let variable = own.or_else(|| self.inherited_variable(place, name))?;
        Some((variable, rest.is_empty()))
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
}
