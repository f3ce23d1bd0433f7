//! A mail before it is bytes: who, to whom, about what. Constructors check; whatever holds one may trust it.

use crate::clean;
use jiff::Timestamp;
use lettre::Address;
use std::fmt;
use std::sync::Arc;

/// A mail as the engine fills it in; [`Draft::check`] makes it a [`Message`].
#[derive(Clone, Debug)]
pub struct Draft {
    /// The send's id: 1 to 64 of `A-Z a-z 0-9 . _ -`. Message-ID and boundary derive from it.
    pub send_id: String,
    /// Who it is from.
    pub from: Mailbox,
    /// Where answers go. `None`: to `from`.
    pub reply_to: Option<Mailbox>,
    /// The one person it goes to.
    pub to: Mailbox,
    /// Shown as copied. Only a header: each of them gets the mail by an envelope of their own.
    pub cc: Vec<Mailbox>,
    /// The subject; cleaned as a header and cut to 255 characters.
    pub subject: String,
    /// The line that a mailbox shows beside the subject. The layout has already put it into `html`;
    /// it is here for channels without html. `None`: the template has none.
    pub preheader: Option<String>,
    /// The rendered html. `None`: a mail of plain text.
    pub html: Option<String>,
    /// The plain text, always there.
    pub text: String,
    /// Pictures that the html shows as `cid:ID`.
    pub pictures: Vec<Picture>,
    /// Further headers; names match `^[A-Za-z0-9-]{1,60}$` and are not on the list of ours.
    pub headers: Vec<(String, String)>,
    /// The Date header. The send's due instant rather than the wall clock keeps a retry byte-equal.
    pub date: Timestamp,
    /// One-click unsubscribe (RFC 8058). `None`: transactional mail.
    pub unsubscribe: Option<Unsubscribe>,
}

/// A picture that goes with a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its Content-ID without brackets: `A-Z a-z 0-9 . _ - @`.
    pub id: String,
    /// The name under which a reader would save it.
    pub name: String,
    /// Its kind: `image/png`.
    pub kind: &'static str,
    /// The file.
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// A mail that is known to be well formed; bytes are made of it by [`crate::email::Letter::of`].
#[derive(Clone, Debug)]
pub struct Message(Draft);

/// An address with a name to show. The name is one clean line; the address is valid and ASCII.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

/// Where a recipient says "no more" (RFC 2369, RFC 8058).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    url: String,
    mailto: Option<Mailbox>,
}

/// Why a draft is not a message. Retrying cannot help: something in the files or the data must change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The address cannot be written to. The text says why and does not repeat the address.
    #[error("not an e-mail address: {0}")]
    Address(String),
    /// The send's id has other characters than `A-Z a-z 0-9 . _ -`, or more than 64.
    #[error("send id `{0}` cannot stand in a Message-ID")]
    SendId(String),
    /// A custom header's name is not a header name.
    #[error("header name `{0}` is not 1 to 60 letters, digits and hyphens")]
    HeaderName(String),
    /// A custom header would replace one that we write.
    #[error("header `{0}` is written by nurture and cannot be set")]
    HeaderOurs(String),
    /// The unsubscribe link is not plain https of up to 900 characters.
    #[error("the unsubscribe link is not an http or https address of up to 900 characters without spaces")]
    Unsubscribe,
    /// There is neither a subject nor a text.
    #[error("the message has neither subject nor text")]
    Empty,
}

/// Headers that a custom header may not name, in lower case. `content-`, `resent-` and `arc-` are
/// refused by their beginning.
const OURS: [&str; 28] = [
    "apparently-to",
    "authentication-results",
    "bcc",
    "cc",
    "date",
    "delivered-to",
    "disposition-notification-to",
    "dkim-signature",
    "domainkey-signature",
    "errors-to",
    "feedback-id",
    "from",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mail-followup-to",
    "message-id",
    "mime-version",
    "original-recipient",
    "received",
    "received-spf",
    "reply-to",
    "return-path",
    "return-receipt-to",
    "sender",
    "subject",
    "to",
    "x-original-to",
    "x-receiver",
];

