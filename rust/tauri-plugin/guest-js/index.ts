/** Sapwood in a Tauri window: open a code base, index it, search it. */

import { Channel, Resource, invoke } from "@tauri-apps/api/core";

import type { Hit, IndexReport, OpenedWorkspace, Progress, Refusal, VersionSummary } from "./messages.js";

export type * from "./messages.js";

/** A workspace that this window has open; it closes with the window, or by `close()`. Everything may reject with a {@link Refusal}. */
export class Workspace extends Resource {
  private constructor(
    rid: number,
    /** The folder `.sapwood/`, for people. */
    readonly folder: string,
    /** The folder of the sources, for people. */
    readonly sourceRoot: string,
  ) {
    super(rid);
  }

  /** Opens the workspace at an absolute path or above it. */
  static open(path: string): Promise<Workspace> {
    return Workspace.of("open", path);
  }

  /** Makes a workspace for the sources in a folder, or opens the one that is there. */
  static create(path: string): Promise<Workspace> {
    return Workspace.of("create", path);
  }

  private static async of(command: string, path: string): Promise<Workspace> {
    const opened = await invoke<OpenedWorkspace>(`plugin:sapwood|${command}`, { path });
    return new Workspace(opened.rid, opened.folder, opened.source_root);
  }

  /** Indexes the sources; `onProgress` hears at most 20 times a second. One cancelled rejects with code `interrupted`. */
  async index(onProgress: (progress: Progress) => void = () => {}, signal?: AbortSignal): Promise<IndexReport> {
    signal?.throwIfAborted();
    // How it ended, the indexing itself says.
    const cancel = () => void this.cancel().catch(() => {});
    const hear = (progress: Progress) => {
      // Said again: a cancellation from before the work began ends nothing.
      if (signal?.aborted) cancel();
      onProgress(progress);
    };
    signal?.addEventListener("abort", cancel);
    try {
      return await this.ask("index", { onProgress: new Channel<Progress>(hear) });
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends the indexing that runs. */
  cancel(): Promise<void> {
    return this.ask("cancel");
  }

  /** What the last indexing found; code `no_index` before the first. */
  indexReport(): Promise<IndexReport> {
    return this.ask("index_report");
  }

  /** The `k` functions that hold these words best. */
  searchWords(words: string, k = 10): Promise<Hit[]> {
    return this.ask("search_words", { words, k });
  }

  /** The `k` functions most like a piece of code. */
  searchCode(code: string, language: string, k = 10): Promise<Hit[]> {
    return this.ask("search_code", { code, language, k });
  }

  /** The `k` functions most like the one at a line (from 1) of an indexed file, without itself. */
  searchAt(file: string, line: number, k = 10): Promise<Hit[]> {
    return this.ask("search_at", { file, line, k });
  }

  /** The published versions of a model, or of all, oldest first. */
  versions(model: string | null = null): Promise<VersionSummary[]> {
    return this.ask("versions", { model });
  }

  /** Lets a version answer from now on, once all its files were verified; resolves to its name. */
  promote(model: string, version: string): Promise<string> {
    return this.ask("promote", { model, version });
  }

  /** Lets the version answer again that did before; resolves to its name. */
  rollback(model: string): Promise<string> {
    return this.ask("rollback", { model });
  }

  private ask<T>(command: string, parameters: Record<string, unknown> = {}): Promise<T> {
    return invoke<T>(`plugin:sapwood|${command}`, { rid: this.rid, ...parameters });
  }
}

/** Whether what a command rejected with is a refusal of Sapwood's; Tauri's own are texts. */
export function isRefusal(error: unknown): error is Refusal {
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}
