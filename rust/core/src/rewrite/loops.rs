//! Other forms of the same loop.

use super::choice::Choice;
use super::edit::Edit;
use super::mutate::is_bare_condition;
use super::rename::NewNames;
use super::text::Text;
use crate::language::{Category, LoopForms, Role};

/// A loop with a condition is written in another form of the language; in Python a `for` as well.
pub(super) fn loop_form(text: &Text<'_>, choice: &mut Choice) -> Option<Vec<Edit>> {
    let sites = text.sites(|node| text.is_in_function(node) && is_loop(text, node));
    let site = *choice.pick(&sites)?;
    match text.spelling().loops {
        LoopForms::Indented if text.category(site) == Category::For => by_iterator(text, site, choice),
        LoopForms::Indented => with_break_first(text, site),
        LoopForms::Parenthesized => as_for(text, site),
        LoopForms::Bare => with_empty_clauses(text, site),
        LoopForms::Endless => endless(text, site),
    }
}

fn is_loop(text: &Text<'_>, node: u32) -> bool {
    let has = |role| text.tree().child_with_role(node, role).is_some();
    match (text.spelling().loops, text.category(node)) {
        (LoopForms::Indented, Category::For) => !has(Role::Alternative) && can_iterate(text, node),
        (LoopForms::Indented, Category::While) => !has(Role::Alternative) && with_break_first(text, node).is_some(),
        (LoopForms::Parenthesized, Category::While) => as_for(text, node).is_some(),
        (LoopForms::Bare, Category::For) => with_empty_clauses(text, node).is_some(),
        (LoopForms::Endless, Category::While) => endless(text, node).is_some(),
        _ => false,
    }
}

/// The token with that text directly under the node.
fn token(text: &Text<'_>, node: u32, spelled: &str) -> Option<u32> {
    text.tree().children(node).find(|child| text.text(*child) == spelled)
}

/// `while c:` to `while True:` whose body begins with `if not c: break`.
fn with_break_first(text: &Text<'_>, site: u32) -> Option<Vec<Edit>> {
    let condition = text.tree().child_with_role(site, Role::Condition)?;
    let body = text.tree().child_with_role(site, Role::Body)?;
    let indentation = text.indentation(body)?;
    if text.indentation(site).is_none() || text.is_literal(condition) || text.text(condition).contains('\n') {
        return None;
    }
    let first = format!("if not ({}):\n{indentation}    break\n{indentation}", text.text(condition));
    Some(vec![
        Edit::replace(text.range(condition), text.spelling().true_literal),
        Edit::insert(text.range(body).start, first),
    ])
}

/// What the written-out `for` calls.
const ITERATION: &[&str] = &["iter", "next", "StopIteration"];

fn can_iterate(text: &Text<'_>, site: u32) -> bool {
    let tree = text.tree();
    let body = tree.child_with_role(site, Role::Body);
    let is_laid_out = text.indentation(site).is_some() && body.is_some_and(|body| text.indentation(body).is_some());
    let is_asynchronous = token(text, site, "async").is_some();
    let is_plain = |role| tree.child_with_role(site, role).is_some_and(|node| !text.text(node).contains('\n'));
    let shadows = |node| text.category(node) == Category::Identifier && ITERATION.contains(&text.text(node));
    is_laid_out
        && !is_asynchronous
        && is_plain(Role::Left)
        && is_plain(Role::Right)
        && !(0..tree.len() as u32).any(shadows)
        && !text.has_name_readers()
}

/// `for x in y:` to a `while True:` that asks an iterator for the next one.
fn by_iterator(text: &Text<'_>, site: u32, choice: &mut Choice) -> Option<Vec<Edit>> {
    let tree = text.tree();
    let (target, items) = (tree.child_with_role(site, Role::Left)?, tree.child_with_role(site, Role::Right)?);
    let colon = token(text, site, ":")?;
    let outer = text.indentation(site)?;
    let iterator = NewNames::new(text, choice).next();
    let (target, items) = (text.text(target), text.text(items));
    let header = format!(
        "{iterator} = iter(({items}))\n{outer}while True:\n{outer}    try:\n{outer}        {target} = next({iterator})\n\
         {outer}    except StopIteration:\n{outer}        break\n"
    );
    // The body keeps its own indentation, which may be another.
    let body = tree.child_with_role(site, Role::Body)?;
    let inner = text.indentation(body)?;
    let header = header.replace(&format!("\n{outer}    "), &format!("\n{inner}"));
    let start = text.range(site).start..text.range(colon).end;
    Some(vec![Edit::replace(start, header.trim_end_matches('\n'))])
}

/// `while (c)` to `for (; c; )`.
fn as_for(text: &Text<'_>, site: u32) -> Option<Vec<Edit>> {
    let keyword = text.tree().children(site).next().filter(|first| text.text(*first) == "while")?;
    let condition = text.tree().child_with_role(site, Role::Condition)?;
    let inner = text.operands(condition).next().filter(|_| text.category(condition) == Category::Parenthesized)?;
    let range = text.range(condition);
    if text.operands(condition).nth(1).is_some() || text.category(inner) == Category::Declaration {
        return None;
    }
    Some(vec![
        Edit::replace(text.range(keyword), "for"),
        Edit::insert(range.start + 1, "; "),
        Edit::insert(range.end - 1, "; "),
    ])
}

/// `for c {` to `for ; c; {`.
fn with_empty_clauses(text: &Text<'_>, site: u32) -> Option<Vec<Edit>> {
    let condition = text.operands(site).next().filter(|first| is_bare_condition(text, *first))?;
    let range = text.range(condition);
    Some(vec![Edit::insert(range.start, "; "), Edit::insert(range.end, ";")])
}

/// `while c {` to `loop { if !(c) { break; }`.
fn endless(text: &Text<'_>, site: u32) -> Option<Vec<Edit>> {
    let tree = text.tree();
    let keyword = token(text, site, "while")?;
    let condition = tree.child_with_role(site, Role::Condition)?;
    let body = tree.child_with_role(site, Role::Body)?;
    let binds = |node| matches!(text.category(node), Category::NamedExpression | Category::Comment);
    if (condition..tree.subtree_end(condition)).any(binds) {
        return None;
    }
    let header = text.range(keyword).start..text.range(condition).end;
    let first = format!(" if !({}) {{ break; }}", text.text(condition));
    Some(vec![Edit::replace(header, "loop"), Edit::insert(text.range(body).start + 1, first)])
}
