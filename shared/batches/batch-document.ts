import type { Role } from "../api/keys.ts";
import type { DocumentPath, Snapshot } from "../platform/documents.ts";
import type { BatchOutbox } from "./batch-events.ts";
import type { LineAsks } from "./endpoints.ts";
import type { FilePart } from "./file-document.ts";

/** What is wrong with the input of a batch. `line` counts from 1. */
export type BatchError = { code: string; message: string; line?: number; param?: string };

/**
 * What its drivers do next: check the input, feed its lines and wait for them, cancel what waits, write the results, nothing.
 */
export type BatchPhase = "validating" | "running" | "stopping" | "assembling" | "ended";

/** `batches/{id}`: what was asked for, and how far it has come. Whoever drives it writes under its update time. */
export type BatchDocument = {
  id: string;
  tenant: string;
  createdBy: string;
  /** Of the key that asked for it: its lines count against both. */
  keyId?: string;
  role?: Role;
  inputFileId: string;
  endpoint: string;
  metadata?: Record<string, string>;
  /** How long its results are kept once they are there; for good where absent. */
  outputExpiresAfterSeconds?: number;
  /** Of all lines that ask for nothing else. */
  asks?: LineAsks;
  phase: BatchPhase;
  /** Until it has ended and that has been told. */
  active: boolean;
  /** What is told of it. */
  events: BatchOutbox;
  /** Why it does not go on to its last line. */
  stoppedBy?: "cancelled" | "expired";
  errors?: BatchError[];
  createdAt: string;
  expiresAt: string;
  runningAt?: string;
  cancelledAt?: string;
  finalizingAt?: string;
  endedAt?: string;
  sequence: number;
  mark: string;
  /** Lines in each part of the input, and in all. */
  partLines: number[];
  total: number;
  /** Lines that are tasks, or refused: the first `fed`. */
  fed: number;
  refused: number;
  /** As last counted. */
  completed: number;
  failed: number;
  /** Lines whose results are in the parts below. */
  assembled: number;
  /** Some of its lines are not to be stored; of the first `forgotten` lines nothing is by now. */
  hasUnstored?: true;
  forgotten?: number;
  outputParts: FilePart[];
  errorParts: FilePart[];
  outputFileId?: string;
  errorFileId?: string;
};

/** A batch as it was at `updateTime`, which is empty where somebody has changed it since. */
export type BatchSnapshot = Pick<Snapshot<BatchDocument>, "data" | "updateTime">;

export function batchPath(batchId: string): DocumentPath {
  return `batches/${batchId}`;
}

/** Why a line became no task, in the door's own words. `batches/{id}/refusals/{line}` */
export type RefusalDocument = { tenant: string; line: number; status: number; body: string };

/** The ids of lines in the order of the lines. */
export function toLineId(line: number): string {
  return String(line).padStart(8, "0");
}
