//! The bytes of a file as UTF-8 with plain line ends, whatever encoding and line ends it has. Flat in memory.

use std::io::{self, Read};

use std::borrow::Cow;

use encoding_rs::{BIG5, Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are read and decoded at once.
const CHUNK: usize = 64 * 1024;
/// Longest row, in bytes: a quote that is never closed must not swallow a file into memory.
pub(super) const LONGEST_ROW: usize = 4 * 1024 * 1024;
/// Stands in the decoded bytes where the file had none of its encoding: no text has this byte, so the cell
/// is refused by whoever reads it.
const BROKEN: u8 = 0xFF;

/// An encoding of text files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte-order mark. The default.
    #[default]
    Utf8,
    /// GB18030, and so GBK and GB2312.
    Gb18030,
    /// Big5, of traditional Chinese.
    Big5,
    /// UTF-16, the lower byte first.
    Utf16Le,
    /// UTF-16, the higher byte first.
    Utf16Be,
    /// Windows-1252, of western languages; and so ISO 8859-1.
    Latin,
}

impl Encoding {
    /// Every name people may write, and what it means.
    pub const NAMES: [(&'static str, Self); 13] = [
        ("utf-8", Self::Utf8),
        ("utf8", Self::Utf8),
        ("gb18030", Self::Gb18030),
        ("gbk", Self::Gb18030),
        ("gb2312", Self::Gb18030),
        ("big5", Self::Big5),
        ("big5-hkscs", Self::Big5),
        ("utf-16", Self::Utf16Le),
        ("utf-16le", Self::Utf16Le),
        ("utf-16be", Self::Utf16Be),
        ("windows-1252", Self::Latin),
        ("iso-8859-1", Self::Latin),
        ("latin1", Self::Latin),
    ];

    /// Finds an encoding by its name in any case. `None`: it is not one of ours.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, encoding)| *encoding)
    }

    /// The name people read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Big5 => "big5",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Latin => "windows-1252",
        }
    }

    /// Who decodes it; `None`: it is UTF-8 already.
    fn coded(self) -> Option<&'static encoding_rs::Encoding> {
        match self {
            Self::Utf8 => None,
            Self::Gb18030 => Some(GB18030),
            Self::Big5 => Some(BIG5),
            Self::Utf16Le => Some(UTF_16LE),
            Self::Utf16Be => Some(UTF_16BE),
            Self::Latin => Some(WINDOWS_1252),
        }
    }

    /// The text of some bytes, what is none of this encoding replaced by a sign. A byte-order mark goes.
    pub(super) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self.coded() {
            Some(coded) => coded.decode_with_bom_removal(bytes).0,
            None => String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)),
        }
    }
}

/// A row grew beyond [`LONGEST_ROW`].
#[derive(Debug, thiserror::Error)]
#[error("a row is longer than {LONGEST_ROW} bytes")]
pub(super) struct TooLong;

/// Reads UTF-8 from a file: without byte-order mark, every CRLF as LF, the last line with its end. Where the first
/// bytes know no LF, as in what spreadsheets call CSV for Macintosh, lines end by CR.
pub(super) struct Utf8<R> {
    inner: R,
    decoder: Option<Decoder>,
    encoding: Encoding,
    out: Vec<u8>,
    handed: usize,
    waiting_cr: bool,
    /// What a CR that stands alone becomes; `None`: no line has ended yet.
    lone_cr: Option<u8>,
    last: u8,
    ended: bool,
    read: u64,
    since_row: usize,
}

impl<R: Read> Utf8<R> {
    /// Looks at the first bytes. A mark of byte order wins over the encoding that was said.
    pub fn new(mut inner: R, said: Encoding) -> io::Result<Self> {
        let mut start = Vec::with_capacity(4);
        inner.by_ref().take(4).read_to_end(&mut start)?;
        let (encoding, mark) = match (start.as_slice(), said) {
            ([0xEF, 0xBB, 0xBF, ..], _) => (Encoding::Utf8, 3),
            ([0xFF, 0xFE, ..], _) => (Encoding::Utf16Le, 2),
            ([0xFE, 0xFF, ..], _) => (Encoding::Utf16Be, 2),
            ([0x84, 0x31, 0x95, 0x33], Encoding::Gb18030) => (Encoding::Gb18030, 4),
            (_, said) => (said, 0),
        };
        let decoder = encoding.coded().map(encoding_rs::Encoding::new_decoder_without_bom_handling);
        let mut this = Self {
            inner,
            decoder,
            encoding,
            out: Vec::with_capacity(CHUNK * 2),
            handed: 0,
            waiting_cr: false,
            lone_cr: None,
            last: b'\n',
            ended: false,
            read: start.len() as u64,
            since_row: 0,
        };
        this.take_in(start.get(mark..).unwrap_or_default(), false);
        Ok(this)
    }

