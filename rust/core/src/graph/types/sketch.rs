//! What a file says of types and values: the input of the solver.

use serde::{Deserialize, Serialize};

/// An expression, numbered within its file.
pub(crate) type ExpressionId = u32;

/// A name, numbered within its file.
pub(crate) type NameId = u32;

/// How many declarations of one name in one scope are looked at.
const MOST_DECLARED: usize = 256;

/// The expression of which nothing is known.
pub(crate) const UNKNOWN: ExpressionId = 0;

/// One file's declarations and calls, a pure function of its text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sketch {
    pub(super) names: Vec<String>,
    pub(super) scopes: Vec<Scope>,
    /// Sorted by scope, name and place.
    pub(super) declared: Vec<Declared>,
    /// Namespaces: scope around, name, own scope; sorted.
    pub(super) namespaces: Vec<(u32, NameId, u32)>,
    /// Dotted paths of namespaces by scope, ascending.
    pub(super) namespace_paths: Vec<(u32, String)>,
    /// Namespaces of which all names are seen.
    pub(super) used: Vec<ExpressionId>,
    pub(super) expressions: Vec<Expression>,
    /// Arguments and parts of expressions, those of one in a run.
    pub(super) parts: Vec<ExpressionId>,
    /// By graph node, ascending.
    pub(super) functions: Vec<Function>,
    /// By graph node, ascending.
    pub(super) classes: Vec<Class>,
    pub(super) extensions: Vec<Extension>,
    /// Calls: whose code makes it, the call.
    pub(super) calls: Vec<(u32, ExpressionId)>,
    /// Those of them that were read off the tokens of a macro, ascending.
    pub(super) in_macros: Vec<ExpressionId>,
    /// Names of macros.
    pub(super) macros: Vec<NameId>,
    /// Values put into members: object, member, value.
    pub(super) stores: Vec<(ExpressionId, NameId, ExpressionId)>,
    /// What fields of declared objects are given in a list: the type of the objects, the list.
    pub(super) initial: Vec<(ExpressionId, ExpressionId)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scope {
    pub(super) kind: ScopeKind,
    /// The scope around it, or [`NONE`](crate::syntax::NONE).
    pub(super) parent: u32,
    /// The graph node to which code in it belongs.
    pub(super) owner: u32,
    /// Its object has the language's own name in it.
    pub(super) has_receiver: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ScopeKind {
    Module,
    Class,
    Function,
    Namespace,
    /// Of an object that is written out; the expression.
    Object(ExpressionId),
}

/// A name where it is declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Declared {
    pub(super) scope: u32,
    pub(super) name: NameId,
    /// The syntax nodes among which it is seen, and where it stands itself.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) at: u32,
    /// The syntax nodes among these that do not see it yet.
    pub(super) unseen: (u32, u32),
    /// Other files do not see it.
    pub(super) is_private: bool,
    pub(super) sources: Vec<Source>,
}

/// What a declared name may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Source {
    /// A function or class, by graph node.
    Definition(u32),
    Import(u32),
    /// An object of a type.
    Typed(ExpressionId),
    Value(ExpressionId),
    /// A parameter of a function, by graph node and place.
    Parameter(u32, u32),
    /// Another name of a type.
    Alias(ExpressionId),
    /// A parameter that stands for a type, with its bound.
    TypeParameter(ExpressionId),
    /// One of the values that a type enumerates.
    Constant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Expression {
    Unknown,
    /// A value of the language's own types.
    Plain,
    Name {
        name: NameId,
        scope: u32,
        at: u32,
    },
    Member {
        object: ExpressionId,
        name: NameId,
    },
    /// A member that is no method, where methods have names of their own.
    Field {
        object: ExpressionId,
        name: NameId,
    },
    /// A method that is called by its name alone, where methods have names of their own.
    Method {
        name: NameId,
        scope: u32,
        at: u32,
    },
    Call {
        callee: ExpressionId,
        arguments: Parts,
        /// It makes an object, whatever is called.
        creates: bool,
    },
    /// A function or class that is a value, by graph node.
    Definition(u32),
    /// The module of that name.
    Module(NameId),
    /// A module that is loaded under a path which does not lead there from the file.
    Package(NameId),
    /// Elements, or members by name in a run of name and value; an own object.
    Made {
        parts: Parts,
        named: bool,
    },
    /// A type that is written as its members, in a run of name and value.
    Shape(Parts),
    /// An element, of a known key where one is written out.
    Element {
        of: ExpressionId,
        key: Option<NameId>,
    },
    /// What a loop is given by what it goes through.
    Each(ExpressionId),
    /// One of several values that are given together.
    Position {
        of: ExpressionId,
        place: u32,
    },
    Either(Parts),
    /// Types or values that are given together.
    Together(Parts),
    Parameter {
        function: u32,
        place: u32,
    },
    /// An object of a type.
    Object(ExpressionId),
    /// A type with arguments.
    Generic {
        base: ExpressionId,
        arguments: Parts,
    },
    /// A container of a type.
    Several(ExpressionId),
    /// The type of functions that give this.
    FunctionType(ExpressionId),
}

/// The first of some parts, and how many.
pub(crate) type Parts = (u32, u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Function {
    pub(super) node: u32,
    /// Its scope, or [`NONE`](crate::syntax::NONE).
    pub(super) scope: u32,
    /// How many arguments it takes: at least, at most.
    pub(super) arity: (u32, u32),
    pub(super) returns: Vec<ExpressionId>,
    pub(super) return_type: ExpressionId,
    pub(super) has_body: bool,
    /// A class that inherits it may run another one in its place.
    pub(super) is_dispatched: bool,
    pub(super) is_private: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Class {
    pub(super) node: u32,
    pub(super) scope: u32,
    pub(super) bases: Vec<ExpressionId>,
    /// Methods without a body in it of which it says that those of subclasses may take their place.
    pub(super) dispatched: Vec<NameId>,
}

/// A member of a class that stands outside of it, or a block of such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Extension {
    /// The scope that stands for the class there.
    pub(super) scope: u32,
    pub(super) class: ExpressionId,
    /// The graph node of the member, or [`NONE`](crate::syntax::NONE).
    pub(super) member: u32,
    /// What it adds to the bases of the class.
    pub(super) bases: Vec<ExpressionId>,
}

impl Sketch {
    /// The declarations of a name that code at `at` may mean in a scope, as places in the list; in a function, those of
    /// the innermost block, and of these the last one before `at`.
    pub(super) fn declared_in(&self, scope: u32, name: NameId, at: u32) -> Vec<usize> {
        let first = self.declared.partition_point(|one| (one.scope, one.name) < (scope, name));
        let run =
            self.declared[first..].iter().take(MOST_DECLARED).take_while(|one| (one.scope, one.name) == (scope, name));
        let mut seen: Vec<usize> = run
            .enumerate()
            .filter(|(_, one)| (one.start..one.end).contains(&at) && !(one.unseen.0..one.unseen.1).contains(&at))
            .map(|(place, _)| first + place)
            .collect();
        if self.scopes[scope as usize].kind == ScopeKind::Function {
            let innermost = seen.iter().map(|place| self.declared[*place].start).max();
            seen.retain(|place| Some(self.declared[*place].start) == innermost);
            let last = seen.iter().rev().find(|place| self.declared[**place].at <= at).copied();
            if let Some(last) = last {
                seen = vec![last];
            }
        }
        seen
    }
}
