//! Text in columns: widths in cells of the terminal, where a Chinese character takes two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use model::words::thousands;

/// Pads a text with blanks to a width in cells. A wider text stays as it is.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Pads a text with blanks on the left, as numbers are.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// Cuts a text to a width in cells; what is cut ends in `…`. Line breaks become blanks.
pub fn clip(text: &str, widest: usize) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.width() <= widest {
        return text;
    }
    let mut out = String::new();
    let mut width = 0;
    for letter in text.chars() {
        width += letter.width().unwrap_or(0);
        if width >= widest {
            break;
        }
        out.push(letter);
    }
    out.push('…');
    out
}

/// The widest of some texts, in cells.
pub fn widest<'t>(texts: impl IntoIterator<Item = &'t str>) -> usize {
    texts.into_iter().map(UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Rows in columns, two blanks apart; the last column is not padded. Each row ends with a line end.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| widest(rows.iter().filter_map(|row| row.get(at)).map(String::as_str)))
        .collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// A bar of `value` in a room of `width` cells where `most` fills it; eighths of a cell are drawn. What is
/// more than nothing shows at least a sliver.
pub fn bar(value: u64, most: u64, width: usize) -> String {
    const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let room = (width as u64).saturating_mul(8);
    let eighths = value.saturating_mul(room).checked_div(most).unwrap_or(0).min(room);
    let eighths = if value > 0 { eighths.max(1) } else { 0 };
    let mut out = "█".repeat(usize::try_from(eighths / 8).unwrap_or(0));
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        out.extend(usize::try_from(rest).ok().and_then(|rest| PARTS.get(rest)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_text_takes_two_cells() {
        let rows = [vec!["生日".to_owned(), "x".to_owned()], vec!["ab".to_owned(), "y".to_owned()]];
        assert_eq!(table(&rows), "生日  x\nab    y\n");
        assert_eq!(clip("生日关怀", 5), "生日…");
        assert_eq!(clip("a\nb", 5), "a b");
        assert_eq!(right("7", 3), "  7");
    }

    #[test]
    fn bars_fill_their_room_and_never_vanish() {
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 4), "██");
        assert_eq!(bar(1, 1000, 4), "▏");
        assert_eq!(bar(0, 10, 4), "");
        assert_eq!(bar(0, 0, 4), "");
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
