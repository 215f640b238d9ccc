//! Other texts from a text: mutants and meaning-preserving variants.
//!
//! Rewrites are edits of byte ranges of the text, so layout and comments stay. The place of an edit is drawn by seed, with
//! equal chance for every eligible place. A text with syntax errors is not rewritten, and what would not parse is not
//! returned: labels must not rest on broken text.

mod choice;
mod edit;
mod loops;
mod mutate;
mod omit;
mod preserve;
mod rename;
mod statements;
mod temporary;
mod text;

use choice::Choice;
use edit::Edit;
use text::Text;

use crate::error::{CoreError, Result};
use crate::language::{Lack, Language, Spelling};
use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// Small mistakes. The first ones, [`Mutation::LEARNED`], are the kinds that the bug head tells apart, in the order of its
/// columns.
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
    /// One operand of `and` or `or` is missing.
    DroppedCondition,
    /// A call, an update or an assignment to a part of an object is missing.
    DroppedStatement,
    /// An index, or a bound of a slice, a range or a loop, is one too much or too little.
    OffByOne,
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
    /// `a not in b` becomes `not (a in b)`, `a is not b` becomes `not (a is b)`; elsewhere `a != b` becomes `!(a == b)`.
    ExpandNegation,
    /// Two neighbouring statements that have nothing to do with each other change places.
    ReorderStatements,
    /// A loop is written in another form: with its test inside, as `for` for `while`, with an iterator.
    LoopForm,
    /// A branch that is never taken comes before a statement.
    DeadBranch,
    /// `return x + y` becomes `value = x + y` and `return value`.
    ExtractTemporary,
    /// `value = x + y` and `return value` become `return x + y`, where nothing else sees the variable.
    InlineTemporary,
}

/// A rewritten text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The new text.
    pub source: String,
    /// Name of the mutation or preserving rewrite.
    pub kind: &'static str,
    /// What became of the lines that were changed, ascending, each line at most once. The lines before, between and
    /// after are as they were: each is as far from the last change in the new text as in the old one.
    pub changes: Vec<ChangedLines>,
}

/// Lines of a text that became lines of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedLines {
    /// The first and the last one in the old text, 1-based.
    pub before: (u32, u32),
    /// The first and the last one in the new text.
    pub after: (u32, u32),
}

impl Rewritten {
    /// The lines of the new text that were changed, 1-based, ascending.
    pub fn lines(&self) -> Vec<u32> {
        self.changes.iter().flat_map(|change| change.after.0..=change.after.1).collect()
    }
}

impl Mutation {
    /// Every mutation.
    pub const ALL: &'static [Self] = &[
        Self::VariableMisuse,
        Self::WrongOperator,
        Self::WrongLiteral,
        Self::SwappedArguments,
        Self::NegatedCondition,
        Self::DroppedCondition,
        Self::DroppedStatement,
        Self::OffByOne,
    ];

    /// Those that the bug head learns, in order of its columns. What a published version learned must not change under
    /// it, so the list is apart from [`Self::ALL`].
    pub const LEARNED: &'static [Self] = &[
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
            Self::DroppedCondition => "dropped-condition",
            Self::DroppedStatement => "dropped-statement",
            Self::OffByOne => "off-by-one",
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
        Self::ReorderStatements,
        Self::LoopForm,
        Self::DeadBranch,
        Self::ExtractTemporary,
        Self::InlineTemporary,
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
            Self::ReorderStatements => "reorder-statements",
            Self::LoopForm => "loop-form",
            Self::DeadBranch => "dead-branch",
            Self::ExtractTemporary => "extract-temporary",
            Self::InlineTemporary => "inline-temporary",
        }
    }

    /// The rewrite of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether texts of that language can be rewritten so: not where it has no such construct, and not where it is not
    /// known to leave the meaning as it is.
    pub fn is_offered(self, language: Language) -> bool {
        language.table().spelling().is_some_and(|spelling| self.lack(spelling).is_none())
    }

    /// What the rewrite would need that a language of that spelling lacks.
    fn lack(self, spelling: &Spelling) -> Option<Lack> {
        let needed = match self {
            Self::RenameLocals => Lack::NamesAreSeen,
            Self::SwapConditional => Lack::Conditionals,
            Self::AugmentedAssignment => Lack::PlainUpdates,
            Self::ExtractTemporary | Self::InlineTemporary => {
                return spelling.temporary.is_none().then_some(Lack::UntypedVariables);
            }
            _ => return None,
        };
        spelling.lacks.contains(&needed).then_some(needed)
    }
}

