//! A placed text against a new index of the project with that text: on arbitrary projects and edits, and on single cases
//! at the border of what the index can know.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::features::file_features;
use crate::graph::{file_facts, link_folder};
use crate::language::Language;
use crate::sampler::{Neighbourhood, sample};
use crate::syntax::{ParseLimits, parse};

const HOPS: usize = 3;

fn read(path: &str, text: &str) -> (FileFacts, SparseRows) {
    let tree = parse(Language::Python, text.as_bytes(), &ParseLimits::default()).unwrap();
    let facts = file_facts(path, text.as_bytes(), &tree);
    let rows = file_features(text.as_bytes(), &tree, &facts);
    (facts, rows)
}

fn index<T: AsRef<str>>(files: &[(&str, T)]) -> (ProjectGraph, InputGraph) {
    let (mut facts, mut rows) = (Vec::new(), SparseRows::default());
    for (path, text) in files {
        let (own_facts, own_rows) = read(path, text.as_ref());
        facts.push(own_facts);
        rows.extend(&own_rows);
    }
    let project = link_folder(&facts, "folder", &[]);
    let input = input_graph(&project, rows);
    (project, input)
}

/// A whole neighbourhood, and the feature rows in it.
type Seen = (Neighbourhood, Vec<(Vec<u16>, Vec<f32>)>);

/// What a model reads of a file and its functions.
fn seen(graph: &InputGraph, file: u32, functions: &[u32]) -> Seen {
    let mut seeds = vec![file];
    seeds.extend(functions);
    let mut found = sample(graph, &seeds, &[u32::MAX; HOPS], 0).unwrap();
    let row = |node: &u32| (graph.rows.row(*node).0.to_vec(), graph.rows.row(*node).1.to_vec());
    let rows = found.nodes.iter().map(row).collect();
    found.nodes.clear();
    (found, rows)
}

fn seen_in_index<T: AsRef<str>>(files: &[(&str, T)], file: u32) -> Seen {
    let (project, input) = index(files);
    let own = |node: &u32| project.files[*node as usize] == file;
    let nodes: Vec<u32> = (0..project.node_count() as u32).filter(own).collect();
    let functions: Vec<u32> = nodes.iter().copied().filter(|node| project.kind(*node) == NodeKind::Function).collect();
    seen(&input, nodes[0], &functions)
}

fn seen_placed<T: AsRef<str>>(files: &[(&str, T)], file: u32, text: &str) -> Seen {
    let (project, input) = index(files);
    let (facts, rows) = read(files[file as usize].0, text);
    let placed = place(&project, &input, file, &facts, rows, HOPS);
    seen(&placed.graph, placed.file_node, &placed.functions)
}

const MODULES: [&str; 3] = ["a", "b", "p.c"];
const PATHS: [&str; 3] = ["a.py", "b.py", "p/c.py"];

/// A function, or a class with its methods.
#[derive(Debug, Clone)]
struct Definition {
    name: String,
    /// None for a function.
    methods: Option<Vec<Definition>>,
    base: Option<String>,
    /// Calls within the file.
    own: Vec<String>,
    /// Calls into files, this one among them, by way of imports.
    imported: Vec<String>,
}

fn function(name: impl Strategy<Value = String>) -> impl Strategy<Value = Definition> {
    (name, own_calls(), vec(imported_call(), 0..3)).prop_map(|(name, own, imported)| Definition {
        name,
        methods: None,
        base: None,
        own,
        imported,
    })
}

fn class() -> impl Strategy<Value = Definition> {
    let base = prop_oneof![
        Just(None),
        (select(&MODULES[..]), 0..2).prop_map(|(module, class)| Some(format!("{module}.K{class}")))
    ];
    let method = prop_oneof![4 => (0..3).prop_map(|name| format!("m{name}")), 1 => Just("__init__".to_owned())];
    (0..2, base, vec(function(method), 0..4)).prop_map(|(name, base, methods)| Definition {
        name: format!("K{name}"),
        methods: Some(distinct(methods)),
        base,
        own: Vec::new(),
        imported: Vec::new(),
    })
}

fn own_calls() -> impl Strategy<Value = Vec<String>> {
    let call = prop_oneof![
        (0..4).prop_map(|name| format!("f{name}()")),
        (0..2).prop_map(|name| format!("K{name}()")),
        (0..3).prop_map(|name| format!("other.m{name}()")),
        Just("len(x) + 1".to_owned()),
    ];
    vec(call, 0..3)
}

fn imported_call() -> impl Strategy<Value = String> {
    let module = || select(&MODULES[..]);
    prop_oneof![
        (module(), 0..4).prop_map(|(module, name)| format!("{module}.f{name}()")),
        (module(), 0..2).prop_map(|(module, name)| format!("{module}.K{name}()")),
        (module(), 0..2, 0..3).prop_map(|(module, class, name)| format!("{module}.K{class}.m{name}(x)")),
        (0..3).prop_map(|name| format!("self.m{name}()")),
    ]
}

