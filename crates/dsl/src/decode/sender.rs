//! `dkim:` and `warm_up:` of a sender.

use super::channels::secret;
use super::desk::Desk;
use super::libraries::domain;
use crate::diagnostic::Code;
use crate::library::{Dkim, WarmUp};
use crate::yaml::Node;
use jiff::civil::Date;
use model::{Decimal, Type, Value};

/// On its first day, where the file does not say it.
const FIRST_DAY: u32 = 50;
/// Half more each day, where the file does not say it.
const GROW: Decimal = Decimal::from_micros(1_500_000);

/// `{ selector: s1, key: { secret: DKIM_KEY } }`. `address`: the sender's.
pub(super) fn dkim(node: &Node, address: Option<&str>, desk: &mut Desk<'_>) -> Option<Dkim> {
    let mut fields = desk.fields(node, "thing-dkim")?;
    let selector = desk.need(&mut fields, "selector").and_then(|node| {
        let text = desk.spanned(node)?;
        let label = |part: &str| {
            (1..=63).contains(&part.len())
                && part.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter))
        };
        if text.value.split('.').all(label) {
            return Some(text.value);
        }
        let wrong = desk.report.error(Code::E0635, text.span).message("E0635-selector");
        wrong.arg("text", &text.value).help("E0635-help-selector");
        None
    });
    let key = match fields.has("key") {
        true => secret(&mut fields, "key", desk),
        false => desk.need(&mut fields, "key").and(None),
    };
    let of =
        address.and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain.to_ascii_lowercase());
    let signs = match desk.take(&mut fields, "domain") {
        Some(node) => domain(node, desk).filter(|signs| {
            let above = of.as_ref().is_none_or(|of| of == signs || of.ends_with(&format!(".{signs}")));
            if !above {
                let wrong = desk.report.error(Code::E0635, node.span).message("E0635-aligned");
                wrong
                    .arg("text", signs)
                    .arg("domain", of.as_deref().unwrap_or_default())
                    .help("E0635-help-aligned");
            }
            above
        }),
        None => of,
    };
    desk.close(fields);
    Some(Dkim { domain: signs?, selector: selector?, key: key? })
}

/// A date, or `{ from: 2026-12-01, first_day: 50, grow: 1.5 }`.
pub(super) fn warm_up(node: &Node, desk: &mut Desk<'_>) -> Option<WarmUp> {
    if node.entries().is_none() {
        return Some(WarmUp { from: date(node, desk)?, first_day: FIRST_DAY, grow: GROW });
    }
    let mut fields = desk.fields(node, "thing-warm_up")?;
    let from = desk.need(&mut fields, "from").and_then(|node| date(node, desk));
    let first_day = desk.take(&mut fields, "first_day");
    let first_day = first_day.and_then(|node| desk.whole(node, "first_day", 1, 1_000_000));
    let grow = desk.take(&mut fields, "grow").and_then(|node| {
        let grow = desk.number(node)?;
        let fine = grow.micros() > 1_000_000 && grow.micros() <= 10_000_000;
        if !fine {
            let wrong = desk.report.error(Code::E0635, node.span).message("E0635-grow");
            wrong.arg("text", grow.to_string()).help("E0635-help-grow");
        }
        fine.then_some(grow)
    });
    desk.close(fields);
    let first_day = first_day.and_then(|most| u32::try_from(most).ok()).unwrap_or(FIRST_DAY);
    Some(WarmUp { from: from?, first_day, grow: grow.unwrap_or(GROW) })
}

fn date(node: &Node, desk: &mut Desk<'_>) -> Option<Date> {
    let Value::Date(date) = desk.value(node, &Type::Date)? else { return None };
    Some(date)
}
