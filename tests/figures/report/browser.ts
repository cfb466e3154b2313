import { type Browser, chromium, type Page } from "playwright-core";

/** What Chromium is called, the first that is found on the path is taken. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of Chromium: that in the environment variable CHROMIUM, or one found on the path. */
export async function findChromium(): Promise<string | undefined> {
  const named = Deno.env.get("CHROMIUM");
  if (named !== undefined) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  for (const path of names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}

/** Milliseconds to wait for anything: the tests beside may take every core for long. */
const patience = 120_000;

/** Starts Chromium without a window, with a profile of its own that is removed when it is closed. */
export async function startChromium(): Promise<Browser> {
  const executablePath = await findChromium();
  if (executablePath === undefined) {
    throw new Error("Chromium was not found: install it (Debian: chromium), or set CHROMIUM");
  }
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
  return await chromium.launch({ executablePath, args, headless: true, timeout: patience });
}

/** How a reader looks at a page. */
export interface Reader {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** What the reader's system is set to. */
  readonly mode: "light" | "dark";
}

/** A page in a browser, with all that went wrong on it so far. */
export interface Opened {
  /** The page. */
  readonly page: Page;
  /** Warnings, errors, exceptions, and requests for anything but the page itself. */
  readonly faults: string[];
}

/** Opens a file as a reader would. */
export async function openFile(browser: Browser, path: string, { width, height, mode }: Reader): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: mode });
  page.setDefaultTimeout(patience);
  const faults: string[] = [];
  const { href } = new URL(`file://${path}`);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", ({ message }) => faults.push(`exception: ${message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== href && !/^(data|blob):/.test(url)) faults.push(`request: ${url}`);
  });
  await page.goto(href);
  return { page, faults };
}
