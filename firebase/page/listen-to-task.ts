import { collection, doc, type Firestore, type FirestoreError, onSnapshot } from "firebase/firestore";

/** What the page needs of `tasks/{id}`; the document has the fields of the task in the HTTP interface. */
export type SeenTask = {
  status: string;
  result?: { text?: string };
  error?: { message: string };
};

export type TaskListener = {
  onTask: (task: SeenTask) => void;
  /** The text so far of the latest attempt. */
  onText: (text: string) => void;
  onProblem: (error: FirestoreError) => void;
};

type Page = { attempt: number; text: string };

/** Listens to a task and to its output. One problem ends both. Returns a function that stops listening. */
export function listenToTask(
  firestore: Firestore,
  taskId: string,
  { onTask, onText, onProblem }: TaskListener,
): () => void {
  const task = doc(firestore, "tasks", taskId);
  const stopTask = onSnapshot(task, (seen) => seen.exists() && onTask(seen.data() as SeenTask), fail);
  // Pages come in the order of their ids, which is the order of the text. No filter is needed: see firestore.rules.
  const stopPages = onSnapshot(
    collection(task, "output"),
    ({ docs }) => onText(toText(docs.map((page) => page.data() as Page))),
    fail,
  );
  function stop() {
    stopTask();
    stopPages();
  }
  function fail(error: FirestoreError) {
    stop();
    onProblem(error);
  }
  return stop;
}

function toText(pages: Page[]): string {
  const latest = pages.at(-1)?.attempt;
  return pages
    .filter(({ attempt }) => attempt === latest)
    .map(({ text }) => text)
    .join("");
}
