//! Labels of tree nodes: what a node is, and which place it has under its parent.

use crate::language::{Category, Role};
use crate::names::mix;

/// Positions told apart among children without a role: first, second, third, later.
const POSITIONS: usize = 4;
const POSITION_BIT: u8 = 0x80;
const SLOTS: usize = Role::ALL.len() + POSITIONS;

/// Number of labels, the range of [`Label::index`].
pub(super) const LABELS: usize = Category::ALL.len() * SLOTS;

/// A node's place under its parent: the role that the grammar gives it, else its position where order matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(u8);

/// Category and place of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) category: Category,
    pub(crate) slot: Slot,
}

impl Slot {
    pub(crate) const NONE: Self = Self(Role::None as u8);

    pub(crate) fn role(role: Role) -> Self {
        Self(role as u8)
    }

    pub(crate) fn position(position: usize) -> Self {
        Self(POSITION_BIT | position.min(POSITIONS - 1) as u8)
    }

    pub(super) fn number(self) -> u64 {
        u64::from(self.0)
    }

    fn index(self) -> usize {
        if self.0 & POSITION_BIT == 0 {
            usize::from(self.0)
        } else {
            Role::ALL.len() + usize::from(self.0 & !POSITION_BIT)
        }
    }

    fn from_index(index: usize) -> Self {
        if index < Role::ALL.len() { Self(index as u8) } else { Self::position(index - Role::ALL.len()) }
    }

    fn name(self) -> String {
        if self.0 & POSITION_BIT == 0 {
            Role::ALL[usize::from(self.0)].name().to_owned()
        } else {
            (self.0 & !POSITION_BIT).to_string()
        }
    }
}

impl Label {
    /// A number below [`LABELS`].
    pub(super) fn index(self) -> usize {
        self.category as usize * SLOTS + self.slot.index()
    }

    pub(super) fn from_index(index: usize) -> Self {
        Self { category: Category::ALL[index / SLOTS], slot: Slot::from_index(index % SLOTS) }
    }

    /// The label's name in a vocabulary, such as `Identifier/Left` or `Call/0`.
    pub(super) fn name(self) -> String {
        format!("{}/{}", self.category.name(), self.slot.name())
    }

    pub(super) fn hash(self) -> u64 {
        mix(self.category as u64 + 1, self.slot.number())
    }
}

/// Whether the order of a node's role-less children is part of its meaning.
pub(super) fn is_ordered(category: Category) -> bool {
    matches!(
        category,
        Category::Arguments
            | Category::Parameters
            | Category::Comparison
            | Category::Conditional
            | Category::Assert
            | Category::Slice
            | Category::Tuple
            | Category::ExpressionList
            | Category::Pattern
    )
}

/// Whether a node of this category can hold operators that tell it from others of its kind.
pub(super) fn has_operators(category: Category) -> bool {
    matches!(
        category,
        Category::BinaryOperation
            | Category::UnaryOperation
            | Category::BooleanOperation
            | Category::Comparison
            | Category::AugmentedAssignment
            | Category::VariadicParameter
            | Category::Spread
            | Category::Type
            | Category::Pattern
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_names_one_label() {
        for index in 0..LABELS {
            assert_eq!(Label::from_index(index).index(), index);
        }
    }
}
