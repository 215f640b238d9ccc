//! Finds what is called by types: those that are declared, and those of values where they are made.
//!
//! For the languages other than Python. [`lower`] turns a file into a [`Sketch`], a pure function of its text; [`resolve`]
//! joins the sketches of a project. The type of an expression is found on demand: a name by its declaration, in its scope, its class,
//! its file and what its language lets a file see; a member by the class of its object, bases included; a call by what its callee
//! returns. Methods of subclasses that take the place of the one found are candidates, too. Functions are followed from
//! where they are handed over to the parameters and fields that hold them.
//!
//! Assignments are known without their order. Numbers that bound it make a call unknown rather than the run long.

mod lower;
mod sketch;
mod solve;

pub(super) use lower::lower;
pub(super) use sketch::Sketch;
pub(super) use solve::resolve;

#[cfg(test)]
mod tests;
