/** Something that the emulators need is not on this machine; the message names it and says how to get it. */
export class MissingTool extends Error {
  override readonly name = "MissingTool";
}
