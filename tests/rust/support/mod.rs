//! A small code base, and a version of the tree model that nothing trained.

#![allow(dead_code, reason = "each test program uses its part of this")]
#![allow(clippy::unwrap_used, reason = "a set-up that fails should stop the test where it happens")]

use std::path::Path;

use sapwood::Engine;
use sapwood::engine::quietly;
use sapwood::texts::{Languages, vocabulary};
use sapwood_core::Language;
use sapwood_workspace::{DiskStorage, Manifest, Storage as _};
use tempfile::TempDir;

/// Paths and texts of the code base.
pub(crate) const SOURCES: &[(&str, &str)] = &[
    ("shapes/__init__.py", "\"\"\"Shapes.\"\"\"\n"),
    (
        "shapes/area.py",
        "import math\n\n\ndef square(side):\n    \"\"\"Area of a square.\"\"\"\n    return side * side\n\n\n\
         def circle(radius):\n    \"\"\"Area of a circle.\"\"\"\n    if radius < 0:\n        raise ValueError(radius)\n    \
         return math.pi * square(radius)\n",
    ),
    (
        "shapes/solid.py",
        "from shapes.area import circle\n\n\nclass Cylinder:\n    def __init__(self, radius, height):\n        \
         self.radius = radius\n        self.height = height\n\n    def volume(self):\n        \
         return circle(self.radius) * self.height\n",
    ),
    (
        "files/config.py",
        "import json\n\n\ndef read_config(path):\n    \"\"\"Read a configuration file.\"\"\"\n    \
         with open(path) as file:\n        return json.load(file)\n",
    ),
];

/// Writes a file below a folder.
pub(crate) fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let full = folder.join(path);
    DiskStorage.create_folders(full.parent().unwrap()).unwrap();
    DiskStorage.write(&full, bytes).unwrap();
}

/// The code base in a workspace of its own, indexed.
pub(crate) fn indexed() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in SOURCES {
        write(folder.path(), path, text.as_bytes());
    }
    let engine = Engine::create(folder.path(), None, &[]).unwrap();
    engine.index(&quietly).unwrap();
    (folder, engine)
}

/// Publishes a tiny tree model with drawn weights, lets it serve, and stores its vectors of the indexed functions.
pub(crate) fn serve_tiny_tree_model(engine: &Engine) -> String {
    let index = engine.index_data().unwrap();
    let texts = index.node_texts(index.functions()).unwrap();
    let vocabulary = vocabulary(&texts, Languages::All(Language::Python), 600).unwrap();
    let weights = tiny_weights(vocabulary.len());
    let vocabulary_json = serde_json::to_vec(&vocabulary).unwrap();
    let files: [(&str, &[u8]); 2] = [("weights.safetensors", &weights), ("vocabulary.json", &vocabulary_json)];
    let manifest =
        Manifest { model: "tree-lstm".to_owned(), vocabulary: Some(vocabulary.fingerprint()), ..Manifest::default() };
    let versions = engine.versions();
    let version = versions.publish("tree-lstm", &files, manifest).unwrap();
    versions.promote("tree-lstm", &version).unwrap();
    let model = sapwood::native::TreeVersion::load(&versions, "tree-lstm", &version).unwrap();
    let (values, dimensions) = model.embed(&texts, Language::Python).unwrap();
    let vectors = sapwood_workspace::FunctionVectors {
        index_fingerprint: index.fingerprint().to_owned(),
        nodes: index.functions().to_vec(),
        dimensions,
        values,
    };
    versions.write_vectors("tree-lstm", &version, &vectors).unwrap();
    version
}

/// Tensors of the tree model, 4 wide, drawn once and for all.
fn tiny_weights(vocabulary: usize) -> Vec<u8> {
    const WIDTH: usize = 4;
    let shapes: [(&str, Vec<usize>); 9] = [
        ("embedding.weight", vec![vocabulary, WIDTH]),
        ("cell.weight_x", vec![4 * WIDTH, WIDTH]),
        ("cell.weight_h_iou", vec![3 * WIDTH, WIDTH]),
        ("cell.weight_h_f", vec![WIDTH, WIDTH]),
        ("cell.bias", vec![4 * WIDTH]),
        ("output.weight", vec![WIDTH, WIDTH]),
        ("output.bias", vec![WIDTH]),
        ("whitening.mean", vec![WIDTH]),
        ("whitening.matrix", vec![WIDTH, WIDTH]),
    ];
    let mut state = 1_u64;
    let tensors: Vec<(&str, Vec<usize>, Vec<u8>)> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let bytes = (0..shape.iter().product()).flat_map(|_| draw(&mut state).to_le_bytes()).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (*name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

/// A number in -1..1 (a linear congruential generator: Knuth's MMIX).
fn draw(state: &mut u64) -> f32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
}

/// Lets a manifest name another feature schema than this release's.
pub(crate) fn claim_other_schema(manifest: &Path) {
    let mut document: serde_json::Value = serde_json::from_slice(&DiskStorage.read(manifest).unwrap()).unwrap();
    document["feature_schema"] = "0123456789abcdef".into();
    DiskStorage.write(manifest, document.to_string().as_bytes()).unwrap();
}

/// Breaks the stored vectors of the tree model in the folder `.sapwood/`.
pub(crate) fn damage_vectors(workspace: &Path) {
    let folder = workspace.join("vectors/tree-lstm");
    for entry in DiskStorage.list(&folder).unwrap() {
        DiskStorage.write(&folder.join(entry.name), b"broken").unwrap();
    }
}
