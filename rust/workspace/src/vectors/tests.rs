use super::*;
use crate::storage::{DiskStorage, Storage as _};
use crate::testing::{publish, put, workspace};

fn vectors(index: &str) -> FunctionVectors {
    let (nodes, values) = (vec![3, 8], vec![1.0, 0.0, 0.6, 0.8]);
    FunctionVectors { index_fingerprint: index.to_owned(), nodes, dimensions: 2, values }
}

#[test]
fn vectors_hold_for_one_index_and_one_set_of_weights() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    publish(&versions, "graphsage", 1.0).unwrap();
    versions.promote("graphsage", "v0001").unwrap();
    assert_eq!(versions.read_vectors("graphsage", "v0001", "one").unwrap(), None);
    versions.write_vectors("graphsage", "serving", &vectors("one")).unwrap();
    assert_eq!(versions.read_vectors("graphsage", "v0001", "one").unwrap(), Some(vectors("one")));
    assert_eq!(versions.read_vectors("graphsage", "v0001", "two").unwrap(), None);

    let folder = versions.path("graphsage", "v0001").unwrap();
    DiskStorage.remove_folder(&folder).unwrap();
    publish(&versions, "graphsage", 2.0).unwrap();
    assert_eq!(versions.read_vectors("graphsage", "v0001", "one").unwrap(), None, "other weights of the same name");
}

#[test]
fn vectors_that_fit_nothing_are_refused() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    assert_eq!(versions.write_vectors("graphsage", "serving", &vectors("one")).unwrap_err().code(), "no_model");
    publish(&versions, "graphsage", 1.0).unwrap();
    let short = FunctionVectors { nodes: vec![1], ..vectors("one") };
    assert_eq!(versions.write_vectors("graphsage", "v0001", &short).unwrap_err().code(), "bad_input");
    put(workspace.folder(), "vectors/graphsage/v0001.safetensors", b"half");
    assert_eq!(versions.read_vectors("graphsage", "v0001", "one").unwrap_err().code(), "damaged_index");
}
