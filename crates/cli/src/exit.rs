//! How the program ends: the exit codes, and the failure that stops a verb.

use model::words::{Language, say};

/// The exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is fine.
    Fine,
    /// Findings or failures: errors in files, failed tests, bad rows.
    Findings,
    /// The command line was used wrongly.
    Usage,
    /// Configuration or a file cannot be used.
    Configuration,
    /// No such customer, workflow, template, code.
    NotFound,
    /// Somebody else was faster, or stands in the way.
    Conflict,
    /// A service that is needed does not answer.
    Unavailable,
    /// Ended by the person at the keyboard.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::NotFound => 4,
            Self::Conflict => 5,
            Self::Unavailable => 69,
            Self::Interrupted => 130,
        }
    }
}

/// What stops a verb: the exit code, and a sentence for the person in their language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The sentence; empty: nothing is left to say.
    pub message: String,
}

impl Failure {
    /// A failure with a sentence that is already made.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// A failure with a sentence of the catalogue.
    pub fn say(exit: Exit, language: Language, key: &str, values: &[(&str, &str)]) -> Self {
        Self::new(exit, say(language, key, values))
    }

    /// The reader of our output has gone (`| head`): nothing to say, and nothing wrong.
    pub fn closed_pipe() -> Self {
        Self::new(Exit::Fine, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_the_contract() {
        let all = [
            Exit::Fine,
            Exit::Findings,
            Exit::Usage,
            Exit::Configuration,
            Exit::NotFound,
            Exit::Conflict,
            Exit::Unavailable,
            Exit::Interrupted,
        ];
        assert_eq!(all.map(Exit::code), [0, 1, 2, 3, 4, 5, 69, 130]);
    }
}
