//! What a file of customers seems to hold: for each column the attribute that it is, and its type. A guess for
//! people to look through, from the first rows.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use jiff::tz::TimeZone;
use model::{Type, Value};

use super::map::ReadAs;
use super::read::{Delimiter, Row, Rows, Shape, look};
use super::say::{Finding, ImportError};
use super::scars::{self, Mended};
use super::utf8::Encoding;

/// Rows that are looked at.
const ROWS: usize = 20_000;
/// Values of which a choice is made, at most.
const CHOICES: usize = 12;
/// Values that are remembered to see whether a column tells rows apart.
const DIFFERENT: usize = ROWS + 1;

/// Headings (lower case) and the attributes that they are everywhere.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "external_id",
        &[
            "external_id",
            "id",
            "customer id",
            "customer_id",
            "member id",
            "编号",
            "客户编号",
            "客户id",
            "会员号",
            "会员编号",
            "会员id",
            "会员卡号",
            "卡号",
            "用户id",
            "用户编号",
        ],
    ),
    (
        "name",
        &["name", "full name", "customer name", "姓名", "名字", "客户姓名", "会员姓名", "客户名称", "联系人"],
    ),
    (
        "email",
        &["email", "e-mail", "email address", "mail", "邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址"],
    ),
    (
        "phone",
        &[
            "phone",
            "mobile",
            "phone number",
            "mobile phone",
            "tel",
            "telephone",
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "联系电话",
            "电话号码",
            "联系方式",
        ],
    ),
    (
        "birthday",
        &["birthday", "birth date", "date of birth", "dob", "birthdate", "生日", "出生日期", "出生年月日"],
    ),
    ("company", &["company", "company name", "公司", "公司名称", "单位"]),
    ("country", &["country", "国家"]),
    ("language", &["language", "语言"]),
    ("zone", &["zone", "timezone", "time zone", "时区"]),
    ("tags", &["tags", "标签"]),
    (
        "created_at",
        &[
            "created_at",
            "created at",
            "created",
            "signup date",
            "registered",
            "注册时间",
            "注册日期",
            "创建时间",
            "入会时间",
            "入会日期",
            "开卡日期",
            "加入时间",
        ],
    ),
    ("city", &["city", "城市", "所在城市"]),
    ("tier", &["tier", "level", "会员等级", "等级", "会员级别"]),
    ("gender", &["gender", "sex", "性别"]),
    ("status", &["status", "状态"]),
    ("points", &["points", "积分"]),
    ("total_spend", &["total spend", "total spent", "累计消费", "消费金额", "消费总额"]),
    ("address", &["address", "地址"]),
    (
        "consent.marketing",
        &[
            "consent",
            "opt in",
            "opt-in",
            "subscribed",
            "accepts marketing",
            "是否订阅",
            "订阅",
            "是否同意营销",
            "营销同意",
            "同意接收邮件",
        ],
    ),
];
/// Attributes that every customer has; the model need not name them.
const BUILT_IN: [&str; 9] =
    ["external_id", "name", "email", "phone", "company", "country", "language", "zone", "created_at"];

/// What a file of customers seems to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// The heading of the one that tells customers apart.
    pub key: String,
    /// Rows that were looked at, 20,000 at most.
    pub rows: usize,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// What stands between cells, where that is not a comma.
    pub delimiter: Option<char>,
}

/// One column, as it seems.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// The attribute; `external_id` tells customers apart, `consent.marketing` is no attribute. `None`: nothing
    /// stands in it.
    pub attribute: Option<String>,
    /// Its type.
    pub ty: Type,
    /// Whether the model must declare it.
    pub declared: bool,
    /// Cells that are written in another way than the type's, and are read all the same.
    pub mended: usize,
    /// Cells that do not fit the type.
    pub odd: usize,
}

/// Looks through a file of customers.
///
/// Errors: it cannot be read, or no column tells customers apart.
pub fn survey(path: &Path, zone: &TimeZone) -> Result<Survey, ImportError> {
    let failed = |source| ImportError::File { path: path.to_owned(), source };
    let (format, unpacked) = look(path, &ReadAs::default(), None)?;
    let file = match unpacked {
        Some(file) => file,
        None => File::open(path).map_err(failed)?,
    };
    let delimiter = match &format.shape {
        Shape::Table { delimiter: Delimiter::Sign(sign), .. } if *sign != b',' => Some(char::from(*sign)),
        Shape::Table { .. } | Shape::JsonLines => None,
    };
    let mut rows = Rows::open(file, &format, path)?;
    let Some(headings) = rows.columns() else {
        return Err(ImportError::refused(Finding::new("import-empty", &[])));
    };
    let mut seen: Vec<Seen> = headings.iter().map(|_| Seen::default()).collect();
    let mut count = 0;
    while count < ROWS
        && let Some(row) = rows.next_row(path)?
    {
        let Ok(row) = row else { continue };
        count += 1;
        for (heading, seen) in headings.iter().zip(&mut seen) {
            seen.take(&row, heading);
        }
    }
    let mut taken = BTreeSet::new();
    let mut columns = Vec::new();
    for (heading, seen) in headings.iter().zip(&seen) {
        columns.push(seen.column(heading, count, zone, &mut taken));
    }
    let Some(key) = key_of(&mut columns, &seen, count) else {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Err(ImportError::refused(Finding::new("init-no-key", &[("file", &file)])));
    };
    Ok(Survey { columns, key, rows: count, encoding: rows.encoding(), delimiter })
}

