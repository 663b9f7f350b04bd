import module from "sorted-btree";

/** The package is CommonJS: its default import is the whole module in Node, and the class where a tool unwraps it. */
const loaded: typeof module | typeof module.default = module;

export const BTree = "default" in loaded ? loaded.default : loaded;
export type BTree<Key, Value = undefined> = module.default<Key, Value>;
