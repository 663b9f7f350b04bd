import type { Write } from "../../../shared/platform/documents.ts";
import type { Provider } from "../../../shared/providers/provider.ts";
import { asTaskUpdate, changeDocuments, changeWrites, type Mutation } from "../mutation.ts";

/** Breaks of what keeps allowances. */
export const allowingMutations: readonly Mutation[] = [
  {
    name: "allowance-unguarded",
    about: "an allowance is topped up whoever has written it meanwhile",
    outfit: changeDocuments((documents) => ({
      commit: (writes) => documents.commit(writes.map(withoutGuard)),
    })),
  },
  {
    name: "end-not-marked",
    about: "an ended task does not say that it is to be accounted for",
    outfit: changeWrites((write) => {
      const update = asTaskUpdate(write);
      if (!update?.fields.unaccounted) return write;
      const { unaccounted: _, ...fields } = update.fields;
      return { ...update, fields };
    }),
  },
  {
    name: "call-not-capped",
    about: "a vendor is not told how much it may write at most",
    outfit: (outfit) => ({
      ...outfit,
      providers: {
        async open(id) {
          const { provider, simulated } = await outfit.providers.open(id);
          return { provider: { chat: (call) => toChat(provider)(withoutCap(call)) }, simulated };
        },
      },
    }),
  },
];

function withoutGuard(write: Write): Write {
  if (write.op !== "set" || !write.path.startsWith("allowances/")) return write;
  const { precondition: _, ...rest } = write;
  return rest;
}

type Chat = NonNullable<Provider["chat"]>;

function toChat({ chat }: Provider): Chat {
  if (!chat) throw new Error("a provider that does not chat");
  return chat;
}

function withoutCap(call: Parameters<Chat>[0]): Parameters<Chat>[0] {
  const { maxOutputTokens: _, ...input } = call.input;
  return { ...call, input };
}