/// The heading of what tells customers apart: what is called so, else the first column that has another value in
/// each row, an address rather than any text.
fn key_of(columns: &mut [Column], seen: &[Seen], rows: usize) -> Option<String> {
    let named = columns.iter().find(|column| column.attribute.as_deref() == Some("external_id"));
    if let Some(named) = named {
        return Some(named.heading.clone());
    }
    let unique = |at: &usize| {
        rows > 0 && seen.get(*at).is_some_and(|seen| seen.filled == rows && seen.different.len() == rows)
    };
    let at = [Type::Phone, Type::Email, Type::Text].iter().find_map(|ty| {
        let fits = |column: &Column| column.ty == *ty && column.odd == 0;
        (0..columns.len()).filter(unique).find(|at| columns.get(*at).is_some_and(fits))
    })?;
    let column = columns.get_mut(at)?;
    if column.ty == Type::Text {
        column.attribute = Some("external_id".to_owned());
        column.declared = false;
    }
    Some(column.heading.clone())
}

/// What stands in a column.
#[derive(Default)]
struct Seen {
    filled: usize,
    values: Vec<String>,
    different: BTreeSet<String>,
}

impl Seen {
    fn take(&mut self, row: &Row, heading: &str) {
        let Some(cell) = row.get(heading).filter(|cell| !cell.is_blank()) else { return };
        let text = cell.text();
        let text = scars::unmarked(&text).unwrap_or(&text).trim().to_owned();
        if scars::is_nothing(Some(&Type::Number), &text) && text != "无" {
            return;
        }
        self.filled += 1;
        if self.different.len() < DIFFERENT {
            self.different.insert(text.clone());
        }
        self.values.push(text);
    }

    fn column(&self, heading: &str, rows: usize, zone: &TimeZone, taken: &mut BTreeSet<String>) -> Column {
        let lower = heading.trim().to_lowercase();
        let known = KNOWN.iter().find(|(_, words)| words.contains(&&*lower)).map(|(name, _)| *name);
        let ty = self.ty(known, &lower, rows, zone);
        let attribute = match known {
            _ if self.says_nothing() => None,
            Some(name) if !taken.contains(name) => Some(name.to_owned()),
            Some(_) | None => Some(free_name(heading, taken)),
        };
        taken.extend(attribute.clone());
        let declared = attribute
            .as_deref()
            .is_some_and(|name| name != "consent.marketing" && name != "tags" && !BUILT_IN.contains(&name));
        let fits =
            self.values.iter().map(|text| how(&ty, text, zone)).fold(
                (0, 0),
                |(mended, odd), fit| match fit {
                    Fit::Reads => (mended, odd),
                    Fit::Mended => (mended + 1, odd),
                    Fit::Odd => (mended, odd + 1),
                },
            );
        Column { heading: heading.to_owned(), attribute, ty, declared, mended: fits.0, odd: fits.1 }
    }

    /// Whether nothing stands in it but words for nothing.
    fn says_nothing(&self) -> bool {
        self.different.iter().all(|text| scars::is_nothing(Some(&Type::Number), text))
    }

