//! A mail that came back: a bounce (RFC 3464, or in whatever words), a complaint (RFC 5965), a mail that asks for no
//! more. Which message it was about says the address that it came to (VERP); what is written in it only says why.

use crate::fate::{Enhanced, Reply};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// Bytes of a mail that are looked at.
const MOST: usize = 1024 * 1024;
/// Parts of a mail that are looked at.
const PARTS: usize = 100;

/// A mail that came to an address of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What it says.
    pub what: What,
    /// Tokens of addresses of ours in it, those that it came to first. Whoever believes one checks its signature.
    pub tokens: Vec<String>,
}

/// What a mail says that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A message was not delivered.
    Bounce {
        /// For how long that is so.
        class: Class,
        /// What the other side said. May hold an address: not for logs.
        reply: Reply,
    },
    /// The recipient says that it was unwanted (a feedback loop).
    Complaint,
    /// The recipient asks for no more.
    Leave,
    /// An absence, a thank-you, a mail of a person: nothing that is known of.
    Other,
}

/// What a bounce says of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It does not work: nothing is sent there any more.
    Hard,
    /// It does not work now: a full mailbox, a server that is down.
    Soft,
    /// The provider did not want this mail; the address may be good.
    Policy,
}

/// Words by which servers say in their own way that an address does not work, in small letters.
const GONE: [&str; 36] = [
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "no such address",
    "no mailbox here",
    "user not found",
    "recipient not found",
    "address not found",
    "unknown recipient",
    "unknown address",
    "unknown account",
    "unknown local",
    "invalid recipient",
    "invalid mailbox",
    "invalid address",
    "does not exist",
    "doesn't exist",
    "doesn't have a",
    "not a valid",
    "mailbox unavailable",
    "mailbox not found",
    "account disabled",
    "account has been disabled",
    "account is disabled",
    "account inactive",
    "not known at",
    "not listed in",
    "isn't in my",
    "no longer valid",
    "not our customer",
    "recipient rejected",
    "address rejected",
    "host unknown",
    "couldn't be found",
    "no account by that name",
];
/// The same for what passes.
const FULL: [&str; 16] = [
    "mailbox full",
    "mailbox is full",
    "mail box is full",
    "quota",
    "over the allowed",
    "insufficient",
    "try again",
    "temporarily",
    "timed out",
    "timeout",
    "not yet been delivered",
    "delayed",
    "could not be delivered for",
    "connection refused",
    "exceeds maximum",
    "too many messages",
];
/// The same for what was not wanted.
const UNWANTED: [&str; 10] = [
    "spam",
    "blocked",
    "blacklist",
    "block list",
    "blocklist",
    "policy",
    "rejected by",
    "denied",
    "virus",
    "content filter",
];
/// Beginnings of what stands before a mail that came back, in small letters.
const FAILED: [&str; 24] = [
    "undeliver",
    "delivery status notification",
    "delivery fail",
    "delivery notification",
    "mail delivery",
    "returned mail",
    "returned to sender",
    "failure notice",
    "failure notification",
    "mail failure",
    "message not delivered",
    "could not be delivered",
    "couldn't be delivered",
    "not be delivered",
    "was not delivered",
    "unable to deliver",
    "non-deliverable",
    "nondeliverable",
    "permanent error",
    "fatal errors",
    "delivery error",
    "message status",
    "did not reach",
    "mail system error",
];

/// Reads a mail. `None`: it is none.
pub fn read(bytes: &[u8]) -> Option<Returned> {
    let bytes = bytes.get(..bytes.len().min(MOST))?;
    let message = MessageParser::default().parse(bytes)?;
    let head = |name: &str| message.header_raw(name).unwrap_or_default().trim().to_ascii_lowercase();
    let mut tokens = Vec::new();
    let came_to = ["X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc"];
    for name in came_to {
        for value in message.headers_raw().filter(|(known, _)| known.eq_ignore_ascii_case(name)) {
            addresses(value.1, &mut tokens);
        }
    }
    let leaves = tokens.iter().any(|(kind, _)| *kind == 'u');
    let text = text_of(&message);
    addresses(&String::from_utf8_lossy(bytes), &mut tokens);
    let tokens: Vec<String> = tokens.into_iter().map(|(_, token)| token).collect();
    let what = if leaves {
        What::Leave
    } else if let Some(said) = part(&message, "feedback-report") {
        match field(&said, "feedback-type").as_deref() {
            Some("not-spam") => What::Other,
            Some(_) | None => What::Complaint,
        }
    } else {
        bounce(&message, &text, &head).unwrap_or(What::Other)
    };
    Some(Returned { what, tokens })
}

