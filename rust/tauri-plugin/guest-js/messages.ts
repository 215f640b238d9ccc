/** What the plugin answers, as the engine defines it; a test holds these types against its JSON schema. */

/** A workspace that a window has open. */
export interface OpenedWorkspace {
  /** Stands for it in what the window asks next. */
  rid: number;
  /** The folder `.sapwood/`, for people. */
  folder: string;
  /** The folder of the sources, for people. */
  source_root: string;
}

/** How far indexing is. */
export interface Progress {
  /** Files done. */
  files: number;
  /** Files to do. */
  total_files: number;
  /** Bytes of the files done. */
  bytes: number;
}

/** What indexing found. */
export interface IndexReport {
  /** Whether nothing had changed, so that the stored index was kept. Counts are then those of that index. */
  unchanged: boolean;
  /** Files that were read anew; what is known of the others, whose content had not changed, was taken over. */
  files_read: number;
  /** Indexed files. */
  files: number;
  /** Indexed files by language. */
  languages: Record<string, number>;
  /** Their bytes. */
  bytes: number;
  /** Time it took. */
  seconds: number;
  /** Millions of bytes a second. */
  megabytes_per_second: number;
  /** Graph nodes by kind. */
  nodes: Record<string, number>;
  /** Graph edges by kind. */
  edges: Record<string, number>;
  /** Functions and methods that are listed: those without a name only if they are longer than a line. */
  functions: number;
  /** Different subtrees among all, names kept. */
  distinct_subtrees: number;
  /** Subtrees of all files. */
  total_subtrees: number;
  /** What was left out, sorted by path. */
  skipped: SkippedFile[];
  /** Files that were indexed without what is broken in them. */
  syntax_errors: BrokenFile[];
}

/** A file that was indexed without what is broken in it. */
export interface BrokenFile {
  /** From the source root. */
  path: string;
  /** The line, from 1, that its first syntax error starts in. */
  line: number;
}

/** Something that was left out. */
export interface SkippedFile {
  /** From the source root. */
  path: string;
  /** Stable name of the reason. */
  code: string;
  /** The reason, for people. */
  reason: string;
}

/** A function that was found. */
export interface Hit {
  /** Graph node. */
  node: number;
  /** File, from the source root. */
  path: string;
  /** Dotted name. */
  symbol: string;
  /** 1-based. */
  start_line: number;
  /** Inclusive. */
  end_line: number;
  /** Sum over the legs of 1 / (60 + rank). */
  score: number;
  /** Which legs found it, and at which rank. */
  legs: HitLeg[];
  /** The same for people, with each leg's own score. */
  why: string;
}

/** A leg of search that found a function. */
export interface HitLeg {
  /** `structure`, `vectors` or `words`. */
  leg: string;
  /** From 1. */
  rank: number;
}

/** A published version of a model. */
export interface VersionSummary {
  /** `graphsage` or `tree-lstm`. */
  model: string;
  /** Such as `v0007`. */
  version: string;
  /** The version that training began with. */
  parent: string | null;
  /** RFC 3339 in UTC. */
  created: string;
  /** Release of sapwood that trained it. */
  code_version: string;
  /** Fingerprint of the feature schema that the model reads. */
  feature_schema: string | null;
  /** Fingerprint of the vocabulary that the model reads. */
  vocabulary: string | null;
  /** What was measured, by name. */
  metrics: Record<string, Metric>;
  /** `serving`, `previous`, `candidate`, where they point here. */
  aliases: string[];
}

/** One measured figure, with what is needed to read it. */
export interface Metric {
  /** The figure; null when it could not be computed. */
  value: number | null;
  /** The same figure of something that learned nothing. */
  baseline: number | null;
  /** What the baseline is. */
  baseline_name: string | null;
  /** Number of queries or examples. */
  n: number | null;
  /** What was asked. */
  task: string;
  /** Number of things to choose from. */
  candidates: number | null;
  /** How it is computed, such as `MRR` or `Recall@10`. */
  metric: string;
}

/** Why something was refused: what a rejected command gives. */
export interface Refusal {
  /** Stable: decide by this. */
  code: ErrorCode;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  hint: string | null;
}

/** Every stable code of a failure. */
export type ErrorCode =
  | "no_workspace"
  | "no_index"
  | "stale_index"
  | "no_model"
  | "path_missing"
  | "path_denied"
  | "not_a_folder"
  | "empty_folder"
  | "not_utf8"
  | "syntax"
  | "too_large"
  | "parse_budget"
  | "binary"
  | "unknown_language"
  | "unknown_version"
  | "damaged_version"
  | "damaged_index"
  | "newer_format"
  | "schema_mismatch"
  | "vocabulary_mismatch"
  | "locked"
  | "bad_config"
  | "bad_input"
  | "missing_dependency"
  | "environment"
  | "interrupted"
  | "io"
  | "internal";
