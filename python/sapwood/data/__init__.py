"""What is learned from: functions, splits, pairs and labels, all taken from the code itself."""

from sapwood.data.bugs import Mutants, mutants_of_split, mutate_functions, statement_targets
from sapwood.data.dataset import LANGUAGE, Dataset, load_dataset
from sapwood.data.imports import LabelRows, import_vocabulary, label_rows
from sapwood.data.positives import Pairs, Rewrites, hide_own_name, match_functions, rewrite_functions
from sapwood.data.split import SPLITS, TEST, TRAIN, VALIDATION, packages_of, split_packages
from sapwood.data.statistics import statistics

__all__ = [
    "LANGUAGE",
    "SPLITS",
    "TEST",
    "TRAIN",
    "VALIDATION",
    "Dataset",
    "LabelRows",
    "Mutants",
    "Pairs",
    "Rewrites",
    "hide_own_name",
    "import_vocabulary",
    "label_rows",
    "load_dataset",
    "match_functions",
    "mutants_of_split",
    "mutate_functions",
    "packages_of",
    "rewrite_functions",
    "split_packages",
    "statement_targets",
    "statistics",
]
