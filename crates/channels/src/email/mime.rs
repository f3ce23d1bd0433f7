//! Makes the bytes of a mail: the same message gives the same bytes, so that a retry is the same mail.

use crate::message::{Draft, Message, Picture};
use lettre::message::header::{self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, Headers};
use lettre::message::{Body, MultiPart, SinglePart};
use std::fmt;
use std::time::SystemTime;

/// A mail as RFC 5322 text: 7-bit, lines of at most 998 bytes that end in CRLF, the last one too.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter(String);

/// Why no letter came of a message: lettre's builder refused it. Not seen with a checked message.
#[derive(Debug, thiserror::Error)]
#[error("build the mail of send {send_id}: {why}")]
pub struct LetterError {
    /// Of which send.
    pub send_id: String,
    /// What the builder said.
    pub why: String,
}

impl Letter {
    /// Builds the mail: multipart/alternative of text and html, or the text alone. Deterministic.
    /// Errors: [`LetterError`]; retrying does not help.
    pub fn of(message: &Message) -> Result<Self, LetterError> {
        let parts = message.parts();
        let refused = |why: String| LetterError { send_id: parts.send_id.clone(), why };
        let mut bytes = headers(message).map_err(&refused)?.to_string().into_bytes();
        match &parts.html {
            Some(html) => {
                // Set as a whole: lettre's own kind() draws a random boundary first.
                let kind = format!("multipart/alternative; boundary=\"{}\"", boundary(&parts.send_id));
                let kind = ContentType::parse(&kind).map_err(|error| refused(error.to_string()))?;
                let text =
                    MultiPart::builder().header(kind).singlepart(part(ContentType::TEXT_PLAIN, &parts.text));
                let page = part(ContentType::TEXT_HTML, html);
                let both = if parts.pictures.is_empty() {
                    text.singlepart(page)
                } else {
                    text.multipart(related(page, &parts.pictures, &parts.send_id).map_err(&refused)?)
                };
                bytes.append(&mut both.formatted());
            }
            None => bytes.append(&mut part(ContentType::TEXT_PLAIN, &parts.text).formatted()),
        }
        let text = String::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
        if text.is_ascii() { Ok(Self(text)) } else { Err(refused("it is not 7-bit".into())) }
    }

    /// The letter under one more header of ours, which ends in CRLF.
    pub(super) fn signed(header: &str, letter: &Self) -> Self {
        Self(format!("{header}{}", letter.0))
    }

    /// The text, ready to be stored as `.eml`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Letter {
    /// Only the length: a letter is full of personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({} bytes)", self.0.len())
    }
}

/// The headers above the content's own. They are set one by one and not through lettre's message
/// builder, which reads its own From header back through a parser for every mail.
fn headers(message: &Message) -> Result<Headers, String> {
    let parts: &Draft = message.parts();
    let mut headers = Headers::new();
    headers.set(header::Date::new(SystemTime::from(parts.date)));
    headers.set(header::From::from(lettre::message::Mailboxes::from(parts.from.lettre())));
    headers.set(header::To::from(lettre::message::Mailboxes::from(parts.to.lettre())));
    if !parts.cc.is_empty() {
        let all: lettre::message::Mailboxes = parts.cc.iter().map(|mailbox| mailbox.lettre()).collect();
        headers.set(header::Cc::from(all));
    }
    if let Some(reply_to) = &parts.reply_to {
        headers.set(header::ReplyTo::from(lettre::message::Mailboxes::from(reply_to.lettre())));
    }
    headers.set(header::Subject::from(parts.subject.clone()));
    headers.set(header::MessageId::from(message.message_id()));
    headers.set(header::MIME_VERSION_1_0);
    if let Some(unsubscribe) = &parts.unsubscribe {
        // Encoded by us: a long link must not be folded or turned into an encoded word.
        let value = unsubscribe.header();
        let name = HeaderName::new_from_ascii_str("List-Unsubscribe");
        headers.insert_raw(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value));
        let name = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
        headers.insert_raw(HeaderValue::new(name, "List-Unsubscribe=One-Click".into()));
    }
    for (name, value) in &parts.headers {
        let name = HeaderName::new_from_ascii(name.clone()).map_err(|error| error.to_string())?;
        headers.insert_raw(HeaderValue::new(name, value.clone()));
    }
    Ok(headers)
}

