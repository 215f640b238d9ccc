//! What expressions stand for.

use super::super::sketch::ExpressionId;
use crate::language::Rules;

/// A node of the project graph.
pub(super) type Node = u32;

/// A name of the project.
pub(super) type Name = u32;

/// What an expression may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value {
    Function(Node),
    /// A class itself; `several` where only a container of it is known.
    Class {
        node: Node,
        several: bool,
    },
    /// An object of a class, or of one of its subclasses unless it is exact.
    Object {
        class: Node,
        exact: bool,
        several: bool,
    },
    /// The object that a method of the class runs on.
    This {
        class: Node,
        method: Node,
    },
    /// The view of the base classes on an object of the class.
    Parent(Node),
    Module(u32),
    Folder(u32),
    /// A namespace of one file, by scope.
    Namespace(u32, u32),
    /// A namespace of all files, by path.
    Global(Name),
    /// An object or container where it is made.
    Made(u32, ExpressionId),
    /// A function of the language's own that works on what a container holds.
    LibraryOf(u32, ExpressionId),
    LibraryOn(Node),
    /// Some function that gives an object of a type.
    Gives(u32, ExpressionId),
    /// A type that only the use of what is generic tells.
    Parameter,
    /// Something outside the project, by path.
    External(Name, Outside),
    /// Something of the language's own, with nothing of the project in it.
    Plain,
}

/// Which members a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A method, or else whatever has the name.
    Any,
    /// The same, and no variable of a function.
    Method,
    /// No method.
    Field,
}

impl Wanted {
    /// What a name means that is not called.
    pub(super) fn by_name(rules: &Rules) -> Self {
        if rules.members_are_visible && !rules.fields.is_empty() { Self::Field } else { Self::Any }
    }
}

/// What is known of something outside the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Outside {
    /// It is what the path names.
    Itself,
    /// It is an object of the type that the path names.
    Object,
    /// It is what such an object has under the last name of the path: of what type is not known.
    Member,
    /// It is a container of such objects.
    Held,
}

/// Values, sorted, each once.
pub(super) type Values = std::rc::Rc<[Value]>;

pub(super) fn sorted(mut values: Vec<Value>) -> Values {
    values.sort_unstable();
    values.dedup();
    values.truncate(MOST_VALUES);
    values.into()
}

/// More values than this, and the further ones are left out.
const MOST_VALUES: usize = 64;
