//! Tests with `isinstance`: what a name holds where they hold, and where they do not.

use super::super::program::{NOTHING, Operation, Side, Variable};
use super::{Exhaustive, Lowering, Step};
use crate::language::{Category, Role};

/// Of a condition with more parts than this the further ones tell nothing.
const MOST_PARTS: usize = 16;

/// Of more branches before one than this the earlier ones tell nothing of it.
const MOST_BRANCHES_BEFORE: usize = 8;

impl Lowering<'_, '_> {
    /// Whether a condition tells what a name holds: to other ones no steps are given.
    pub(super) fn tells(&self, condition: u32) -> bool {
        [Side::Inside, Side::Outside].iter().any(|side| !self.tests(condition, *side).is_empty())
    }

    /// Where the first of some conditions does not hold, nor those behind it.
    pub(super) fn not(&self, conditions: &[u32]) -> Vec<Step> {
        let last = conditions.iter().rev().take(MOST_BRANCHES_BEFORE);
        last.filter(|one| self.tells(**one)).map(|one| Step::Narrow(*one, Side::Outside)).collect()
    }

    /// `left and right`, where the left side tells what names hold on the right one.
    pub(super) fn conjunction(&mut self, node: u32) {
        let parts = self.parts_of(node);
        match (self.operator(node), &parts[..]) {
            (Category::OperatorAnd, [left, right]) if self.tells(*left) => self.then(
                [
                    Step::Visit(*left),
                    Step::OpenBranches,
                    Step::Narrow(*left, Side::Inside),
                    Step::Visit(*right),
                    Step::CloseBranches(Exhaustive::No),
                    Step::Leave(node),
                ]
                .into_iter(),
            ),
            _ => self.visit_children(node),
        }
    }

    /// `yes if condition else no`.
    pub(super) fn choice_of_values(&mut self, node: u32) {
        match self.parts_of(node)[..] {
            [yes, condition, no] if self.tells(condition) => self.then(
                [
                    Step::Visit(condition),
                    Step::OpenBranches,
                    Step::Narrow(condition, Side::Inside),
                    Step::Visit(yes),
                    Step::NextBranch,
                    Step::Narrow(condition, Side::Outside),
                    Step::Visit(no),
                    Step::CloseBranches(Exhaustive::Yes),
                    Step::Leave(node),
                ]
                .into_iter(),
            ),
            _ => self.visit_children(node),
        }
    }

    /// Lets names hold what they can where a condition holds, or does not.
    pub(super) fn narrow_by(&mut self, condition: u32, side: Side) {
        for (name, class, side) in self.tests(condition, side) {
            let from = self.values[name as usize];
            let narrowed = self.of_classes(from, class, side);
            if from != NOTHING {
                self.rebind(name, narrowed);
            }
        }
    }

    /// The objects of the classes that an expression names, or all others.
    fn of_classes(&mut self, from: Variable, class: u32, side: Side) -> Variable {
        let is_list = matches!(self.category(class), Category::Tuple | Category::BinaryOperation);
        let classes = if is_list { self.parts_of(class) } else { vec![class] };
        let mut found = Vec::new();
        let mut rest = from;
        for class in classes {
            let (base, to) = (self.values[class as usize], self.program.variable());
            if base == NOTHING {
                return from;
            }
            self.program.operation(Operation::Narrow { base, from: rest, side, to });
            match side {
                Side::Inside => found.push(to),
                Side::Outside => rest = to,
            }
        }
        if side == Side::Inside { self.program.either(found) } else { rest }
    }

    /// The tests that are known to hold, or to fail, where a condition does: name, class and which of both.
    fn tests(&self, condition: u32, side: Side) -> Vec<(u32, u32, Side)> {
        let mut tests = Vec::new();
        let mut open = vec![(condition, side)];
        for _ in 0..MOST_PARTS {
            let Some((node, side)) = open.pop() else { break };
            let parts = || self.parts_of(node).into_iter();
            match (self.category(node), side) {
                (Category::Parenthesized, _) => open.extend(parts().map(|part| (part, side))),
                (Category::NotOperation, _) => open.extend(parts().map(|part| (part, side.other()))),
                (Category::BooleanOperation, _) if self.operator(node) == joined_by(side) => {
                    open.extend(parts().map(|part| (part, side)));
                }
                (Category::Call, _) => tests.extend(self.test(node).map(|(name, class)| (name, class, side))),
                _ => {}
            }
        }
        tests
    }

    /// Name and class of `isinstance(name, class)`.
    fn test(&self, call: u32) -> Option<(u32, u32)> {
        let callee = self.tree.child_with_role(call, Role::Callee)?;
        if self.category(callee) != Category::Identifier || self.text(callee) != "isinstance" {
            return None;
        }
        match self.parts_of(self.tree.child_with_role(call, Role::Arguments)?)[..] {
            [name, class] if self.category(name) == Category::Identifier => Some((name, class)),
            _ => None,
        }
    }
}

/// Both sides of an `and` hold where it holds, both of an `or` fail where it fails.
fn joined_by(side: Side) -> Category {
    match side {
        Side::Inside => Category::OperatorAnd,
        Side::Outside => Category::OperatorOr,
    }
}
