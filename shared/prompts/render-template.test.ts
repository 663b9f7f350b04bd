import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PromptContent } from "../api/prompts.ts";
import { ConeaError } from "../core/conea-error.ts";
import { toPieces } from "./find-placeholders.ts";
import { type PromptValues, renderTemplate } from "./render-template.ts";

const greeting: PromptContent = {
  template: [
    { role: "system", content: "You write to {{name}} in {{ language }}." },
    { role: "user", content: "{{name}}: {{text}}" },
  ],
  variables: { name: {}, language: { default: "English" }, text: { required: false, maxLength: 10 } },
};

function render(content: PromptContent, values: PromptValues): string[] {
  return renderTemplate(content, values, "variables").map(({ content: text }) => text);
}

function failure(run: () => unknown): ConeaError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConeaError) return error;
  }
  throw new Error("nothing was refused");
}

describe("a template", () => {
  it("puts values in their places, defaults where there are none, and nothing for what may be left out", () => {
    expect(render(greeting, { name: "Ann", language: "German", text: "hi" })).toEqual([
      "You write to Ann in German.",
      "Ann: hi",
    ]);
    expect(render(greeting, { name: "Ann" })).toEqual(["You write to Ann in English.", "Ann: "]);
    expect(render(greeting, { name: 3, text: false })).toEqual(["You write to 3 in English.", "3: false"]);
  });

  it("never looks at what a value holds", () => {
    const values = { name: "{{text}}", text: "{{name}}" };
    expect(render(greeting, values)).toEqual(["You write to {{text}} in English.", "{{text}}: {{name}}"]);
    const replaced = { name: "$& $1 $' $$", text: '"}]' };
    expect(render(greeting, replaced)[1]).toBe(`${replaced.name}: "}]`);
  });

  it("is the text around its values, whatever these are", () => {
    const one: PromptContent = {
      template: [{ role: "user", content: "<{{x}}|{{x}}>" }],
      variables: { x: {} },
    };
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (x) => {
        expect(render(one, { x })).toEqual([`<${x}|${x}>`]);
      }),
    );
  });

  it("is all there in its pieces, whatever is written", () => {
    const bits = fc.constantFrom("{{", "}}", "{", "}", "a", "{{a}}", "{{ b }}", " ", "\n", "__proto__", "1");
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (written) => {
        const text = written.join("");
        const pieces = toPieces(text);
        const names = pieces.flatMap((piece) => ("variable" in piece ? [piece.variable] : []));
        const again = pieces
          .map((piece) => ("text" in piece ? piece.text : `{{${piece.variable}}}`))
          .join("");
        expect(again).toBe(text.replaceAll("{{ b }}", "{{b}}"));
        expect(names.every((name) => /^[A-Za-z]\w*$/.test(name))).toBe(true);
      }),
    );
  });

  it("names what is missing, what is unknown and what is too long", () => {
    const missing = failure(() => render(greeting, {}));
    expect(missing.code).toBe("invalid_request");
    expect(missing.message).toBe("The prompt cannot be rendered: variables.name is missing.");
    expect(missing.fields).toEqual([{ field: "variables.name", message: "is missing" }]);
    const unknown = failure(() => render(greeting, { name: "a", nmae: "b" }));
    expect(unknown.message).toContain("variables.nmae is no variable of it");
    const long = failure(() => render(greeting, { name: "a", text: "01234567890" }));
    expect(long.message).toContain("variables.text is longer than 10 characters");
  });

  it("takes no name from a prototype, neither as a variable nor as a value", () => {
    const named: PromptContent = {
      template: [{ role: "user", content: "a{{constructor}}b{{toString}}" }],
      variables: {
        constructor: { required: false },
        toString: { default: "c" },
      } as PromptContent["variables"],
    };
    expect(render(named, {})).toEqual(["abc"]);
    expect(
      failure(() => render(greeting, { name: "a", constructor: "x" } as PromptValues)).message,
    ).toContain("variables.constructor is no variable");
    const polluted = JSON.parse('{"name":"a","__proto__":"x"}') as PromptValues;
    expect(failure(() => render(greeting, polluted)).message).toContain("variables.__proto__");
  });

  it("refuses what a short template would make of a long value, before it makes it", () => {
    const many: PromptContent = {
      template: [{ role: "user", content: "{{x}}".repeat(20_000) }],
      variables: { x: {} },
    };
    const before = performance.now();
    const refused = failure(() => render(many, { x: "y".repeat(900_000) }));
    expect(refused.message).toContain("longer than 500000 characters");
    expect(performance.now() - before).toBeLessThan(4_000);
  });

  it("names twenty of ten thousand unknown variables, each cut to what a name may be", () => {
    const values = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [`${n}${"v".repeat(90)}`, ""]),
    );
    const refused = failure(() => render(greeting, values));
    expect(refused.fields).toHaveLength(20);
    expect(refused.message).toContain("and 9980 more");
    expect(refused.message.length).toBeLessThan(4_000);
  });

  it("refuses a message that is left without text", () => {
    const empty: PromptContent = {
      template: [{ role: "user", content: "{{x}}" }],
      variables: { x: { required: false } },
    };
    expect(failure(() => render(empty, {})).message).toContain("leave message 1 without any text");
  });
});