/// Addresses of ours in a text: `b+TOKEN@`, `u+TOKEN@`.
fn addresses(text: &str, found: &mut Vec<(char, String)>) {
    for (at, _) in text.match_indices('@') {
        let Some(before) = text.get(..at) else { continue };
        let start = before.rfind(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '+'));
        let local = before.get(start.map_or(0, |start| start + 1)..).unwrap_or_default();
        let Some((kind, token)) = local.split_once('+') else { continue };
        let kind = match kind {
            "b" | "B" => 'b',
            "u" | "U" => 'u',
            _ => continue,
        };
        let token = token.to_ascii_lowercase();
        if (40..=62).contains(&token.len())
            && !found.iter().any(|(_, known)| *known == token)
            && found.len() < 20
        {
            found.push((kind, token));
        }
    }
}

/// What a bounce says; `None`: it is none.
fn bounce(message: &Message<'_>, text: &str, head: &dyn Fn(&str) -> String) -> Option<What> {
    if let Some(status) = part(message, "delivery-status") {
        return of_status(&status, text);
    }
    let auto = head("Auto-Submitted");
    if auto.starts_with("auto-replied") && head("X-Failed-Recipients").is_empty() && !says_failed(head, text)
    {
        return None;
    }
    let lower = text.to_lowercase();
    let is_failure = !head("X-Failed-Recipients").is_empty() || says_failed(head, &lower);
    if !is_failure {
        return None;
    }
    if let Some(status) = first_status(text) {
        let class = class_of(status, &lower);
        return Some(What::Bounce { class, reply: reply(status, text) });
    }
    let class = by_words(&lower).or_else(|| by_code(text)).unwrap_or(Class::Soft);
    Some(What::Bounce {
        class,
        reply: Reply::new(if class == Class::Hard { 550 } else { 450 }, &line_of(text)),
    })
}

/// Whether a mail without standard parts says that another one failed: by who sends it, and how it begins.
fn says_failed(head: &dyn Fn(&str) -> String, lower: &str) -> bool {
    let subject = head("Subject");
    let from = head("From");
    let by_server =
        ["mailer-daemon", "postmaster", "mail delivery", "mailer_daemon", "maildaemon", "mail-daemon", "<>"]
            .iter()
            .any(|name| from.contains(name) || head("Return-Path").contains(name));
    let begins: String = lower.chars().take(2_000).collect();
    let said = FAILED.iter().any(|word| subject.contains(word));
    let said_below =
        FAILED.iter().any(|word| begins.contains(word)) || GONE.iter().any(|word| begins.contains(word));
    said || (by_server && (said_below || first_status(&begins).is_some() || by_words(&begins).is_some()))
}

/// What the fields of RFC 3464 say.
fn of_status(status: &str, text: &str) -> Option<What> {
    let action = field(status, "action").unwrap_or_default();
    if matches!(action.as_str(), "delivered" | "relayed" | "expanded") {
        return None;
    }
    let diagnostic = field_as_is(status, "diagnostic-code").unwrap_or_default();
    let said = diagnostic.split_once(';').map_or(diagnostic.as_str(), |(_, said)| said).trim().to_owned();
    let code = field(status, "status").and_then(|code| first_status(&code));
    // What the server said itself is more exact than a code that says "something".
    let exact = first_status(&said).or(code.filter(|code| (code.subject, code.detail) != (0, 0))).or(code);
    let lower = said.to_lowercase();
    let class = match exact {
        Some(status) if action == "delayed" => class_of(Enhanced { class: 4, ..status }, &lower),
        Some(status) => class_of(status, &lower),
        None if action == "delayed" => Class::Soft,
        None => by_words(&lower)
            .or_else(|| by_code(&said))
            .or_else(|| by_words(&text.to_lowercase()))
            .unwrap_or(Class::Soft),
    };
    let code =
        exact.unwrap_or(Enhanced { class: if class == Class::Hard { 5 } else { 4 }, subject: 0, detail: 0 });
    let said = if said.is_empty() { line_of(text) } else { said };
    Some(What::Bounce { class, reply: reply(code, &said) })
}

