//! An editor as `nurture lsp` sees it: it opens files, types, asks, and hears what is said unasked.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use tests::binary::command;

pub const MODEL: &str = "model: shop
customer:
  tier: { one_of: [basic, silver, gold], title: 会员等级 }
  城市: { type: text, optional: true }
  spend: { type: number, default: 0 }
  company: { type: company, optional: true }
  active: { type: yes_no, default: true }
events:
  order.paid: { amount: number, order_id: text }
  site.visited: { path: text }
entities:
  company: { employees: number, shared: true }
  deal: { amount: number, stages: [open, proposal, won, lost], end: [won, lost] }
";
pub const FILES: &[(&str, &str)] = &[
    ("nurture.toml", "zone = \"Asia/Shanghai\"\nlanguage = \"en\"\n"),
    ("workflows/model.yaml", MODEL),
    ("workflows/segments.yaml", "segments:\n  vip: customer.tier == \"gold\"\n"),
    ("workflows/topics.yaml", "topics:\n  news: { class: marketing, title: 新品 }\n"),
    ("workflows/teams.yaml", "teams:\n  sales: { members: [li.na, wang.wei] }\n"),
    ("workflows/senders.yaml", "senders:\n  care: { address: care@example.cn, name: 客户关怀 }\n"),
    ("workflows/channels.yaml", "channels:\n  pigeon: { kind: file, folder: outbox }\n"),
    ("workflows/tables.yaml", "tables:\n  next_one: { shoes: socks }\n"),
    (
        "workflows/templates/hello.en.md.hbs",
        "---\nsubject: Hello\n---\nHi {{default customer.name \"you\"}}, {{upper customer.tier}}\n",
    ),
    (
        "workflows/templates/hello.zh-CN.md.hbs",
        "---\nsubject: 您好\n---\n您好 {{default customer.name \"您\"}}\n",
    ),
    (
        "workflows/first.yaml",
        "workflow: first\ntrigger:\n  event: order.paid\nconsent: news\nsteps:\n  - email: hello\n  - wait_for: site.visited\n    within: 3 days\n    on_timeout:\n      - assign: sales\n        id: given\n  - if: in_segment(vip) and customer.城市 == \"上海\" and entry.amount > 10\n    then:\n      - exit: vip\n",
    ),
];

/// An editor with one project.
pub struct Editor {
    pub child: Child,
    pub to: ChildStdin,
    pub from: Receiver<Value>,
    pub root: PathBuf,
    _dir: tempfile::TempDir,
    pub next: u64,
    pub notes: Vec<Value>,
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn frames(from: impl Read + Send + 'static) -> Receiver<Value> {
    let (say, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if from.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                if line.trim().is_empty() {
                    break;
                }
                if let Some(number) = line.strip_prefix("Content-Length: ") {
                    length = number.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            if from.read_exact(&mut body).is_err()
                || say.send(serde_json::from_slice(&body).unwrap()).is_err()
            {
                return;
            }
        }
    });
    hear
}

pub fn write_files(root: &Path) {
    for (path, text) in FILES {
        let place = root.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
}

impl Editor {
    pub fn new() -> Self {
        Self::of(&["lsp"], write_files)
    }

    pub fn of(arguments: &[&str], make: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        make(&root);
        let mut child = command(&root, arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), frames(child.stdout.take().unwrap()));
        let mut editor = Self { child, to, from, root, _dir: dir, next: 0, notes: Vec::new() };
        let made = editor.ask("initialize", json!({ "capabilities": {} }));
        assert_eq!(made["capabilities"]["positionEncoding"], "utf-16");
        editor.tell("initialized", json!({}));
        editor
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.to.flush().unwrap();
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn hear(&mut self) -> Value {
        self.from.recv_timeout(Duration::from_secs(180)).expect("the server speaks")
    }

    /// Asks, and keeps what is said without being asked.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let heard = self.hear();
            if heard["id"] == id {
                return heard;
            }
            self.notes.push(heard);
        }
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.request(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    pub fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).display())
    }

    pub fn open(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Opens a text with the cursor at `|`, and asks about that place.
    pub fn at(&mut self, method: &str, path: &str, text: &str) -> Value {
        let offset = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        self.open(path, &text);
        let position = place(&text, offset);
        let document = json!({ "uri": self.uri(path) });
        self.ask(method, json!({ "textDocument": document, "position": position }))
    }

    pub fn labels(&mut self, path: &str, text: &str) -> Vec<String> {
        let found = self.at("textDocument/completion", path, text);
        let items = found["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    pub fn hover(&mut self, path: &str, text: &str) -> String {
        let found = self.at("textDocument/hover", path, text);
        found["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Where the name at the cursor is declared: path and the text of the range's line from its start on.
    pub fn definition(&mut self, path: &str, text: &str) -> Vec<String> {
        let found = self.at("textDocument/definition", path, text);
        let places = found.as_array().cloned().unwrap_or_default();
        places
            .iter()
            .map(|place| {
                let uri = place["uri"].as_str().unwrap();
                let file = uri.strip_prefix("file://").unwrap();
                let line = usize::try_from(place["range"]["start"]["line"].as_u64().unwrap()).unwrap();
                let written = fs::read_to_string(file).unwrap_or_default();
                let name = file.rsplit('/').next().unwrap();
                format!("{name}: {}", written.lines().nth(line).unwrap_or_default().trim())
            })
            .collect()
    }

    /// The next diagnostics of a file.
    pub fn diagnostics(&mut self, path: &str) -> Vec<Value> {
        let uri = self.uri(path);
        let is = |note: &Value| {
            note["method"] == "textDocument/publishDiagnostics" && note["params"]["uri"] == uri.as_str()
        };
        if let Some(at) = self.notes.iter().position(is) {
            let note = self.notes.remove(at);
            return note["params"]["diagnostics"].as_array().unwrap().clone();
        }
        loop {
            let heard = self.hear();
            if is(&heard) {
                return heard["params"]["diagnostics"].as_array().unwrap().clone();
            }
            self.notes.push(heard);
        }
    }
}

/// A position as an editor counts it.
pub fn place(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}

pub fn range(text: &str, of: &str) -> Value {
    let start = text.find(of).unwrap();
    json!({ "start": place(text, start), "end": place(text, start + of.len()) })
}
