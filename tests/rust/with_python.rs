//! The main job from Rust, with torch inside this process.
//!
//! Needs `SAPWOOD_PYTHON`, the python of an environment with `sapwood[train]`; without it each test says that it was
//! skipped.

#![allow(clippy::unwrap_used, reason = "a set-up that fails should stop the test where it happens")]

mod support;

use std::io::Write as _;
use std::path::Path;

use sapwood::Engine;
use sapwood::engine::{TrainOptions, quietly};
use sapwood::messages::{Answer, Encoder, Event, EventKind, Item, Model, Pong, Request};
use sapwood::runtime::{Cancel, Environment, PythonRuntime, Runtime as _};
use support::write;

/// Names of packages and of what each of their functions does, with the body that does it.
const PACKAGES: [&str; 6] = ["amber", "birch", "cedar", "dogwood", "elm", "fir"];
const FUNCTIONS: [(&str, &str, &str); 6] = [
    (
        "count_words",
        "Count the words of a text.",
        "    counts = {}\n    for word in text.split():\n        counts[word] = counts.get(word, 0) + 1\n    return counts\n",
    ),
    (
        "read_lines",
        "Read the lines of a file.",
        "    with open(text) as file:\n        lines = file.readlines()\n    return [line.strip() for line in lines if line]\n",
    ),
    (
        "largest",
        "Find the largest item.",
        "    best = None\n    for item in text:\n        if best is None or item > best:\n            best = item\n    return best\n",
    ),
    (
        "to_json",
        "Write a value as JSON.",
        "    value = json.dumps(text, indent=2)\n    if len(value) > 1000:\n        value = value[:1000]\n    return value\n",
    ),
    (
        "join_paths",
        "Join parts to a path.",
        "    path = os.path.join(text, 'data')\n    if not os.path.exists(path):\n        return None\n    return os.path.abspath(path)\n",
    ),
    (
        "average",
        "Compute the mean of numbers.",
        "    total = 0\n    for number in text:\n        total += number\n    return total / max(len(text), 1)\n",
    ),
];

fn environment() -> Option<Environment> {
    let Some(python) = std::env::var_os("SAPWOOD_PYTHON") else {
        let _ = writeln!(std::io::stderr(), "skipped: set SAPWOOD_PYTHON to an environment's python");
        return None;
    };
    Some(Environment::probe(Path::new(&python)).unwrap())
}

/// Packages that do the same things in slightly different ways.
fn engine(folder: &Path, environment: Environment) -> Engine {
    for (number, package) in PACKAGES.iter().enumerate() {
        for (name, purpose, body) in FUNCTIONS {
            let variant = body.replace("text", ["text", "source", "data"][number % 3]);
            let argument = ["text", "source", "data"][number % 3];
            let extra = "    argument = str(".to_owned() + argument + ")\n    print(argument)\n";
            let extra = extra.repeat(number % 4);
            let source = format!(
                "import json\nimport os\n\n\ndef {name}({argument}):\n    \"\"\"{purpose}\"\"\"\n{extra}{variant}"
            );
            write(folder, &format!("{package}/{name}.py"), source.as_bytes());
        }
    }
    let engine = Engine::create(folder, None, &[]).unwrap().with_runtime(PythonRuntime::new(environment));
    engine.index(&quietly).unwrap();
    engine
}

fn few_steps() -> TrainOptions {
    let overrides = [
        "device=cpu",
        "threads=1",
        "tree_lstm.epochs=1",
        "tree_lstm.batch_size=4",
        "tree_lstm.max_pairs=16",
        "tree_lstm.model.hidden=16",
        "tree_lstm.model.embedding=16",
        "tree_lstm.model.output=32",
        "graphsage.epochs=1",
        "graphsage.batch_size=8",
        "graphsage.model.hidden=16",
        "graphsage.model.output=16",
    ];
    TrainOptions { overrides: overrides.map(str::to_owned).to_vec(), ..TrainOptions::default() }
}

fn item(id: &str, code: &str) -> Item {
    Item { id: id.to_owned(), language: "python".to_owned(), code: code.to_owned(), path: None }
}

