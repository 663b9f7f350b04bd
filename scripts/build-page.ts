import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const copied = ["index.html", "page.css"];

/** Builds the listening page of firebase/page/ into a folder that Firebase Hosting serves. */
export async function buildPage({ root, outDir }: { root: string; outDir: string }): Promise<void> {
  const source = join(root, "firebase/page");
  await mkdir(outDir, { recursive: true });
  await Promise.all(copied.map((file) => copyFile(join(source, file), join(outDir, file))));
  await build({
    entryPoints: [join(source, "page.ts")],
    outfile: join(outDir, "page.js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "error",
  });
}
