//! A language's definition, resolved to the numbers of its grammar.

use rustc_hash::{FxHashMap, FxHashSet};

use super::definition::{LanguageDefinition, PackagePaths, PatternForm, Tests};
use super::form::Form;
use super::idioms::{Idioms, Meaning};
use super::imports::{ImportEntry, ModulePath};
use super::numbers::is_integer;
use super::{Category, Role, Rules, SpecialNames, Spelling};
use crate::syntax::SyntaxTree;

/// A language's definition, resolved to the numbers of its grammar: look-ups by kind and field number.
pub struct LanguageTable {
    grammar: tree_sitter::Language,
    definition: &'static LanguageDefinition,
    /// By kind number.
    categories: Vec<Category>,
    /// By kind number of the parent, then field number.
    roles: Vec<Role>,
    fields: usize,
    /// By kind number, for a node in no field.
    kind_roles: Vec<Role>,
    /// By kind number of the parent: whether any of its fields gives a role.
    gives_roles: Vec<bool>,
    /// By kind number.
    named: Vec<bool>,
    builtins: FxHashSet<&'static str>,
    builtin_methods: FxHashSet<&'static str>,
    idioms: IdiomTable,
}

/// The idioms of a language by name.
struct IdiomTable {
    functions: FxHashMap<&'static str, Meaning>,
    methods: FxHashMap<&'static str, Meaning>,
    properties: FxHashMap<&'static str, Meaning>,
    constants: FxHashMap<&'static str, Form>,
}

impl LanguageTable {
    pub(super) fn resolve(definition: &'static LanguageDefinition) -> Self {
        let grammar = (definition.grammar)();
        let kinds = 0..grammar.node_kind_count() as u16;
        let fields = grammar.field_count() + 1;
        let category = |id| category_of(definition, grammar.node_kind_for_id(id), grammar.node_kind_is_named(id));
        let role = |(kind, field): (u16, u16)| {
            role_of(definition, grammar.node_kind_for_id(kind), grammar.field_name_for_id(field))
        };
        let pairs = kinds.clone().flat_map(|kind| (0..fields as u16).map(move |field| (kind, field)));
        let roles: Vec<Role> = pairs.map(role).collect();
        let gives_role = |roles: &[Role]| roles[1..].iter().any(|role| *role != Role::None);
        Self {
            categories: kinds.clone().map(category).collect(),
            gives_roles: roles.chunks(fields).map(gives_role).collect(),
            roles,
            fields,
            named: kinds.clone().map(|id| grammar.node_kind_is_named(id)).collect(),
            kind_roles: kinds.map(|id| listed(definition.roles, grammar.node_kind_for_id(id))).collect(),
            builtins: definition.builtins.iter().copied().collect(),
            builtin_methods: definition.builtin_methods.iter().copied().collect(),
            idioms: IdiomTable::of(definition.idioms),
            definition,
            grammar,
        }
    }

    pub(crate) fn grammar(&self) -> &tree_sitter::Language {
        &self.grammar
    }

    /// The category of a kind number. Numbers outside the grammar (error nodes) are [`Category::Error`].
    pub fn category(&self, kind: u16) -> Category {
        self.categories.get(usize::from(kind)).copied().unwrap_or(Category::Error)
    }

    /// Whether the grammar names nodes of that kind; it does so of error nodes.
    pub(crate) fn is_named(&self, kind: u16) -> bool {
        self.named.get(usize::from(kind)).copied().unwrap_or(true)
    }

    /// Whether the role of a node of that kind in a node of kind `parent` hangs on its field.
    pub(crate) fn asks_field(&self, parent: u16, kind: u16) -> bool {
        let by_field = self.gives_roles.get(usize::from(parent)).copied().unwrap_or(false);
        by_field || self.kind_roles.get(usize::from(kind)).is_some_and(|role| *role != Role::None)
    }

    /// The role of a node of that kind in that field of a node of kind `parent`; field 0 is no field.
    pub(crate) fn role(&self, parent: u16, field: u16, kind: u16) -> Role {
        if field == 0 {
            return self.kind_roles.get(usize::from(kind)).copied().unwrap_or(Role::None);
        }
        self.roles.get(usize::from(parent) * self.fields + usize::from(field)).copied().unwrap_or(Role::None)
    }

    /// The category that a node has by its kind, the role it stands in and, where one kind holds several literals, its text.
    pub(crate) fn category_in(&self, kind: u16, role: Role, text: impl FnOnce() -> Option<u8>) -> Category {
        match self.category(kind) {
            Category::MemberName if is_naming(role) => Category::Identifier,
            Category::True if text() == Some(b'f') => Category::False,
            category => category,
        }
    }

    /// [`Category::Float`] for the text of a number that is no integer, where the grammar does not tell.
    pub(crate) fn number_category(&self, text: &str) -> Category {
        if self.definition.rules.one_number_kind && !is_integer(text) { Category::Float } else { Category::Integer }
    }

    /// The grammar's own name of a kind, for people and tests.
    pub fn kind_name(&self, kind: u16) -> &str {
        self.grammar.node_kind_for_id(kind).unwrap_or("ERROR")
    }

    pub(crate) fn spelling(&self) -> Option<&Spelling> {
        self.definition.spelling.as_ref()
    }