    /// The encoding that is really used.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes of the file so far.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    /// A new row begins: the count towards [`LONGEST_ROW`] starts anew.
    pub fn next_row(&mut self) {
        self.since_row = 0;
    }

    fn take_in(&mut self, bytes: &[u8], last: bool) {
        let Some(mut decoder) = self.decoder.take() else {
            self.put(bytes);
            return;
        };
        let mut rest = bytes;
        let mut decoded = vec![0; CHUNK];
        loop {
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut decoded, last);
            self.put(decoded.get(..written).unwrap_or_default());
            rest = rest.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(_, _) => self.put(&[BROKEN]),
            }
        }
        self.decoder = Some(decoder);
    }

    /// Appends decoded bytes, each CRLF as one LF.
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.waiting_cr && byte != b'\n' {
                self.out.push(self.lone_cr.unwrap_or(b'\r'));
            }
            self.waiting_cr = byte == b'\r';
            if !self.waiting_cr {
                self.out.push(byte);
            }
            self.last = byte;
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.handed = 0;
        let mut raw = vec![0; CHUNK];
        while self.out.is_empty() && !self.ended {
            let count = match self.inner.read(&mut raw) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.read += count as u64;
            self.ended = count == 0;
            self.take_in(raw.get(..count).unwrap_or_default(), self.ended);
            if self.lone_cr.is_none() {
                self.tell_line_ends();
            }
            if self.ended && self.last != b'\n' {
                self.put(b"\n");
            }
        }
        Ok(())
    }

    fn tell_line_ends(&mut self) {
        if self.out.contains(&b'\n') {
            self.lone_cr = Some(b'\r');
        } else if self.out.contains(&b'\r') {
            self.lone_cr = Some(b'\n');
            self.out.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.handed == self.out.len() {
            self.refill()?;
        }
        let ready = self.out.get(self.handed..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.handed += count;
        self.since_row += count;
        if self.since_row > LONGEST_ROW { Err(io::Error::other(TooLong)) } else { Ok(count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut out = Vec::new();
        Utf8::new(bytes, encoding).unwrap().read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn marks_go_line_ends_are_plain_and_the_last_line_ends() {
        assert_eq!(read(b"\xEF\xBB\xBFa,b\r\n1,2", Encoding::Utf8), b"a,b\n1,2\n");
        assert_eq!(read(b"a\rb\r\n\r\n", Encoding::Utf8), b"a\rb\n\n");
        assert_eq!(read(b"", Encoding::Utf8), b"");
        assert_eq!(read(b"x\r", Encoding::Utf8), b"x\n");
        // CSV for Macintosh.
        assert_eq!(read(b"id,name\r1,Ann\r2,Bo\r", Encoding::Utf8), b"id,name\n1,Ann\n2,Bo\n");
        let wide: Vec<u8> = "id\r杭州".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&wide, Encoding::Utf16Be), "id\n杭州\n".as_bytes());
    }

    #[test]
    fn gb18030_is_decoded_and_what_is_none_is_marked() {
        let (bytes, _, _) = GB18030.encode("编号,城市\n1,杭州€\n");
        assert_eq!(read(&bytes, Encoding::Gb18030), "编号,城市\n1,杭州€\n".as_bytes());
        let mut broken = bytes.into_owned();
        broken.extend_from_slice(b"2,\xFFx\n");
        let out = read(&broken, Encoding::Gb18030);
        assert!(std::str::from_utf8(&out).is_err());
        assert!(out.ends_with(b"2,\xFFx\n"));
        // A mark says what the file is, whatever was said of it.
        assert_eq!(read("\u{feff}杭州\n".as_bytes(), Encoding::Gb18030), "杭州\n".as_bytes());
    }

    #[test]
    fn other_encodings_are_decoded() {
        let wide: Vec<u8> = "编号\r\n杭州".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xFF\xFE", &*wide].concat();
        assert_eq!(read(&marked, Encoding::Utf8), "编号\n杭州\n".as_bytes());
        assert_eq!(read(&wide, Encoding::Utf16Le), "编号\n杭州\n".as_bytes());
        assert_eq!(read(&BIG5.encode("編號\n臺北").0, Encoding::Big5), "編號\n臺北\n".as_bytes());
        assert_eq!(read(b"M\xFCller", Encoding::Latin), "Müller\n".as_bytes());
        for (name, encoding) in Encoding::NAMES {
            assert_eq!(Encoding::named(&name.to_uppercase()), Some(encoding));
            assert!(Encoding::named(encoding.as_str()).is_some(), "{}", encoding.as_str());
        }
    }

    #[test]
    fn a_row_without_end_is_stopped() {
        let mut input = Utf8::new(io::repeat(b'x'), Encoding::Utf8).unwrap();
        let mut sink = Vec::new();
        let error = input.read_to_end(&mut sink).unwrap_err();
        assert!(error.get_ref().is_some_and(|inner| inner.is::<TooLong>()));
        assert!(sink.len() <= LONGEST_ROW);
    }
}
