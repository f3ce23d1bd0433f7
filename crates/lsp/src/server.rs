//! The conversation: what the editor says changes the project, what it asks is answered, and a moment after
//! the last key the mistakes of all files are sent.

use crate::project::{Home, Project};
use crate::{complete, define, hover, notes, outline, position, wire};
use dsl::project::File;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// How long nothing must be typed before all files are checked.
const REST: Duration = Duration::from_millis(40);
/// The protocol's numbers for refusals.
const UNKNOWN_METHOD: i64 = -32601;
const NOT_READY: i64 = -32002;
const FAILED: i64 = -32803;

/// A project that was found for an editor.
pub struct Opened {
    /// Where it lives.
    pub home: Home,
    /// Reads its files from the disk; an error says why they cannot be read.
    pub files: Box<dyn Fn() -> Result<Vec<File>, String>>,
}

/// Serves one editor until it says good-bye; `open` finds the project of the folder that the editor names.
/// Returns whether it said good-bye as the protocol wants it. Errors: the other side breaks the protocol, or
/// cannot be written to.
pub fn serve(
    from: impl Read + Send + 'static,
    to: impl Write,
    open: impl Fn(Option<PathBuf>) -> Result<Opened, String>,
) -> io::Result<bool> {
    let (say, hear) = mpsc::channel();
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        loop {
            let message = wire::read(&mut from);
            let over = !matches!(message, Ok(Some(_)));
            if say.send(message).is_err() || over {
                return;
            }
        }
    });
    let mut to = to;
    let Some((mut server, id)) = begin(&hear, &mut to, &open)? else { return Ok(false) };
    server.send(&wire::answer(&id, abilities()))?;
    server.reread()?;
    server.talk(&hear)
}

/// Waits for the first words, which name the folder; `None`: the editor has left before.
fn begin<'w, W: Write>(
    hear: &Receiver<Heard>,
    to: &'w mut W,
    open: &impl Fn(Option<PathBuf>) -> Result<Opened, String>,
) -> io::Result<Option<(Server<&'w mut W>, Value)>> {
    loop {
        let Ok(message) = hear.recv() else { return Ok(None) };
        let Some(message) = message? else { return Ok(None) };
        let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
        match (method, message.get("id")) {
            ("exit", _) => return Ok(None),
            ("initialize", Some(id)) => {
                let folder = message.get("params").and_then(folder);
                let opened = match open(folder) {
                    Ok(opened) => opened,
                    Err(why) => {
                        wire::write(to, &wire::refusal(id, FAILED, &why))?;
                        continue;
                    }
                };
                let project = Project::new(opened.home, Vec::new());
                let server =
                    Server { to, project, files: opened.files, sent: BTreeMap::new(), ending: false };
                return Ok(Some((server, id.clone())));
            }
            (_, Some(id)) => wire::write(to, &wire::refusal(id, NOT_READY, "not initialized"))?,
            (_, None) => {}
        }
    }
}

/// The folder that the editor has open.
fn folder(params: &Value) -> Option<PathBuf> {
    let first = params.get("workspaceFolders").and_then(|all| all.get(0)).and_then(|one| one.get("uri"));
    let uri = first.or_else(|| params.get("rootUri"))?.as_str()?;
    position::path_of(uri).map(PathBuf::from)
}

struct Server<W> {
    to: W,
    project: Project,
    /// The diagnostics that the editor has, by path.
    sent: BTreeMap<String, Vec<Value>>,
    files: Box<dyn Fn() -> Result<Vec<File>, String>>,
    ending: bool,
}

type Heard = io::Result<Option<Value>>;

impl<W: Write> Server<W> {
    fn send(&mut self, message: &Value) -> io::Result<()> {
        wire::write(&mut self.to, message)
    }

