//! Statements: in which order their parts run, and which of them may not run at all.

use super::super::program::{NO_NAME, NOTHING, Operation, Side};
use super::{Exhaustive, Lowering, Step};
use crate::language::{Category, Role};

impl Lowering<'_, '_> {
    pub(super) fn visit(&mut self, node: u32) {
        match self.category(node) {
            Category::Import | Category::ImportFrom => self.import(node),
            Category::Function | Category::Lambda => self.function(node),
            Category::Class => self.class(node),
            Category::Assignment => self.assignment(node),
            Category::NamedExpression | Category::KeywordArgument => self.parts(node, &[Role::Value]),
            Category::If => self.condition(node),
            Category::While => self.repeat_while(node),
            Category::For => self.repeat_for(node),
            Category::Try => self.attempt(node),
            Category::Match => self.choice(node),
            Category::BooleanOperation => self.conjunction(node),
            Category::Conditional => self.choice_of_values(node),
            Category::Comprehension | Category::Generator => self.comprehension(node),
            Category::ComprehensionFor => self.parts_then_target(node, Role::Right),
            Category::Delete => self.targets_of(node),
            Category::Type
            | Category::TypeAlias
            | Category::TypeParameter
            | Category::GlobalDeclaration
            | Category::Comment
            | Category::Integer
            | Category::Float
            | Category::StringContent
            | Category::StringDelimiter => {}
            _ => self.visit_children(node),
        }
    }

    /// Visits the parts with these roles, then the node itself.
    fn parts(&mut self, node: u32, roles: &[Role]) {
        let parts: Vec<u32> = roles.iter().filter_map(|role| self.tree.child_with_role(node, *role)).collect();
        self.then(parts.into_iter().map(Step::Visit).chain([Step::Leave(node)]));
    }

    fn parts_then_target(&mut self, node: u32, role: Role) {
        let value = self.tree.child_with_role(node, role).map(Step::Visit);
        let target = self.tree.child_with_role(node, Role::Left).map(Step::Target);
        self.then(value.into_iter().chain(target).chain([Step::Leave(node)]));
    }

    fn assignment(&mut self, node: u32) {
        self.note_field(node);
        let target = self.tree.child_with_role(node, Role::Left);
        let is_attribute = target.is_some_and(|target| self.category(target) == Category::Member);
        let is_annotated = self.tree.child_with_role(node, Role::Type).is_some();
        if self.tree.child_with_role(node, Role::Right).is_some() || is_attribute && is_annotated {
            self.parts_then_target(node, Role::Right);
        }
    }

    /// Of what is bound or deleted only the objects and keys are evaluated.
    pub(super) fn visit_target(&mut self, node: u32) {
        match self.category(node) {
            Category::Identifier => {}
            Category::Member => self.then(self.tree.child_with_role(node, Role::Object).map(Step::Visit).into_iter()),
            Category::Subscript => {
                let parts: Vec<u32> = self.tree.children(node).filter(|part| self.tree.is_named(*part)).collect();
                self.then(parts.into_iter().map(Step::Visit));
            }
            _ => {
                let parts: Vec<u32> = self.tree.children(node).filter(|part| self.tree.is_named(*part)).collect();
                self.then(parts.into_iter().map(Step::Target));
            }
        }
    }

    fn targets_of(&mut self, node: u32) {
        let parts: Vec<u32> = self.tree.children(node).filter(|part| self.tree.is_named(*part)).collect();
        self.then(parts.into_iter().map(Step::Target).chain([Step::Leave(node)]));
    }

