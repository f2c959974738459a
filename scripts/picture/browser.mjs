// A headless Chromium, spoken to by its debugging protocol: one page that is clicked, typed into and photographed.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 60_000;

export class Browser {
  // Start Chromium and open a blank page of `width` x `height` points of 1.5 pixels each way.
  static async start(width, height) {
    const folder = mkdtempSync(join(tmpdir(), "picture-"));
    const flags = ["--headless=new", "--no-sandbox", "--remote-debugging-port=0", `--user-data-dir=${folder}`];
    const child = spawn("chromium", [...flags, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
    const address = await told(child.stderr, /DevTools listening on (ws:\S+)/);
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("Chromium's debugging port does not answer"));
    });
    const browser = new Browser(child, folder, socket);
    const { targetInfos } = await browser.send("Target.getTargets");
    const page = targetInfos.find((target) => target.type === "page");
    const { sessionId } = await browser.send("Target.attachToTarget", { targetId: page.targetId, flatten: true });
    browser.session = sessionId;
    const screen = { width, height, deviceScaleFactor: 1.5, mobile: false };
    await browser.send("Emulation.setDeviceMetricsOverride", screen);
    return browser;
  }

  constructor(child, folder, socket) {
    Object.assign(this, { child, folder, socket, session: undefined, waiting: new Map(), last: 0 });
    socket.onmessage = ({ data }) => {
      const { id, result, error } = JSON.parse(data);
      const { resolve, reject } = this.waiting.get(id) ?? {};
      this.waiting.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    };
  }

  send(method, params = {}) {
    const id = ++this.last;
    this.socket.send(JSON.stringify({ id, method, params, sessionId: this.session }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  open(url) {
    return this.send("Page.navigate", { url });
  }

  // The value of an expression in the page, asked for again until it is neither false nor empty.
  async until(expression) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const { result } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (result.value) return result.value;
      if (Date.now() > end) throw new Error(`the page never answered ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  // Click the middle of the element that `expression` names, once it is there.
  async click(expression) {
    const place = `(() => { const e = ${expression}; if (!e) return null; e.scrollIntoView({ block: "nearest" });
      const r = e.getBoundingClientRect(); return r.width ? [r.x + r.width / 2, r.y + r.height / 2] : null; })()`;
    const [x, y] = await this.until(place);
    for (const type of ["mousePressed", "mouseReleased"])
      await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  }

  async type(expression, text) {
    await this.click(expression);
    await this.send("Input.insertText", { text });
  }

  // The page's upper left part as PNG.
  async picture(width, height) {
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    const { data } = await this.send("Page.captureScreenshot", { format: "png", clip });
    return Buffer.from(data, "base64");
  }

  async end() {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

// The first group of `pattern` in what a program writes.
export function told(stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.on("data", (data) => {
      text += data;
      const found = text.match(pattern);
      if (found) resolve(found[1]);
    });
    stream.on("end", () => reject(new Error(`never said ${pattern}: ${text}`)));
  });
}
