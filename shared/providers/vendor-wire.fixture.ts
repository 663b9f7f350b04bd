import type { FinishReason, ToolCall } from "../api/chat.ts";
import type { TaskInput } from "../api/inputs.ts";
import type { Usage } from "../api/task.ts";
import type { TaskType } from "../api/task-type.ts";
import type { Answers, Provider, ProviderOptions, RateLimits } from "./provider.ts";
import type { ProviderErrorKind } from "./provider-error.ts";
import type { Reply, SeenRequest } from "./scripted-vendor.fixture.ts";

/** What the contract wants a model to have said, in Conea's words; the vendor's test puts it into the vendor's. */
export type WireChat = {
  /** The text, in the pieces it is streamed in. */
  pieces: string[];
  toolCalls?: ToolCall[];
  finishReason: FinishReason;
  usage: Usage;
  requestId: string;
};

/** A streamed answer as the vendor's server-sent events, each whole with its blank line. */
export type WireStream = {
  headers: Record<string, string>;
  /** Everything up to what the model has said. */
  events: string[];
  /** What marks the answer complete: finish reason, usage, end mark. Without these the answer is not complete. */
  terminal: string[];
};

export type Turn = {
  role: "user" | "assistant" | "tool";
  text?: string;
  /** Links as they are, content as `data:image/png;base64,…`. */
  images?: string[];
  toolCalls?: { name: string; arguments: unknown }[];
};

/** What a vendor would understand from a request, in Conea's words. Absent fields stay absent. */
export type Understood = {
  model: string;
  streamed: boolean;
  system?: string;
  turns: Turn[];
  tools?: string[];
  toolChoice?: "auto" | "none" | "required" | { name: string };
  /** Names of the properties of the JSON Schema the answer must fit. */
  schemaProperties?: string[];
  sampling: { temperature?: number; topP?: number; maxOutputTokens?: number; stop?: string[] };
};

export type WireFailure = { kind: ProviderErrorKind; status: number; message: string };

export type ChatWire = {
  model: string;
  whole(answer: WireChat): Reply;
  stream(answer: WireChat): WireStream;
  understand(request: SeenRequest): Understood;
  /** The event by which the vendor reports a failure inside a stream. Absent where it has none. */
  errorEvent?(failure: WireFailure): string;
};

/** One call of a task type other than chat: what is asked, what the vendor says, what must come of it. */
export type CallWire<T extends TaskType = TaskType> = {
  model: string;
  input: TaskInput<T>;
  reply: Reply;
  result: Answers[T];
  usage: Usage;
  requestId?: string;
  /** Checks the request the vendor has seen. */
  saw?(request: SeenRequest): void | Promise<void>;
};

export type VendorWire = {
  create(options: ProviderOptions): Provider;
  /** What follows the origin in `baseUrl`, such as `/v1`. */
  basePath?: string;
  /** The vendor's error answer, with `message` as its text. */
  failure(failure: WireFailure): Reply;
  /** Kinds of failure this vendor has no answer for. */
  neverSends?: ProviderErrorKind[];
  /** The vendor's own ways, besides `Retry-After`, to say how long to wait, on top of a 429. */
  waits?: { name: string; reply: Reply; retryAfterMs: number }[];
  /** Headers by which the vendor tells of the account's limits, and what they say. Absent where it tells nothing. */
  rateLimits?: { headers: Record<string, string>; says: RateLimits };
  /** Variables that the SDK reads and that must have no effect. Whatever could be sent holds `planted.environment`. */
  environment?: Record<string, string>;
  chat?: ChatWire;
  calls?: { [T in Exclude<TaskType, "chat">]?: CallWire<T> };
};