    fn ty(&self, known: Option<&str>, lower: &str, rows: usize, zone: &TimeZone) -> Type {
        match known {
            Some(
                "external_id" | "name" | "company" | "country" | "language" | "zone" | "city" | "address",
            ) => {
                return Type::Text;
            }
            Some("email") => return Type::Email,
            Some("phone") => return Type::Phone,
            Some("birthday") => return Type::Birthday,
            Some("tags") => return Type::List,
            Some("created_at") => return Type::Time,
            Some("consent.marketing") => return Type::YesNo,
            _ if self.says_nothing() => return Type::Text,
            Some(_) | None => {}
        }
        // Of twenty cells one may be a slip of the pen.
        let nearly = |fits: &dyn Fn(&str) -> bool| {
            let good = self.values.iter().filter(|text| fits(text)).count();
            self.filled > 0 && good * 20 >= self.filled * 19
        };
        let reads = |ty: Type| move |text: &str| how(&ty, text, zone) != Fit::Odd;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let of_days = ["日期", "时间", "date", "time", "生日"].iter().any(|word| lower.contains(word))
            || lower.ends_with('日')
            || lower.ends_with("_at");
        let asks = ["是否", "is_", "has_", "is ", "has "].iter().any(|word| lower.starts_with(word));
        let answers = self.different.len() <= 4 && (asks || !nearly(&digits));
        if nearly(&|text| text.contains('@') && reads(Type::Email)(text)) {
            return Type::Email;
        }
        if answers && nearly(&reads(Type::YesNo)) {
            return Type::YesNo;
        }
        if nearly(&|text| text.len() == 11 && text.starts_with('1') && digits(text)) {
            return Type::Phone;
        }
        let is_day = |text: &str| (of_days || !digits(text)) && reads(Type::Date)(text);
        if (of_days || !nearly(&reads(Type::Number))) && nearly(&is_day) {
            let clock = self.values.iter().any(|text| text.contains(':') && !text.contains("0:00"));
            return if clock { Type::Time } else { Type::Date };
        }
        // Leading noughts and very long ones are names of things.
        let counted =
            |text: &str| !(text.len() > 1 && text.starts_with('0') && digits(text)) && text.len() < 15;
        if nearly(&|text| counted(text) && reads(Type::Number)(text)) {
            return Type::Number;
        }
        let few = self.different.len() <= CHOICES && self.different.len() * 4 <= self.filled && rows >= 8;
        if few && self.different.iter().all(|text| text.chars().count() <= 20) {
            return Type::OneOf(self.different.iter().cloned().collect());
        }
        Type::Text
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Reads,
    Mended,
    Odd,
}

fn how(ty: &Type, text: &str, zone: &TimeZone) -> Fit {
    if Value::parse(ty, text, zone).is_ok() {
        return Fit::Reads;
    }
    match scars::mend(ty, text) {
        Some(Mended::As(mended)) if Value::parse(ty, &mended, zone).is_ok() => Fit::Mended,
        Some(Mended::As(_) | Mended::Lost) | None => Fit::Odd,
    }
}

/// A name that conditions can say, and no other column has.
fn free_name(heading: &str, taken: &BTreeSet<String>) -> String {
    let kept = heading.trim().to_lowercase();
    let kept: String =
        kept.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    let kept = kept.trim_matches('_');
    let first = kept.starts_with(char::is_alphabetic);
    let mut name = if first { kept.to_owned() } else { format!("c_{kept}") };
    // A rep, and a place in a pipeline, are more than a text.
    if matches!(&*name, "owner" | "stage" | "id") {
        name.push_str("_name");
    }
    let numbers = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbers).find(|name| !taken.contains(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn of(bytes: &[u8]) -> Result<Survey, ImportError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        survey(file.path(), &TimeZone::UTC)
    }

    fn told(survey: &Survey) -> Vec<String> {
        let line = |column: &Column| {
            let name = column.attribute.as_deref().unwrap_or("-");
            format!("{} {name} {} {} {}", column.heading, column.ty.name(), column.mended, column.odd)
        };
        survey.columns.iter().map(line).collect()
    }

    #[test]
    fn chinese_columns_are_known_by_their_headings_and_their_cells() {
        let mut text =
            "会员号;姓名;手机号;生日;会员等级;最近购买日期;累计消费;是否接受短信;备注;空列\n".to_owned();
        for n in 0..20 {
            text += &format!(
                "M{n:04};李娜{n};138001380{n:02};1990年3月{}日;{};2024/3/{};¥1,2{n:02}.50;{};无;\n",
                n + 1,
                ["金卡", "银卡"][n % 2],
                n + 1,
                ["是", "否"][n % 2],
            );
        }
        let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
        let survey = of(&bytes).unwrap();
        assert_eq!((survey.encoding, survey.delimiter, survey.rows), (Encoding::Gb18030, Some(';'), 20));
        assert_eq!(survey.key, "会员号");
        assert_eq!(
            told(&survey),
            [
                "会员号 external_id text 0 0",
                "姓名 name text 0 0",
                "手机号 phone phone 0 0",
                "生日 birthday birthday 0 0",
                "会员等级 tier one_of 0 0",
                "最近购买日期 最近购买日期 date 0 0",
                "累计消费 total_spend number 20 0",
                "是否接受短信 是否接受短信 yes_no 0 0",
                "备注 - text 0 0",
                "空列 - text 0 0",
            ]
        );
    }

    #[test]
    fn without_an_id_an_address_tells_customers_apart() {
        let survey = of(b"Name,E-Mail,Orders\nAnn,a@example.com,3\nAnn,b@example.com,07\n").unwrap();
        assert_eq!(survey.key, "E-Mail");
        assert_eq!(told(&survey), ["Name name text 0 0", "E-Mail email email 0 0", "Orders orders text 0 0"]);
        let error = of(b"Name,Town\nAnn,Bonn\nAnn,Bonn\n").unwrap_err();
        assert!(error.to_string().ends_with("each only once"), "{error}");
    }
}
