//! The types of the model: what a value of each is, and the ways in which it may be written. A test reads every
//! example as what it says.

use super::Say;

/// A type as the model spells it.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What it is, and what is read as one.
    pub say: Say,
    /// Ways to write one.
    pub examples: &'static [&'static str],
}

const fn of(
    name: &'static str,
    en: &'static str,
    zh: &'static str,
    examples: &'static [&'static str],
) -> Described {
    Described { name, say: Say { en, zh }, examples }
}

/// Every type with a name of its own, in the order of [`model::Type::NAMES`].
pub const TYPES: [Described; 11] = [
    of("text", "Any text.", "任意文字。", &["王芳"]),
    of("number", "A decimal of up to 6 places.", "数字，最多 6 位小数。", &["12", "-0.5", "1234.567891"]),
    of(
        "yes_no",
        "Yes or no, in any case of letters.",
        "是或否，不分大小写。",
        &["true", "false", "yes", "no", "y", "n", "1", "0", "是", "否"],
    ),
    of("date", "A day.", "日期。", &["2026-03-02", "2026/3/2"]),
    of(
        "time",
        "An instant. Without an offset or a zone it is in the project's zone; a day alone is its first instant.",
        "时刻。没写时差或时区时按项目的时区；只写日期就是那天的第一刻。",
        &[
            "2026-03-02T09:00:00+08:00",
            "2026-03-02 09:00",
            "2026-03-02 09:00:30.250",
            "2026-03-02 06:00 Asia/Shanghai",
            "2026-03-02",
        ],
    ),
    of(
        "duration",
        "A length of time; several parts add up. `minutes`, `hours` and `seconds` pass as they are; days, weeks, months and years keep the clock time; `workdays`, `workhours` and `workminutes` count in the calendar. Halves go with hours, days and years.",
        "时长，几段相加。`minutes`、`hours`、`seconds` 按实际流逝；天、周、月、年保持钟点；`workdays`、`workhours`、`workminutes` 按工作日历。“半”可用于小时、天和年。",
        &[
            "90 minutes",
            "1.5 hours",
            "5 days 3 hours",
            "1h30m",
            "2w",
            "P3D",
            "PT90M",
            "3 天",
            "两周",
            "5 个工作日",
            "4 个工作小时",
            "半小时",
            "一个半小时",
            "半天",
            "两天半",
            "半年",
            "一年半",
        ],
    ),
    of(
        "list",
        "Texts, also in one cell of a table; what stands between them may be `,` `;` `|` `，` `；` `、`.",
        "若干文字，也可以写在表格的一格里，用 `,` `;` `|` `，` `；` `、` 隔开。",
        &["wms, 冷链；出口"],
    ),
    of(
        "email",
        "An address. Its domain is kept in small letters.",
        "邮箱地址，域名存为小写。",
        &["wang@example.com", "客服@例子.公司"],
    ),
    of(
        "phone",
        "A number of 3 to 20 digits. Blanks, dashes, dots and brackets are left out, full-width digits are digits.",
        "3 到 20 位号码。空格、横线、点和括号会去掉，全角数字也算数字。",
        &["13800000000", "+86 138-0000-0000", "(0571) 8888 8888", "１３８００００００００"],
    ),
    of("money", "A decimal, in the currency of your choice.", "金额，币种由您约定。", &["200", "49.90"]),
    of(
        "birthday",
        "A day of birth, solar or lunar; the year is optional.",
        "生日，公历或农历；年份可以不写。",
        &[
            "1990-03-12",
            "1990/3/12",
            "03-12",
            "3月12日",
            "农历八月十五",
            "农历1990年闰五月初三",
            "lunar 08-15",
            "lunar 1990-L05-15",
        ],
    ),
];

/// Ways to write times of the day on some days (`wait_until: …`, `quiet_hours: …`, `hours: …`).
pub const WINDOWS: &[&str] = &[
    "21:00-09:00",
    "10:00-20:00 workdays",
    "tue,wed,thu 09:30-11:00",
    "mon-fri 9:00 to 18:00; sat 10:00-12:00",
    "weekends",
    "周二至周四 9:30-11:00",
    "工作日 9:00 至 18:00",
    "周末",
];

/// Ways to write the days of a schedule (`every: …`).
pub const DAYS: &[&str] = &[
    "day",
    "workdays",
    "weekends",
    "monday",
    "mon-fri",
    "[mon, thu]",
    "周一",
    "周一至周五",
    "工作日",
    "每天",
];
