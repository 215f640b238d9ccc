//! Calls against projects whose edges were written down by hand, see `tests/fixtures/callgraph/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::graph::{Edge, EdgeKind, NodeKind, ProjectGraph, file_facts, link_folder};
use crate::language::{Language, PackageRoot};
use crate::syntax::{ParseLimits, parse};

type Edges = BTreeSet<(String, String)>;

/// Right, invented and missed edges.
#[derive(Default, Clone, Copy)]
struct Score {
    right: usize,
    invented: usize,
    missed: usize,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.invented += other.invented;
        self.missed += other.missed;
    }

    fn precision(self) -> f64 {
        self.right as f64 / (self.right + self.invented).max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / (self.right + self.missed).max(1) as f64
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/callgraph")
}

/// Every file below a folder, with its path from there.
pub(super) fn files_below(root: &Path) -> Vec<(String, PathBuf)> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.strip_prefix(root).unwrap().to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    found
}

/// The projects of a language as `category/name`.
pub(super) fn projects(language: Language) -> Vec<(String, PathBuf)> {
    let root = fixtures().join(language.name());
    let expected = files_below(&root).into_iter().filter_map(|(name, path)| {
        let project = name.strip_suffix("/expected.json")?.to_owned();
        Some((project, path.parent()?.to_owned()))
    });
    expected.collect()
}

/// The calls of a project: between its nodes with their confidences, and those that leave it.
struct Calls {
    inside: BTreeMap<(String, String), f32>,
    outside: Edges,
}

impl Calls {
    fn found(project: &Path) -> Self {
        let graph = project_graph(project);
        let name = |node: u32| graph.names[node as usize].clone();
        let calls = graph.edges().filter(|edge| edge.kind == EdgeKind::Calls);
        let (outside, inside): (Vec<_>, Vec<_>) = calls.partition(|edge| graph.kind(edge.target) == NodeKind::External);
        let ends = |edge: &Edge| (name(edge.source), name(edge.target));
        Self {
            inside: inside.iter().map(|edge| (ends(edge), edge.confidence)).collect(),
            outside: outside.iter().map(ends).collect(),
        }
    }

    fn edges(&self) -> Edges {
        self.inside.keys().cloned().collect()
    }
}

pub(super) fn project_graph(project: &Path) -> ProjectGraph {
    let below = files_below(project);
    let roots = below.iter().flat_map(|(name, path)| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        PackageRoot::read(name, &text)
    });
    let roots: Vec<_> = roots.collect();
    let files = below.into_iter().filter_map(|(name, path)| {
        let language = Language::from_path(&name)?;
        let source = std::fs::read(path).unwrap();
        let tree = parse(language, &source, &ParseLimits::default()).unwrap();
        Some(file_facts(&name, &source, &tree))
    });
    link_folder(&files.collect::<Vec<_>>(), "", &roots)
}

/// The edges that a field of `expected.json` lists; none where it is not written.
fn expected(project: &Path, field: &str) -> Option<Edges> {
    let text = std::fs::read_to_string(project.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    let calls: BTreeMap<String, Vec<String>> = serde_json::from_value(expected.get(field)?.clone()).unwrap();
    let pairs = calls.into_iter().flat_map(|(caller, to)| to.into_iter().map(move |callee| (caller.clone(), callee)));
    Some(pairs.collect())
}

fn score(found: &Edges, expected: &Edges) -> Score {
    let right = found.intersection(expected).count();
    Score { right, invented: found.len() - right, missed: expected.len() - right }
}

/// Differences as lines, and the score of each category.
fn judge(language: Language) -> (Vec<String>, BTreeMap<String, Score>) {
    let (mut differences, mut scores) = (Vec::new(), BTreeMap::<String, Score>::new());
    for (name, path) in projects(language) {
        let (found, expected) = (Calls::found(&path).edges(), expected(&path, "calls").unwrap());
        let line = |what: &str, (caller, callee): &(String, String)| format!("{name}\t{what}\t{caller} -> {callee}");
        differences.extend(found.difference(&expected).map(|edge| line("invented", edge)));
        differences.extend(expected.difference(&found).map(|edge| line("missed", edge)));
        let category = name.split('/').next().unwrap_or_default().to_owned();
        scores.entry(category).or_default().add(score(&found, &expected));
    }
    (differences, scores)
}

fn total(scores: &BTreeMap<String, Score>) -> Score {
    scores.values().fold(Score::default(), |mut sum, score| {
        sum.add(*score);
        sum
    })
}

/// Every wrong edge is on a committed list; run with `SAPWOOD_WRITE_EXPECTED=1` to write the lists anew, and read what has
/// changed.
#[test]
fn calls_differ_from_the_expected_ones_as_listed_and_no_more() {
    for (language, ..) in BARS {
        let (differences, scores) = judge(language);
        print_scores(language, &scores);
        let path = fixtures().join(language.name()).join("differences.tsv");
        if option_env!("SAPWOOD_WRITE_EXPECTED").is_some() {
            std::fs::write(&path, differences.join("\n") + "\n").unwrap();
        }
        let listed = std::fs::read_to_string(&path).unwrap_or_default();
        let listed: BTreeSet<&str> = listed.lines().filter(|line| !line.is_empty()).collect();
        let found: BTreeSet<&str> = differences.iter().map(String::as_str).collect();
        let new: Vec<_> = found.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&found).collect();
        assert!(new.is_empty() && gone.is_empty(), "{}: new {new:#?}, gone {gone:#?}", language.name());
    }
}

