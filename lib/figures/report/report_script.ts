/**
 * The report's own code, run after vega, vega-lite and vega-embed. It draws each figure in the page's mode, draws anew
 * when the mode changes or the page becomes so wide or narrow that panels must wrap otherwise. A panel that is wider than
 * the page by itself becomes narrower.
 */
export const reportScript = `
"use strict";
(() => {
  const { figures, themes, darkColors } = JSON.parse(document.getElementById("figures").textContent);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const button = document.getElementById("mode");
  const mode = () => root.dataset.mode ?? (system.matches ? "dark" : "light");
  const drawn = new Map();

  const recoloured = (spec) => mode() === "light" ? spec :
    JSON.parse(JSON.stringify(spec), (_key, value) => typeof value === "string" ? darkColors[value] ?? value : value);

  const columnsFor = (figure, width) =>
    figure.panel === null ? figure.spec.columns : Math.max(1, Math.min(figure.spec.columns, Math.floor(width / figure.panel)));

  const wrap = (text, characters) => text.split(" ").reduce((lines, word) => {
    const last = lines.at(-1);
    if (last === "" || last.length + word.length < characters) lines[lines.length - 1] = (last + " " + word).trim();
    else lines.push(word);
    return lines;
  }, [""]);

  async function draw(figure) {
    const chart = document.getElementById(figure.name);
    const columns = columnsFor(figure, chart.clientWidth - 40);
    const lack = columns === 1 && figure.panel !== null ? Math.max(0, figure.panel + 30 - chart.clientWidth) : 0;
    const state = [mode(), columns, lack].join();
    if (drawn.get(figure.name)?.state === state) return;
    const previous = drawn.get(figure.name);
    drawn.set(figure.name, { state });
    const spec = { ...recoloured(figure.spec), config: themes[mode()], columns };
    if (columns < figure.spec.columns) {
      const characters = Math.floor((columns * figure.panel - lack - 30) / 7.2);
      const wrapped = (text) => [text].flat().flatMap((line) => wrap(line, characters));
      spec.title = { ...spec.title, text: wrapped(spec.title.text), subtitle: wrapped(spec.title.subtitle), fontSize: 13 };
    }
    if (lack > 0) spec.concat = spec.concat.map((panel) => ({ ...panel, width: panel.width - lack }));
    const holder = document.createElement("div");
    const result = await vegaEmbed(holder, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: { export: true, source: true, compiled: false, editor: false },
      downloadFileName: figure.name,
      tooltip: { theme: mode() },
    });
    if (drawn.get(figure.name).state !== state) return result.finalize();
    drawn.set(figure.name, { state, result });
    chart.replaceChildren(holder);
    previous?.result?.finalize();
  }

  const drawAll = () => figures.forEach((figure) => draw(figure).catch((error) => {
    document.getElementById(figure.name).textContent = "The figure could not be drawn: " + error.message;
    console.error(error);
  }));
  const label = () => button.textContent = mode() === "dark" ? "Light mode" : "Dark mode";
  const show = () => { label(); drawAll(); };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.mode = mode() === "dark" ? "light" : "dark"; show(); });
  system.addEventListener("change", show);
  let waiting;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawAll, 150); });
  show();
})();
`;
