const withinMs = 10_000;

/** Makes these the rules of a project in the Firestore emulator. Throws with its answer when they are no rules. */
export async function loadRules(firestore: string, projectId: string, rules: string): Promise<void> {
  const answer = await fetch(`http://${firestore}/emulator/v1/projects/${projectId}:securityRules`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ rules: { files: [{ name: "firestore.rules", content: rules }] } }),
    signal: AbortSignal.timeout(withinMs),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`The Firestore emulator did not take the rules: ${said}`);
}