/// Makes one mistake of that kind; none where the text has no place for it or has syntax errors.
/// `source` must be the text that `tree` was parsed from.
pub fn mutate(source: &str, tree: &SyntaxTree, kind: Mutation, seed: u64) -> Option<Rewritten> {
    let text = Text::new(source, tree)?;
    let mut choice = Choice::new(seed, kind.name());
    let edits = mutation(&text, &mut choice, kind)?;
    rewritten(&text, &edits, kind.name())
}

fn mutation(text: &Text<'_>, choice: &mut Choice, kind: Mutation) -> Option<Vec<Edit>> {
    match kind {
        Mutation::VariableMisuse => mutate::variable_misuse(text, choice),
        Mutation::WrongOperator => mutate::wrong_operator(text, choice),
        Mutation::WrongLiteral => mutate::wrong_literal(text, choice),
        Mutation::SwappedArguments => mutate::swapped_arguments(text, choice),
        Mutation::NegatedCondition => mutate::negated_condition(text, choice),
        Mutation::DroppedCondition => omit::dropped_condition(text, choice),
        Mutation::DroppedStatement => omit::dropped_statement(text, choice),
        Mutation::OffByOne => omit::off_by_one_place(text, choice),
    }
}

/// Rewrites the text without changing its meaning; none where there is no place for it or the text has syntax errors.
/// `source` must be the text that `tree` was parsed from.
///
/// Meaning is preserved for values that keep to the language's customs: comparisons are taken to agree with their
/// mirror images, as the language itself assumes when it reflects an operator.
///
/// # Errors
/// [`CoreError::NotOffered`] where the language is not among those of [`Preserving::is_offered`].
pub fn preserve(source: &str, tree: &SyntaxTree, kind: Preserving, seed: u64) -> Result<Option<Rewritten>> {
    if !kind.is_offered(tree.language()) {
        return Err(CoreError::NotOffered { rewrite: kind.name(), language: tree.language().name() });
    }
    let Some(text) = Text::new(source, tree) else { return Ok(None) };
    let mut choice = Choice::new(seed, kind.name());
    let edits = preserving(&text, &mut choice, kind);
    Ok(edits.and_then(|edits| rewritten(&text, &edits, kind.name())))
}

fn preserving(text: &Text<'_>, choice: &mut Choice, kind: Preserving) -> Option<Vec<Edit>> {
    match kind {
        Preserving::RenameLocals => rename::rename_locals(text, choice),
        Preserving::MirrorComparison => preserve::mirror_comparison(text, choice),
        Preserving::SwapBranches => preserve::swap_branches(text, choice),
        Preserving::SwapConditional => preserve::swap_conditional(text, choice),
        Preserving::AugmentedAssignment => preserve::augmented_assignment(text, choice),
        Preserving::ExpandNegation => preserve::expand_negation(text, choice),
        Preserving::ReorderStatements => statements::reorder_statements(text, choice),
        Preserving::LoopForm => loops::loop_form(text, choice),
        Preserving::DeadBranch => statements::dead_branch(text, choice),
        Preserving::ExtractTemporary => temporary::extract_temporary(text, choice),
        Preserving::InlineTemporary => temporary::inline_temporary(text, choice),
    }
}

fn rewritten(text: &Text<'_>, edits: &[Edit], kind: &'static str) -> Option<Rewritten> {
    let (source, changes) = edit::apply(text.source(), edits);
    let tree = parse(text.tree().language(), source.as_bytes(), &ParseLimits::default()).ok()?;
    (tree.error_count() == 0).then_some(Rewritten { source, kind, changes })
}

#[cfg(test)]
mod tests;
