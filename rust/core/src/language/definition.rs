//! What a language file supplies.

use super::category::{Category, Role};
use super::idioms::Idioms;
use super::imports::{ImportEntry, ModulePath};
use crate::syntax::SyntaxTree;

/// A language, in the words of its own grammar.
pub(crate) struct LanguageDefinition {
    pub(crate) name: &'static str,
    /// The same for languages whose files import each other.
    pub(crate) family: &'static str,
    pub(crate) extensions: &'static [&'static str],
    /// Interpreters that a first line `#!…` can name.
    pub(crate) interpreters: &'static [&'static str],
    /// An extension that belongs to another language unless the text looks like this one.
    pub(crate) shared_extension: Option<SharedExtension>,
    /// The grammar.
    pub(crate) grammar: fn() -> tree_sitter::Language,
    /// Named kinds and anonymous tokens of the grammar, each with its category. A token category holds for the anonymous
    /// token, and for a named kind of that name if it has no other. What is missing is [`Category::Other`] when named;
    /// an anonymous token is [`Category::Keyword`] when it is a word and else [`Category::Punctuation`].
    pub(crate) kinds: &'static [&'static [(&'static str, Category)]],
    /// Tokens shared with other languages; some may be none of the grammar.
    pub(crate) tokens: &'static [(&'static str, Category)],
    /// The grammar's fields, each with its role. What is missing is [`Role::None`].
    pub(crate) fields: &'static [(&'static str, Role)],
    /// Kind, field, role: fields that mean something else in nodes of one kind.
    pub(crate) fields_of: &'static [&'static [(&'static str, &'static str, Role)]],
    /// Roles of kinds that the grammar puts into no field.
    pub(crate) roles: &'static [(&'static str, Role)],
    /// Names that the language itself binds (built-in functions and types), sorted.
    pub(crate) builtins: &'static [&'static str],
    /// Methods of the language's own types, sorted: a call of one on an unknown object says nothing.
    pub(crate) builtin_methods: &'static [&'static str],
    /// Names of its library that other languages have under other names.
    pub(crate) idioms: &'static Idioms,
    /// Names to which the language gives a meaning.
    pub(crate) names: SpecialNames,
    /// How the language reads what it has in common with others.
    pub(crate) rules: Rules,
    /// What is a test.
    pub(crate) tests: Tests,
    /// What an import statement imports.
    pub(crate) imports: for<'source> fn(&'source [u8], &SyntaxTree, u32) -> Vec<ImportEntry<'source>>,
    /// A function that loads the module named by its only argument, and how that is read.
    pub(crate) loaders: &'static [Loader],
    /// How imports name packages by paths that a file of the project gives; none where they do not.
    pub(crate) package_paths: Option<PackagePaths>,
    /// What a rewrite of a text needs to know; none where texts of the language are not rewritten.
    pub(crate) spelling: Option<Spelling>,
}

/// The name of a function that loads modules, and how it reads the module's name.
pub(crate) type Loader = (&'static str, fn(&str) -> ModulePath);

/// How imports name packages by paths that a file of the project gives.
#[derive(Clone, Copy)]
pub(crate) struct PackagePaths {
    /// The names of the files that say under which paths something is imported.
    pub(crate) manifests: &'static [&'static str],
    /// The paths that a manifest gives, by its name and text, and from its folder on where each leads.
    pub(crate) read: fn(&str, &str) -> Vec<(String, String)>,
    /// What the paths lead to.
    pub(crate) lead_to: LeadTo,
    /// First parts of the paths of the language's own packages.
    pub(crate) library: &'static [&'static str],
}

/// What the paths that a manifest gives lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeadTo {
    /// Folders, each of which is a package: further parts of a path are folders below.
    Folders,
    /// The root of a library: further parts of a path are its modules and what those have.
    Libraries,
    /// Files by whole paths, extensions left out.
    Files,
}

/// An extension of two languages, and what tells them apart.
#[derive(Clone, Copy)]
pub(crate) struct SharedExtension {
    pub(crate) extension: &'static str,
    /// One line that begins so decides.
    pub(crate) line_starts: &'static [&'static str],
    /// So does one that includes a header of the library without an extension: `#include <vector>`.
    pub(crate) includes_without_extension: bool,
}

