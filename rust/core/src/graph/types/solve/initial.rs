//! Fields that lists give to objects where these are declared: structures and tables of functions.

use super::super::sketch::{Declared, Expression, ExpressionId, Source};
use super::Solver;
use super::values::{Name, Node, Value};
use crate::language::Sharing;

/// How many lists of a table, and how many fields of a class, are told apart.
const MOST_PARTS: usize = 128;

impl Solver<'_> {
    /// Notes what lists give to fields, for objects of which only the class is known.
    pub(super) fn follow_initial(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            for (class, list) in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.initial[..]) {
                let (classes, lists) = (self.values(file, *class), self.values(file, *list));
                let rows: Vec<Value> = lists.iter().flat_map(|list| self.rows(*list)).collect();
                for value in classes.iter() {
                    if let Value::Class { node, .. } = value {
                        self.note_rows(*node, &rows);
                    }
                }
            }
        }
    }

    fn note_rows(&mut self, class: Node, rows: &[Value]) {
        let (fields, owner) = (self.fields_in_order(class), Value::Class { node: class, several: false });
        for row in rows {
            for name in &fields {
                let mut given = self.initial_field(&fields, *row, *name);
                given.retain(|value| matches!(value, Value::Function(_)));
                self.note_stored(owner, *name, &given);
            }
        }
    }

    /// What a list, or what was put in later, gives to a member of objects that are known where they are declared.
    pub(super) fn given_initially(&mut self, file: u32, values: &[Value], name: Name) -> Vec<Value> {
        let rows = self.initial_rows(file, values);
        let mut found = Vec::new();
        for value in values {
            let Value::Object { class, several: false, .. } = value else { continue };
            let fields = if rows.is_empty() { Vec::new() } else { self.fields_in_order(*class) };
            found.extend(rows.iter().flat_map(|row| self.initial_field(&fields, *row, name)));
        }
        found
    }

    /// Whether a value is the list from which an object of a class beside it has its fields.
    pub(super) fn is_initial(&self, file: u32, values: &[Value], value: &Value) -> bool {
        matches!(value, Value::Made(..))
            && self.world.sharing(file) == Sharing::Everywhere
            && values.iter().any(|value| matches!(value, Value::Object { several: false, .. }))
    }

    /// The lists among values from which the objects beside them have their fields.
    fn initial_rows(&mut self, file: u32, values: &[Value]) -> Vec<Value> {
        let lists: Vec<Value> = values.iter().copied().filter(|value| self.is_initial(file, values, value)).collect();
        lists.into_iter().flat_map(|list| self.rows(list)).collect()
    }

    /// The lists of a table, or the one list.
    fn rows(&mut self, made: Value) -> Vec<Value> {
        let Value::Made(file, expression) = made else { return Vec::new() };
        let Expression::Made { parts, named: false } = self.expression(file, expression) else { return vec![made] };
        let parts = self.parts(file, parts).iter().take(MOST_PARTS);
        let rows: Vec<Value> = parts.flat_map(|part| self.values(file, *part).to_vec()).collect();
        let is_table = !rows.is_empty() && rows.iter().all(|row| matches!(row, Value::Made(..)));
        if is_table { rows } else { vec![made] }
    }

    fn initial_field(&mut self, fields: &[Name], row: Value, name: Name) -> Vec<Value> {
        let mut found = self.stored_in(row, name);
        let Value::Made(file, made) = row else { return found };
        let Expression::Made { parts, named } = self.expression(file, made) else { return found };
        let parts = self.parts(file, parts);
        let given = if named {
            self.named_part(file, parts, (fields, name))
        } else {
            fields.iter().position(|field| *field == name).and_then(|place| parts.get(place).copied())
        };
        found.extend(given.into_iter().flat_map(|given| self.values(file, given).to_vec()));
        found
    }

    /// What a list of pairs gives to a field; a value without a name goes to the field behind the one before.
    fn named_part(&self, file: u32, parts: &[ExpressionId], (fields, name): (&[Name], Name)) -> Option<ExpressionId> {
        let (mut next, mut given) = (0, None);
        for pair in parts.chunks(2).take(MOST_PARTS) {
            let named = Some(self.world.name_in(file, pair[0])).filter(|name| !self.world.text(*name).is_empty());
            let field = named.or_else(|| fields.get(next).copied());
            next = field.and_then(|field| fields.iter().position(|one| *one == field)).map_or(next, |place| place + 1);
            given = if field == Some(name) { Some(pair[1]) } else { given };
        }
        given
    }

    /// Whether lists from which objects have their fields say nothing of a member that is no method.
    pub(super) fn is_left_out(&mut self, file: u32, values: &[Value], name: Name) -> bool {
        let rows = self.initial_rows(file, values);
        let says_something = |row: &Value| match *row {
            Value::Made(file, made) => {
                matches!(self.expression(file, made), Expression::Made { parts: (_, count), .. } if count > 0)
            }
            _ => false,
        };
        let is_method = |value: &Value| match value {
            Value::Object { class, .. } => !self.methods(*class, name).is_empty(),
            _ => false,
        };
        !rows.is_empty() && rows.iter().all(says_something) && !values.iter().any(is_method)
    }

    /// The first fields of a class without bases.
    fn fields_in_order(&self, class: Node) -> Vec<Name> {
        let (file, _) = self.world.place(class);
        let (Some(sketch), Some(known)) = (self.world.sketch(file), self.world.class(class)) else { return Vec::new() };
        if self.bases.contains_key(&class) {
            return Vec::new();
        }
        let first = sketch.declared.partition_point(|one| one.scope < known.scope);
        let own = sketch.declared[first..].iter().take_while(|one| one.scope == known.scope);
        let mut fields: Vec<(u32, u32)> = own.filter(|one| is_field(one)).map(|one| (one.at, one.name)).collect();
        fields.sort_unstable();
        fields.into_iter().take(MOST_PARTS).map(|(_, name)| self.world.name_in(file, name)).collect()
    }
}

fn is_field(declared: &Declared) -> bool {
    declared.sources.iter().any(|source| matches!(source, Source::Typed(_)))
}
