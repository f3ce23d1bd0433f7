//! What a file is that nobody described: its encoding, what stands between its cells. Looked at are the first
//! rows, and the first place that is more than plain ASCII, wherever it is.

use std::io::{self, Read};

use encoding_rs::{BIG5, GB18030};

use super::read::Delimiter;
use super::utf8::Encoding;

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// Bytes that tell the encoding.
const SAMPLE: usize = 256 * 1024;
/// Rows that tell what stands between cells.
const ROWS: usize = 50;
/// What may stand between cells, the likelier first.
const SIGNS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    /// How its text is encoded.
    pub encoding: Encoding,
    /// What stands between cells; `None`: one column, or nothing that is the same in all rows.
    pub delimiter: Option<Delimiter>,
    /// Its first line is `sep=;`, for a spreadsheet.
    pub told: bool,
    /// It begins like JSON.
    pub json: bool,
}

/// Looks at a file. `said`: its encoding, where somebody said it.
pub(super) fn guess(mut input: impl Read, said: Option<Encoding>) -> io::Result<Guess> {
    let mut head = Vec::new();
    input.by_ref().take(CHUNK as u64).read_to_end(&mut head)?;
    let whole = head.len() < CHUNK;
    let encoding = match (said.or_else(|| by_mark(&head)), by_zeros(&head)) {
        (Some(encoding), _) | (None, Some(encoding)) => encoding,
        (None, None) => by_letters(&first_letters(&head, input)?),
    };
    let text = encoding.decode(&head);
    let text = if whole { &*text } else { text.rsplit_once('\n').map_or(&*text, |(rows, _)| rows) };
    let json = text.trim_start().starts_with('{');
    let told = text.lines().next().and_then(|line| {
        let sign = line.trim().strip_prefix("sep=")?;
        if sign.is_empty() { Some(b'\t') } else { sign.bytes().next().filter(|_| sign.len() == 1) }
    });
    let delimiter = match told {
        Some(sign) => Some(Delimiter::Sign(sign)),
        None => SIGNS
            .into_iter()
            .filter_map(|sign| Some((columns(text, sign)?, sign)))
            .rev()
            .max_by_key(|(count, _)| *count)
            .map(|(_, sign)| Delimiter::Sign(sign)),
    };
    Ok(Guess { encoding, delimiter, told: told.is_some(), json })
}