fn print_scores(language: Language, scores: &BTreeMap<String, Score>) {
    let all = ("all".to_owned(), total(scores));
    for (category, score) in scores.iter().chain([(&all.0, &all.1)]) {
        let (precision, recall) = (score.precision(), score.recall());
        let edges = score.right + score.missed;
        println!("{} {category}: precision {precision:.3}, recall {recall:.3}, {edges} edges", language.name());
    }
}

/// The precision and recall that each language must have.
const BARS: [(Language, f64, f64); 8] = [
    (Language::Python, 0.97, 0.9),
    (Language::JavaScript, 0.98, 0.98),
    (Language::TypeScript, 0.98, 0.97),
    (Language::Rust, 0.99, 0.95),
    (Language::Go, 0.97, 0.95),
    (Language::Java, 0.98, 0.97),
    (Language::C, 0.98, 0.93),
    (Language::Cpp, 0.98, 0.92),
];

#[test]
fn calls_reach_the_bars() {
    for (language, precision, recall) in BARS {
        let (_, scores) = judge(language);
        let sum = total(&scores);
        let name = language.name();
        assert!(sum.right > 90, "{name}: the fixtures were read: {}", sum.right);
        assert!(sum.precision() >= precision && sum.recall() >= recall, "{name} {} {}", sum.precision(), sum.recall());
    }
}

/// The precision and recall that each language's calls of what is outside must have, in the projects that list them.
const OUTSIDE_BARS: [(Language, f64, f64); 8] = [
    (Language::Python, 1.0, 0.8),
    (Language::JavaScript, 1.0, 0.88),
    (Language::TypeScript, 1.0, 0.8),
    (Language::Rust, 1.0, 0.68),
    (Language::Go, 1.0, 1.0),
    (Language::Java, 1.0, 0.95),
    (Language::C, 1.0, 1.0),
    (Language::Cpp, 1.0, 0.8),
];

#[test]
fn calls_that_leave_the_project_reach_the_bars() {
    for (language, precision, recall) in OUTSIDE_BARS {
        let mut sum = Score::default();
        for (name, path) in projects(language) {
            let Some(expected) = expected(&path, "external") else { continue };
            let found = Calls::found(&path).outside;
            println!("{name}: invented {:?}", found.difference(&expected).collect::<Vec<_>>());
            println!("{name}: missed {:?}", expected.difference(&found).collect::<Vec<_>>());
            sum.add(score(&found, &expected));
        }
        println!("{}: precision {:.3}, recall {:.3}", language.name(), sum.precision(), sum.recall());
        assert!(sum.right >= 6, "{}: the fixtures were read: {}", language.name(), sum.right);
        let reaches = sum.precision() >= precision && sum.recall() >= recall;
        assert!(reaches, "{} {} {}", language.name(), sum.precision(), sum.recall());
    }
}

/// A call that may reach several functions is sure of none.
#[test]
fn candidates_share_their_confidence() {
    let mut judged = 0;
    for (language, ..) in BARS {
        for (name, path) in projects(language) {
            let found = Calls::found(&path).inside;
            for edge in expected(&path, "candidates").unwrap_or_default() {
                let Some(confidence) = found.get(&edge) else { continue };
                assert!(*confidence < 0.95, "{} {name}: {edge:?} {confidence}", language.name());
                judged += 1;
            }
        }
    }
    assert!(judged > 40, "{judged}");
}
