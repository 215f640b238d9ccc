"""What is learned from: functions, splits, pairs and labels, all taken from the code itself."""

from sapwood.data.bugs import Mutants, kind_targets, mutants_of_split, mutate_functions, statement_targets
from sapwood.data.dataset import LANGUAGE, Dataset, language_functions, load_dataset
from sapwood.data.fingerprint import data_fingerprint
from sapwood.data.imports import LabelRows, import_vocabulary, label_rows
from sapwood.data.kept import load_examples
from sapwood.data.outcomes import Outcomes, match_outcomes, outcomes_of, read_outcomes
from sapwood.data.positives import Pairs, Rewrites, hide_own_name, match_functions, rewrite, rewrite_functions
from sapwood.data.split import SPLITS, TEST, TRAIN, VALIDATION, packages_of, split_packages
from sapwood.data.statistics import statistics
from sapwood.data.stopping import HeedStop, go_on

__all__ = [
    "LANGUAGE",
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
    "go_on",
    "hide_own_name",
    "import_vocabulary",
    "kind_targets",
    "label_rows",
    "language_functions",
    "load_dataset",
    "load_examples",
    "match_functions",
    "match_outcomes",
    "mutants_of_split",
    "mutate_functions",
    "outcomes_of",
    "packages_of",
    "read_outcomes",
    "rewrite",
    "rewrite_functions",
    "split_packages",
    "statement_targets",
    "statistics",
]