/// How a language writes what rewrites put into a text, and names that they must beware of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spelling {
    /// The true literal.
    pub(crate) true_literal: &'static str,
    /// The false literal.
    pub(crate) false_literal: &'static str,
    /// Usual names of a method's receiver.
    pub(crate) receivers: &'static [&'static str],
    /// Functions that see the names of local variables.
    pub(crate) name_readers: &'static [&'static str],
    /// Functions for which the order of two arguments means nothing.
    pub(crate) commutative_functions: &'static [&'static str],
    /// Functions that count from one argument to another.
    pub(crate) range_functions: &'static [&'static str],
    /// Whether a variable lives as long as its function runs, not as its block.
    pub(crate) variables_end_with_function: bool,
    /// Whether a negation binds tighter than a comparison.
    pub(crate) negation_is_tight: bool,
    /// How a loop with a condition can be written otherwise.
    pub(crate) loops: LoopForms,
    /// What a branch that is never taken is written as.
    pub(crate) dead_branch: DeadBranch,
    /// What stands before the name of a new variable that takes its type from its value, where there is such a thing.
    pub(crate) temporary: Option<&'static str>,
    /// Why the language has some rewrites only.
    pub(crate) lacks: &'static [Lack],
}

/// How a loop with a condition can be written otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoopForms {
    /// `while c:` as `while True:` with a first `if not c: break`; `for` by an iterator.
    Indented,
    /// `while (c)` as `for (; c; )`.
    Parenthesized,
    /// `for c {` as `for ; c; {`.
    Bare,
    /// `while c {` as `loop { if !c { break; }`.
    Endless,
}

/// What a branch that is never taken is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeadBranch {
    /// With that header, on lines of its own, around a copy of the statement that it stands before.
    Copying(&'static str),
    /// Without anything in it.
    Empty(&'static str),
}

/// What keeps a rewrite from being safe in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Macros, directives, or keys of literals see the names of variables.
    NamesAreSeen,
    /// There is no conditional expression.
    Conditionals,
    /// `x += y` and `x = x + y` differ by a conversion, or values stand in lists.
    PlainUpdates,
    /// A new variable must name its type, or may take another one than the value has.
    UntypedVariables,
}

/// Names to which a language gives a meaning of their own; empty where it has no such name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpecialNames {
    /// The method that a constructor call runs.
    pub(crate) constructor: Constructor,
    /// What stands for the base classes' view of the object.
    pub(crate) parent_object: &'static str,
    /// What stands for the class in its own body.
    pub(crate) own_class: &'static str,
    /// The decorator of a method without a receiver.
    pub(crate) static_method: &'static str,
    /// The module that holds the built-in names.
    pub(crate) builtin_module: &'static str,
    /// The keyword of a function that can be suspended.
    pub(crate) asynchronous: &'static str,
    /// Parts of the name of a member that say nothing of what it belongs to.
    pub(crate) silent_parts: &'static [&'static str],
    /// Stems of the files that stand for their folder.
    pub(crate) package_files: &'static [&'static str],
    /// Folders, by the ends of their paths, that builds take for the root of packages: several make one.
    pub(crate) source_roots: &'static [&'static str],
    /// Names by which paths mean modules.
    pub(crate) modules: ModuleNames,
    /// Stems of the files at the root of what is built, the likelier one first: the modules that they declare lie beside
    /// them.
    pub(crate) root_files: &'static [&'static str],
    /// Namespaces of the language's own library.
    pub(crate) library_namespaces: &'static [&'static str],
    /// Types of the language's own library of which all members are listed.
    pub(crate) library_members: &'static [(&'static [&'static str], &'static [&'static str])],
    /// Built-in names of types of which no member has a path, and of what only looks like a function.
    pub(crate) plain_names: &'static [&'static str],
}

/// Names by which paths mean modules; empty where a language has no such name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModuleNames {
    /// The module or namespace in which the path stands.
    pub(crate) own: &'static [&'static str],
    /// The module at the root of what is built.
    pub(crate) root: &'static str,
    /// The module or namespace around that in which the path stands.
    pub(crate) around: &'static str,
}

impl ModuleNames {
    pub(crate) const NONE: Self = Self { own: &[], root: "", around: "" };
}

/// How the method is called that a constructor call runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constructor {
    /// Always the same.
    Named(&'static str),
    /// Like its class.
    ClassName,
    /// There is none.
    None,
}