    /// How the language writes an operator, by a sign rather than a word; none where it has no such operator.
    pub(crate) fn operator_text(&self, operator: Category) -> Option<&'static str> {
        let tokens = self.definition.tokens.iter().chain(self.definition.kinds.iter().copied().flatten());
        tokens.copied().find(|(_, category)| *category == operator).map(|(text, _)| text)
    }

    /// Whether the language itself binds this name.
    pub fn is_builtin(&self, name: &str) -> bool {
        self.builtins.contains(name)
    }

    /// Whether a type of the language itself has a method of this name.
    pub(crate) fn is_builtin_method(&self, name: &str) -> bool {
        self.builtin_methods.contains(name)
    }

    /// What a function or constructor of the language's library means.
    pub(crate) fn function_meaning(&self, name: &str) -> Option<Meaning> {
        self.idioms.functions.get(name).copied()
    }

    /// What a method of that name means.
    pub(crate) fn method_meaning(&self, name: &str) -> Option<Meaning> {
        self.idioms.methods.get(name).copied()
    }

    /// What a property of that name means.
    pub(crate) fn property_meaning(&self, name: &str) -> Option<Meaning> {
        self.idioms.properties.get(name).copied()
    }

    /// What a constant of that name is.
    pub(crate) fn constant_form(&self, name: &str) -> Option<Form> {
        self.idioms.constants.get(name).copied()
    }

    /// The names to which the language gives a meaning.
    pub(crate) fn names(&self) -> &SpecialNames {
        &self.definition.names
    }

    /// How the language reads what it has in common with others.
    pub(crate) fn rules(&self) -> &Rules {
        &self.definition.rules
    }

    /// The same for languages whose files import each other.
    pub(crate) fn family(&self) -> &'static str {
        self.definition.family
    }

    /// How imports name packages by paths that a file of the project gives.
    pub(crate) fn package_paths(&self) -> Option<PackagePaths> {
        self.definition.package_paths
    }

    /// What is a test.
    pub(crate) fn tests(&self) -> &Tests {
        &self.definition.tests
    }

    /// Whether a kind gives a new value to what is declared elsewhere, and declares nothing.
    pub(crate) fn is_reassignment(&self, kind: u16) -> bool {
        self.definition.rules.reassignments.contains(&self.kind_name(kind))
    }

    /// Whether a kind makes a field or a base of the object that a constructor makes: `dial(4)` in `Oven() : dial(4) {}`.
    pub(crate) fn is_member_initializer(&self, kind: u16) -> bool {
        self.kind_name(kind) == "field_initializer"
    }

    /// What a pattern says of the value that is matched with it; none of what is no pattern.
    pub(crate) fn pattern_form(&self, kind: u16) -> Option<PatternForm> {
        let name = self.kind_name(kind);
        self.rules().patterns.iter().find(|(pattern, _)| *pattern == name).map(|(_, form)| *form)
    }

    /// Whether functions of the language load modules.
    pub(crate) fn has_loaders(&self) -> bool {
        !self.definition.loaders.is_empty()
    }

    /// The module that a call of a loader of the language with this text names; none where `function` is no loader.
    pub(crate) fn loaded_module(&self, function: &str, text: &str) -> Option<ModulePath> {
        let loaders = self.definition.loaders.iter();
        loaders.filter(|(loader, _)| *loader == function).map(|(_, read)| read(text)).next()
    }

    /// What an import statement imports.
    pub(crate) fn imports<'source>(
        &self,
        source: &'source [u8],
        tree: &SyntaxTree,
        statement: u32,
    ) -> Vec<ImportEntry<'source>> {
        (self.definition.imports)(source, tree, statement)
    }
}

impl IdiomTable {
    fn of(idioms: &Idioms) -> Self {
        Self {
            functions: idioms.functions.iter().copied().collect(),
            methods: idioms.methods.iter().copied().collect(),
            properties: idioms.properties.iter().copied().collect(),
            constants: idioms.constants.iter().copied().collect(),
        }
    }
}

impl std::fmt::Debug for LanguageTable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LanguageTable").field("name", &self.definition.name).finish_non_exhaustive()
    }
}

/// Whether a name in that role can stand for a variable, function or member of an object.
fn is_naming(role: Role) -> bool {
    matches!(role, Role::Member | Role::Name | Role::Left | Role::Declarator)
}

fn category_of(definition: &LanguageDefinition, name: Option<&str>, named: bool) -> Category {
    let Some(name) = name else { return Category::Other };
    let find = |is_token: bool| {
        let own = definition
            .kinds
            .iter()
            .copied()
            .flatten()
            .find(|(kind, category)| *kind == name && category.is_token() == is_token);
        own.map(|(_, category)| *category)
    };
    if named {
        return find(false).or_else(|| find(true)).unwrap_or(Category::Other);
    }
    let shared = || definition.tokens.iter().find(|(token, _)| *token == name).map(|(_, category)| *category);
    let is_word = || !name.is_empty() && name.chars().all(|character| character.is_ascii_alphabetic());
    let by_look = || if is_word() { Category::Keyword } else { Category::Punctuation };
    find(true).or_else(shared).unwrap_or_else(by_look)
}

fn role_of(definition: &LanguageDefinition, kind: Option<&str>, field: Option<&str>) -> Role {
    let special =
        definition.fields_of.iter().copied().flatten().find(|(of, name, _)| Some(*of) == kind && Some(*name) == field);
    special.map_or_else(|| listed(definition.fields, field), |(_, _, role)| *role)
}

fn listed(roles: &[(&str, Role)], name: Option<&str>) -> Role {
    roles.iter().find(|(listed, _)| Some(*listed) == name).map_or(Role::None, |(_, role)| *role)
}
