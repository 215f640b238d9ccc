//! Kinds of nodes and edges.

use serde::{Deserialize, Serialize};

/// What a node of the project graph is. The numbers are part of the stored format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum NodeKind {
    /// A source file.
    File = 0,
    /// The module that a file defines; code outside functions and classes belongs to it.
    Module = 1,
    /// A class.
    Class = 2,
    /// A function or method.
    Function = 3,
    /// A variable of a module or class.
    Variable = 4,
    /// A name bound by an import statement.
    Import = 5,
    /// Something outside the project, known by the name under which it is used.
    External = 6,
}

/// How two nodes are related. The numbers are part of the stored format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum EdgeKind {
    /// The source is where the target is defined.
    Contains = 0,
    /// Code of the source calls the target.
    Calls = 1,
    /// The source module imports the target module.
    Imports = 2,
    /// The source class has the target as a base.
    Inherits = 3,
    /// Code of the source reads the target.
    Reads = 4,
    /// Code of the source writes the target.
    Writes = 5,
    /// The source is a test of the target.
    Tests = 6,
}

impl NodeKind {
    /// Every kind, in order of number.
    pub const ALL: &'static [Self] =
        &[Self::File, Self::Module, Self::Class, Self::Function, Self::Variable, Self::Import, Self::External];

    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Module => "module",
            Self::Class => "class",
            Self::Function => "function",
            Self::Variable => "variable",
            Self::Import => "import",
            Self::External => "external",
        }
    }

    /// Whether nodes of this kind have a feature row and take part in the input graph.
    pub fn has_features(self) -> bool {
        matches!(self, Self::File | Self::Module | Self::Class | Self::Function)
    }
}

impl EdgeKind {
    /// Every kind, in order of number.
    pub const ALL: &'static [Self] =
        &[Self::Contains, Self::Calls, Self::Imports, Self::Inherits, Self::Reads, Self::Writes, Self::Tests];

    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::Calls => "calls",
            Self::Imports => "imports",
            Self::Inherits => "inherits",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Tests => "tests",
        }
    }
}