/// What an enhanced code means for an address. `lower`: what was said with it, where the code alone says little.
fn class_of(status: Enhanced, lower: &str) -> Class {
    match (status.class, status.subject, status.detail) {
        (5, 1, _) | (5, 2, 1) | (5, 4, 4) => Class::Hard,
        (5, 2, 2 | 3) | (5, 3, _) | (5, 4, _) => {
            by_words(lower).filter(|class| *class == Class::Hard).unwrap_or(Class::Soft)
        }
        (5, 6 | 7, _) => Class::Policy,
        // `5.0.0`, `5.5.0` and the like: whatever the words say.
        (5, _, _) => by_words(lower).unwrap_or(Class::Policy),
        (_, _, _) => Class::Soft,
    }
}

fn by_words(lower: &str) -> Option<Class> {
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&GONE) {
        Some(Class::Hard)
    } else if has(&FULL) {
        Some(Class::Soft)
    } else if has(&UNWANTED) {
        Some(Class::Policy)
    } else {
        None
    }
}

/// The bare three digits that a server says: 550, 551, 553 are about the address.
fn by_code(text: &str) -> Option<Class> {
    text.split(|letter: char| !letter.is_ascii_digit()).find_map(|digits| match digits {
        "550" | "551" | "553" => Some(Class::Hard),
        "552" | "421" | "450" | "451" | "452" => Some(Class::Soft),
        "554" | "571" => Some(Class::Policy),
        _ => None,
    })
}

/// The first enhanced status code that says that something failed.
fn first_status(text: &str) -> Option<Enhanced> {
    let words = text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    words
        .filter_map(|word| Enhanced::parse(word.trim_matches('.')))
        .find(|status| matches!(status.class, 4 | 5) && status.subject <= 7 && status.detail < 60)
}

fn reply(status: Enhanced, text: &str) -> Reply {
    let code = if status.class == 5 { 550 } else { 450 };
    let line = line_of(text);
    let said = if line.contains(&status.to_string()) { line } else { format!("{status} {line}") };
    let reply = Reply::new(code, &said);
    Reply { enhanced: Some(status), ..reply }
}

/// The line of a text that says most: with a code or a known word, else the first.
fn line_of(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| line.len() > 3);
    let tells = |line: &&str| first_status(line).is_some() || by_words(&line.to_lowercase()).is_some();
    lines().find(tells).or_else(|| lines().next()).unwrap_or_default().chars().take(400).collect()
}

/// The text of a part of a kind (`delivery-status`), wherever it stands.
fn part(message: &Message<'_>, kind: &str) -> Option<String> {
    message.parts.iter().take(PARTS).find_map(|part| {
        let is_it = part.content_type().is_some_and(|of| {
            of.ctype().eq_ignore_ascii_case("message")
                && of.subtype().is_some_and(|subtype| {
                    subtype.eq_ignore_ascii_case(kind)
                        || subtype.eq_ignore_ascii_case(&format!("global-{kind}"))
                })
        });
        let text = match &part.body {
            PartType::Message(inner) => inner.raw_message(),
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Multipart(_) => part.contents(),
        };
        is_it.then(|| String::from_utf8_lossy(text).into_owned())
    })
}

/// Everything that a person could read of a mail.
fn text_of(message: &Message<'_>) -> String {
    let mut text = String::new();
    for part in message.parts.iter().take(PARTS) {
        if part.is_message() {
            continue;
        }
        if let Some(own) = part.text_contents() {
            text.push_str(own);
            text.push('\n');
        }
    }
    text
}

fn field(fields: &str, name: &str) -> Option<String> {
    field_as_is(fields, name).map(|value| value.to_ascii_lowercase())
}