impl Constructor {
    /// The name of the method for the class of that dotted name.
    pub(crate) fn of_class(self, class: &str) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::ClassName => class.rsplit('.').next(),
            Self::None => None,
        }
    }
}

/// How a language reads what it has in common with others.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each tells of a language what is true of it, whatever the others say"
)]
pub(crate) struct Rules {
    /// How a method has its object.
    pub(crate) receiver: Receiver,
    /// What keeps a definition from being seen elsewhere.
    pub(crate) privacy: Privacy,
    /// Where the documentation of a definition stands.
    pub(crate) documentation: Documentation,
    /// How a member of a class is written as a function of its own; none where it reads as one anyway.
    pub(crate) members_alone: Option<MembersAlone>,
    /// A function, class or object without a name takes that of the variable or field it is assigned to.
    pub(crate) functions_take_names: bool,
    /// Methods see the members of their class without naming their object.
    pub(crate) members_are_visible: bool,
    /// Default values and annotations in the header of a function run where it is defined, not where it is called.
    pub(crate) headers_run_outside: bool,
    /// A decorator is a function that is called with what it decorates.
    pub(crate) decorators_are_calls: bool,
    /// Calls are found by following values.
    pub(crate) values_are_followed: bool,
    /// A name that is imported from a module may be that of a module in it.
    pub(crate) modules_have_modules: bool,
    /// Kinds of assignments that give a name another value and declare none.
    pub(crate) reassignments: &'static [&'static str],
    /// Kinds of declarations that make a variable of their file or namespace though they give it no value, each with the word
    /// that says that it is made elsewhere.
    pub(crate) bare_variables: &'static [(&'static str, &'static str)],
    /// The value that a variable is declared with does not see it.
    pub(crate) values_see_outside: bool,
    /// Kinds of declarations that give a value though none is written.
    pub(crate) implied_values: &'static [&'static str],
    /// Kinds of expressions that look like a call of a class and make an array of it.
    pub(crate) array_creations: &'static [&'static str],
    /// Kinds of fields of which the name is also that of the variable that they hold.
    pub(crate) shorthands: &'static [&'static str],
    /// Kinds of patterns that a value is matched with.
    pub(crate) patterns: &'static [(&'static str, PatternForm)],
    /// Kinds of expressions that name a member which is a method only where it is called; none where a member is the same
    /// under its name either way.
    pub(crate) fields: &'static [&'static str],
    /// Methods of containers that keep what they are given.
    pub(crate) keeping_methods: &'static [&'static str],
    /// Functions of the library that call nothing of what they are given (they print, format, pack or look at it), by path
    /// below the language's own module or namespace; a path stands for all below it.
    pub(crate) passive_functions: &'static [&'static str],
    /// Types of the library with their methods; what else is asked of an object of one is asked of what it holds.
    pub(crate) wrappers: &'static [(&'static str, &'static [&'static str])],
    /// Functions of the library that make an object of the class that they are given as a type, with their arguments.
    pub(crate) makers: &'static [&'static str],
    /// Which names of other files a file sees without importing them one by one.
    pub(crate) sharing: Sharing,
    /// Words of which a method has one if those of subclasses may take its place; none where all do.
    pub(crate) dispatch_words: &'static [&'static str],
    /// The last expression of a block is its value.
    pub(crate) blocks_are_values: bool,
    /// What of a block sees the variables that are declared in it; none where functions alone have variables.
    pub(crate) block_variables: Option<BlockVariables>,
    /// One kind holds integers and other numbers.
    pub(crate) one_number_kind: bool,
    /// A capitalised name in a pattern is looked up, not bound.
    pub(crate) capitals_are_constants: bool,
    /// What opens and closes a string; those that may span lines first.
    pub(crate) quotes: &'static [&'static str],
    /// What a statement ends with, where it needs an end.
    pub(crate) terminator: Option<&'static str>,
    /// How many angle brackets may be open at once, where the grammar's parser takes much memory for each, or more the
    /// more there are.
    pub(crate) most_open_angles: Option<usize>,
    /// What lines tell without a grammar.
    pub(crate) lines: Lines,
}

impl Rules {
    /// Whether structures have names of their own beside those of variables and functions: where names of all files are
    /// joined, and there are no methods.
    pub(crate) fn has_tags(&self) -> bool {
        self.sharing == Sharing::Everywhere && self.receiver == Receiver::None
    }
}

