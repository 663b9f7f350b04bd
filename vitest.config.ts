import { defineConfig } from "vitest/config";

const roots = "{shared,functions,local,scripts,tests,bench,firebase}";

export default defineConfig({
  test: {
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${roots}/**/*.test.ts`],
          exclude: ["**/node_modules/**", "**/*.emulator.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "emulators",
          include: [`${roots}/**/*.emulator.test.ts`],
          exclude: ["**/node_modules/**"],
          globalSetup: "tests/emulators/global-setup.ts",
          setupFiles: "tests/emulators/set-environment.ts",
        },
      },
    ],
  },
});
