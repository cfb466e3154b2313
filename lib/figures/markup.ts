/** Text that is HTML already and is not escaped again. */
export interface Markup {
  /** The HTML. */
  readonly markup: string;
}

/** What a {@linkcode markup} template takes: texts and numbers are escaped, lists are joined, null is nothing. */
export type Content = string | number | null | Markup | readonly Content[];

/**
 * A template of HTML that escapes what is put into it.
 *
 * @example
 * ```ts
 * import { markup } from "./markup.ts";
 * markup`<p>${"a < b"}</p>`.markup; // <p>a &lt; b</p>
 * ```
 */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return trusted(strings.map((text, index) => text + rendered(contents[index] ?? null)).join(""));
}

/** Takes a text for HTML as it stands; never for a text from outside. */
export function trusted(text: string): Markup {
  return { markup: text };
}

function rendered(content: Content): string {
  if (content === null) return "";
  if (typeof content !== "object") return escaped(String(content));
  return "markup" in content ? content.markup : content.map(rendered).join("");
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A script element that holds data: JSON in which no text can end the element. */
export function jsonScript(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c");
  return markup`<script type="application/json" id="${id}">${trusted(json)}</script>`;
}

/**
 * A script element that runs code. References to source maps are dropped, since a browser would fetch them.
 *
 * @throws Error where the code itself would end the element
 */
export function codeScript(code: string): Markup {
  if (/<\/script|<!--/i.test(code)) throw new Error("The script holds </script or <!--, which would end its element");
  return markup`<script>${trusted(code.replaceAll(/^\/\/# sourceMappingURL=.*$/gm, ""))}</script>`;
}
