"""What is learned from: functions, splits, pairs and labels, all taken from the code itself."""

from sapwood.data.bugs import Mutants, kind_targets, mutants_of_split, mutate_functions, statement_targets
from sapwood.data.dataset import Dataset, load_dataset
from sapwood.data.fingerprint import data_fingerprint
from sapwood.data.imports import LabelRows, import_vocabulary, known_labels, label_rows
from sapwood.data.kept import load_examples
from sapwood.data.languages import PYTHON, family_of, language_functions, learned_languages, node_languages
from sapwood.data.outcomes import Outcomes, match_outcomes, outcomes_of, read_outcomes
from sapwood.data.positives import SOURCES, Pairs, hide_own_name, match_functions, match_languages
from sapwood.data.rewrites import Rewrites, rewrite, rewrite_functions
from sapwood.data.split import SPLITS, TEST, TRAIN, VALIDATION, packages_of, split_packages
from sapwood.data.statistics import statistics
from sapwood.data.stopping import HeedStop, go_on
from sapwood.data.usable import function_sources

__all__ = [
    "PYTHON",
    "SOURCES",
    "SPLITS",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Dataset",
    "HeedStop",
    "LabelRows",
    "Mutants",
    "Outcomes",
    "Pairs",
    "Rewrites",
    "data_fingerprint",
    "family_of",
    "function_sources",
    "go_on",
    "hide_own_name",
    "import_vocabulary",
    "kind_targets",
    "known_labels",
    "label_rows",
    "language_functions",
    "learned_languages",
    "load_dataset",
    "load_examples",
    "match_functions",
    "match_languages",
    "match_outcomes",
    "mutants_of_split",
    "mutate_functions",
    "node_languages",
    "outcomes_of",
    "packages_of",
    "read_outcomes",
    "rewrite",
    "rewrite_functions",
    "split_packages",
    "statement_targets",
    "statistics",
]
