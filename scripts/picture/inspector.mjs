// The picture of the README: the MCP Inspector, a host of its own, calls a tool of timezone-mcp. Written by
// `make picture`, which needs Chromium and the npm packages of `make node`.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

import { Browser, told } from "./browser.mjs";

const ROOT = resolve(import.meta.dirname, "..", "..");
const INSPECTOR = join(ROOT, ".tools/node/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
const WIDTH = 840; // where the results end
const FIELDS = { date_time: "2026-03-29T02:30", from_timezone: "Paris" };

function freePort() {
  return new Promise((resolved) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolved(port));
    });
  });
}

// The first visible element of a kind whose text, without blanks around it, begins with `text`.
const named = (kind, text) =>
  `[...document.querySelectorAll(${JSON.stringify(kind)})].find((e) => e.textContent.trim().startsWith(${JSON.stringify(text)}))`;
// The field below the label with this name.
const field = (name) =>
  `(() => { const l = [...document.querySelectorAll("label")].find((e) => e.textContent.trim().startsWith("${name}"));
    return l && document.getElementById(l.htmlFor); })()`;

async function photographed(browser, url) {
  await browser.open(url);
  await browser.click(`document.querySelector('input[role="switch"]')?.closest("label, div")`);
  await browser.until(`document.body.innerText.includes("Connection Info")`);
  await browser.until(`(() => { const e = ${named("label", "Tools")}; e?.click(); return e; })() && true`);
  await browser.click(named("button", "Convert a time"));
  for (const [name, text] of Object.entries(FIELDS)) await browser.type(field(name), text);
  const lines = `document.querySelector('textarea[aria-label^="to_timezone"]')`;
  await browser.type(lines, '["Tokyo", "New York"]');
  await browser.click(named("button", "Execute Tool"));
  await browser.until(`document.body.innerText.includes("skipped")`);
  await browser.click(`document.querySelector('[aria-label="Close monitoring sidebar"]')`);
  return browser.picture(WIDTH, 800);
}

const home = mkdtempSync(join(tmpdir(), "inspector-"));
const environment = {
  HOME: home,
  PATH: [join(ROOT, ".venv/bin"), process.env.PATH].join(delimiter),
  CLIENT_PORT: String(await freePort()),
  MCP_SANDBOX_PORT: String(await freePort()),
  MCP_APP_ORIGIN_PORT: String(await freePort()),
  MCP_AUTO_OPEN_ENABLED: "false",
  MCP_INSPECTOR_SECRET_STORE: "memory",
};
const inspector = spawn(process.execPath, [INSPECTOR, "--web", "--", "timezone-mcp"], { env: environment, cwd: home });
const browser = await Browser.start(1280, 800);
try {
  const picture = await photographed(browser, await told(inspector.stdout, /(http:\/\/127\S+TOKEN=\w+)/));
  writeFileSync(process.argv[2], picture);
} finally {
  await browser.end();
  inspector.kill();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