impl Draft {
    /// Checks and cleans the draft. Line endings of both bodies become CRLF.
    /// Errors: see [`MessageError`]; the first thing that is wrong.
    pub fn check(mut self) -> Result<Message, MessageError> {
        let id_fits = (1..=64).contains(&self.send_id.len())
            && self.send_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if !id_fits {
            return Err(MessageError::SendId(clean::header_text(&self.send_id)));
        }
        for (name, value) in &mut self.headers {
            check_name(name)?;
            *value = clean::header_text(value);
        }
        self.subject = clean::header_text(&self.subject);
        self.preheader = self.preheader.map(|line| clean::header_text(&line));
        self.text = clean::crlf(&self.text);
        self.html = self.html.map(|html| clean::crlf(&html));
        if self.subject.is_empty() && self.text.trim().is_empty() && self.html.is_none() {
            return Err(MessageError::Empty);
        }
        Ok(Message(self))
    }
}

fn check_name(name: &str) -> Result<(), MessageError> {
    let fits = (1..=60).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fits {
        return Err(MessageError::HeaderName(clean::header_text(name)));
    }
    let lower = name.to_ascii_lowercase();
    let ours = OURS.contains(&lower.as_str())
        || ["content-", "resent-", "arc-"].iter().any(|beginning| lower.starts_with(beginning));
    if ours { Err(MessageError::HeaderOurs(name.to_owned())) } else { Ok(()) }
}

impl Message {
    /// What the message says; every value in it is checked and clean.
    pub fn parts(&self) -> &Draft {
        &self.0
    }

    /// The Message-ID with its angle brackets: the send's id at the sender's domain. All copies of one
    /// send share it.
    pub fn message_id(&self) -> String {
        format!("<{}@{}>", self.0.send_id, self.0.from.address.domain())
    }
}

impl Mailbox {
    /// Makes a mailbox. The name is cleaned and may end up empty, which is no name. A domain in another
    /// script becomes its ASCII form; letters outside ASCII before the `@` are refused, because most
    /// relays refuse them. Errors: [`MessageError::Address`].
    pub fn new(name: &str, address: &str) -> Result<Self, MessageError> {
        let refuse = |why: &str| MessageError::Address(why.to_owned());
        let (user, domain) = address.trim().rsplit_once('@').ok_or_else(|| refuse("it has no @"))?;
        // Quoted local parts may hold spaces, brackets and worse, and nobody's address looks like that.
        if !user.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>()[],;:\\".contains(&b)) {
            return Err(refuse("there are letters before the @ that mail servers refuse"));
        }
        let domain =
            idna::domain_to_ascii(domain).map_err(|_| refuse("the part after the @ is no domain"))?;
        let address = Address::new(user, domain).map_err(|error| refuse(&error.to_string()))?;
        let name = clean::header_text(name);
        Ok(Self { name: (!name.is_empty()).then_some(name), address })
    }

    /// The name to show. `None`: the address stands alone.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The address, `user@domain`, in ASCII.
    pub fn address(&self) -> &str {
        self.address.as_ref()
    }

    /// The domain of the address, in ASCII.
    pub fn domain(&self) -> &str {
        self.address.domain()
    }

    pub(crate) fn lettre(&self) -> lettre::message::Mailbox {
        lettre::message::Mailbox::new(self.name.clone(), self.address.clone())
    }

    pub(crate) fn lettre_address(&self) -> &Address {
        &self.address
    }
}

impl fmt::Debug for Mailbox {
    /// Neither name nor address: a mailbox is personal data, and `Debug` ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

impl Unsubscribe {
    /// The address that takes a POST, and optionally a mailbox that does the same by mail.
    /// Errors: [`MessageError::Unsubscribe`]. Under 267 characters every relay keeps the header whole.
    pub fn new(url: &str, mailto: Option<Mailbox>) -> Result<Self, MessageError> {
        let fits = (url.starts_with("https://") || url.starts_with("http://"))
            && url.len() <= 900
            && url.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>' && b != b',');
        if fits { Ok(Self { url: url.to_owned(), mailto }) } else { Err(MessageError::Unsubscribe) }
    }

