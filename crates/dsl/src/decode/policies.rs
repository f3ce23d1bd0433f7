//! `policies:` quiet hours, frequency caps, the reserve, how long a message may wait.

use super::desk::Desk;
use crate::diagnostic::Code;
use crate::library::{Cap, CapPeriod, OverCap, Policies, Reserve};
use crate::source::Spanned;
use crate::yaml::Node;
use model::{Length, Medium, Windows};

/// Reads the policies; what cannot be read is reported and left out.
pub(super) fn read(node: &Node, desk: &mut Desk<'_>) -> (Option<Windows>, Policies) {
    let Some(mut fields) = desk.fields(node, "thing-policies") else {
        return (None, Policies::default());
    };
    let quiet = desk.take(&mut fields, "quiet_hours").and_then(|node| desk.quiet(node));
    let caps = desk.take(&mut fields, "caps").map_or_else(Vec::new, |node| {
        let items = desk.items(node);
        items.iter().filter_map(|node| cap(node, desk)).collect()
    });
    let has_caps = fields.has("caps");
    let reserve = desk.take(&mut fields, "reserve").and_then(|node| {
        let read = reserve(node, desk);
        if !has_caps {
            desk.report.warning(Code::W0705, node.span).help("W0705-help");
        }
        read
    });
    let wait_up_to = desk.take(&mut fields, "wait_up_to").and_then(|node| desk.some_length(node, "days"));
    desk.close(fields);
    (quiet, Policies { caps, reserve, wait_up_to })
}

fn cap(node: &Node, desk: &mut Desk<'_>) -> Option<Cap> {
    let mut fields = desk.fields(node, "thing-cap")?;
    if let Some(class) = desk.take(&mut fields, "class") {
        let marketing = desk.word(class, "class", &[("marketing", true), ("transactional", false)]);
        if marketing == Some(false) {
            desk.report.error(Code::E0621, class.span).help("E0621-help");
        }
    }
    let topic = desk.take(&mut fields, "topic").map(|node| {
        let topic = desk.topic(node)?;
        if desk.library.topics.get(&topic).is_some_and(|topic| !topic.marketing) {
            let diagnostic = desk.report.error(Code::E0621, node.span);
            diagnostic.message("E0621-topic").arg("name", &topic).help("E0621-help");
        }
        Some(topic)
    });
    let medium = desk.take(&mut fields, "channel").map(|node| {
        let words = [("email", Medium::Email), ("sms", Medium::Sms), ("message", Medium::Message)];
        desk.word(node, "channel", &words)
    });
    let rate = desk.need(&mut fields, "at_most").and_then(|node| desk.spanned(node));
    let rate = rate.and_then(|text| rate_of(&text, desk));
    let over_cap = desk
        .take(&mut fields, "over_cap")
        .and_then(|node| desk.word(node, "over_cap", &[("defer", OverCap::Defer), ("skip", OverCap::Skip)]))
        .unwrap_or_default();
    let for_at_most =
        desk.take(&mut fields, "for_at_most").map(|node| (desk.some_length(node, "days"), node.span));
    if let (OverCap::Skip, Some((_, span))) = (over_cap, &for_at_most) {
        desk.report.error(Code::E0622, *span).help("E0622-help");
    }
    desk.close(fields);
    let (at_most, per) = rate?;
    let for_at_most = for_at_most.and_then(|(length, _)| length);
    Some(Cap {
        topic: match topic {
            None => None,
            Some(topic) => Some(topic?),
        },
        medium: match medium {
            None => None,
            Some(medium) => Some(medium?),
        },
        at_most,
        per,
        over_cap,
        for_at_most,
    })
}

/// `2 per week`, `1 per 60 days`, `3 per calendar_day`.
fn rate_of(text: &Spanned<String>, desk: &mut Desk<'_>) -> Option<(u32, CapPeriod)> {
    let read = text.value.split_once(" per ").and_then(|(count, period)| {
        let count = count.trim().parse::<u32>().ok().filter(|count| *count >= 1)?;
        let period = period.trim();
        if period == "calendar_day" {
            return Some((count, CapPeriod::CalendarDay));
        }
        let written = if period.starts_with(|letter: char| letter.is_ascii_digit()) {
            period.to_owned()
        } else {
            format!("1 {period}")
        };
        let length = written.parse::<Length>().ok();
        let length =
            length.filter(|length| !length.is_zero() && length.workdays == 0 && length.work_minutes == 0);
        length.map(|length| (count, CapPeriod::Rolling(length)))
    });
    if read.is_none() {
        desk.report.error(Code::E0620, text.span).arg("text", &text.value).help("E0620-help");
    }
    read
}

fn reserve(node: &Node, desk: &mut Desk<'_>) -> Option<Reserve> {
    let mut fields = desk.fields(node, "thing-reserve")?;
    let priority = desk
        .need(&mut fields, "priority")
        .and_then(|node| desk.whole(node, "priority", -1_000_000, 1_000_000));
    let ahead = desk.need(&mut fields, "ahead").and_then(|node| desk.some_length(node, "days"));
    desk.close(fields);
    Some(Reserve { priority: priority?, ahead: ahead? })
}