/// The page with its pictures (RFC 2387).
fn related(page: SinglePart, pictures: &[Picture], send_id: &str) -> Result<MultiPart, String> {
    let kind = format!("multipart/related; type=\"text/html\"; boundary=\"{}r\"", boundary(send_id));
    let kind = ContentType::parse(&kind).map_err(|error| error.to_string())?;
    let mut all = MultiPart::builder().header(kind).singlepart(page);
    for picture in pictures {
        let kind = ContentType::parse(picture.kind).map_err(|error| error.to_string())?;
        let picture = SinglePart::builder()
            .header(kind)
            .header(header::ContentDisposition::inline_with_name(&picture.name))
            .header(header::ContentId::from(format!("<{}>", picture.id)))
            .body(picture.bytes.to_vec());
        all = all.singlepart(picture);
    }
    Ok(all)
}

/// The longest line of a mail, in bytes without its end (RFC 5322).
const LONGEST_LINE: usize = 998;

fn part(kind: ContentType, text: &str) -> SinglePart {
    // lettre ends the part with a line break of its own.
    let text = text.strip_suffix("\r\n").unwrap_or(text);
    if text.is_ascii() && text.split("\r\n").all(|line| line.len() <= LONGEST_LINE) {
        // As it is: lettre would write all of it in quoted-printable for one line of more than 76 letters.
        let body = Body::dangerous_pre_encoded(text.as_bytes().to_vec(), ContentTransferEncoding::SevenBit);
        return SinglePart::builder().header(kind).body(body);
    }
    // It chooses between quoted-printable and base64.
    SinglePart::builder().header(kind).body(text.to_owned())
}

