//! What import statements say, whatever the language.

/// One name, or everything, that an import statement takes from a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImportEntry<'source> {
    /// The syntax node that stands for it.
    pub(crate) syntax: u32,
    pub(crate) module: ModulePath,
    pub(crate) what: Imported,
    /// The name that it binds in the file.
    pub(crate) name: Option<&'source str>,
    /// How the statement writes it, where it binds no name that would stand for it.
    pub(crate) written: Option<&'source str>,
}

/// What is taken from a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Imported {
    /// The module itself.
    Module,
    /// The module is loaded, but what is bound is the first part of its path.
    Root,
    /// What the module has under a dotted name.
    Member(String),
    /// All its names.
    Everything,
}

/// Where a module is looked for. Parts of a path are separated by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModulePath {
    /// From where the language looks for modules.
    Absolute(String),
    /// From what has the first part's name where the statement stands, else from where the language looks for modules.
    Visible(String),
    /// Outside of the project in any case: the name as written may hold dots and slashes.
    External(String),
    /// From the folder of the file, so many folders further up.
    Relative {
        /// How many folders up.
        up: u32,
        /// The rest of the path; may be empty.
        path: String,
    },
    /// One file, by its path with slashes and extension from the folder of the file, so many folders further up.
    File {
        /// How many folders up.
        up: u32,
        /// The rest of the path.
        path: String,
    },
    /// From the module or namespace in which the statement stands, so many levels further up.
    FromModule {
        /// How many levels up.
        up: u32,
        /// The rest of the path; may be empty.
        path: String,
    },
    /// From the root of the package that the file is part of.
    PackageRoot(String),
}

impl ModulePath {
    /// A file by its path from the folder of the file that names it, as `./a/../b.js`. `stem` takes the extension off the
    /// last part; where the last part is then `silent`, the file stands for its folder.
    pub(crate) fn of_file(written: &str, stem: impl Fn(&str) -> &str, silent: Option<&str>) -> Self {
        let (up, mut parts) = folders_and_file(written);
        let last = parts.pop().map(stem).filter(|last| Some(*last) != silent);
        parts.extend(last);
        Self::Relative { up, path: parts.join(".") }
    }

    /// A file by its path from the folder of the file that names it, whose extension is part of what is meant.
    pub(crate) fn of_exact_file(written: &str) -> Self {
        let (up, parts) = folders_and_file(written);
        Self::File { up, path: parts.join("/") }
    }
}

/// How many folders up a path leads, and its parts from there.
fn folders_and_file(written: &str) -> (u32, Vec<&str>) {
    let (mut up, mut parts) = (0, Vec::new());
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.is_empty() => up += 1,
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    (up, parts)
}

impl<'source> ImportEntry<'source> {
    pub(crate) fn module(syntax: u32, module: ModulePath, name: &'source str) -> Self {
        Self { syntax, module, what: Imported::Module, name: Some(name), written: None }
    }

    /// Of a module that is loaded without binding a name.
    pub(crate) fn unbound(syntax: u32, module: ModulePath, written: &'source str) -> Self {
        Self { syntax, module, what: Imported::Module, name: None, written: Some(written) }
    }

    /// Of a file whose text is put in place of the statement.
    pub(crate) fn inclusion(syntax: u32, module: ModulePath, written: &'source str) -> Self {
        Self { syntax, module, what: Imported::Everything, name: None, written: Some(written) }
    }

    /// `a.b.c` loads that module and binds `a`.
    pub(crate) fn root_of_module(syntax: u32, module: &'source str) -> Self {
        let name = module.split('.').next();
        Self { syntax, module: ModulePath::Absolute(module.to_owned()), what: Imported::Root, name, written: None }
    }

    pub(crate) fn member(syntax: u32, module: ModulePath, member: &str, name: &'source str) -> Self {
        Self { syntax, module, what: Imported::Member(member.to_owned()), name: Some(name), written: None }
    }

    pub(crate) fn everything(syntax: u32, module: ModulePath) -> Self {
        Self { syntax, module, what: Imported::Everything, name: None, written: None }
    }
}
