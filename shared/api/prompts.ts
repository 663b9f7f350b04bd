import { z } from "zod";

export const PromptId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "must be 1–64 of a–z, 0–9 and . _ - , a letter or digit first");

export const VariableName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be a letter, then up to 63 letters, digits or _");

export const PromptVersionNumber = z.int().min(1).max(1_000_000_000);

export const PromptLabel = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, "must be 1–32 of a–z, 0–9, _ and - , a letter first");

export const PromptVariable = z
  .strictObject({
    description: z.string().max(500).optional(),
    /** Yes where absent, unless there is a default. */
    required: z.boolean().optional(),
    /** What stands where no value is given; nothing where absent. */
    default: z.string().max(10_000).optional(),
    /** The characters a value may have. */
    maxLength: z.int().min(1).max(500_000).optional(),
  })
  .meta({ id: "PromptVariable" });
export type PromptVariable = z.infer<typeof PromptVariable>;

export const PromptMessage = z
  .strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string().min(1).max(200_000) })
  .meta({ id: "PromptMessage" });
export type PromptMessage = z.infer<typeof PromptMessage>;

/** More names than anybody fills in. */
export const mostVariables = 100;

function hasFew(map: object): boolean {
  return Object.keys(map).length <= mostVariables;
}

const content = {
  template: z.array(PromptMessage).min(1).max(64),
  variables: z
    .record(VariableName, PromptVariable)
    .refine(hasFew, `must hold at most ${mostVariables} variables`)
    .default({}),
};
export type PromptContent = { template: PromptMessage[]; variables: Record<string, PromptVariable> };

const description = z.string().max(1_000).optional();

export const CreatePrompt = z.strictObject({ id: PromptId, description, ...content }).meta({
  id: "CreatePrompt",
  description:
    "`{{name}}` in a message stands for the value of a variable, which is put in as it is: a value that holds `{{…}}` stays text. Every name in the template must be among `variables`.",
});
export type CreatePrompt = z.infer<typeof CreatePrompt>;

export const ReplacePrompt = z.strictObject({ description, ...content }).meta({ id: "ReplacePrompt" });
export type ReplacePrompt = z.infer<typeof ReplacePrompt>;

const facts = {
  id: PromptId,
  description,
  /** The latest. */
  version: PromptVersionNumber,
  labels: z.record(PromptLabel, PromptVersionNumber),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const PromptSummary = z
  .object(facts)
  .meta({ id: "PromptSummary", description: "A prompt without its text; `version` is the latest." });
export type PromptSummary = z.infer<typeof PromptSummary>;

export const Prompt = z
  .object({ ...facts, ...content })
  .meta({ id: "Prompt", description: "A prompt as its latest version has it." });
export type Prompt = z.infer<typeof Prompt>;

export const PromptVersion = z
  .object({
    id: PromptId,
    version: PromptVersionNumber,
    ...content,
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: "PromptVersion", description: "One version of a prompt. It never changes." });
export type PromptVersion = z.infer<typeof PromptVersion>;

export const ListPrompts = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(500).optional(),
});
export type ListPrompts = z.infer<typeof ListPrompts>;

export const PromptPage = z
  .object({ items: z.array(PromptSummary), nextCursor: z.string().optional() })
  .meta({ id: "PromptPage", description: "By id; `nextCursor` is absent on the last page." });

export const PromptVersionPage = z
  .object({ items: z.array(PromptVersion), nextCursor: z.string().optional() })
  .meta({ id: "PromptVersionPage", description: "Newest first; `nextCursor` is absent on the last page." });

export const SetPromptLabel = z
  .strictObject({ version: PromptVersionNumber })
  .meta({ id: "SetPromptLabel", description: "The version that the label names from now on." });
export type SetPromptLabel = z.infer<typeof SetPromptLabel>;

const choice = {
  version: PromptVersionNumber.optional(),
  label: PromptLabel.optional(),
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
};

function namesOne({ version, label }: { version?: number | undefined; label?: string | undefined }) {
  return version === undefined || label === undefined;
}
const oneAlone = { error: "must not be given beside version", path: ["label"] };

export const RenderPrompt = z
  .strictObject(choice)
  .refine(namesOne, oneAlone)
  .meta({ id: "RenderPrompt", description: "By `version` or `label`; the latest version without either." });
export type RenderPrompt = z.infer<typeof RenderPrompt>;

export const PromptUse = z
  .strictObject({ id: PromptId, ...choice })
  .refine(namesOne, oneAlone)
  .meta({
    id: "PromptUse",
    description:
      "The prompt whose messages come first, by `version` or `label`; the latest version without either.",
  });
export type PromptUse = z.infer<typeof PromptUse>;

export const PromptRef = z
  .object({ id: PromptId, version: PromptVersionNumber })
  .meta({ id: "PromptRef", description: "The prompt, and which version of it, whose messages come first." });
export type PromptRef = z.infer<typeof PromptRef>;

export const RenderedPrompt = z
  .object({ ...PromptRef.shape, messages: z.array(PromptMessage) })
  .meta({ id: "RenderedPrompt" });
export type RenderedPrompt = z.infer<typeof RenderedPrompt>;
