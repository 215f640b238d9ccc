//! Everything that needs no Python, on a machine that has none.

mod support;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use sapwood::engine::{TrainOptions, quietly};
use sapwood::index::Progress;
use sapwood::messages::{Encoder, Model};
use sapwood::runtime::Cancel;
use sapwood::{Engine, Hit};
use sapwood_core::Language;
use sapwood_workspace::{DiskStorage, Storage as _};
use support::{claim_other_schema, damage_vectors, indexed, serve_tiny_tree_model, write};

/// The environment is emptied for one run of this file's tests in a process of their own.
#[test]
fn nothing_is_taken_from_the_environment() {
    let this = std::env::current_exe().unwrap();
    let run = |arguments: &[&str]| Command::new(&this).env_clear().args(arguments).output().unwrap();
    let done = run(&["--skip", "nothing_is_taken_from_the_environment"]);
    let output = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && !output.contains("running 0 tests"), "{output}");
}

#[test]
fn this_program_does_not_link_libpython() {
    let bytes = DiskStorage.read(&std::env::current_exe().unwrap()).unwrap();
    let libraries = match goblin::Object::parse(&bytes).unwrap() {
        goblin::Object::Elf(elf) => elf.libraries.iter().map(ToString::to_string).collect(),
        goblin::Object::PE(pe) => pe.libraries.iter().map(ToString::to_string).collect(),
        goblin::Object::Mach(goblin::mach::Mach::Binary(mach)) => mach.libs.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    assert!(!libraries.is_empty(), "a test program links at least the C library");
    assert!(libraries.iter().all(|library| !library.to_lowercase().contains("python")), "{libraries:?}");
}

#[test]
fn an_index_answers_with_names_lines_and_legs() {
    let (_folder, engine) = indexed();
    let found = engine.search_words("read configuration", 3).unwrap();
    assert_eq!((found[0].symbol.as_str(), found[0].path.as_str()), ("files.config.read_config", "files/config.py"));
    assert_eq!((found[0].start_line, found[0].end_line), (4, 7));
    assert_eq!(legs(&found[0]), ["words"]);
    let like = engine.search_code("def area(a):\n    return a * a\n", Language::Python, 1).unwrap();
    assert_eq!(like[0].symbol, "shapes.area.square");
    assert!(like[0].legs.iter().any(|leg| leg.leg == "structure" && leg.rank == 1), "{}", like[0].why);
}

#[test]
fn half_typed_code_is_searched_with_and_what_holds_nothing_is_refused() {
    let (_folder, engine) = indexed();
    let like = engine.search_code("def area(a):\n    return a * a\n    if (", Language::Python, 1).unwrap();
    assert_eq!(like[0].symbol, "shapes.area.square");
    for code in ["", "# area", ")))(("] {
        assert_eq!(engine.search_code(code, Language::Python, 1).unwrap_err().code(), "syntax", "{code:?}");
    }
    for words in ["", " ", "?!"] {
        assert_eq!(engine.search_words(words, 1).unwrap_err().code(), "bad_input", "{words:?}");
    }
}

#[test]
fn a_text_stands_where_its_path_leads() {
    let (folder, engine) = indexed();
    let code = "def square(a):\n    return a ** 2\n";
    let place = |path: &str| engine.place(code, path, Language::Python, 3).unwrap();
    let placed = place("shapes/area.py").unwrap();
    assert_eq!(placed.functions.len(), 1);
    let absolute = folder.path().join("shapes/area.py");
    for path in ["./shapes/area.py", "files/../shapes/area.py", absolute.to_str().unwrap()] {
        assert_eq!(place(path).as_ref(), Some(&placed), "{path}");
    }
    for path in ["shapes", "new.py", "../shapes/area.py", "/shapes/area.py", ""] {
        assert_eq!(place(path), None, "{path}");
    }
    let fresh = Engine::create(folder.path(), Some(tempfile::tempdir().unwrap().path()), &[]).unwrap();
    assert_eq!(fresh.place(code, "shapes/area.py", Language::Python, 3).unwrap(), None, "nothing is indexed");
}

#[test]
fn an_open_text_stands_where_its_file_does() {
    let (folder, engine) = indexed();
    let text = support::SOURCES[1].1;
    let mut buffer = engine.open_buffer("shapes/area.py", text).unwrap();
    let start = text.find("side * side").unwrap();
    buffer.edit(start..start + 4, "abs(side)").unwrap();
    let whole = text.replacen("side * side", "abs(side) * side", 1);
    assert_eq!(buffer.text(), whole);
    let placed = engine.place(&whole, "shapes/area.py", Language::Python, 2).unwrap();
    assert!(placed.is_some());
    assert_eq!(engine.place_buffer(&buffer, 2).unwrap(), placed);
    // An absolute path leads there too; one that is not indexed stands alone.
    let absolute = folder.path().join("shapes/area.py");
    assert_eq!(engine.open_buffer(absolute.to_str().unwrap(), "").unwrap().path(), "shapes/area.py");
    let new = engine.open_buffer("shapes/new.py", text).unwrap();
    assert!(engine.place_buffer(&new, 2).unwrap().is_none());
    for path in ["../area.py", "notes.txt"] {
        assert_eq!(engine.open_buffer(path, "").unwrap_err().code(), "bad_input", "{path}");
    }
}

#[test]
fn a_function_is_not_its_own_neighbour() {
    let (folder, engine) = indexed();
    let absolute = folder.path().join("shapes/area.py");
    for file in ["shapes/area.py", "./shapes/area.py", "files/../shapes/area.py", absolute.to_str().unwrap()] {
        let hits = engine.search_at(file, 6, 10).unwrap();
        assert!(!hits.is_empty() && hits.iter().all(|hit| hit.symbol != "shapes.area.square"), "{hits:?}");
    }
    assert_eq!(engine.search_at("shapes/area.py", 1, 10).unwrap_err().code(), "bad_input");
    assert_eq!(engine.search_at("elsewhere.py", 1, 10).unwrap_err().code(), "bad_input");
}

#[test]
fn a_serving_version_adds_the_vectors_leg() {
    let (_folder, engine) = indexed();
    assert!(engine.search_at("shapes/area.py", 6, 10).unwrap().iter().all(|hit| !legs(hit).contains(&"vectors")));
    let version = serve_tiny_tree_model(&engine);
    let listed: Vec<_> = engine.versions().list(None).unwrap().into_iter().map(|found| found.version).collect();
    assert_eq!(listed, [version]);
    // The same text has the same vector, so its stored twin comes first in that leg.
    let code = "def read_config(path):\n    with open(path) as file:\n        return json.load(file)\n";
    let hit = engine.search_code(code, Language::Python, 1).unwrap().remove(0);
    assert_eq!(hit.symbol, "files.config.read_config");
    assert!(hit.why.contains("vectors #1 (cosine 1.00)"), "{}", hit.why);
    assert!(engine.search_at("shapes/area.py", 6, 10).unwrap().iter().any(|hit| legs(hit).contains(&"vectors")));
}

#[test]
fn search_goes_on_without_vectors_where_the_serving_version_cannot_be_used() {
    type Damage = fn(&Path);
    let cases: [(&str, Damage, &str); 5] = [
        ("truncated weights", |f| write(f, "versions/tree-lstm/v0001/weights.safetensors", b"x"), "damaged_version"),
        ("no manifest", |f| write(f, "versions/tree-lstm/v0001/manifest.json", b"{"), "damaged_version"),
        ("aliases", |f| write(f, "versions/tree-lstm/aliases.json", b"garbage"), "damaged_version"),
        (
            "another schema",
            |f| claim_other_schema(&f.join("versions/tree-lstm/v0001/manifest.json")),
            "schema_mismatch",
        ),
        ("stored vectors", damage_vectors, "damaged_index"),
    ];
    let code = "def area(side):\n    return side * side\n";
    for (what, damage, expected) in cases {
        let (folder, engine) = indexed();
        serve_tiny_tree_model(&engine);
        assert!(engine.vectors_problem().unwrap().is_none(), "{what}");
        damage(&folder.path().join(".sapwood"));
        let reopened = Engine::open(folder.path(), None).unwrap();
        let found = [reopened.search_code(code, Language::Python, 5), reopened.search_at("shapes/area.py", 6, 5)];
        for hits in found {
            let hits = hits.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(!hits.is_empty() && hits.iter().all(|hit| !legs(hit).contains(&"vectors")), "{what}: {hits:?}");
        }
        let problem = reopened.vectors_problem().unwrap().unwrap_or_else(|| panic!("{what}: no problem"));
        assert_eq!(problem.code(), expected, "{what}: {problem}");
    }
}

#[test]
fn indexing_anew_gives_the_functions_their_vectors() {
    let (folder, engine) = indexed();
    serve_tiny_tree_model(&engine);
    let code = "def cube(side):\n    return side * side * side\n";
    write(folder.path(), "shapes/cube.py", code.as_bytes());
    // Interrupted between the index, which is told of after its files, and vectors: it is whole, and what it lacks is told.
    let calls = AtomicU64::new(0);
    let all_files = |progress: Progress| {
        let is_done = calls.fetch_add(1, Ordering::Relaxed) > progress.total_files;
        if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    assert_eq!(engine.index(&all_files).unwrap_err().code(), "interrupted");
    let problem = engine.vectors_problem().unwrap().unwrap();
    assert_eq!(problem.code(), "stale_index", "{problem}");
    assert!(engine.search_code(code, Language::Python, 1).unwrap().iter().all(|hit| !legs(hit).contains(&"vectors")));
    let damages: [fn(&Path); 2] = [|_| (), damage_vectors];
    for damage in damages {
        damage(&folder.path().join(".sapwood"));
        let reopened = Engine::open(folder.path(), None).unwrap();
        assert!(reopened.index(&quietly).unwrap().unchanged);
        assert!(reopened.vectors_problem().unwrap().is_none());
        let hit = reopened.search_code(code, Language::Python, 1).unwrap().remove(0);
        assert_eq!(hit.symbol, "shapes.cube.cube");
        assert!(hit.why.contains("vectors #1 (cosine 1.00)"), "{}", hit.why);
    }
}

#[test]
fn vectors_of_unchanged_files_are_kept_and_each_file_is_read_in_its_own_language() {
    let (folder, engine) = indexed();
    let version = serve_tiny_tree_model(&engine);
    let vectors = || {
        let fingerprint = engine.index_data().unwrap().fingerprint().to_owned();
        engine.versions().read_vectors("tree-lstm", &version, &fingerprint).unwrap().unwrap()
    };
    let renewed_as_a_whole = || {
        damage_vectors(&folder.path().join(".sapwood"));
        engine.index(&quietly).unwrap();
        vectors()
    };
    let before = renewed_as_a_whole();
    let script = "function area(side) { return side > 0 ? side * side : null; }\n";
    write(folder.path(), "app.js", script.as_bytes());
    write(folder.path(), "shapes/moved.py", &DiskStorage.read(&folder.path().join("shapes/area.py")).unwrap());
    DiskStorage.remove_file(&folder.path().join("shapes/area.py")).unwrap();
    engine.index(&quietly).unwrap();
    let after = vectors();
    assert_eq!(after, renewed_as_a_whole());
    assert_eq!(after.nodes.len(), before.nodes.len() + 1);
    let model = sapwood::native::TreeVersion::load(&engine.versions(), "tree-lstm", &version).unwrap();
    let in_its_language = model.embed(&[script.trim_end()], Language::JavaScript).unwrap().0;
    // The script is the first file, so its function is the first.
    assert_eq!(after.values[..after.dimensions], in_its_language);
    // Vectors that no model gives show that they are kept as they are.
    let marked = sapwood_workspace::FunctionVectors { values: vec![0.5; after.values.len()], ..after };
    engine.versions().write_vectors("tree-lstm", &version, &marked).unwrap();
    write(folder.path(), "other.js", b"function other(side) { return side + 1; }\n");
    engine.index(&quietly).unwrap();
    let kept = vectors().values.iter().filter(|value| value.to_bits() == 0.5_f32.to_bits()).count();
    assert_eq!(kept, marked.values.len());
}

#[test]
fn a_method_has_the_vector_that_it_has_in_its_file() {
    let (folder, engine) = indexed();
    let version = serve_tiny_tree_model(&engine);
    let model = sapwood::native::TreeVersion::load(&engine.versions(), "tree-lstm", &version).unwrap();
    let method = "volume(side) {\n    return side > 0 ? side * this.area(side) : null;\n  }";
    let others = "  get size() { return 1; }\n  async *read(a) { yield a; }\n";
    for (path, language) in [("a.js", Language::JavaScript), ("a.ts", Language::TypeScript)] {
        let text = format!("class Box {{\n{others}  {method}\n}}\n");
        write(folder.path(), path, text.as_bytes());
        engine.index(&quietly).unwrap();
        let index = engine.index_data().unwrap();
        let vectors = engine.versions().read_vectors("tree-lstm", &version, index.fingerprint()).unwrap().unwrap();
        let row = vectors.nodes.iter().position(|node| index.graph().names[*node as usize] == "a.Box.volume").unwrap();
        let stored = &vectors.values[row * vectors.dimensions..][..vectors.dimensions];
        let tree = sapwood_core::parse(language, text.as_bytes(), &sapwood_core::ParseLimits::default()).unwrap();
        let start = text.find(method).unwrap();
        let node = (0..tree.len() as u32).find(|node| tree.byte_range(*node) == (start..start + method.len())).unwrap();
        let (in_its_file, _) = model.embed_functions(text.as_bytes(), &tree, &[node]).unwrap();
        let apart =
            |other: &[f32]| stored.iter().zip(other).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max);
        assert!(apart(&in_its_file) < 1e-5, "{path}: {}", apart(&in_its_file));
        // Cut out of its class it is a call and a block.
        let (cut_out, _) = model.embed(&[method], language).unwrap();
        assert!(apart(&cut_out) > 1e-3, "{path}: {}", apart(&cut_out));
        DiskStorage.remove_file(&folder.path().join(path)).unwrap();
    }
}

#[test]
fn the_exported_graph_is_complete() {
    let (_folder, engine) = indexed();
    let index = engine.index_data().unwrap();
    let rows: Vec<serde_json::Value> = index.rows().map(|row| serde_json::from_str(&row).unwrap()).collect();
    let named = |name: &str, kind: &str| {
        let row = rows.iter().find(|row| row["name"] == name && row["kind"] == kind);
        row.unwrap_or_else(|| panic!("no {kind} {name}"))["id"].clone()
    };
    let (circle, square) = (named("shapes.area.circle", "function"), named("shapes.area.square", "function"));
    let call = |row: &&serde_json::Value| row["kind"] == "calls" && row["source"] == circle && row["target"] == square;
    assert_eq!(rows.iter().filter(call).count(), 1);
    named("shapes.solid.Cylinder.volume", "function");
    let external = rows.iter().find(|row| row["kind"] == "external").unwrap();
    assert!(external["file"].is_null() && external["start_line"].is_null());
    let edges = rows.iter().filter(|row| row["type"] == "edge").count();
    assert_eq!(edges, index.graph().edge_count());
}

#[test]
fn an_unchanged_folder_keeps_its_index_and_a_changed_one_does_not() {
    let (folder, engine) = indexed();
    let fingerprint = engine.index_data().unwrap().fingerprint().to_owned();
    assert!(engine.index(&quietly).unwrap().unchanged);
    write(folder.path(), "shapes/area.py", b"def square(side):\n    return side ** 2\n");
    let other = Engine::open(folder.path(), None).unwrap();
    assert_eq!(other.index_data().unwrap().fingerprint(), fingerprint);
    let stale = engine.search_at("shapes/area.py", 5, 3).unwrap_err();
    assert_eq!(stale.code(), "stale_index", "{stale}");
    assert!(!engine.index(&quietly).unwrap().unchanged);
    assert_ne!(engine.index_data().unwrap().fingerprint(), fingerprint);
    // One that had read the old index answers from the new one.
    assert_eq!(other.index_data().unwrap().fingerprint(), engine.index_data().unwrap().fingerprint());
    let reopened = Engine::open(&folder.path().join("shapes"), None).unwrap();
    assert_eq!(reopened.index_data().unwrap().fingerprint(), engine.index_data().unwrap().fingerprint());
    assert_eq!(reopened.search_words("square", 1).unwrap()[0].symbol, "shapes.area.square");
}

#[test]
fn a_damaged_search_file_is_made_again() {
    let (folder, _) = indexed();
    write(folder.path(), ".sapwood/index/search.safetensors", b"broken");
    let engine = Engine::open(folder.path(), None).unwrap();
    assert_eq!(engine.search_words("area", 1).unwrap_err().code(), "damaged_index");
    assert!(!engine.index(&quietly).unwrap().unchanged);
    assert!(!engine.search_words("area", 1).unwrap().is_empty());
}

#[test]
fn an_index_does_not_depend_on_the_number_of_threads() {
    let (_folder, engine) = indexed();
    let sources = engine.workspace().sources().unwrap();
    let build = || {
        let built = sapwood::index::build(&sources, sapwood::index::Content::Graph, &quietly).unwrap();
        (built.index.graph().clone(), built.index.input_graph().clone())
    };
    let on = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(build);
    assert_eq!(on(1), on(4));
}

#[test]
fn broken_files_are_named_and_the_rest_is_indexed() {
    let (folder, engine) = indexed();
    write(folder.path(), "latin.py", b"x = '\xe9'\n");
    write(folder.path(), "binary.py", b"x = 1\0\n");
    write(folder.path(), "broken.py", b"def whole():\n    return 1\n\ndef (:\n");
    let report = engine.index(&quietly).unwrap();
    let skipped: Vec<_> = report.skipped.iter().map(|file| (file.path.as_str(), file.code.as_str())).collect();
    assert_eq!(skipped, [("binary.py", "binary"), ("latin.py", "not_utf8")]);
    let broken: Vec<_> = report.syntax_errors.iter().map(|file| (file.path.as_str(), file.line)).collect();
    assert_eq!(broken, [("broken.py", 4)]);
    assert_eq!(engine.search_words("whole", 1).unwrap()[0].symbol, "broken.whole");
    // A file that becomes readable is a change, although no indexed file changed.
    assert!(engine.index(&quietly).unwrap().unchanged);
    write(folder.path(), "latin.py", b"x = 'e'\n");
    assert_eq!(engine.index(&quietly).unwrap().skipped.len(), 1);
}

#[test]
fn failures_are_typed() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Engine::open(folder.path(), None).unwrap_err().code(), "no_workspace");
    assert_eq!(Engine::open(&folder.path().join("gone"), None).unwrap_err().code(), "path_missing");
    assert_eq!(Engine::create(folder.path(), None, &[]).unwrap_err().code(), "empty_folder");
    assert_eq!(Engine::open(folder.path(), None).unwrap_err().code(), "no_workspace", "nothing must be left behind");
    write(folder.path(), "only.py", b"\xff");
    let engine = Engine::create(folder.path(), None, &[]).unwrap();
    assert_eq!(engine.index_data().unwrap_err().code(), "no_index");
    assert_eq!(engine.index(&quietly).unwrap_err().code(), "empty_folder");
    let (_folder, engine) = indexed();
    let sources = engine.workspace().sources().unwrap();
    let stop = |_: Progress| ControlFlow::Break(());
    let cancelled = sapwood::index::build(&sources, sapwood::index::Content::Graph, &stop);
    assert_eq!(cancelled.unwrap_err().code(), "interrupted");
}

#[test]
fn what_needs_python_says_so() {
    let (_folder, engine) = indexed();
    let trained = engine.train(Model::TreeLstm, TrainOptions::default(), &mut |_| {}, &Cancel::new());
    assert_eq!(trained.unwrap_err().code(), "environment");
    assert_eq!(engine.embed(Encoder::Structure, Vec::new()).unwrap_err().code(), "environment");
    assert_eq!(engine.analyze(Vec::new()).unwrap_err().code(), "environment");
}

fn legs(hit: &Hit) -> Vec<&str> {
    hit.legs.iter().map(|leg| leg.leg.as_str()).collect()
}