fn file() -> impl Strategy<Value = Vec<Definition>> {
    let name = (0..4).prop_map(|name| format!("f{name}"));
    vec(prop_oneof![function(name), class()], 0..6).prop_map(distinct)
}

fn distinct(mut definitions: Vec<Definition>) -> Vec<Definition> {
    let mut names = std::collections::BTreeSet::new();
    definitions.retain(|definition| names.insert(definition.name.clone()));
    definitions
}

fn written(definitions: &[Definition]) -> String {
    let mut text = MODULES.map(|module| format!("import {module}\n")).concat();
    for definition in definitions {
        write(definition, "", &mut text);
    }
    text
}

fn write(definition: &Definition, indentation: &str, text: &mut String) {
    let Definition { name, methods, base, own, imported } = definition;
    match methods {
        None => text.extend([indentation, "def ", name, "(self, x=1):\n"]),
        Some(_) => text.extend([indentation, "class ", name, "(", base.as_deref().unwrap_or("object"), "):\n"]),
    }
    let inner = format!("{indentation}    ");
    for line in own.iter().chain(imported) {
        text.extend([inner.as_str(), line, "\n"]);
    }
    for method in methods.iter().flatten() {
        write(method, &inner, text);
    }
    text.extend([inner.as_str(), "pass\n"]);
}

