//! The `file` channel: each message becomes a file in a folder, for the demo, dry runs and tests.

use crate::clean::file_part;
use crate::email::Letter;
use crate::fate::{Cause, Fate, Phase, Reply, classify};
use crate::note::Note;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A folder that takes messages. Calls block for a few file operations: run them where that is allowed.
#[derive(Debug)]
pub struct FileChannel {
    folder: PathBuf,
    zone: TimeZone,
    /// Days whose folder exists, so that it is made once and not per message.
    days: Mutex<BTreeSet<String>>,
}

/// What the file is called after. The same label is the same file.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// The send's due instant; a retry that passes another instant writes another file.
    pub at: Timestamp,
    /// The customer's id.
    pub customer: &'a str,
    /// The template's name.
    pub template: &'a str,
    /// The send's id; its last ten characters stand in the name.
    pub send_id: &'a str,
}

impl FileChannel {
    /// Messages go below `folder`, which is made when the first one comes; days and times in names are
    /// those of `zone`.
    pub fn new(folder: impl Into<PathBuf>, zone: TimeZone) -> Self {
        Self { folder: folder.into(), zone, days: Mutex::new(BTreeSet::new()) }
    }

    /// Writes a mail as `<day>/<time>-<customer>-<template>-<send>.eml`.
    /// The fate is accepted with the path as the reply, or deferred when the disk refuses.
    pub fn mail(&self, label: Label<'_>, letter: &Letter) -> Fate {
        self.fate(label, "eml", letter.as_str().as_bytes())
    }

    /// Writes a note: `.txt` when it is only a text, `.json` when it carries fields.
    pub fn note(&self, label: Label<'_>, note: &Note) -> Fate {
        if note.fields.is_empty() {
            let text = format!(
                "Channel: {}\nTo: {}\n\n{}\n",
                one_line(&note.channel),
                one_line(&note.to),
                note.text
            );
            return self.fate(label, "txt", text.as_bytes());
        }
        let whole = serde_json::json!({
            "send": note.send_id,
            "channel": note.channel,
            "to": note.to,
            "date": note.date.to_string(),
            "text": note.text,
            "fields": note.fields,
        });
        self.fate(label, "json", format!("{whole:#}\n").as_bytes())
    }

    /// Where a message with this label is written.
    pub fn path(&self, label: Label<'_>, extension: &str) -> PathBuf {
        let (day, name) = self.names(label);
        self.folder.join(day).join(format!("{name}.{extension}"))
    }

    fn fate(&self, label: Label<'_>, extension: &str, bytes: &[u8]) -> Fate {
        let (day, name) = self.names(label);
        let shown = format!("{day}/{name}.{extension}");
        match self.write(&day, &name, extension, bytes) {
            Ok(()) => Fate::Accepted { reply: Reply { code: 250, enhanced: None, text: shown } },
            Err(error) => classify(Phase::Connect, Cause::Lost(format!("write {shown}: {error}"))),
        }
    }

    /// A temporary file and a rename, so that nobody reads half a message. There is no fsync: what a
    /// power cut takes from a demo is not a mail that was promised to anybody.
    fn write(&self, day: &str, name: &str, extension: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.folder.join(day);
        self.make_day(day, &folder)?;
        let partial = folder.join(format!(".{name}.{extension}.part"));
        let whole = folder.join(format!("{name}.{extension}"));
        match fs::write(&partial, bytes) {
            // Somebody removed the day's folder while we ran.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&folder)?;
                fs::write(&partial, bytes)?;
            }
            written => written?,
        }
        fs::rename(partial, whole)
    }

    fn make_day(&self, day: &str, folder: &Path) -> io::Result<()> {
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        if !days.contains(day) {
            fs::create_dir_all(folder)?;
            days.insert(day.to_owned());
        }
        Ok(())
    }

    fn names(&self, label: Label<'_>) -> (String, String) {
        let at = label.at.to_zoned(self.zone.clone());
        let day = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
        let time = format!("{:02}{:02}{:02}", at.hour(), at.minute(), at.second());
        let id: Vec<char> = label.send_id.chars().collect();
        let short: String = id.iter().skip(id.len().saturating_sub(10)).collect();
        let parts = [time, file_part(label.customer), file_part(label.template), file_part(&short)];
        (day, parts.join("-"))
    }
}

