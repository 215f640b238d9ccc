//! Other texts from a text: mutants and meaning-preserving variants.
//!
//! Rewrites are edits of byte ranges of the text, so layout and comments stay. The place of an edit is drawn by seed, with
//! equal chance for every eligible place. A text with syntax errors is not rewritten, and what would not parse is not
//! returned: labels must not rest on broken text.

mod choice;
mod edit;
mod mutate;
mod preserve;
mod rename;
mod text;

use choice::Choice;
use edit::Edit;
use text::Text;

use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// Small mistakes, the bug kinds that models learn to see. The order is that of the label columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mutation {
    /// A use of a parameter or local variable becomes another name of the same function.
    VariableMisuse,
    /// An operator becomes a near one: `<` to `<=`, `+` to `-`, `and` to `or`.
    WrongOperator,
    /// An integer is off by one, true is false, a string is empty.
    WrongLiteral,
    /// Two neighbouring positional arguments, or the operands of a non-commutative operator, change places.
    SwappedArguments,
    /// A condition is negated.
    NegatedCondition,
}

/// Changes of a text that leave its meaning as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Preserving {
    /// Local variables of one function get other names; parameters keep theirs, they are its interface.
    RenameLocals,
    /// `a < b` becomes `b > a`, where neither side can act on the other.
    MirrorComparison,
    /// `if c: A else: B` becomes `if not c: B else: A`.
    SwapBranches,
    /// `a if c else b` becomes `b if not c else a`.
    SwapConditional,
    /// `x += 1` becomes `x = x + 1`, or the other way round, where `x` holds a number.
    AugmentedAssignment,
    /// `a not in b` becomes `not (a in b)`, `a is not b` becomes `not (a is b)`.
    ExpandNegation,
}

/// A rewritten text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The new text.
    pub source: String,
    /// Name of the mutation or preserving rewrite.
    pub kind: &'static str,
    /// The lines that were changed, 1-based, in the new text, ascending.
    pub lines: Vec<u32>,
}

impl Mutation {
    /// Every mutation, in order of the label columns.
    pub const ALL: &'static [Self] = &[
        Self::VariableMisuse,
        Self::WrongOperator,
        Self::WrongLiteral,
        Self::SwappedArguments,
        Self::NegatedCondition,
    ];

    /// The name in configurations, labels and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::VariableMisuse => "variable-misuse",
            Self::WrongOperator => "wrong-operator",
            Self::WrongLiteral => "wrong-literal",
            Self::SwappedArguments => "swapped-arguments",
            Self::NegatedCondition => "negated-condition",
        }
    }

    /// The mutation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl Preserving {
    /// Every meaning-preserving rewrite.
    pub const ALL: &'static [Self] = &[
        Self::RenameLocals,
        Self::MirrorComparison,
        Self::SwapBranches,
        Self::SwapConditional,
        Self::AugmentedAssignment,
        Self::ExpandNegation,
    ];

    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::RenameLocals => "rename-locals",
            Self::MirrorComparison => "mirror-comparison",
            Self::SwapBranches => "swap-branches",
            Self::SwapConditional => "swap-conditional",
            Self::AugmentedAssignment => "augmented-assignment",
            Self::ExpandNegation => "expand-negation",
        }
    }

    /// The rewrite of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// Makes one mistake of that kind; none where the text has no place for it or has syntax errors.
/// `source` must be the text that `tree` was parsed from.
pub fn mutate(source: &str, tree: &SyntaxTree, kind: Mutation, seed: u64) -> Option<Rewritten> {
    let text = Text::new(source, tree)?;
    let mut choice = Choice::new(seed, kind.name());
    let edits = match kind {
        Mutation::VariableMisuse => mutate::variable_misuse(&text, &mut choice),
        Mutation::WrongOperator => mutate::wrong_operator(&text, &mut choice),
        Mutation::WrongLiteral => mutate::wrong_literal(&text, &mut choice),
        Mutation::SwappedArguments => mutate::swapped_arguments(&text, &mut choice),
        Mutation::NegatedCondition => mutate::negated_condition(&text, &mut choice),
    }?;
    rewritten(&text, &edits, kind.name())
}

/// Rewrites the text without changing its meaning; none where there is no place for it or the text has syntax errors.
/// `source` must be the text that `tree` was parsed from.
///
/// Meaning is preserved for values that keep to the language's customs: comparisons are taken to agree with their
/// mirror images, as the language itself assumes when it reflects an operator.
pub fn preserve(source: &str, tree: &SyntaxTree, kind: Preserving, seed: u64) -> Option<Rewritten> {
    let text = Text::new(source, tree)?;
    let mut choice = Choice::new(seed, kind.name());
    let edits = match kind {
        Preserving::RenameLocals => rename::rename_locals(&text, &mut choice),
        Preserving::MirrorComparison => preserve::mirror_comparison(&text, &mut choice),
        Preserving::SwapBranches => preserve::swap_branches(&text, &mut choice),
        Preserving::SwapConditional => preserve::swap_conditional(&text, &mut choice),
        Preserving::AugmentedAssignment => preserve::augmented_assignment(&text, &mut choice),
        Preserving::ExpandNegation => preserve::expand_negation(&text, &mut choice),
    }?;
    rewritten(&text, &edits, kind.name())
}

fn rewritten(text: &Text<'_>, edits: &[Edit], kind: &'static str) -> Option<Rewritten> {
    let (source, lines) = edit::apply(text.source(), edits);
    let tree = parse(text.tree().language(), source.as_bytes(), &ParseLimits::default()).ok()?;
    (tree.error_count() == 0).then_some(Rewritten { source, kind, lines })
}

#[cfg(test)]
mod tests;