/// A change after which no reference between files means another name.
#[derive(Debug, Clone)]
enum Edit {
    /// Calls within the file.
    Body(usize, Vec<String>),
    /// A function, or a class or a method of a class without a base: through a base, other files' methods are called.
    Remove(usize, usize),
    Add(usize, Definition),
    AddMethod(usize, Definition),
    /// A second definition, behind all others, of a function that calls no other file.
    Redefine(usize, Vec<String>),
    Swap(usize, usize),
    /// A constructor for a class without one.
    Construct(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let new = || {
        function((0..3).prop_map(|name| format!("g{name}")))
            .prop_map(|definition| Definition { imported: Vec::new(), ..definition })
    };
    prop_oneof![
        (0..6_usize, own_calls()).prop_map(|(at, own)| Edit::Body(at, own)),
        (0..6_usize, 0..4_usize).prop_map(|(at, method)| Edit::Remove(at, method)),
        (0..6_usize, new()).prop_map(|(at, new)| Edit::Add(at, new)),
        (0..6_usize, new()).prop_map(|(at, new)| Edit::AddMethod(at, new)),
        (0..6_usize, own_calls()).prop_map(|(at, own)| Edit::Redefine(at, own)),
        (0..6_usize, 0..6_usize).prop_map(|(one, other)| Edit::Swap(one, other)),
        (0..6_usize).prop_map(Edit::Construct),
    ]
}

fn apply(definitions: &mut Vec<Definition>, edit: Edit) {
    let count = definitions.len();
    match edit {
        Edit::Add(at, new) => definitions.insert(at.min(count), new),
        _ if count == 0 => {}
        Edit::Body(at, own) => definitions[at % count].own = own,
        Edit::Remove(at, method) => match &mut definitions[at % count] {
            Definition { base: None, methods: Some(methods), .. } if method < methods.len() => {
                methods.remove(method);
            }
            Definition { base: Some(_), .. } => {}
            _ => {
                definitions.remove(at % count);
            }
        },
        Edit::AddMethod(at, new) => {
            if let Some(methods) = &mut definitions[at % count].methods {
                methods.push(new);
            }
        }
        Edit::Redefine(at, own) => {
            let again = definitions[at % count].clone();
            let plain = again.methods.is_none() && again.imported.is_empty();
            definitions.extend(plain.then_some(Definition { own, ..again }));
        }
        Edit::Swap(one, other) => definitions.swap(one % count, other % count),
        Edit::Construct(at) => {
            let constructor = Definition {
                name: "__init__".to_owned(),
                methods: None,
                base: None,
                own: vec!["f0()".to_owned()],
                imported: Vec::new(),
            };
            let methods = definitions[at % count].methods.iter_mut();
            methods
                .filter(|methods| methods.iter().all(|method| method.name != "__init__"))
                .for_each(|methods| methods.push(constructor.clone()));
        }
    }
}

proptest! {
    #[test]
    fn an_unchanged_text_sees_what_its_file_sees(files in prop::array::uniform3(file())) {
        let texts: Vec<_> = PATHS.iter().copied().zip(files.each_ref().map(|file| written(file))).collect();
        for file in 0..3 {
            prop_assert_eq!(seen_placed(&texts, file, &texts[file as usize].1), seen_in_index(&texts, file));
        }
    }

    #[test]
    fn a_changed_text_sees_what_a_new_index_would_show(
        files in prop::array::uniform3(file()),
        file in 0..3_usize,
        edits in vec(edit(), 1..5),
    ) {
        let texts: Vec<_> = PATHS.iter().copied().zip(files.each_ref().map(|file| written(file))).collect();
        let mut changed = files[file].clone();
        for edit in edits {
            apply(&mut changed, edit);
        }
        let mut after = texts.clone();
        after[file].1 = written(&changed);
        prop_assert_eq!(seen_placed(&texts, file as u32, &after[file].1), seen_in_index(&after, file as u32));
    }
}

/// Files, the first of which is changed to the last text.
struct Case {
    what: &'static str,
    files: [(&'static str, &'static str); 2],
    changed: &'static str,
}

const USER: (&str, &str) =
    ("b.py", "import a\nfrom a import C, f\nclass D(C):\n    def n(self): self.m()\ndef g(): f(); C(); a.C.m(1)\n");
const USED: &str = "import b\nclass C:\n    def m(self): f()\ndef f(): b.g()\n";

#[rustfmt::skip]
const KNOWN: &[Case] = &[
    Case { what: "nothing", files: [("a.py", USED), USER], changed: USED },
    Case { what: "lines above and between", files: [("a.py", USED), USER],
        changed: "# one\nimport b\n\n\nclass C:\n\n    def m(self): f()\n\n\ndef f(): b.g()\n" },
    Case { what: "definitions in another order", files: [("a.py", USED), USER],
        changed: "import b\ndef f(): b.g()\nclass C:\n    def m(self): f()\n" },
    Case { what: "a function that is gone", files: [("a.py", USED), USER], changed: "import b\nclass C:\n    def m(self): pass\n" },
    Case { what: "a class that is gone", files: [("a.py", USED), USER], changed: "import b\ndef f(): b.g()\n" },
    Case { what: "everything gone", files: [("a.py", USED), USER], changed: "" },
    Case { what: "a constructor more", files: [("a.py", USED), USER],
        changed: "import b\nclass C:\n    def __init__(self): f()\n    def m(self): f()\ndef f(): b.g()\n" },
    Case { what: "a constructor less", files: [("a.py", "class C:\n    def __init__(self): pass\n"), USER], changed: "class C:\n    pass\n" },
    Case { what: "two branches that define it", files: [("a.py", USED), USER],
        changed: "import b\nclass C:\n    def m(self): f()\nif C:\n    def f(): b.g()\nelse:\n    def f(): pass\n" },
    Case { what: "another name for it", files: [("a.py", USED), USER],
        changed: "import b\nclass C:\n    def m(self): f()\ndef h(): pass\nf = h\n" },
    Case { what: "the module of the folder itself", files: [("__init__.py", "class C:\n    def m(self): pass\ndef f(): g()\ndef g(): pass\n"),
        ("b.py", "from folder import C, f\nclass D(C):\n    def n(self): self.m()\ndef g(): f(); C(); C.m(1)\n")],
        changed: "class C:\n    def m(self): return f()\ndef f(): pass\n" },
    Case { what: "a function that another one makes global", files: [("a.py", "def h():\n    global f\n    def f(): pass\n"), USER],
        changed: "def h():\n    global f\n    def f(): return 1\n" },
];

#[rustfmt::skip]
const UNKNOWN: &[Case] = &[
    Case { what: "a new call of another file, which then calls back", files: [("a.py", "import b\ndef f(): pass\n"), USER],
        changed: "import b\ndef f(): b.g()\n" },
    Case { what: "a name that another file asked for in vain", files: [("a.py", "def f(): pass\n"), USER],
        changed: "def f(): pass\nclass C:\n    def m(self): pass\n" },
    Case { what: "a method that is now its base's", files: [("a.py", "class B:\n    def m(self): pass\nclass C(B):\n    def m(self): pass\n"), USER],
        changed: "class B:\n    def m(self): pass\nclass C(B):\n    pass\n" },
    Case { what: "a class that is gone, through which another file's method was called",
        files: [("a.py", "import a, b\nclass K(b.C): pass\ndef f(): a.K.m(1)\n"), ("b.py", "import a\nclass C:\n    def m(self): a.f()\n")],
        changed: "import a, b\ndef f(): a.K.m(1)\n" },
];

#[test]
fn edits_that_the_index_can_follow() {
    for case in KNOWN {
        assert_eq!(seen_placed(&case.files, 0, case.files[0].1), seen_in_index(&case.files, 0), "{}", case.what);
        let after = [(case.files[0].0, case.changed), case.files[1]];
        assert_eq!(seen_placed(&case.files, 0, case.changed), seen_in_index(&after, 0), "{}", case.what);
    }
}

/// These differ from a new index, which is what the documentation says: should one become equal, tell it there.
#[test]
fn edits_that_only_a_new_index_can_follow() {
    for case in UNKNOWN {
        let after = [(case.files[0].0, case.changed), case.files[1]];
        assert_ne!(seen_placed(&case.files, 0, case.changed), seen_in_index(&after, 0), "{}", case.what);
    }
}
