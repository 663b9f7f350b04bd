/** The data folder cannot be read as it is. Nothing was changed: restore the file, or move it away and lose what follows. */
export class JournalDamaged extends Error {
  override readonly name = "JournalDamaged";

  constructor(file: string, offset: number, problem: string) {
    super(
      `The data file ${file} ${problem} (at byte ${offset}). Restore it from a backup; nothing was changed.`,
    );
  }
}
