// Firefox and WebKit behind one interface. Firefox listens to Marionette, its own protocol: JSON over TCP, with the length in
// front. WebKitGTK's MiniBrowser listens to WebDriver, JSON over HTTP. The commands of both take the same arguments.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** @typedef {import("./types.d.ts").Browser} Browser */
/** Sends a command and gives its answer. @typedef {(command: keyof typeof COMMANDS, args?: object) => Promise<any>} Send */

/** What Marionette and WebDriver call a command. */
const COMMANDS = {
  add: ["WebDriver:NewWindow", "POST window/new"],
  leave: ["WebDriver:CloseWindow", "DELETE window"],
  enter: ["WebDriver:SwitchToWindow", "POST window"],
  size: ["WebDriver:SetWindowRect", "POST window/rect"],
  open: ["WebDriver:Navigate", "POST url"],
  script: ["WebDriver:ExecuteAsyncScript", "POST execute/async"],
  act: ["WebDriver:PerformActions", "POST actions"],
  type: ["WebDriver:ElementSendKeys", "POST element/{id}/value"],
  limits: ["WebDriver:SetTimeouts", "POST timeouts"],
};
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const WAIT_MS = 30_000;

/** The keys of the protocol that are no characters. */
export const KEYS = {
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Left: "\uE012",
  Right: "\uE014",
};

/** Runs a function in the page and reports what it gives or throws. */
const SCRIPT = `const [text, ...more] = arguments, done = more.pop();
  (async () => done({ given: await (0, eval)(text)(...more) }))().catch((e) => done({ thrown: \`\${e}\\n\${e.stack}\` }));`;

const sleep = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Repeats `work` until it gives something.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} work
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, work, ms = WAIT_MS) {
  let why = "";
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) {
    try {
      const value = await work();
      if (value) return value;
    } catch (error) {
      why = ` (${/** @type {Error} */ (error).message})`;
    }
  }
  throw new Error(`${what}: not within ${ms / 1000} s${why}`);
}

/** The path of the first of these programs that is installed. @param {string[]} names */
const program = (...names) =>
  names
    .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((path) => join(path, name)))
    .find(existsSync);

/** MiniBrowser belongs to the library, so it is not on the path of programs. */
const miniBrowser = () =>
  ["/usr/lib", ...readdirSync("/usr/lib").map((name) => `/usr/lib/${name}`)]
    .flatMap((lib) => ["4.1", "4.0", "6.0"].map((v) => `${lib}/webkit2gtk-${v}/MiniBrowser`))
    .find(existsSync);