fn one_line(text: &str) -> String {
    crate::clean::header_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Draft, Mailbox};
    use serde_json::{Map, json};

    fn at() -> Timestamp {
        "2026-03-29T16:30:05Z".parse().unwrap()
    }

    fn label(send_id: &str) -> Label<'_> {
        Label { at: at(), customer: "00042", template: "birthday/八折", send_id }
    }

    fn letter(text: &str) -> Letter {
        let draft = Draft {
            send_id: "sd_1".into(),
            from: Mailbox::new("", "care@example.cn").unwrap(),
            reply_to: None,
            to: Mailbox::new("", "wang@example.org").unwrap(),
            cc: vec![],
            subject: "Hi".into(),
            preheader: None,
            html: None,
            text: text.into(),
            pictures: vec![],
            headers: vec![],
            date: at(),
            unsubscribe: None,
        };
        Letter::of(&draft.check().unwrap()).unwrap()
    }

    fn note(fields: Map<String, serde_json::Value>) -> Note {
        Note {
            send_id: "sd_2".into(),
            channel: "sms".into(),
            to: "+86 138\n0000".into(),
            text: "【云杉】您好".into(),
            fields,
            date: at(),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn shanghai() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(8))
    }

    #[test]
    fn a_mail_is_one_file_named_after_its_send_in_the_projects_day() {
        let folder = tempfile::tempdir().unwrap();
        let channel = FileChannel::new(folder.path().join("out"), shanghai());
        let fate = channel.mail(label("sd_0123456789abcdef"), &letter("one"));
        let name = "003005-00042-birthday-八折-6789abcdef.eml";
        let Fate::Accepted { reply } = fate else { panic!("{fate:?}") };
        assert_eq!(reply.text, format!("2026-03-30/{name}"));
        assert_eq!(names(&folder.path().join("out/2026-03-30")), [name]);
        let path = channel.path(label("sd_0123456789abcdef"), "eml");
        assert_eq!(fs::read_to_string(path).unwrap(), letter("one").as_str());
    }

    #[test]
    fn the_same_send_again_is_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let channel = FileChannel::new(folder.path(), TimeZone::UTC);
        let _ = channel.mail(label("sd_a"), &letter("one"));
        let _ = channel.mail(label("sd_a"), &letter("two"));
        let _ = channel.mail(label("sd_b"), &letter("three"));
        assert_eq!(names(&folder.path().join("2026-03-29")).len(), 2);
        let text = fs::read_to_string(channel.path(label("sd_a"), "eml")).unwrap();
        assert!(text.contains("two"), "{text}");
    }

    #[test]
    fn no_name_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let channel = FileChannel::new(folder.path().join("out"), TimeZone::UTC);
        let evil = Label { customer: "../../../x", template: "/etc/passwd\0", send_id: "../..", ..label("") };
        assert!(matches!(channel.mail(evil, &letter("x")), Fate::Accepted { .. }));
        assert_eq!(names(folder.path()), ["out"]);
        assert_eq!(names(&folder.path().join("out")), ["2026-03-29"]);
        assert_eq!(names(&folder.path().join("out/2026-03-29")).len(), 1);
    }

    #[test]
    fn a_note_is_text_or_json() {
        let folder = tempfile::tempdir().unwrap();
        let channel = FileChannel::new(folder.path(), TimeZone::UTC);
        let _ = channel.note(label("sd_2"), &note(Map::new()));
        let text = fs::read_to_string(channel.path(label("sd_2"), "txt")).unwrap();
        assert_eq!(text, "Channel: sms\nTo: +86 138 0000\n\n【云杉】您好\n");

        let mut fields = Map::new();
        fields.insert("template_code".into(), json!("SMS_1"));
        let _ = channel.note(label("sd_2"), &note(fields));
        let whole = fs::read_to_string(channel.path(label("sd_2"), "json")).unwrap();
        let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
        assert_eq!(whole["fields"]["template_code"], "SMS_1");
        assert_eq!(whole["text"], "【云杉】您好");
    }

    #[test]
    fn a_disk_that_refuses_is_a_later_try() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("out");
        fs::write(&taken, "a file where the folder should be").unwrap();
        let fate = FileChannel::new(&taken, TimeZone::UTC).mail(label("sd_a"), &letter("x"));
        assert!(matches!(fate, Fate::Deferred { counts_as_soft_bounce: false, .. }), "{fate:?}");
    }

    #[test]
    fn a_day_that_was_cleared_away_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let channel = FileChannel::new(folder.path(), TimeZone::UTC);
        let _ = channel.mail(label("sd_a"), &letter("x"));
        fs::remove_dir_all(folder.path().join("2026-03-29")).unwrap();
        assert!(matches!(channel.mail(label("sd_b"), &letter("x")), Fate::Accepted { .. }));
    }
}
