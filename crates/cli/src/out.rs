//! Standard output: data goes through here, so that a closed pipe ends the program quietly.

use crate::exit::{Exit, Failure};
use std::io::{self, BufWriter, Write};

/// Standard output, buffered. [`Out::finish`] must be called at the end.
pub struct Out {
    to: BufWriter<Box<dyn Write>>,
}

impl Out {
    /// The program's standard output.
    pub fn stdout() -> Self {
        Self::to(Box::new(io::stdout()))
    }

    /// Output into anything.
    pub fn to(to: Box<dyn Write>) -> Self {
        Self { to: BufWriter::new(to) }
    }

    /// Writes a text as it is. Errors: the pipe is closed (a quiet end), or the disk is full (exit 3).
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.to.write_all(text.as_bytes()).map_err(|error| failed(&error))
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.text(line)?;
        self.text("\n")
    }

    /// Writes a JSON value on one line.
    pub fn json(&mut self, value: &serde_json::Value) -> Result<(), Failure> {
        self.line(&value.to_string())
    }

    /// Writes out what is still buffered.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.to.flush().map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::closed_pipe()
    } else {
        Failure::new(Exit::Configuration, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_pipe_ends_quietly_and_without_fault() {
        let mut out = Out::to(Box::new(Closed));
        out.line("buffered").unwrap();
        assert_eq!(out.finish(), Err(Failure::closed_pipe()));
        assert_eq!(Failure::closed_pipe().exit.code(), 0);
    }
}
