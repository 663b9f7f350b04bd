import { z } from "zod";

export const Role = z.enum(["admin", "user", "viewer"]).meta({
  id: "Role",
  description:
    "A viewer reads all of the tenant; a user reads and writes their own; an admin reads and writes all.",
});
export type Role = z.infer<typeof Role>;

export const UserName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/,
    "must be 1–64 letters, digits or _ . @ -, starting with a letter or digit",
  );

export const CreateKey = z
  .strictObject({ user: UserName, role: Role.default("user"), name: z.string().min(1).max(100).optional() })
  .meta({ id: "CreateKey" });
export type CreateKey = z.infer<typeof CreateKey>;

export const Key = z
  .object({
    id: z.string(),
    user: z.string(),
    role: Role,
    name: z.string().optional(),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
  })
  .meta({ id: "Key", description: "An API key, without the key itself." });
export type Key = z.infer<typeof Key>;

export const CreatedKey = Key.extend({ key: z.string() }).meta({
  id: "CreatedKey",
  description: "The only answer that ever holds the key itself.",
});
export type CreatedKey = z.infer<typeof CreatedKey>;

export const KeyPage = z.object({ items: z.array(Key) }).meta({ id: "KeyPage" });
