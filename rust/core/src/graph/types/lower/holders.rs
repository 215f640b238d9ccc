//! From a name in a pattern to what holds its value, and the way back.

use super::super::sketch::{Expression, ExpressionId};
use super::Lowering;
use super::declarations::MOST_SOURCES;
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// A step from a value to one of the names in the pattern that takes it apart.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Element,
    Position(u32),
    Member(u32),
}

/// How many nodes a name may be below what declares it.
pub(super) const MOST_STEPS: usize = 24;

impl Lowering<'_, '_> {
    /// What declares a name or gives it its value, and the steps from that value to the name.
    pub(super) fn holder(&mut self, name: u32, steps: &mut Vec<Step>) -> Option<u32> {
        let mut node = name;
        for _ in 0..MOST_STEPS {
            let parent = self.tree.parent(node);
            if parent == NONE {
                return None;
            }
            match self.category(parent) {
                Category::Assignment
                | Category::NamedExpression
                | Category::Declaration
                | Category::Parameter
                | Category::DefaultParameter
                | Category::VariadicParameter
                | Category::TypeAlias
                | Category::TypeParameter
                | Category::For
                | Category::Catch
                | Category::Parameters
                | Category::Lambda
                | Category::MatchCase
                | Category::WithItem => {
                    let is_default = self.category(parent) == Category::DefaultParameter
                        && !matches!(self.around(parent), Category::Parameters);
                    if !is_default {
                        steps.reverse();
                        return Some(parent);
                    }
                }
                // A pointer to a function; a mere name is that of the function.
                Category::Signature if self.category(node) == Category::Declarator => {}
                Category::Signature => return None,
                Category::Pattern => self.step_in_pattern(parent, node, steps)?,
                Category::Tuple | Category::ExpressionList => {
                    let place = self.named_children(parent).take(MOST_SOURCES).position(|child| child == node)?;
                    if self.named_children(parent).nth(1).is_some() {
                        steps.push(Step::Position(place as u32));
                    }
                }
                Category::Pair => {
                    let key = self.child(parent, Role::Key)?;
                    let key = self.name(self.text(key));
                    steps.push(Step::Member(key));
                }
                _ => {}
            }
            node = parent;
        }
        None
    }

    fn step_in_pattern(&mut self, pattern: u32, node: u32, steps: &mut Vec<Step>) -> Option<()> {
        let first = self.tree.first_child(pattern);
        if first == NONE {
            return Some(());
        }
        match self.text(first) {
            "{" => {
                let key = self.child(node, Role::Key).unwrap_or(node);
                let key = self.name(self.text(key));
                if self.category(node) != Category::Pattern {
                    steps.push(Step::Member(key));
                }
            }
            "[" => steps.push(Step::Element),
            "(" => {
                let place = self.named_children(pattern).take(MOST_SOURCES).position(|child| child == node)?;
                steps.push(Step::Position(place as u32));
            }
            // `Some(x)`; what another constructor holds is not known.
            text if first != node
                && self.category(first) != Category::Keyword
                && text.starts_with(char::is_uppercase) =>
            {
                if !self.tree.table().is_builtin(text) {
                    return None;
                }
            }
            _ => {
                if let Some(key) = self.child(pattern, Role::Key).filter(|key| *key != node) {
                    let key = self.name(self.text(key));
                    steps.push(Step::Member(key));
                }
            }
        }
        Some(())
    }

    pub(super) fn follow(&mut self, mut value: ExpressionId, steps: &[Step]) -> ExpressionId {
        for step in steps {
            value = match step {
                Step::Element => self.push(Expression::Element { of: value, key: None }),
                Step::Position(place) => self.push(Expression::Position { of: value, place: *place }),
                Step::Member(name) => self.push(Expression::Member { object: value, name: *name }),
            };
        }
        value
    }
}