    pub(crate) fn header(&self) -> String {
        match &self.mailto {
            Some(mailbox) => {
                format!("<{}>,\r\n <mailto:{}?subject=unsubscribe>", self.url, mailbox.address())
            }
            None => format!("<{}>", self.url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            send_id: "sd_7".into(),
            from: Mailbox::new("News", "news@example.test").unwrap(),
            reply_to: None,
            to: Mailbox::new("", "a@example.org").unwrap(),
            cc: vec![],
            subject: "Hi".into(),
            preheader: None,
            html: None,
            text: "x".into(),
            pictures: vec![],
            headers: vec![],
            date: Timestamp::UNIX_EPOCH,
            unsubscribe: None,
        }
    }

    #[test]
    fn the_message_id_is_the_sends_id_at_the_senders_domain() {
        assert_eq!(draft().check().unwrap().message_id(), "<sd_7@example.test>");
    }

    #[test]
    fn a_send_id_cannot_break_the_message_id() {
        for id in ["", "a>b", "a b", "a\r\nBcc: x", "é", &"a".repeat(65)] {
            let refused = Draft { send_id: id.to_owned(), ..draft() }.check();
            assert!(matches!(refused, Err(MessageError::SendId(_))), "{id:?}");
        }
    }

    #[test]
    fn header_names_are_checked_and_ours_are_kept() {
        let with = |name: &str| Draft { headers: vec![(name.to_owned(), "v".into())], ..draft() }.check();
        assert!(with("X-Campaign").is_ok());
        for name in ["", "X:Y", "X Y", "X\r\nBcc", "Ünder", &"x".repeat(61)] {
            assert!(matches!(with(name), Err(MessageError::HeaderName(_))), "{name:?}");
        }
        for name in
            ["bcc", "BCC", "From", "Content-Type", "Resent-To", "ARC-Seal", "DKIM-Signature", "Message-ID"]
        {
            assert!(matches!(with(name), Err(MessageError::HeaderOurs(_))), "{name}");
        }
    }

    #[test]
    fn header_values_lose_their_line_breaks() {
        let checked = Draft {
            subject: "Hi\r\nBcc: b@example.org".into(),
            headers: vec![("X-A".into(), "1\r\nX-B: 2".into())],
            ..draft()
        };
        let message = checked.check().unwrap();
        assert_eq!(message.parts().subject, "Hi Bcc: b@example.org");
        assert_eq!(message.parts().headers, [("X-A".to_owned(), "1 X-B: 2".to_owned())]);
    }

    #[test]
    fn an_address_is_one_address() {
        let refused = [
            "",
            "a",
            "a@",
            "@b.example",
            "a b@c.example",
            "a@b.example>\r\nRCPT TO:<c@d.example",
            "a@b.example\r\nDATA",
            "\"a b\"@c.example",
            "a,b@c.example",
            "<a@b.example>",
            "王@example.cn",
            "a@b c.example",
            "a@@b.example",
        ];
        for address in refused {
            assert!(Mailbox::new("", address).is_err(), "{address:?}");
        }
        assert_eq!(Mailbox::new("", " a+b@c.example ").unwrap().address(), "a+b@c.example");
        assert_eq!(Mailbox::new("", "li@例子.测试").unwrap().address(), "li@xn--fsqu00a.xn--0zwm56d");
    }

    #[test]
    fn a_name_of_controls_is_no_name() {
        assert_eq!(Mailbox::new("\r\n\u{200b}", "a@b.example").unwrap().name(), None);
        assert_eq!(Mailbox::new("王\r\n女士", "a@b.example").unwrap().name(), Some("王 女士"));
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let shown = format!("{:?}", Mailbox::new("Wang", "wang@example.org").unwrap());
        assert!(!shown.contains("ang"), "{shown}");
    }

    #[test]
    fn an_unsubscribe_link_is_one_plain_address() {
        assert!(Unsubscribe::new("https://example.test/u/abc", None).is_ok());
        for url in ["javascript:x", "https://a/ b", "https://a/>\r\nBcc: x", "https://a,b", "https://例"] {
            assert_eq!(Unsubscribe::new(url, None), Err(MessageError::Unsubscribe), "{url}");
        }
    }
}