/// A boundary that no body part contains: the send's id after letters that no encoding of ours makes
/// at the start of a line (`=_` is impossible in quoted-printable and base64).
fn boundary(send_id: &str) -> String {
    let short: String = send_id.chars().take(50).collect();
    format!("=_nurture_{short}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Mailbox, Unsubscribe};
    use jiff::Timestamp;
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    fn draft() -> Draft {
        Draft {
            send_id: "sd_0123456789abcdef".into(),
            from: Mailbox::new("云杉科技, \"Care\"", "care@example.cn").unwrap(),
            reply_to: Some(Mailbox::new("李娜", "li.na@example.cn").unwrap()),
            to: Mailbox::new("王女士", "wang@example.org").unwrap(),
            cc: vec![Mailbox::new("", "cc@example.org").unwrap()],
            subject: "生日快乐，王女士：八折只到周日 🎂 and a few words in ASCII too".into(),
            preheader: None,
            html: Some("<p>您好</p>\n.\n<p>再见</p>\n".into()),
            text: "您好\n.\n再见\n".into(),
            pictures: vec![],
            headers: vec![("X-Campaign".into(), "春 2026".into())],
            date: "2026-03-29T09:00:00Z".parse::<Timestamp>().unwrap(),
            unsubscribe: Some(
                Unsubscribe::new(&format!("https://example.cn/u/{}", "a".repeat(240)), None).unwrap(),
            ),
        }
    }

    fn letter(draft: Draft) -> Letter {
        Letter::of(&draft.check().unwrap()).unwrap()
    }

    fn lines_fit(letter: &Letter) -> bool {
        letter.as_str().ends_with("\r\n")
            && letter
                .as_str()
                .split("\r\n")
                .all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0']))
    }

    #[test]
    fn a_mail_is_read_back_as_it_was_meant() {
        let letter = letter(draft());
        assert!(lines_fit(&letter));
        let mail = MessageParser::default().parse(letter.as_str().as_bytes()).unwrap();
        let person = |list: Option<&mail_parser::Address>| {
            let first = list.unwrap().first().unwrap();
            (first.name().unwrap_or("").to_owned(), first.address().unwrap().to_owned())
        };
        assert_eq!(mail.subject(), Some(draft().subject.as_str()));
        assert_eq!(person(mail.from()), ("云杉科技, \"Care\"".into(), "care@example.cn".into()));
        assert_eq!(person(mail.to()), ("王女士".into(), "wang@example.org".into()));
        assert_eq!(person(mail.reply_to()), ("李娜".into(), "li.na@example.cn".into()));
        assert_eq!(person(mail.cc()), (String::new(), "cc@example.org".into()));
        assert_eq!(mail.message_id(), Some("sd_0123456789abcdef@example.cn"));
        assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-03-29T09:00:00Z");
        assert_eq!(mail.header_raw("X-Campaign").map(str::trim), Some("=?utf-8?b?5pil?= 2026"));
        let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), "您好\n.\n再见");
        let html = mail.body_html(0).unwrap().replace("\r\n", "\n");
        assert_eq!(html.trim_end(), "<p>您好</p>\n.\n<p>再见</p>");
    }

    #[test]
    fn the_same_message_gives_the_same_bytes() {
        assert_eq!(letter(draft()), letter(draft()));
        let other = Draft { send_id: "sd_other".into(), ..draft() };
        assert_ne!(letter(draft()), letter(other));
    }

    #[test]
    fn the_unsubscribe_headers_stay_whole() {
        let letter = letter(draft());
        let line = format!("List-Unsubscribe: <https://example.cn/u/{}>\r\n", "a".repeat(240));
        assert!(letter.as_str().contains(&line));
        assert!(letter.as_str().contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    }

    #[test]
    fn a_text_mail_has_one_part() {
        let letter = letter(Draft { html: None, text: "Hello\nFrom here on\n.".into(), ..draft() });
        let mail = MessageParser::default().parse(letter.as_str().as_bytes()).unwrap();
        assert_eq!(mail.parts.len(), 1);
        assert_eq!(mail.body_text(0).unwrap().trim_end(), "Hello\r\nFrom here on\r\n.");
    }

    #[test]
    fn pictures_go_with_the_page_that_shows_them() {
        let picture = Picture {
            id: "ab12@nurture".into(),
            name: "徽标.png".into(),
            kind: "image/png",
            bytes: (0..=255).cycle().take(5_000).collect::<Vec<u8>>().into(),
        };
        let html = Some("<img src=\"cid:ab12@nurture\" alt=\"\">".into());
        let message = Draft { html, pictures: vec![picture.clone()], ..draft() }.check().unwrap();
        let letter = Letter::of(&message).unwrap();
        assert_eq!(letter, Letter::of(&message).unwrap());
        let read = MessageParser::default().parse(letter.as_str()).unwrap();
        assert_eq!(read.body_text(0).unwrap().lines().next(), Some("您好"));
        assert!(read.body_html(0).unwrap().contains("cid:ab12@nurture"));
        let part = read.parts.iter().find(|part| part.content_id().is_some()).unwrap();
        assert_eq!((part.content_id(), part.attachment_name()), (Some("ab12@nurture"), Some("徽标.png")));
        assert_eq!(part.contents(), picture.bytes.as_ref());
        assert!(letter.as_str().split("\r\n").all(|line| line.len() <= 998));
    }

    proptest! {
        #[test]
        fn nothing_in_the_data_makes_a_header_or_a_long_line(
            name in "\\PC{0,80}|[\\x00-\\x7f]{0,80}",
            subject in "\\PC{0,400}|[\\x00-\\x7f]{0,600}|[a-z]{900,1200}",
            value in "\\PC{0,200}|[\\x00-\\x7f]{0,400}",
            text in "([\\x00-\\x7f]|\\PC){0,300}|[a-z]{1500,2000}",
        ) {
            let parts = Draft {
                from: Mailbox::new(&name, "care@example.cn").unwrap(),
                to: Mailbox::new(&name, "wang@example.org").unwrap(),
                cc: vec![],
                subject,
                headers: vec![("X-Any".into(), value)],
                html: Some(text.clone()),
                text,
                ..draft()
            };
            let Ok(message) = parts.check() else { return Ok(()) };
            let letter = Letter::of(&message).unwrap();
            prop_assert!(lines_fit(&letter));
            let head = letter.as_str().split("\r\n\r\n").next().unwrap();
            let names: Vec<&str> = head.split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap())
                .collect();
            prop_assert_eq!(names, [
                "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "MIME-Version",
                "List-Unsubscribe", "List-Unsubscribe-Post", "X-Any", "Content-Type",
            ]);
            let mail = MessageParser::default().parse(letter.as_str().as_bytes()).unwrap();
            prop_assert_eq!(mail.parts.len(), 3);
        }
    }
}