/** Starts a program in a process group of its own, which ends with this process at the latest. @param {string} path @param {string[]} args @param {import("node:child_process").SpawnOptions} [options] */
function start(path, args, options) {
  const child = spawn(path, args, { stdio: "ignore", detached: true, ...options });
  const end = () => {
    process.off("exit", end);
    try {
      if (child.pid) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", end);
  process.once("SIGTERM", () => process.exit(1));
  return { child, end };
}

/**
 * In the page: scrolls to the element that a function finds, and gives it once it stands still. Figures are drawn anew some
 * frames after a run, and WebKit does not keep in view what they push down.
 * @param {string} find
 * @param {any[]} args
 */
async function still(find, args) {
  const element = (0, eval)(`(${find})`)(...args);
  for (let before = NaN, frames = 0; frames < 6; frames++) {
    const { y } = element.getBoundingClientRect();
    if (y !== before) {
      element.scrollIntoView({ block: "center" });
      before = element.getBoundingClientRect().y;
      frames = 0;
    }
    await new Promise(requestAnimationFrame);
  }
  return element;
}

/**
 * A browser that `send` commands.
 * @param {string} name
 * @param {string} folder
 * @param {Send} send
 * @param {() => Promise<unknown>} quit
 * @returns {Promise<Browser>}
 */
async function drive(name, folder, send, quit) {
  /** @type {Browser["evaluate"]} */
  const evaluate = async (run, ...args) => {
    const script = { script: SCRIPT, args: [`(${run})`, ...args] };
    // Without a sandbox, Firefox runs the function as the page's own.
    const { given, thrown } = await send("script", { ...script, sandbox: null });
    if (thrown !== undefined) throw new Error(`${name}: ${thrown}`);
    return given;
  };
  const act = (/** @type {"key" | "pointer"} */ type, /** @type {object[]} */ actions) =>
    send("act", { actions: [{ type, id: type, actions }] });
  await send("limits", { script: WAIT_MS, pageLoad: WAIT_MS });
  return {
    name,
    folder,
    evaluate,
    async open(url) {
      // An old window would keep MiniBrowser's bar of downloads, and a new hash alone would be no new page.
      const { handle } = await send("add", { type: "window" });
      await send("leave");
      await send("enter", { handle });
      await send("size", { width: 1280, height: 1000 });
      await send("open", { url });
    },
    press: (...keys) =>
      act(
        "key",
        keys.flatMap((value) => [
          { type: "keyDown", value },
          { type: "keyUp", value },
        ]),
      ),
    chord: (...keys) =>
      act("key", [
        ...keys.map((value) => ({ type: "keyDown", value })),
        ...keys.toReversed().map((value) => ({ type: "keyUp", value })),
      ]),
    async click(find, ...args) {
      const origin = await evaluate(still, String(find), args);
      await act("pointer", [
        { type: "pointerMove", x: 0, y: 0, origin },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ]);
    },
    async choose(find, file) {
      const element = /** @type {any} */ (await evaluate(find));
      await send("type", { id: element[ELEMENT], text: file });
    },
    async close() {
      await quit();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Why Firefox cannot be driven here, or false. */
const noFirefox = () =>
  !process.env.FIREFOX && !program("firefox-esr", "firefox") && "no firefox-esr is installed";

async function firefox() {
  const folder = await mkdtemp(join(tmpdir(), "lab-firefox-"));
  const profile = join(folder, "profile");
  await mkdir(profile);
  const settings = {
    "marionette.port": 0,
    "browser.download.dir": folder,
    "browser.download.folderList": 2,
    "browser.download.useDownloadDir": true,
    "browser.download.alwaysOpenPanel": false,
  };
  await writeFile(
    join(profile, "user.js"),
    Object.entries(settings)
      .map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`)
      .join(""),
  );
  const { child, end } = start(
    process.env.FIREFOX ?? program("firefox-esr", "firefox") ?? "",
    ["--headless", "--no-remote", "--marionette", "--profile", profile],
    { env: { ...process.env, HOME: folder, MOZ_CRASHREPORTER_DISABLE: "1" } },
  );
  const port = await until("Firefox", () =>
    readFile(join(profile, "MarionetteActivePort"), "utf8"),
  );
  const socket = connect(Number(port), "127.0.0.1");
  /** @type {Map<number, (answer: [any, any]) => void>} */
  const waiting = new Map();
  const greeted = new Promise((done) => waiting.set(0, done));
  let bytes = Buffer.alloc(0);
  socket.on("data", (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    for (;;) {
      const colon = bytes.indexOf(":");
      const stop = colon + 1 + Number(bytes.subarray(0, Math.max(0, colon)));
      if (colon < 0 || bytes.length < stop) return;
      const message = JSON.parse(String(bytes.subarray(colon + 1, stop)));
      bytes = bytes.subarray(stop);
      // The greeting is no list; answers are [1, number, error, value].
      const [, number, error, value] = Array.isArray(message) ? message : [1, 0, null, message];
      waiting.get(number)?.([error, value]);
      waiting.delete(number);
    }
  });
  socket.on("error", () => {}); // "close" follows
  socket.on("close", () => {
    for (const answer of waiting.values())
      answer([{ error: "closed", message: "Firefox ended" }, 0]);
  });
  await greeted;
  let last = 0;
  const ask = async (/** @type {string} */ name, /** @type {object} */ args) => {
    if (socket.destroyed) throw new Error(`${name}: Firefox has ended`);
    const text = JSON.stringify([0, ++last, name, args]);
    const answer = new Promise((done) => waiting.set(last, done));
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const [error, value] = await answer;
    if (error) throw new Error(`${error.error}: ${error.message}`);
    return value;
  };
  const { capabilities } = await ask("WebDriver:NewSession", {});
  return drive(
    `Firefox ${capabilities.browserVersion}`,
    folder,
    async (command, args = {}) => {
      const given = await ask(COMMANDS[command][0], args);
      return given && "value" in given ? given.value : given;
    },
    async () => {
      const ended = once(child, "exit");
      await ask("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
      await Promise.race([ended, sleep(5000)]);
      socket.destroy();
      end();
    },
  );
}

/** Why WebKit cannot be driven here, or false. */
const noWebkit = () =>
  !program("WebKitWebDriver") || !miniBrowser()
    ? "no webkit2gtk-driver is installed"
    : !process.env.DISPLAY && !program("Xvfb") && "there is no display, and no xvfb is installed";

/** A port that nothing uses. @returns {Promise<number>} */
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });

async function webkit() {
  const folder = await mkdtemp(join(tmpdir(), "lab-webkit-"));
  // Downloads go where the user's folders are said to be.
  await writeFile(join(folder, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${folder}"\n`);
  // Xvfb is a screen that nobody sees. It chooses a free display and writes its number to the descriptor 3.
  const screen = program("Xvfb")
    ? start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
        stdio: ["ignore", "ignore", "ignore", "pipe"],
      })
    : null;
  const pipe = /** @type {import("node:stream").Readable | undefined} */ (screen?.child.stdio[3]);
  const display = pipe ? `:${String((await once(pipe, "data"))[0]).trim()}` : process.env.DISPLAY;
  const port = await freePort();
  const driver = start("WebKitWebDriver", [`--port=${port}`], {
    env: { ...process.env, DISPLAY: display, GDK_BACKEND: "x11", XDG_CONFIG_HOME: folder },
  });
  const ask = async (
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {object} */ args = {},
  ) => {
    const body = method === "POST" ? JSON.stringify(args) : undefined;
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, { method, body });
    const { value } = await response.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await until("WebKitWebDriver", () => ask("GET", "status"));
  const options = { binary: miniBrowser(), args: ["--automation"] };
  const { sessionId, capabilities } = await ask("POST", "session", {
    capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
  });
  const session = `session/${sessionId}`;
  return drive(
    `WebKitGTK ${capabilities.browserVersion}`,
    folder,
    (command, args = {}) => {
      const [method, path] = COMMANDS[command][1].split(" ");
      return ask(method, `${session}/${path.replace("{id}", /** @type {any} */ (args).id)}`, args);
    },
    async () => {
      await ask("DELETE", session).catch(() => {});
      driver.end();
      screen?.end();
    },
  );
}

/** Each browser: how to start it, and why that is not possible here. */
export const browsers = {
  Firefox: { start: firefox, missing: noFirefox() },
  WebKit: { start: webkit, missing: noWebkit() },
};