/// How a member of a class is written as a function of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MembersAlone {
    /// The beginning and the end of a class around it.
    pub(crate) class: (&'static str, &'static str),
    /// What a function begins with, instead of the words before the name of the member.
    pub(crate) function: &'static str,
    /// Words and signs before the name that stay, in the order in which a function has them around that.
    pub(crate) kept: (&'static [&'static str], &'static [&'static str]),
}

/// What of a block sees a variable that is declared in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockVariables {
    /// The whole block.
    Everywhere,
    /// What follows its name, its own value included.
    AfterName,
    /// What follows its declaration: its value may read another variable of that name.
    AfterValue,
}

/// How lines divide a text, as far as bytes tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines {
    /// What a line begins with that holds no code.
    pub(crate) comments: &'static [&'static str],
    /// What only a statement begins with, never what stands between brackets.
    pub(crate) statements: &'static [&'static str],
    /// Where the end of a line ends a statement.
    pub(crate) end: LineEnd,
}

/// Where the end of a line ends a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Where no bracket is open.
    OutsideBrackets,
    /// After a name, a literal, a closed bracket, `++` and `--`.
    AfterOperand,
    /// Nowhere, or where only a grammar tells.
    Never,
}

impl Lines {
    /// Of a language with `//` whose statements lines don't end.
    pub(crate) const SLASHES: Self = Self { comments: &["//"], statements: &[], end: LineEnd::Never };
}

/// By which names the usual test runners know tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tests {
    /// Folders that hold tests.
    pub(crate) folders: &'static [&'static str],
    /// What the name of a file of tests begins or ends with, without its extension.
    pub(crate) files: Affixes,
    /// What stands between the name of a file of tests and its extension.
    pub(crate) marks: &'static [&'static str],
    /// Modules within a file that hold tests.
    pub(crate) modules: &'static [&'static str],
    /// What the name of a class of tests begins or ends with.
    pub(crate) classes: Affixes,
    /// What the name of a test begins with, in a file that does not tell otherwise which functions are tests.
    pub(crate) functions: &'static [&'static str],
    /// Names of what marks a function as a test, whatever file it is in.
    pub(crate) markers: &'static [&'static str],
    /// Names of what runners call before each test beside it.
    pub(crate) set_ups: &'static [&'static str],
    /// Functions that are handed tests, and those of the same libraries that are handed anything else.
    pub(crate) runners: Runners,
    /// Files of tests are seen by those of the same folder alone.
    pub(crate) are_hidden: bool,
}

/// Functions by whose calls a file tells its tests to a test runner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runners {
    /// They are handed a test.
    pub(crate) tests: &'static [&'static str],
    /// They are handed what is around tests.
    pub(crate) surroundings: &'static [&'static str],
}

impl Runners {
    pub(crate) const NONE: Self = Self { tests: &[], surroundings: &[] };
}

/// Prefixes and suffixes.
pub(crate) type Affixes = (&'static [&'static str], &'static [&'static str]);

/// What a pattern says of the value that is matched with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternForm {
    /// It has a name.
    Name,
    /// It is as the pattern within says; a name beside that stands for it, too.
    Around,
    /// It is as one of the parts says.
    Alternatives,
    /// It is what is left of a sequence.
    Starred,
    /// It is a sequence, with these elements.
    Sequence,
    /// It is an object of a class, which comes first.
    Class,
    /// It has a member or key of a name, which comes first.
    Keyword,
    /// It is a mapping.
    Mapping,
}

/// How a method has its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// As its first parameter.
    FirstParameter,
    /// Under a name of the language.
    Named(&'static str),
    /// As a parameter of its own, before the name.
    Declared,
    /// There are no methods.
    None,
}

/// Which names of other files a file sees without importing them one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// None.
    Imports,
    /// Those of its folder.
    Folder,
    /// All that are not private: the linker joins them.
    Everywhere,
}

/// What keeps a definition from being seen elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// A name that begins with an underscore and does not end with two.
    Underscore,
    /// A name that begins with a lower-case letter.
    LowerCase,
    /// A word before the name, or a name that begins with `#`.
    Word(&'static str),
    /// That a word is not there.
    Without(&'static str),
}

/// Where the documentation of a definition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Documentation {
    /// A plain string at the beginning of its body.
    LeadingString,
    /// Comments before it.
    CommentBefore,
}
