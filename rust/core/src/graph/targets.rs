//! Where names are bound.

use crate::language::{Category, PatternForm, Role};
use crate::syntax::{NONE, SyntaxTree};

/// Whether a node is, or is part of, a pattern that binds names, given the same of its ancestors.
pub(super) fn is_target(tree: &SyntaxTree, node: u32, targets: &[bool]) -> bool {
    let parent = tree.parent(node);
    if parent == NONE {
        return false;
    }
    match (tree.category(parent), tree.role(node)) {
        (Category::TypeParameter | Category::Pattern, Role::Type) => false,
        (
            Category::Assignment
            | Category::AugmentedAssignment
            | Category::MatchCase
            | Category::For
            | Category::ComprehensionFor
            | Category::TypeAlias,
            Role::Left,
        )
        | (Category::NamedExpression | Category::DefaultParameter, Role::Name)
        | (Category::Catch | Category::WithItem | Category::Pattern | Category::Match, Role::Alias)
        | (_, Role::TypeParameters)
        | (Category::Lambda, Role::Parameters)
        | (Category::Declaration, Role::Name | Role::Declarator)
        | (Category::TypeAlias, Role::Declarator)
        | (Category::Parameter, Role::None | Role::Name | Role::Declarator) => true,
        (Category::Parameters, _) => tree.category(node) != Category::DefaultParameter,
        (Category::VariadicParameter, _) => targets[parent as usize] || is_parameter(tree, parent),
        (Category::Pattern, _) if tree.category(node) == Category::QualifiedName => is_capture(tree, node),
        _ if is_keyword_in_pattern(tree, node) => false,
        // `case … as x`, `*x`; but not the value of `with x as y`.
        (Category::Pattern, _) if tree.category(node) == Category::Identifier && tree.first_child(parent) != node => {
            true
        }
        (Category::Declarator, Role::Declarator | Role::None)
        | (
            Category::Pattern
            | Category::Tuple
            | Category::List
            | Category::Parenthesized
            | Category::ExpressionList
            | Category::QualifiedName
            | Category::Spread
            | Category::TypeParameter
            | Category::Type
            | Category::Other,
            _,
        ) => targets[parent as usize],
        _ => false,
    }
}

fn is_parameter(tree: &SyntaxTree, node: u32) -> bool {
    let parent = tree.parent(node);
    parent != NONE && matches!(tree.category(parent), Category::Parameters | Category::Parameter)
}

/// Whether a node is the `y` of `case C(y=…)`, which names an attribute of what is matched.
pub(super) fn is_keyword_in_pattern(tree: &SyntaxTree, node: u32) -> bool {
    let parent = tree.parent(node);
    parent != NONE && tree.first_child(parent) == node && takes_keyword(tree, parent)
}

fn takes_keyword(tree: &SyntaxTree, pattern: u32) -> bool {
    tree.table().pattern_form(tree.kind(pattern)) == Some(PatternForm::Keyword)
}

/// Whether a name in a pattern stands alone (`case x`, `case C(y=x)`) and so is bound, not looked up (`case X()`,
/// `case X.Y`).
fn is_capture(tree: &SyntaxTree, name: u32) -> bool {
    let only_child = |node: u32| tree.first_child(node) != NONE && tree.children(node).count() == 1;
    let pattern = tree.parent(name);
    only_child(name) && (only_child(pattern) || takes_keyword(tree, pattern))
}
