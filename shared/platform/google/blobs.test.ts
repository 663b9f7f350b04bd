import { describe } from "vitest";
import { describeBlobs } from "../blobs.contract.ts";
import { openBlobs, useKeyFile } from "./blobs.fixture.ts";

useKeyFile();

describe("blobs in Cloud Storage", () => {
  describeBlobs(openBlobs);
});