    fn condition(&mut self, node: u32) {
        let mut steps = Vec::new();
        let mut conditions: Vec<u32> = self.tree.child_with_role(node, Role::Condition).into_iter().collect();
        steps.extend(conditions.iter().copied().map(Step::Visit));
        steps.push(Step::OpenBranches);
        steps.extend(conditions.iter().map(|condition| Step::Narrow(*condition, Side::Inside)));
        steps.extend(self.tree.child_with_role(node, Role::Consequence).map(Step::Visit));
        let mut exhaustive = Exhaustive::No;
        for other in self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Alternative) {
            steps.push(Step::NextBranch);
            steps.extend(self.not(&conditions));
            if let Some(condition) = self.tree.child_with_role(other, Role::Condition) {
                steps.extend([Step::Visit(condition), Step::Narrow(condition, Side::Inside)]);
                conditions.push(condition);
            }
            let roles = [Role::Consequence, Role::Body];
            steps.extend(roles.iter().filter_map(|role| self.tree.child_with_role(other, *role)).map(Step::Visit));
            if self.category(other) == Category::Else {
                exhaustive = Exhaustive::Yes;
            }
        }
        if exhaustive == Exhaustive::No {
            steps.push(Step::NextBranch);
            steps.extend(self.not(&conditions));
            exhaustive = Exhaustive::Yes;
        }
        steps.push(Step::CloseBranches(exhaustive));
        self.then(steps.into_iter());
    }

    fn repeat_while(&mut self, node: u32) {
        let part = |role: Role| self.tree.child_with_role(node, role).map(Step::Visit);
        let (condition, body, otherwise) = (part(Role::Condition), part(Role::Body), part(Role::Alternative));
        let looped = [Step::Collect(node), Step::Repeat].into_iter().chain(condition).chain(body);
        self.then(looped.chain([Step::Repeat, Step::Release]).chain(otherwise).collect::<Vec<_>>().into_iter());
    }

    fn repeat_for(&mut self, node: u32) {
        let part = |role: Role| self.tree.child_with_role(node, role).map(Step::Visit);
        let (iterated, body, otherwise) = (part(Role::Right), part(Role::Body), part(Role::Alternative));
        let target = self.tree.child_with_role(node, Role::Left).map(Step::Target);
        let begin = [Step::Collect(node), Step::Repeat].into_iter().chain(target).chain([Step::BindElement(node)]);
        let looped = iterated.into_iter().chain(begin).chain(body).chain([Step::Repeat, Step::Release]);
        self.then(looped.chain(otherwise).collect::<Vec<_>>().into_iter());
    }

    /// A handler may run after any part of the body.
    fn attempt(&mut self, node: u32) {
        let tree = self.tree;
        let with_category =
            |category: Category| tree.children(node).filter(move |child| tree.category(*child) == category);
        let body = self.tree.child_with_role(node, Role::Body);
        let mut steps = vec![Step::Collect(body.unwrap_or(node)), Step::OpenBranches];
        steps.extend(body.map(Step::Visit));
        steps.extend(with_category(Category::Else).map(Step::Visit));
        for handler in with_category(Category::Catch) {
            steps.extend([Step::NextBranch, Step::Repeat, Step::Visit(handler)]);
        }
        steps.extend([Step::CloseBranches(Exhaustive::Yes), Step::Release]);
        steps.extend(with_category(Category::Finally).map(Step::Visit));
        self.then(steps.into_iter());
    }

    fn choice(&mut self, node: u32) {
        let mut steps: Vec<Step> = Vec::new();
        let subject = self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Subject);
        steps.extend(subject.map(Step::Visit));
        steps.push(Step::OpenBranches);
        let body = self.tree.child_with_role(node, Role::Body).unwrap_or(node);
        let cases = self.tree.children(body).filter(|child| self.tree.category(*child) == Category::MatchCase);
        for case in cases {
            let patterns = self.tree.children(case).filter(|child| self.tree.category(*child) == Category::Pattern);
            steps.extend(patterns.map(Step::Target));
            steps.push(Step::BindCase(case));
            let roles = [Role::Guard, Role::Consequence];
            steps.extend(roles.iter().filter_map(|role| self.tree.child_with_role(case, *role)).map(Step::Visit));
            steps.push(Step::NextBranch);
        }
        steps.push(Step::CloseBranches(Exhaustive::No));
        self.then(steps.into_iter());
    }

    /// The clauses of a comprehension run before its element.
    fn comprehension(&mut self, node: u32) {
        let is_clause =
            |part: &u32| matches!(self.category(*part), Category::ComprehensionFor | Category::ComprehensionIf);
        let clauses = self.tree.children(node).filter(is_clause).map(Step::Visit);
        let element = self.tree.child_with_role(node, Role::Body).map(Step::Visit);
        let steps: Vec<Step> = clauses.chain(element).chain([Step::Leave(node)]).collect();
        self.then(steps.into_iter());
    }

    fn import(&mut self, statement: u32) {
        let end = self.tree.subtree_end(statement);
        let first = self.collected.binds.partition_point(|bind| bind.syntax < statement);
        for place in first..self.collected.binds.len() {
            let bind = self.collected.binds[place];
            if bind.syntax >= end {
                break;
            }
            let (to, caller) = (self.program.variable(), self.caller());
            self.program.operation(Operation::Import { import: bind.import, to, caller });
            self.bind_name(bind, to);
        }
    }

    /// Takes in a statement whose parts were visited.
    pub(super) fn leave_statement(&mut self, node: u32) {
        match self.category(node) {
            Category::Return => self.give_back(node),
            Category::Raise => self.raise(node),
            Category::Break | Category::Continue => self.environment.is_dead = true,
            Category::WithItem => self.enter_context(node),
            Category::Delete => self.delete(node),
            _ => {}
        }
    }

    fn give_back(&mut self, node: u32) {
        let value = self.value_of(self.tree.children(node).find(|part| self.tree.is_named(*part)));
        self.returned(value);
        self.environment.is_dead = true;
    }

    fn raise(&mut self, node: u32) {
        let base = self.value_of(self.tree.children(node).find(|part| self.tree.is_named(*part)));
        let caller = self.caller();
        self.program.operation(Operation::Raise { base, caller });
        self.environment.is_dead = true;
    }

    fn delete(&mut self, node: u32) {
        for target in self.parts_of(node) {
            if self.category(target) != Category::Subscript {
                continue;
            }
            let base = self.value_of(self.tree.child_with_role(target, Role::Value));
            let (names, caller) = ([self.name("__delitem__"), NO_NAME], self.caller());
            self.program.operation(Operation::Method { base, names, argument: NOTHING, to: NOTHING, caller });
        }
    }
}
