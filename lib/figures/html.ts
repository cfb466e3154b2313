/** Text that is HTML already and is not escaped again. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What an {@linkcode html} template takes: text and numbers are escaped, nothing is left out, lists are joined. */
export type Content = string | number | null | undefined | Html | readonly Content[];

/**
 * A template that escapes what is put into it.
 *
 * @example
 * ```ts
 * import { html } from "./html.ts";
 * html`<p>${"a < b"}</p>`.text; // <p>a &lt; b</p>
 * ```
 */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(strings.map((text, index) => text + rendered(contents[index])).join(""));
}

function rendered(content: Content): string {
  if (content === null || content === undefined) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "object") return content.map(rendered).join("");
  return escaped(String(content));
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A script element that holds data: JSON in which nothing can end the element, whatever the texts in it. */
export function jsonScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return html`<script type="application/json" id="${id}">${new Html(json)}</script>`;
}

/**
 * A script element that runs code. References to source maps are dropped, since a browser would fetch them.
 *
 * @throws Error where the code itself would end the element
 */
export function codeScript(code: string): Html {
  if (/<\/script|<!--/i.test(code)) throw new Error("The script holds </script or <!--, which would end its element");
  return html`<script>${new Html(code.replaceAll(/^\/\/# sourceMappingURL=.*$/gm, ""))}</script>`;
}
