//! Why a message cannot be made. No value of a customer stands in an error, only names of tags.

use handlebars::RenderErrorReason;

/// Why a text or message could not be made. None of them gets better by a retry with the same values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The customer has no value for a tag that names no fallback.
    #[error("`{tag}` has no value")]
    Missing {
        /// The name in the tag.
        tag: String,
    },
    /// A helper cannot use the value of a tag.
    #[error("`{helper}` cannot use the value of `{tag}`")]
    Value {
        /// The helper.
        helper: &'static str,
        /// The name in the tag.
        tag: String,
    },
    /// The address in a tag is not http, https, mailto or tel.
    #[error("`{tag}` is not an address that may stand in a mail")]
    Link {
        /// The name in the tag.
        tag: String,
    },
    /// It would be longer than 1 MB, or take too many rounds.
    #[error("the message is too long")]
    TooLong,
    /// The source cannot be parsed, or is beyond the bounds of the language.
    #[error("the template cannot be read: {reason}")]
    Unreadable {
        /// What the parser says.
        reason: String,
    },
    /// There is no template of this name.
    #[error("there is no template `{name}`")]
    NoTemplate {
        /// Its name.
        name: String,
    },
}

impl RenderError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "render-missing",
            Self::Value { .. } => "render-value",
            Self::Link { .. } => "render-link",
            Self::TooLong => "render-too-long",
            Self::Unreadable { .. } => "render-unreadable",
            Self::NoTemplate { .. } => "render-no-template",
        }
    }

    /// The values that the words of [`Self::key`] name.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Missing { tag } | Self::Link { tag } => vec![("tag", tag.clone())],
            Self::Value { helper, tag } => vec![("helper", (*helper).to_owned()), ("tag", tag.clone())],
            Self::TooLong => vec![],
            Self::Unreadable { reason } => vec![("reason", reason.clone())],
            Self::NoTemplate { name } => vec![("name", name.clone())],
        }
    }
}

impl From<RenderError> for handlebars::RenderError {
    fn from(error: RenderError) -> Self {
        RenderErrorReason::NestedError(Box::new(error)).into()
    }
}

impl From<handlebars::RenderError> for RenderError {
    fn from(error: handlebars::RenderError) -> Self {
        let unreadable =
            |reason: &RenderErrorReason| Self::Unreadable { reason: first_line(&reason.to_string()) };
        let reason = error.reason();
        if let RenderErrorReason::NestedError(inner) = reason {
            return inner.downcast_ref::<Self>().cloned().unwrap_or_else(|| unreadable(reason));
        }
        if let RenderErrorReason::MissingVariable(tag) = reason {
            Self::Missing { tag: plain(tag.as_deref()) }
        } else if let RenderErrorReason::IOError(_) = reason {
            // Our output is the only one, and refuses only what is too long.
            Self::TooLong
        } else {
            unreadable(reason)
        }
    }
}

/// A tag's name as its author wrote it: the root that the renderer puts before it is cut off.
pub(super) fn plain(tag: Option<&str>) -> String {
    let tag = tag.unwrap_or("this");
    tag.strip_prefix("@root.").unwrap_or(tag).to_owned()
}

pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(200).collect()
}
