import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{shared,functions,local,scripts,tests,bench}/**/*.test.ts"],
    testTimeout: 20_000,
  },
});
