//! The cards, lines and labels of a spine as SVG, whose colours are the page's.

use super::super::svg::{Kind, escaped};
use super::{CARD, CELL, Card, Edge, PILL, Spine, pill};
use model::words::thousands;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Room around all.
const MARGIN: i64 = 20;
/// Cells of the first and of the second line of a card.
const LINES: (usize, usize) = (23, 27);
/// How round the corners of lines are.
const ROUND: i64 = 10;

impl Spine<'_, '_> {
    pub(super) fn print(&self, left: i64, right: i64, bottom: i64) -> String {
        let (wide, high) = (left + right + 2 * MARGIN, bottom + 2 * MARGIN);
        let mut out = format!(
            "<svg class=\"spine\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" \
             viewBox=\"{} {} {wide} {high}\" role=\"img\" aria-label=\"{}\">\n",
            -left - MARGIN,
            -MARGIN,
            escaped(&self.drawing.title())
        );
        let most = self.edges.iter().map(|edge| edge.count).max().unwrap_or(0).max(1);
        for edge in &self.edges {
            flow(&mut out, edge, most);
        }
        for edge in &self.edges {
            line(&mut out, edge);
        }
        for label in &self.labels {
            let wide = pill(&label.text);
            let _ = writeln!(
                out,
                "<g class=\"way\"><rect x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"{}\" rx=\"{}\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>",
                label.x - wide / 2,
                label.y - PILL / 2 + 1,
                PILL - 2,
                PILL / 2 - 1,
                label.x,
                label.y + 4,
                escaped(&label.text)
            );
        }
        for card in &self.cards {
            self.print_card(&mut out, card);
        }
        out.push_str("</svg>\n");
        out
    }

    fn print_card(&self, out: &mut String, card: &Card) {
        let (x, y) = (card.x - CARD.0 / 2, card.y);
        let (first, second) = two_lines(&card.text);
        let (name_at, people_at) = if second.is_empty() { (33, 54) } else { (25, 63) };
        let tip = if card.id.is_empty() { card.text.clone() } else { format!("{}\n{}", card.text, card.id) };
        let _ = write!(
            out,
            "<g class=\"card {}\"><title>{}</title><rect class=\"face\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"12\"/>\
             <rect class=\"badge\" x=\"{}\" y=\"{}\" width=\"30\" height=\"30\" rx=\"8\"/>\
             <path class=\"icon\" transform=\"translate({} {})\" d=\"{}\"/>\
             <text class=\"name\" x=\"{}\" y=\"{}\">{}</text>",
            card.kind.class(),
            escaped(&tip),
            CARD.0,
            CARD.1,
            x + 12,
            y + 12,
            x + 19,
            y + 19,
            icon(card.kind),
            x + 52,
            y + name_at,
            escaped(&first)
        );
        if !second.is_empty() {
            let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", x + 52, y + 43, escaped(&second));
        }
        let figure = card.figure;
        let said = |key: &str, count: u64| self.drawing.word(key, &[("count", &thousands(count))]);
        let mut people = said("spine-people", figure.came);
        for (key, count) in [("spine-left-out", figure.left_out), ("spine-left", figure.left)] {
            if count > 0 {
                people = self.drawing.and(&people, &said(key, count));
            }
        }
        let _ = write!(
            out,
            "<text class=\"people\" x=\"{}\" y=\"{}\">{}</text>",
            x + 52,
            y + people_at,
            escaped(&people)
        );
        if figure.here > 0 {
            let text = said("spine-here", figure.here);
            let wide = i64::try_from(text.width()).unwrap_or(0) * CELL + 16;
            let right = x + CARD.0 - 6;
            let _ = write!(
                out,
                "<rect class=\"here\" x=\"{}\" y=\"{}\" width=\"{wide}\" height=\"20\" rx=\"10\"/>\
                 <text class=\"here\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                right - wide,
                y + CARD.1 - 10,
                right - wide / 2,
                y + CARD.1 + 4,
                escaped(&text)
            );
        }
        out.push_str("</g>\n");
    }
}

/// The stream of people below a line: the more, the wider.
fn flow(out: &mut String, edge: &Edge, most: u64) {
    if edge.count == 0 {
        return;
    }
    let wide = 3 + edge.count.saturating_mul(15) / most;
    let _ = writeln!(out, "<path class=\"flow\" stroke-width=\"{wide}\" d=\"{}\"/>", path(&edge.points));
}

fn line(out: &mut String, edge: &Edge) {
    let class = if edge.back { "edge back" } else { "edge" };
    let tip = if edge.back { String::new() } else { format!("<title>{}</title>", thousands(edge.count)) };
    let mut drawn = path(&edge.points);
    if let (true, Some((x, y))) = (edge.arrow, edge.points.last()) {
        let head = if edge.back {
            format!("M{} {}l-6 4 6 4", x + 6, y - 4)
        } else {
            format!("M{} {}l4 6 4-6", x - 4, y - 7)
        };
        drawn.push_str(&head);
    }
    let _ = writeln!(out, "<path class=\"{class}\" d=\"{drawn}\">{tip}</path>");
}

/// A line through points, upright or level, with round corners.
fn path(points: &[(i64, i64)]) -> String {
    let mut out = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| points.get(before));
        let Some(before) = before else {
            let _ = write!(out, "M{x} {y}");
            continue;
        };
        match points.get(place + 1) {
            Some(after) => {
                let near = |(px, py): (i64, i64)| {
                    let (dx, dy) = (px - x, py - y);
                    let step = |d: i64| d.signum() * (d.abs() / 2).min(ROUND);
                    (x + step(dx), y + step(dy))
                };
                let ((ax, ay), (bx, by)) = (near(*before), near(*after));
                let _ = write!(out, "L{ax} {ay}Q{x} {y} {bx} {by}");
            }
            None => {
                let _ = write!(out, "L{x} {y}");
            }
        }
    }
    out
}

/// A text in two lines, the second cut with `…` where it is still too long.
fn two_lines(text: &str) -> (String, String) {
    if text.width() <= LINES.0 {
        return (text.to_owned(), String::new());
    }
    let (mut first, mut width, mut gap) = (0, 0, None);
    for (at, letter) in text.char_indices() {
        width += letter.width().unwrap_or(0);
        if width > LINES.0 {
            break;
        }
        first = at + letter.len_utf8();
        // A Latin word is cut at its end, or at a mark within; Chinese text anywhere.
        if matches!(letter, ' ' | '/' | '_' | '-' | ',') || !letter.is_ascii() {
            gap = Some(first).filter(|_| width > LINES.0 / 3).or(gap);
        }
    }
    let (one, two) = text.split_at_checked(gap.unwrap_or(first)).unwrap_or((text, ""));
    (one.trim_end().to_owned(), super::clip(two.trim_start_matches([' ', '，', '：', ',']), LINES.1))
}

/// A sign of sixteen pixels.
fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Start => "M9 1 3.5 9H8l-1 6 5.500-8H8z",
        Kind::Message => "M1.500 3.500h13v9h-13zM1.500 4l6.500 5L14.500 4",
        Kind::Rest => "M8 1.500a6.500 6.500 0 1 0 .01 0M8 4.500V8l2.500 2",
        Kind::Branch => "M8 1.500V6M8 6c0 4-5 2.500-5 8M8 6c0 4 5 2.500 5 8",
        Kind::Step | Kind::Arm => "M2 2h6l6.500 6.500-6 6L2 8zM5 5h.01",
        Kind::End => "M4 15V2h9l-2.500 3.500L13 9H4",
    }
}
