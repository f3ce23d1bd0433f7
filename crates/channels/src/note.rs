//! A message that is not a mail: an SMS, a robot's line, a rep's notice, with the fields its channel sends.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A short message on a channel other than e-mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The send's id.
    pub send_id: String,
    /// The channel's name, such as `sms` or `sales_robot`.
    pub channel: String,
    /// Whom it reaches, as the channel says it: a number, a room, a rep.
    pub to: String,
    /// The text, ready to be read.
    pub text: String,
    /// What a declared channel sends beside the text. Empty: only the text.
    pub fields: Map<String, Value>,
    /// The send's due instant.
    pub date: Timestamp,
}
