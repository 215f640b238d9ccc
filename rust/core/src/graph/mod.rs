//! The project graph: what a code base contains, and what refers to what.
//!
//! [`file_facts`] reads one file; [`link`] joins the files of a project. Nothing is run: in Python, values are followed to
//! where they are called; in the other languages calls are found by types, scopes and imports. Every edge carries a confidence. See [`link`] for
//! what is resolved and how sure it is.

mod accesses;
mod chain;
mod collect;
mod columns;
mod definitions;
mod facts;
mod hierarchy;
mod imports;
mod kinds;
mod link;
mod marks;
mod modules;
mod naming;
mod packages;
mod points_to;
mod privacy;
mod resolve;
mod scope_names;
mod scopes;
mod shared;
mod targets;
mod testing;
mod types;

pub use columns::{Edge, ProjectGraph};
pub(crate) use definitions::{Definitions, path_in_module};
pub use facts::{FileFacts, FileNode, file_facts, own_facts};
pub use kinds::{EdgeKind, NodeKind};
pub use link::{link, link_folder};
pub use scope_names::{NameOrigin, ScopeNames, scope_names};

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