fn by_mark(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xEF, 0xBB, 0xBF, ..] => Some(Encoding::Utf8),
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// UTF-16 without a mark: every other byte of what is plain is nought.
fn by_zeros(head: &[u8]) -> Option<Encoding> {
    let pairs = head.len() / 2;
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match (even * 4 > pairs, odd * 4 > pairs) {
        (false, true) if even == 0 => Some(Encoding::Utf16Le),
        (true, false) if odd == 0 => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// The file from the first chunk on that has more than ASCII, cut behind a line.
fn first_letters(head: &[u8], mut input: impl Read) -> io::Result<Vec<u8>> {
    let mut sample = head.to_vec();
    while sample.is_ascii() {
        sample.clear();
        input.by_ref().take(CHUNK as u64).read_to_end(&mut sample)?;
        if sample.is_empty() {
            return Ok(sample);
        }
    }
    input.take((SAMPLE - CHUNK) as u64).read_to_end(&mut sample)?;
    if sample.len() >= SAMPLE {
        // Between two signs in any encoding: a line end is half of none.
        let end = sample.iter().rposition(|byte| *byte == b'\n').map_or(sample.len(), |at| at + 1);
        sample.truncate(end);
    }
    Ok(sample)
}

fn by_letters(sample: &[u8]) -> Encoding {
    let utf8 = match std::str::from_utf8(sample) {
        Ok(_) => true,
        // Cut within a letter.
        Err(error) => error.error_len().is_none() && sample.len() >= SAMPLE / 2,
    };
    if utf8 {
        return Encoding::Utf8;
    }
    if alone(sample) {
        return Encoding::Latin;
    }
    let (simplified, traditional) = common(sample);
    let is_big5 = BIG5.decode_without_bom_handling_and_without_replacement(sample).is_some();
    let is_gb18030 = GB18030.decode_without_bom_handling_and_without_replacement(sample).is_some();
    match (is_gb18030, is_big5) {
        (true, true) if traditional > 0.85 && simplified < 0.75 => Encoding::Big5,
        (true, _) => Encoding::Gb18030,
        (false, true) => Encoding::Big5,
        // Some rows are broken: they are told one by one.
        (false, false) if simplified >= 0.75 => Encoding::Gb18030,
        (false, false) if traditional > 0.85 => Encoding::Big5,
        (false, false) => Encoding::Utf8,
    }
}

/// Whether nearly every byte above ASCII stands alone among plain letters, as in western languages.
fn alone(sample: &[u8]) -> bool {
    let (mut high, mut single) = (0_u64, 0_u64);
    let mut before = 0;
    for (at, &byte) in sample.iter().enumerate() {
        let after = sample.get(at + 1).copied().unwrap_or(0);
        if byte >= 0x80 {
            high += 1;
            single += u64::from(before < 0x80 && after < 0x80);
        }
        before = byte;
    }
    high > 0 && single * 10 >= high * 9
}

/// Of all pairs, the share that stands for common letters: simplified ones by GB 2312, traditional ones by Big5.
fn common(sample: &[u8]) -> (f64, f64) {
    let (mut pairs, mut simplified, mut traditional) = (0_u64, 0_u64, 0_u64);
    let mut bytes = sample.iter();
    while let Some(&first) = bytes.next() {
        if first < 0x81 {
            continue;
        }
        let Some(&second) = bytes.next() else { break };
        pairs += 1;
        simplified += u64::from(matches!(first, 0xA1..=0xA3 | 0xB0..=0xD7) && second >= 0xA1);
        traditional += u64::from(matches!(first, 0xA1 | 0xA4..=0xC6) && (0x40..=0xFE).contains(&second));
    }
    let share = |count: u64| count as f64 / (pairs.max(1)) as f64;
    (share(simplified), share(traditional))
}

/// How many columns the rows have that a sign sets apart, if it is one number, and more than one.
fn columns(text: &str, sign: u8) -> Option<usize> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(sign)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let counts: Vec<usize> =
        reader.byte_records().take(ROWS).filter_map(|row| row.ok().map(|row| row.len())).collect();
    let heading = *counts.first()?;
    let same = counts.iter().filter(|count| **count == heading).count();
    (heading > 1 && same * 10 >= counts.len() * 9).then_some(heading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{UTF_16LE, WINDOWS_1252};

    fn encoding(bytes: &[u8]) -> Encoding {
        guess(bytes, None).unwrap().encoding
    }

    const SIMPLIFIED: &str =
        "编号,姓名,城市,备注\n1,李娜,杭州,老客户，喜欢拿铁\n2,王伟,北京,上个月买过两次咖啡豆\n";
    const TRADITIONAL: &str =
        "編號,姓名,城市,備註\n1,陳怡君,臺北,老客戶，喜歡拿鐵\n2,黃志明,高雄,上個月買過兩次咖啡豆\n";

    #[test]
    fn encodings_are_told_by_what_is_written() {
        assert_eq!(encoding(SIMPLIFIED.as_bytes()), Encoding::Utf8);
        assert_eq!(encoding(b"id,name\n1,Ann\n"), Encoding::Utf8);
        assert_eq!(encoding(b""), Encoding::Utf8);
        assert_eq!(encoding(&GB18030.encode(SIMPLIFIED).0), Encoding::Gb18030);
        assert_eq!(encoding(&BIG5.encode(TRADITIONAL).0), Encoding::Big5);
        assert_eq!(
            encoding(&WINDOWS_1252.encode("id;name\n1;Müller\n2;José\n3;François\n").0),
            Encoding::Latin
        );
        let wide: Vec<u8> = SIMPLIFIED.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(encoding(&[b"\xFF\xFE", &*wide].concat()), Encoding::Utf16Le);
        let plain: Vec<u8> = "id,name\n1,Ann\n2,李娜\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(encoding(&plain), Encoding::Utf16Be);
        assert_eq!(UTF_16LE.decode_without_bom_handling(&wide).0, SIMPLIFIED);
    }

    #[test]
    fn what_tells_the_encoding_may_stand_far_down() {
        let mut file = b"id,name\n".to_vec();
        for n in 0..40_000 {
            file.extend_from_slice(format!("{n},Ann\n").as_bytes());
        }
        assert!(file.len() > 3 * CHUNK);
        file.extend_from_slice(&GB18030.encode("9,李娜\n9,王伟\n").0);
        assert_eq!(encoding(&file), Encoding::Gb18030);
    }

    #[test]
    fn what_stands_between_cells_is_the_same_in_all_rows() {
        let delimiter = |text: &str| guess(text.as_bytes(), None).unwrap().delimiter;
        let sign = |sign| Some(Delimiter::Sign(sign));
        assert_eq!(delimiter("id,name\n1,Ann\n"), sign(b','));
        assert_eq!(delimiter("id;name\n1;\"Ann; Bob\"\n2;x,y\n"), sign(b';'));
        assert_eq!(delimiter("id\tname, first\n1\tx, y\n2\tz\n"), sign(b'\t'));
        assert_eq!(delimiter("id|name\n1|a\n"), sign(b'|'));
        assert_eq!(delimiter("id\n1\n"), None);
        let told = guess(&b"sep=|\r\nid|name,x\r\n"[..], None).unwrap();
        assert_eq!((told.delimiter, told.told), (sign(b'|'), true));
        assert!(guess(&b"  {\"id\": 1}\n"[..], None).unwrap().json);
    }
}
