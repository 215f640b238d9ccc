//! A Python environment as it says of itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use sapwood_workspace::storage::EntryKind;
use sapwood_workspace::{DiskStorage, Storage as _};
use serde::Deserialize;

use crate::error::{EngineError, Result};

/// What must be known to open an environment's interpreter inside this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pub(crate) executable: PathBuf,
    pub(crate) python: String,
    pub(crate) libpython: PathBuf,
    pub(crate) extension: PathBuf,
    pub(crate) has_torch: bool,
}

#[derive(Deserialize)]
struct Probe {
    python: String,
    implementation: String,
    shared: bool,
    candidates: Vec<PathBuf>,
    extension: Option<PathBuf>,
    version: Option<String>,
    problem: Option<String>,
    torch: bool,
}

const PROBE: &str = r#"
import importlib.util, json, os, platform, sys, sysconfig
from pathlib import Path
variable = sysconfig.get_config_var
names = [name for name in (variable("INSTSONAME"), variable("LDLIBRARY")) if name and not name.endswith(".a")]
folders = [variable("LIBDIR"), str(Path(sys.base_prefix) / "lib"), variable("LIBPL")]
if variable("MULTIARCH"):
    folders.append(os.path.join(variable("LIBDIR") or "", variable("MULTIARCH")))
if os.name == "nt":
    names, folders = ["python%d%d.dll" % sys.version_info[:2]], [sys.base_prefix]
answer = {
    "python": platform.python_version(),
    "implementation": sys.implementation.name,
    "shared": os.name == "nt" or bool(variable("Py_ENABLE_SHARED") or variable("PYTHONFRAMEWORK")),
    "candidates": [os.path.join(folder, name) for folder in folders if folder for name in names],
    "extension": None, "version": None, "problem": None, "torch": importlib.util.find_spec("torch") is not None,
}
try:
    from sapwood import _core
    answer["extension"], answer["version"] = os.path.realpath(_core.__file__), _core.__version__
except Exception as error:
    answer["problem"] = "%s: %s" % (type(error).__name__, error)
print(json.dumps(answer))
"#;

impl Environment {
    /// Asks an environment's `python`.
    ///
    /// # Errors
    /// [`EngineError::InterpreterMissing`] if it cannot be run, [`EngineError::StaticInterpreter`] if there is no
    /// libpython to open, [`EngineError::PackageMissing`] if it has no `sapwood`, [`EngineError::PackageVersion`] if it has
    /// that of another engine.
    pub fn probe(python: &Path) -> Result<Self> {
        let output = Command::new(python).args(["-I", "-c", PROBE]).output().map_err(|error| {
            EngineError::InterpreterMissing { python: python.to_owned(), reason: error.to_string() }
        })?;
        let answer: Probe = serde_json::from_slice(&output.stdout).map_err(|_| EngineError::InterpreterMissing {
            python: python.to_owned(),
            reason: last_line(&output.stderr),
        })?;
        Self::from_probe(python, answer)
    }

    fn from_probe(python: &Path, answer: Probe) -> Result<Self> {
        let executable = absolute(python);
        if !answer.shared || answer.implementation != "cpython" {
            return Err(EngineError::StaticInterpreter { python: executable, version: answer.python });
        }
        let Some(libpython) = answer.candidates.into_iter().find(|candidate| is_file(candidate)) else {
            return Err(EngineError::StaticInterpreter { python: executable, version: answer.python });
        };
        let (Some(extension), Some(found)) = (answer.extension, answer.version) else {
            let reason = answer.problem.unwrap_or_default();
            return Err(EngineError::PackageMissing { python: executable, reason });
        };
        if found != crate::VERSION {
            return Err(EngineError::PackageVersion { python: executable, found, expected: crate::VERSION });
        }
        Ok(Self { executable, python: answer.python, libpython, extension, has_torch: answer.torch })
    }

    /// The environment's `python`.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// Version of the interpreter, such as `3.11.7`.
    pub fn python_version(&self) -> &str {
        &self.python
    }

    /// Whether torch is installed, so that models can train.
    pub fn has_torch(&self) -> bool {
        self.has_torch
    }
}

/// Absolute, but with links kept: an environment's `python` is a link, and following it would leave the environment.
fn absolute(python: &Path) -> PathBuf {
    std::path::absolute(python).unwrap_or_else(|_| python.to_owned())
}

/// Whether a file stands there; links are followed, as a library's name is often one.
fn is_file(path: &Path) -> bool {
    let metadata = DiskStorage.canonical(path).and_then(|path| DiskStorage.metadata(&path));
    metadata.is_ok_and(|metadata| metadata.kind == EntryKind::File)
}

fn last_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().last().unwrap_or("it printed nothing").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Probe {
        Probe {
            python: "3.12.1".to_owned(),
            implementation: "cpython".to_owned(),
            shared: true,
            candidates: vec![std::env::current_exe().unwrap()],
            extension: Some(PathBuf::from("/x/_core.so")),
            version: Some(crate::VERSION.to_owned()),
            problem: None,
            torch: false,
        }
    }

    fn code(answer: Probe) -> &'static str {
        Environment::from_probe(Path::new("python"), answer).map_or_else(|error| error.code(), |_| "none")
    }

    #[test]
    fn each_unusable_environment_has_its_error() {
        assert_eq!(code(answer()), "none");
        assert_eq!(code(Probe { shared: false, ..answer() }), "environment");
        assert_eq!(code(Probe { implementation: "pypy".to_owned(), ..answer() }), "environment");
        assert_eq!(code(Probe { candidates: vec![PathBuf::from("/nowhere/libpython.so")], ..answer() }), "environment");
        assert_eq!(code(Probe { extension: None, ..answer() }), "missing_dependency");
        assert_eq!(code(Probe { version: Some("0.0.1".to_owned()), ..answer() }), "environment");
    }

    #[test]
    fn a_missing_or_dumb_interpreter_is_named() {
        for python in ["/nowhere/bin/python", "/bin/true"] {
            let error = Environment::probe(Path::new(python)).unwrap_err();
            assert_eq!(error.code(), "environment");
            assert!(error.to_string().contains(python), "{error}");
        }
    }
}