    fn talk(&mut self, hear: &Receiver<Heard>) -> io::Result<bool> {
        loop {
            let heard = if self.project.is_stale() {
                hear.recv_timeout(REST)
            } else {
                hear.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match heard {
                Ok(Ok(Some(message))) => {
                    if message.get("method").and_then(Value::as_str) == Some("exit") {
                        return Ok(self.ending);
                    }
                    self.message(&message)?;
                }
                Ok(Ok(None)) | Err(RecvTimeoutError::Disconnected) => return Ok(self.ending),
                Ok(Err(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) => self.publish()?,
            }
        }
    }

    fn message(&mut self, message: &Value) -> io::Result<()> {
        let Some(method) = message.get("method").and_then(Value::as_str) else { return Ok(()) };
        let nothing = Value::Null;
        let params = message.get("params").unwrap_or(&nothing);
        match message.get("id") {
            Some(id) => {
                let answer = self.request(method, params);
                let answer = match answer {
                    Ok(result) => wire::answer(id, result),
                    Err((code, why)) => wire::refusal(id, code, &why),
                };
                self.send(&answer)
            }
            None => self.notice(method, params),
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value, (i64, String)> {
        if self.ending {
            return Err((NOT_READY, "shut down".to_owned()));
        }
        match method {
            "shutdown" => {
                self.ending = true;
                Ok(Value::Null)
            }
            "textDocument/completion" => Ok(self.here(params, complete::complete)),
            "textDocument/hover" => Ok(self.here(params, hover::hover)),
            "textDocument/definition" => Ok(self.here(params, define::define)),
            "textDocument/documentSymbol" => {
                let Some(path) = self.path(params) else { return Ok(Value::Null) };
                let Some(text) = self.project.text(&path).map(str::to_owned) else { return Ok(Value::Null) };
                let tree = hover::tree(&path, self.project.checked());
                Ok(tree.map_or(Value::Null, |tree| Value::Array(outline::outline(&text, &tree))))
            }
            "textDocument/codeAction" => {
                let Some(path) = self.path(params) else { return Ok(Value::Null) };
                let Some(text) = self.project.text(&path) else { return Ok(Value::Null) };
                let range = params.get("range").ok_or((FAILED, "no range".to_owned()))?;
                let at = |key: &str| position::offset(text, range.get(key).unwrap_or(&Value::Null));
                let (start, end) = (at("start"), at("end"));
                Ok(Value::Array(notes::actions(&mut self.project, &path, start, end)))
            }
            _ => Err((UNKNOWN_METHOD, format!("`{method}` is not served"))),
        }
    }

    /// The path of the document that a message is about; `None`: it is none of ours.
    fn path(&self, params: &Value) -> Option<String> {
        self.project.path(params.get("textDocument")?.get("uri")?.as_str()?)
    }

    /// Asks about the position of a message.
    fn here(&mut self, params: &Value, ask: fn(&mut Project, &str, usize) -> Value) -> Value {
        let Some(path) = self.path(params) else { return Value::Null };
        let Some(text) = self.project.text(&path) else { return Value::Null };
        let offset = position::offset(text, params.get("position").unwrap_or(&Value::Null));
        ask(&mut self.project, &path, offset)
    }

    fn notice(&mut self, method: &str, params: &Value) -> io::Result<()> {
        let path = self.path(params);
        match (method, path) {
            ("textDocument/didOpen", Some(path)) => {
                let text = params.get("textDocument").and_then(|document| document.get("text"));
                self.project.put(path, text.and_then(Value::as_str).map(unmarked));
            }
            ("textDocument/didChange", Some(path)) => {
                let Some(mut text) = self.project.text(&path).map(str::to_owned) else { return Ok(()) };
                for change in params.get("contentChanges").and_then(Value::as_array).into_iter().flatten() {
                    text = changed(&text, change);
                }
                self.project.put(path, Some(text));
            }
            ("textDocument/didClose", Some(path)) => {
                self.project.put(path, None);
                self.reread()?;
            }
            ("textDocument/didSave" | "workspace/didChangeWatchedFiles", _) => self.reread()?,
            _ => {}
        }
        Ok(())
    }

    fn reread(&mut self) -> io::Result<()> {
        match (self.files)() {
            Ok(files) => self.project.reread(files),
            // A folder that cannot be read just now keeps what was known of it.
            Err(why) => {
                let params = json!({ "type": 1, "message": why });
                self.send(&wire::notice("window/showMessage", params))?;
            }
        }
        Ok(())
    }

    /// Sends the diagnostics of every file whose diagnostics have changed.
    fn publish(&mut self) -> io::Result<()> {
        let checked = self.project.checked();
        let sources = &checked.loaded.sources;
        let wrong: std::collections::BTreeSet<String> = checked
            .loaded
            .report
            .diagnostics()
            .iter()
            .map(|found| sources.name(found.span.file).to_owned())
            .filter(|path| !path.is_empty())
            .collect();
        let mut now: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for path in wrong {
            let notes = notes::of_file(&mut self.project, &path);
            now.insert(path, notes);
        }
        let gone: Vec<String> = self.sent.keys().filter(|path| !now.contains_key(*path)).cloned().collect();
        now.extend(gone.into_iter().map(|path| (path, Vec::new())));
        for (path, notes) in &now {
            let known = self.sent.get(path);
            if known == Some(notes) || (known.is_none() && notes.is_empty()) {
                continue;
            }
            let params = json!({ "uri": self.project.uri(path), "diagnostics": notes });
            wire::write(&mut self.to, &wire::notice("textDocument/publishDiagnostics", params))?;
        }
        now.retain(|_, notes| !notes.is_empty());
        self.sent = now;
        Ok(())
    }
}

/// A byte-order mark is none of the text's.
fn unmarked(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()
}

/// A text after one change: of a range, or of the whole.
fn changed(text: &str, change: &Value) -> String {
    let new = change.get("text").and_then(Value::as_str).unwrap_or_default();
    let Some(range) = change.get("range").filter(|range| !range.is_null()) else { return unmarked(new) };
    let at = |key: &str| position::offset(text, range.get(key).unwrap_or(&Value::Null));
    let (start, end) = (at("start"), at("end"));
    let (before, after) = (text.get(..start).unwrap_or(""), text.get(end.max(start)..).unwrap_or(""));
    format!("{before}{new}{after}")
}

/// What this server can do.
fn abilities() -> Value {
    json!({
        "capabilities": {
            "positionEncoding": "utf-16",
            "textDocumentSync": { "openClose": true, "change": 2, "save": true },
            "completionProvider": { "triggerCharacters": [".", " ", "{", "(", "\"", ":", "/"] },
            "hoverProvider": true,
            "definitionProvider": true,
            "documentSymbolProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix", "source.fixAll"] },
        },
        "serverInfo": { "name": "nurture", "version": env!("CARGO_PKG_VERSION") },
    })
}