/// A field's value, its continuations joined.
fn field_as_is(fields: &str, name: &str) -> Option<String> {
    let mut lines = fields.lines();
    let value = lines.by_ref().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })?;
    let more = lines.take_while(|line| line.starts_with([' ', '\t']));
    Some(more.fold(value, |all, line| all + " " + line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKEN: &str = "2m3g25qafpqrq2we12ctvthskyxe6v5jb54tsmtbjs7cmhd8pbefv8mqwm";

    fn standard(status: &str, action: &str, diagnostic: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: b+{TOKEN}@bounce.example.cn\r\nSubject: Undelivered Mail\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\
             I'm sorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
             Final-Recipient: rfc822; wang@example.org\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: {diagnostic}\r\n\
             --x\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Hello\r\n--x--\r\n"
        )
    }

    fn class(mail: &str) -> Option<Class> {
        match read(mail.as_bytes())?.what {
            What::Bounce { class, .. } => Some(class),
            What::Complaint | What::Leave | What::Other => None,
        }
    }

    #[test]
    fn a_standard_bounce_is_read_by_what_the_server_said() {
        let table = [
            ("5.1.1", "failed", "smtp; 550 5.1.1 no such user", Some(Class::Hard)),
            ("5.0.0", "failed", "smtp; 550 5.1.1 User unknown", Some(Class::Hard)),
            ("5.0.0", "failed", "smtp; 550 User unknown", Some(Class::Hard)),
            ("5.2.2", "failed", "smtp; 552 5.2.2 mailbox full", Some(Class::Soft)),
            ("5.7.1", "failed", "smtp; 554 5.7.1 blocked", Some(Class::Policy)),
            (
                "5.4.1",
                "failed",
                "smtp; 550 5.4.1 Recipient address rejected: access denied",
                Some(Class::Hard),
            ),
            ("4.4.1", "delayed", "", Some(Class::Soft)),
            ("4.4.7", "failed", "smtp; 400 4.4.7 expired", Some(Class::Soft)),
            ("2.0.0", "delivered", "", None),
        ];
        for (status, action, diagnostic, expected) in table {
            assert_eq!(
                class(&standard(status, action, diagnostic)),
                expected,
                "{status} {action} {diagnostic}"
            );
        }
        let returned = read(standard("5.1.1", "failed", "smtp; 550 5.1.1 no such user").as_bytes()).unwrap();
        assert_eq!(returned.tokens, [TOKEN]);
        let What::Bounce { reply, .. } = returned.what else { panic!("a bounce") };
        assert_eq!((reply.code, reply.text.as_str()), (550, "550 5.1.1 no such user"));
    }

    #[test]
    fn a_bounce_in_a_servers_own_words_is_one_too() {
        let plain = |from: &str, subject: &str, text: &str| {
            format!(
                "From: {from}\r\nTo: b+{}@bounce.example.cn\r\nSubject: {subject}\r\n\r\n{text}\r\n",
                TOKEN.to_uppercase()
            )
        };
        let gone = plain(
            "MAILER-DAEMON@a.example",
            "failure notice",
            "Hi. This is the qmail-send program.\n<x@a.example>:\nSorry, no mailbox here by that name. (#5.1.1)",
        );
        assert_eq!(class(&gone), Some(Class::Hard));
        assert_eq!(read(gone.as_bytes()).unwrap().tokens, [TOKEN], "in capitals on its way");
        let full = plain("postmaster@b.example", "Undeliverable: Hello", "The mailbox is full.");
        assert_eq!(class(&full), Some(Class::Soft));
        let person =
            plain("Wang <wang@example.org>", "Re: Hello", "Thank you! My quota is fine, room 5.1.1.");
        assert_eq!(read(person.as_bytes()).unwrap().what, What::Other);
        let away = "From: wang@example.org\r\nAuto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nI am back on Monday.\r\n";
        assert_eq!(read(away.as_bytes()).unwrap().what, What::Other);
    }

    #[test]
    fn a_complaint_and_a_wish_to_leave_are_known() {
        let complaint = format!(
            "From: fbl@example.org\r\nTo: abuse@example.cn\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\r\n\r\n\
             --x\r\nContent-Type: text/plain\r\n\r\nabuse\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\n\
             Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Mail-From: <b+{TOKEN}@bounce.example.cn>\r\n--x--\r\n"
        );
        let returned = read(complaint.as_bytes()).unwrap();
        assert_eq!((returned.what, returned.tokens), (What::Complaint, vec![TOKEN.to_owned()]));
        let leave = format!(
            "From: wang@example.org\r\nTo: <u+{TOKEN}@bounce.example.cn>\r\nSubject: unsubscribe\r\n\r\n\r\n"
        );
        assert_eq!(read(leave.as_bytes()).unwrap().what, What::Leave);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_by_mail_harms(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "(b\\+[a-z0-9]{0,70}@|Status: |5\\.1\\.1|\r\n|[ -~é中]){0,40}") {
            let _ = read(&bytes);
            let _ = read(text.as_bytes());
        }
    }
}