#[test]
fn the_interpreter_answers_from_the_environment_it_was_given() {
    let Some(environment) = environment() else { return };
    let executable = environment.executable().to_owned();
    let runtime = PythonRuntime::new(environment);
    // From several threads, one after the other on the interpreter's own.
    let pongs = std::thread::scope(|scope| {
        let ask = || runtime.call(&Request::Ping {}, &mut |_| {}, &Cancel::new()).unwrap();
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    for pong in pongs {
        let pong: Pong = serde_json::from_value(pong).unwrap();
        assert_eq!(pong.version, sapwood::VERSION);
        assert_eq!(Path::new(&pong.executable), executable);
    }
}

#[test]
fn index_train_embed_analyze_search_versions() {
    let Some(environment) = environment() else { return };
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), environment);
    for model in [Model::TreeLstm, Model::GraphSage] {
        let mut events: Vec<Event> = Vec::new();
        let trained = engine.train(model, few_steps(), &mut |event| events.push(event), &Cancel::new()).unwrap();
        assert_eq!(trained.version.as_deref(), Some("v0001"));
        assert!(events.iter().any(|event| event.event == EventKind::Step && event.loss.is_some_and(f64::is_finite)));
        assert_eq!(engine.versions().resolve(model.name(), "serving").unwrap(), "v0001");
        engine.versions().verify(model.name(), "serving").unwrap();
    }

    let code = "def mean(values):\n    total = 0\n    for value in values:\n        total += value\n    return total\n";
    let embedded = engine.embed(Encoder::TreeLstm, vec![item("good", code), item("bad", "x\0")]).unwrap();
    let [Answer::Done(vector), Answer::Failed { id, error }] = &embedded.items[..] else { panic!("{embedded:?}") };
    assert_eq!((vector.version.as_deref(), vector.vector.len()), (Some("v0001"), 32));
    let norm: f32 = vector.vector.iter().map(|value| value * value).sum();
    assert!((norm - 1.0).abs() < 1e-4, "{norm}");
    assert_eq!((id.as_str(), error.code.as_str()), ("bad", "binary"));

    let analyzed = engine.analyze(vec![item("one", code)]).unwrap();
    let [Answer::Done(analysis)] = &analyzed.items[..] else { panic!("{analyzed:?}") };
    assert!(analysis.untrained.iter().any(|head| head == "confidence") && analysis.confidence.is_none());

    let hits = engine.search_code(code, sapwood_core::Language::Python, 5).unwrap();
    assert!(hits.iter().any(|hit| hit.symbol.ends_with("average")), "{hits:?}");
    assert!(hits.iter().any(|hit| hit.why.contains("vectors")), "{hits:?}");

    // The kernels that search answers with give what torch gave.
    let native = sapwood::native::TreeVersion::load(&engine.versions(), "tree-lstm", "serving").unwrap();
    let (own, _) = native.embed(&[code], sapwood_core::Language::Python).unwrap();
    let difference = own.iter().zip(&vector.vector).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-3, "{difference}");
}

#[test]
fn a_cancelled_training_says_so_and_publishes_nothing() {
    let Some(environment) = environment() else { return };
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), environment);
    let cancel = Cancel::new();
    let mut stop_at_once = |_: Event| cancel.cancel();
    let error = engine.train(Model::TreeLstm, few_steps(), &mut stop_at_once, &cancel).unwrap_err();
    assert_eq!(error.code(), "interrupted", "{error}");
    assert_eq!(engine.versions().list(None).unwrap().len(), 0);
}

#[test]
fn failures_of_python_keep_their_code() {
    let Some(environment) = environment() else { return };
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(folder.path(), environment.clone());
    let error = engine.embed(Encoder::TreeLstm, vec![item("a", "x = 1\n")]).unwrap_err();
    assert_eq!(error.code(), "no_model", "{error}");
    let options = TrainOptions { overrides: vec!["tree_lstm.epoch=1".to_owned()], ..few_steps() };
    let error = engine.train(Model::TreeLstm, options, &mut |_| {}, &Cancel::new()).unwrap_err();
    assert_eq!(error.code(), "bad_config", "{error}");
    assert!(error.to_string().contains("epochs"), "{error}");
}
