//! What import statements bind, and names of modules.

use super::super::program::{Name, Operation, Variable};
use super::Solver;
use super::objects::Object;
use crate::graph::facts::WILDCARD;

/// How many modules are looked through for a name that an import of everything may bring.
const MOST_MODULES: usize = 16;

impl Solver<'_> {
    /// Lets `to` hold what an import statement binds.
    pub(super) fn import(&mut self, import: u32, to: Variable, caller: u32) {
        let file = self.world.file_of(caller);
        let import = &self.files[file as usize].imports[import as usize];
        let (path, module, relative) = (import.path.clone(), import.module.clone(), import.relative);
        let member = path.strip_prefix(&module).and_then(|rest| rest.strip_prefix('.')).filter(|_| import.member);
        if let (Some(member), Some(source)) = (member, self.modules.module(file, &module)) {
            let member = self.path(member);
            return self.load_from_module(source, member, to, caller);
        }
        match self.modules.module(file, &path) {
            Some(module) => self.add_object(to, Object::Module(module)),
            None if relative => {}
            None => self.add_external(&path, to),
        }
    }

    /// A name of a module: its own, a submodule, one that it imports with everything, or by its `__getattr__`.
    pub(super) fn load_from_module(&mut self, file: u32, name: Name, to: Variable, caller: u32) {
        if self.load_own(file, name, to) {
            return;
        }
        let path = crate::graph::imports::join(self.files[file as usize].module(), self.world.names.text(name));
        if let Some(submodule) = self.modules.named(self.family, &path).or_else(|| self.modules.module(file, &path)) {
            return self.add_object(to, Object::Module(submodule));
        }
        if self.load_imported(file, name, to) {
            return;
        }
        let getter = self.path("__getattr__");
        if let Some(callee) = self.world.modules[file as usize].get(&getter).copied() {
            let arguments = (0, 0);
            self.attach(Operation::Call { callee, arguments, to, caller, decorates: false });
        }
    }

    fn load_own(&mut self, file: u32, name: Name, to: Variable) -> bool {
        let own = self.world.modules[file as usize].get(&name).copied();
        if let Some(own) = own {
            self.copy(own, to);
        }
        own.is_some()
    }

    /// A name that a module has from an import of everything.
    fn load_imported(&mut self, file: u32, name: Name, to: Variable) -> bool {
        let mut open = vec![file];
        let mut next = 0;
        while next < open.len() && next < MOST_MODULES {
            let imports = self.files[open[next] as usize].imports.iter();
            let everything = imports.filter(|import| import.path.ends_with(WILDCARD));
            let sources: Vec<u32> =
                everything.filter_map(|import| self.modules.module(open[next], &import.module)).collect();
            for source in sources {
                if self.is_exported(source, name) && self.load_own(source, name, to) {
                    return true;
                }
                if !open.contains(&source) {
                    open.push(source);
                }
            }
            next += 1;
        }
        false
    }

    fn is_exported(&self, file: u32, name: Name) -> bool {
        match &self.world.exported[file as usize] {
            Some(all) => all.contains(&name),
            None => !self.world.names.text(name).starts_with('_'),
        }
    }

    /// A name that its file binds nowhere.
    pub(super) fn unbound(&mut self, name: Name, to: Variable, caller: u32) {
        let file = self.world.file_of(caller);
        self.load_imported(file, name, to);
    }
}
