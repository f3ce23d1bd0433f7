// Tries the published schema in the YAML language server that editors use: completion, hover, mistakes.
// Usage: node try.mjs PROJECT SHIPPED; the project was made by `nurture init`, SHIPPED holds the folder
// `workflows` of the repository and its schema.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import assert from "node:assert/strict";

const [project, shipped] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const server = spawn(
  process.execPath,
  [join(here, "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"],
  { stdio: ["pipe", "pipe", "inherit"] },
);

// One schema for each folder of workflows, as .vscode/settings.json says it.
const settings = {
  yaml: {
    schemas: {
      [pathToFileURL(join(project, "schemas/nurture.schema.json")).href]: join(project, "workflows/**/*.yaml"),
      [pathToFileURL(join(shipped, "schemas/nurture.schema.json")).href]: join(shipped, "workflows/**/*.yaml"),
    },
    validate: true,
    completion: true,
    hover: true,
    schemaStore: { enable: false },
  },
};

let pending = Buffer.alloc(0);
let next = 0;
const asked = new Map();
const diagnostics = new Map();
let wanted = [];

server.stdout.on("data", (bytes) => {
  pending = Buffer.concat([pending, bytes]);
  for (;;) {
    const head = pending.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(pending.subarray(0, head).toString())[1]);
    if (pending.length < head + 4 + length) return;
    const message = JSON.parse(pending.subarray(head + 4, head + 4 + length).toString());
    pending = pending.subarray(head + 4 + length);
    hear(message);
  }
});

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  server.stdin.write(body);
}

function hear(message) {
  if (message.method === "workspace/configuration") {
    send({ id: message.id, result: message.params.items.map((item) => settings[item.section] ?? {}) });
  } else if (message.method === "textDocument/publishDiagnostics") {
    diagnostics.set(message.params.uri, message.params.diagnostics);
    wanted = wanted.filter(([uri, done]) => uri !== message.params.uri || (done(message.params.diagnostics), false));
  } else if (message.method && message.id !== undefined) {
    send({ id: message.id, result: null });
  } else if (asked.has(message.id)) {
    asked.get(message.id)(message);
    asked.delete(message.id);
  }
}

function ask(method, params) {
  next += 1;
  const id = next;
  return new Promise((done, fail) => {
    asked.set(id, (answer) => (answer.error ? fail(new Error(answer.error.message)) : done(answer.result)));
    send({ id, method, params });
  });
}

const tell = (method, params) => send({ method, params });
const open = (path, text) => {
  const uri = pathToFileURL(path).href;
  const heard = new Promise((done) => wanted.push([uri, done]));
  tell("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
  return { uri, heard };
};

// The place of `|` in a text.
function place(text) {
  const before = text.slice(0, text.indexOf("|"));
  const lines = before.split("\n");
  return { text: text.replace("|", ""), position: { line: lines.length - 1, character: lines.at(-1).length } };
}

let count = 0;
async function at(method, text) {
  count += 1;
  const { text: clean, position } = place(text);
  const { uri, heard } = open(join(project, `workflows/new_${count}.yaml`), clean);
  await heard;
  return ask(method, { textDocument: { uri }, position });
}

// Kind 7 is the whole of what is still missing, offered as one.
const labels = async (text) => {
  const found = await at("textDocument/completion", text);
  return (found.items ?? found).filter((item) => item.kind !== 7).map((item) => item.label).sort();
};
const messages = async (path, text) => {
  const { heard } = open(path, text);
  return (await heard).map((found) => `${found.range.start.line + 1}: ${found.message}`);
};

const top = "workflow: new\ntrigger: manual\nconsent: marketing\nsteps:\n";

async function all() {
  await ask("initialize", {
    processId: process.pid,
    rootUri: pathToFileURL(project).href,
    capabilities: { workspace: { configuration: true }, textDocument: { completion: { completionItem: {} } } },
    workspaceFolders: [{ uri: pathToFileURL(project).href, name: "project" }],
  });
  tell("initialized", {});
  tell("workspace/didChangeConfiguration", { settings });

  // Inside `wait_for`: its own keys and those of every step, nothing of other verbs.
  const inside = await labels(`${top}  - wait_for: order.paid\n    |\n`);
  assert.deepEqual(
    inside,
    ["id", "note", "of", "on_error", "on_timeout", "only_if", "retry", "since", "then", "when", "within"],
  );

  // Where a step begins: every verb (and keys of steps: this server looks at all kinds while none is chosen).
  const verbs = await labels(`${top}  - |\n`);
  for (const verb of ["email", "wait", "wait_for", "if", "assign", "task", "split", "exit"]) {
    assert(verbs.includes(verb), `${verb} is not among ${verbs}`);
  }
  assert(!verbs.includes("trigger"), `${verbs}`);

  // Names of the project behind their keys.
  assert.deepEqual(await labels(`${top}  - email: |\n`), ["birthday/card"]);

  // What a key says.
  const hover = await at("textDocument/hover", `${top}  - wait_for: order.paid\n    wit|hin: 3 days\n`);
  assert.match(hover.contents.value ?? hover.contents, /How long at most/);

  // A misspelt key is marked where it stands, and a right file is not.
  const wrong = await messages(
    join(project, "workflows/wrong.yaml"),
    `${top}  - wait_for: order.paid\n    within: 3 days\n    on_timout:\n      - exit: late\n`,
  );
  assert(wrong.some((found) => found.startsWith("7:") && found.includes("on_timout")), `${wrong}`);
  const right = readFileSync(join(project, "workflows/birthday.yaml"), "utf8");
  assert.deepEqual(await messages(join(project, "workflows/birthday.yaml"), right), []);

  // No file that ships is marked.
  for (const name of readdirSync(join(shipped, "workflows")).filter((name) => name.endsWith(".yaml"))) {
    const path = join(shipped, "workflows", name);
    assert.deepEqual(await messages(path, readFileSync(path, "utf8")), [], name);
  }
  console.log("the YAML language server completes, explains and marks by the schema");
}

const late = setTimeout(() => {
  console.error("the YAML language server did not answer within ten minutes");
  server.kill();
  process.exit(1);
}, 600_000);

all().then(
  () => {
    clearTimeout(late);
    server.kill();
    process.exit(0);
  },
  (error) => {
    console.error(error);
    server.kill();
    process.exit(1);
  },
);
