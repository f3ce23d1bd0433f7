//! Types of comparisons: both sides of one kind, texts among those a one-of allows, and the mistakes that
//! marketers make there.

use super::{Candidate, Sort, Typer};
use crate::condition::lex::Sign;
use crate::condition::parse::{Expr, ExprKind};
use crate::condition::print::quote;
use crate::condition::scope::Fields;
use crate::condition::{Op, Operand, Over, Path, Root, Test};
use crate::diagnostic::{Code, listed, suggest};
use crate::library::Values;
use model::{Birthday, Type, Value};

/// Words that people write for "unknown" behind `==`.
const NOTHING: [&str; 8] = ["null", "NULL", "Null", "none", "None", "nil", "empty", "unknown"];

impl Typer<'_> {
    /// `negated`: it stands behind `not`.
    pub(super) fn compare(
        &mut self,
        expr: &Expr,
        left: &Expr,
        sign: Sign,
        right: &Expr,
        negated: bool,
    ) -> Option<Test> {
        let equality = matches!(sign, Sign::Equal | Sign::NotEqual);
        if equality && right.bare_word().is_some_and(|word| NOTHING.contains(&word)) {
            return self.meant_unknown(left, sign, right);
        }
        let (a, b) = self.pair(left, right);
        let otherwise = if equality { Type::Text } else { Type::Number };
        let ((a, a_type), (b, b_type)) = self.both(a?, b?, &otherwise);
        let (a, a_type) = self.fitted(left, a, a_type, &b_type)?;
        let (b, b_type) = self.fitted(right, b, b_type, &a_type)?;
        if equality {
            self.among_known(left, &a, &b)?;
            self.among_known(right, &b, &a)?;
        }
        self.comparable(expr, (left, &a, &a_type), (right, &b, &b_type))?;
        let op = match sign {
            Sign::Equal | Sign::NotEqual => Op::Equal,
            Sign::Less => Op::Less,
            Sign::AtMost => Op::AtMost,
            Sign::Greater => Op::Greater,
            Sign::AtLeast => Op::AtLeast,
        };
        if equality {
            self.has_equality(left, &a_type)?;
        } else {
            self.has_order(left, &a_type, sign)?;
        }
        if sign == Sign::NotEqual || (negated && sign == Sign::Equal) {
            self.warn_of_unknown(expr, &a);
            self.warn_of_unknown(expr, &b);
        }
        let test = Test::Compare { left: a, op, right: b };
        Some(if sign == Sign::NotEqual { Test::negate(test) } else { test })
    }

    /// Types both sides, so that the mistakes of both are said. A bare word beside a text was meant as one.
    fn pair(&mut self, left: &Expr, right: &Expr) -> (Option<(Operand, Type)>, Option<(Operand, Type)>) {
        let a = self.operand(left);
        let b = match &a {
            Some((_, ty)) => self.operand_beside(right, ty),
            // What it should be compared with is not known, so nothing sure can be said of a bare word.
            None if right.bare_word().is_some() => None,
            None => self.operand(right),
        };
        (a, b)
    }

    /// A value beside one of a type: a bare word is offered in quotes.
    pub(super) fn operand_beside(&mut self, expr: &Expr, beside: &Type) -> Option<(Operand, Type)> {
        let Some(word) = expr.bare_word() else { return self.operand(expr) };
        if Sort::of(beside) == Sort::YesNo
            && let Some(meant) = yes_or_no(word)
        {
            let fix = self.fix(expr.start, expr.end, meant.to_owned());
            let diagnostic = self.error(Code::E0404, expr).arg("found", word).did_you_mean(Some(meant));
            diagnostic.fix_where_known(fix);
            return None;
        }
        if !matches!(Sort::of(beside), Sort::Text | Sort::List) {
            return self.operand(expr);
        }
        let meant = match beside {
            Type::OneOf(allowed) => suggest(word, allowed.iter().map(String::as_str)).unwrap_or(word),
            Type::Text
            | Type::Number
            | Type::YesNo
            | Type::Date
            | Type::Time
            | Type::Duration
            | Type::List
            | Type::Email
            | Type::Phone
            | Type::Money
            | Type::Birthday
            | Type::Reference(_) => word,
        };
        let quoted = quote(meant);
        let fix = self.fix(expr.start, expr.end, quoted.clone());
        let diagnostic = self.error(Code::E0407, expr).arg("words", word).did_you_mean(Some(quoted));
        diagnostic.fix_where_known(fix);
        None
    }

    fn meant_unknown(&mut self, left: &Expr, sign: Sign, right: &Expr) -> Option<Test> {
        let unknown = sign == Sign::Equal;
        let meant = if unknown { "is unknown" } else { "is known" };
        let found = self.text.get(left.end..right.end).unwrap_or("").trim().to_owned();
        let start = right.end - found.len();
        let fix = self.fix(start, right.end, meant.to_owned());
        let diagnostic = self.error_at(Code::E0404, start, right.end);
        diagnostic.arg("found", found).did_you_mean(Some(meant));
        diagnostic.fix_where_known(fix);
        self.known_test(left, unknown)
    }

    pub(super) fn known_test(&mut self, value: &Expr, negated: bool) -> Option<Test> {
        // `owner is known`: that there is one.
        if let Some(root @ ("owner" | "rep")) = value.bare_word() {
            let meant = "customer.owner".to_owned();
            let fix = self.fix(value.start, value.end, meant.clone());
            let said = self.error(Code::E0205, value).message("E0205-owner").arg("name", root);
            said.did_you_mean(Some(meant));
            said.fix_where_known(fix);
            return None;
        }
        let (operand, _) = self.operand(value)?;
        let test = Test::Known(operand);
        Some(if negated { Test::negate(test) } else { test })
    }

    /// Reads a text written beside a one-of or a birthday as one of those. `None`: it is none.
    pub(super) fn fitted(
        &mut self,
        expr: &Expr,
        operand: Operand,
        ty: Type,
        beside: &Type,
    ) -> Option<(Operand, Type)> {
        let (operand, ty) = self.wanted(operand, ty, beside);
        let Operand::Literal(Value::Text(text)) = &operand else { return Some((operand, ty)) };
        match beside {
            Type::OneOf(allowed) => {
                if !allowed.contains(text) {
                    let meant = suggest(text, allowed.iter().map(String::as_str));
                    return self.not_among(expr, text, meant, allowed);
                }
                Some((operand, beside.clone()))
            }
            Type::Birthday => match text.parse::<Birthday>() {
                Ok(birthday) => Some((Operand::Literal(Value::Birthday(birthday)), Type::Birthday)),
                Err(_) => Some((operand, ty)),
            },
            Type::Text
            | Type::Number
            | Type::YesNo
            | Type::Date
            | Type::Time
            | Type::Duration
            | Type::List
            | Type::Email
            | Type::Phone
            | Type::Money
            | Type::Reference(_) => Some((operand, ty)),
        }
    }

    /// A text that is none of those allowed.
    fn not_among<T>(
        &mut self,
        expr: &Expr,
        text: &str,
        meant: Option<&str>,
        allowed: &[String],
    ) -> Option<T> {
        let meant = meant.map(quote);
        let fix = meant.clone().and_then(|meant| self.fix(expr.start, expr.end, meant));
        let all = listed(allowed.iter().map(|each| quote(each)));
        let diagnostic = self.error(Code::E0211, expr).arg("found", text).arg_listed("all", &all);
        diagnostic.did_you_mean(meant).help("E0211-help");
        diagnostic.fix_where_known(fix);
        None
    }

    /// Says where a text is none of those that a field of one of our own events can have: a template's name,
    /// what comes of a task.
    fn among_known(&mut self, expr: &Expr, operand: &Operand, beside: &Operand) -> Option<()> {
        let Operand::Literal(Value::Text(text)) = operand else { return Some(()) };
        let Some(values) = self.values_of(beside) else { return Some(()) };
        if let Some(meant) = values.misspelt(text) {
            return self.not_among(expr, text, meant, &values.all);
        }
        if !values.all.is_empty() && !values.all.contains(text) {
            let (span, all) =
                (self.span(expr.start, expr.end), listed(values.all.iter().map(|each| quote(each))));
            self.report
                .warning(Code::W0422, span)
                .arg("found", text)
                .arg_listed("all", &all)
                .help("W0422-help");
        }
        Some(())
    }

    /// The texts that a value is known to have.
    fn values_of(&self, operand: &Operand) -> Option<Values> {
        if let Operand::Aggregate(aggregate) = operand {
            let (Over::Events(event), Some(field)) = (&aggregate.of, &aggregate.field) else { return None };
            return self.library.model.events.get(&**event)?.values.get(&**field).cloned();
        }
        let (fields, field) = if let Operand::Name(Path { root: Root::Event, field, .. }) = operand {
            (self.event_fields()?, field)
        } else if let Operand::Name(Path { root: Root::Entry, field, .. }) = operand {
            (self.scope.entry.as_ref()?, field)
        } else {
            return None;
        };
        fields.values.get(&**field).cloned()
    }

    /// What `event.*` has at this place.
    fn event_fields(&self) -> Option<&Fields> {
        match &self.candidate {
            Some(Candidate::Events(fields)) => Some(fields),
            Some(Candidate::Entities(_)) | None => self.scope.event(),
        }
    }

    /// Both sides are of one kind; an instant may stand beside a date. Says what is wrong otherwise.
    fn comparable(
        &mut self,
        expr: &Expr,
        left: (&Expr, &Operand, &Type),
        right: (&Expr, &Operand, &Type),
    ) -> Option<()> {
        let (a, b) = (Sort::of(left.2), Sort::of(right.2));
        let days = |sort| matches!(sort, Sort::Date | Sort::Time);
        if a == b || (days(a) && days(b)) {
            return Some(());
        }
        let mended = mended(left.1, a, right).map(|fix| (right.0, fix));
        let mended = mended.or_else(|| self.band_meant(left.1, right.1).map(|fix| (left.0, fix)));
        let mended = mended.or_else(|| self.band_meant(right.1, left.1).map(|fix| (right.0, fix)));
        let mended = mended.or_else(|| self::mended(right.1, b, left).map(|fix| (left.0, fix)));
        let fix = mended.as_ref().and_then(|(side, fix)| self.fix(side.start, side.end, fix.clone()));
        let (found, other) = (self.slice(left.0), self.slice(right.0));
        let at = mended.as_ref().map_or(expr, |(side, _)| side);
        let diagnostic = self.error(Code::E0412, at).arg("left", found).arg("right", other);
        diagnostic.arg_word("left_type", a.key()).arg_word("right_type", b.key());
        if let Some((_, fix)) = mended {
            diagnostic.did_you_mean(Some(fix));
        } else if (days(a) && b == Sort::Duration) || (days(b) && a == Sort::Duration) {
            diagnostic.help("E0412-help-duration");
        } else if a == Sort::List || b == Sort::List {
            diagnostic.help("E0413-help-list");
        } else if a == Sort::Birthday || b == Sort::Birthday {
            diagnostic.help("E0413-help-birthday");
        } else {
            diagnostic.arg("example", a.example()).help("E0412-help");
        }
        diagnostic.fix_where_known(fix);
        None
    }

    /// `band(NAME)` for a score beside one of its bands, which is a text while the score is a number.
    fn band_meant(&self, score: &Operand, band: &Operand) -> Option<String> {
        let (Operand::Score(name), Operand::Literal(Value::Text(band))) = (score, band) else { return None };
        self.scope.bands.get(name)?.contains(band).then(|| format!("band({name})"))
    }

    fn has_equality(&mut self, left: &Expr, ty: &Type) -> Option<()> {
        if Sort::of(ty) != Sort::List {
            return Some(());
        }
        let found = self.slice(left);
        self.error(Code::E0413, left).message("E0413-list").arg("found", found).help("E0413-help-list");
        None
    }

    pub(super) fn has_order(&mut self, left: &Expr, ty: &Type, sign: Sign) -> Option<()> {
        let sort = Sort::of(ty);
        let help = match sort {
            Sort::Number | Sort::Date | Sort::Time | Sort::Duration => return Some(()),
            Sort::Text => "E0413-help",
            Sort::YesNo => "E0413-help-yes-no",
            Sort::List => "E0413-help-list",
            Sort::Birthday => "E0413-help-birthday",
        };
        let found = self.slice(left);
        let diagnostic = self.error(Code::E0413, left).arg("found", found).arg("sign", sign.as_str());
        diagnostic.arg_word("type", sort.key()).help(help);
        None
    }

    pub(super) fn one_of(&mut self, value: &Expr, among: &[Expr], negated: bool) -> Option<Test> {
        let operand = self.operand(value)?;
        let (operand, ty) = self.as_those(operand, among, &Type::Text);
        self.has_equality(value, &ty)?;
        let mut members = Vec::new();
        for member in among {
            members.push(self.member(value, &operand, &ty, member));
        }
        let among = members.into_iter().collect::<Option<Vec<_>>>()?;
        if negated {
            self.warn_of_unknown(value, &operand);
        }
        let test = Test::OneOf { value: operand, among };
        Some(if negated { Test::negate(test) } else { test })
    }

    fn member(&mut self, value: &Expr, operand: &Operand, ty: &Type, member: &Expr) -> Option<Operand> {
        let (found, found_type) = self.operand_beside(member, ty)?;
        let (found, found_type) = self.fitted(member, found, found_type, ty)?;
        self.among_known(member, &found, operand)?;
        self.comparable(member, (value, operand, ty), (member, &found, &found_type))?;
        Some(found)
    }

    pub(super) fn between(&mut self, value: &Expr, low: &Expr, high: &Expr, negated: bool) -> Option<Test> {
        let operand = self.operand(value)?;
        let (operand, ty) = self.as_those(operand, [low, high], &Type::Number);
        let ends = (self.member(value, &operand, &ty, low), self.member(value, &operand, &ty, high));
        self.has_order(value, &ty, Sign::AtLeast)?;
        let test = Test::Between { value: operand, low: ends.0?, high: ends.1? };
        Some(if negated { Test::negate(test) } else { test })
    }

    pub(super) fn has(&mut self, list: &Expr, any_of: &[Expr], negated: bool) -> Option<Test> {
        let (of, ty) = self.operand(list)?;
        let (of, ty) = self.wanted(of, ty, &Type::List);
        if Sort::of(&ty) != Sort::List {
            let found = self.slice(list);
            // `city has all of [..]`: that it is a text is what is wrong, not how `has` is written.
            let span = self.span(list.start, list.end);
            let end = any_of.last().map_or(list.end, |last| last.end);
            let has = self.span(list.end, end);
            self.report.retain(|said| {
                let whole = said.span.start == span.start && said.span.end > span.end;
                let word = said.span.start >= has.start && said.span.end <= has.end;
                said.code != Code::E0404 || said.span.file != span.file || !(whole || word)
            });
            let diagnostic = self.error(Code::E0413, list).message("E0413-has").arg("found", found);
            diagnostic.arg_word("type", Sort::of(&ty).key());
            if Sort::of(&ty) == Sort::Text {
                diagnostic.help("E0413-help-has");
            }
            return None;
        }
        // `has any of NAME` and `has NAME` differ in the words between: of an answer only they tell.
        let several = any_of.first().and_then(|one| self.text.get(list.end..one.start));
        let item =
            if several.is_some_and(|words| words.contains("any of")) { Type::List } else { Type::Text };
        if let [one] = any_of
            && matches!(one.kind, ExprKind::Name(_) | ExprKind::Call { .. })
            && let Some((with, with_type)) = self.operand_beside(one, &ty)
            && let (with, with_type) = self.wanted(with, with_type, &item)
            && Sort::of(&with_type) == Sort::List
        {
            let test = Test::Shares { list: of, with };
            return Some(if negated { Test::negate(test) } else { test });
        }
        let items: Vec<_> = any_of.iter().map(|item| self.text_value(item, &ty)).collect();
        let any_of = items.into_iter().collect::<Option<Vec<_>>>()?;
        let test = Test::Has { list: of, any_of };
        Some(if negated { Test::negate(test) } else { test })
    }

    pub(super) fn part_of(
        &mut self,
        text: &Expr,
        part: &Expr,
        negated: bool,
        make: impl FnOnce(Operand, Operand) -> Test,
    ) -> Option<Test> {
        let (of, ty) = self.operand(text)?;
        let (of, ty) = self.wanted(of, ty, &Type::Text);
        if Sort::of(&ty) != Sort::Text {
            let found = self.slice(text);
            let diagnostic = self.error(Code::E0413, text).message("E0413-contains").arg("found", found);
            diagnostic.arg_word("type", Sort::of(&ty).key());
            if Sort::of(&ty) == Sort::List {
                diagnostic.help("E0413-help-list");
            }
            return None;
        }
        let part = self.text_value(part, &Type::Text)?;
        let test = make(of, part);
        Some(if negated { Test::negate(test) } else { test })
    }

    /// A value that must be a text.
    pub(super) fn text_value(&mut self, expr: &Expr, beside: &Type) -> Option<Operand> {
        let (operand, ty) = self.operand_beside(expr, beside)?;
        let (operand, ty) = self.wanted(operand, ty, &Type::Text);
        if Sort::of(&ty) == Sort::Text {
            return Some(operand);
        }
        let found = self.slice(expr);
        let meant = quote(&found);
        let literal = matches!(operand, Operand::Literal(_));
        let fix = self.fix(expr.start, expr.end, meant.clone()).filter(|_| literal);
        let diagnostic = self.error(Code::E0419, expr).arg("found", found);
        diagnostic.arg_word("type", Sort::of(&ty).key()).arg_word("wanted", Sort::Text.key());
        diagnostic.did_you_mean(literal.then_some(meant));
        if !literal {
            diagnostic.arg("example", Sort::Text.example()).help("E0419-help");
        }
        diagnostic.fix_where_known(fix);
        None
    }

    /// Unknown is two-valued: `!=` is true of what is unknown.
    fn warn_of_unknown(&mut self, expr: &Expr, operand: &Operand) {
        let Operand::Name(path) = operand else { return };
        if !self.may_be_unknown(path) {
            return;
        }
        let name = path.text();
        if self.known.iter().any(|words| words.join(".") == name) {
            return;
        }
        let span = self.span(expr.start, expr.end);
        let diagnostic = self.report.warning(Code::W0420, span).arg("name", name.clone());
        diagnostic.arg("suggestion", format!("and {name} is known")).help("W0420-help");
    }

    /// Whether the model says that it may be unknown and has no default for it.
    fn may_be_unknown(&self, path: &Path) -> bool {
        let Some(attribute) = path.attribute(&self.library.model) else { return false };
        path.hop.is_some() || (attribute.optional && attribute.default.is_none())
    }
}

/// What people write for yes and no.
fn yes_or_no(word: &str) -> Option<&'static str> {
    match word.to_lowercase().as_str() {
        "true" | "yes" | "是" => Some("true"),
        "false" | "no" | "否" => Some("false"),
        _ => None,
    }
}

/// What to write instead of a literal so that it fits what it is compared with: `"500"` beside a number.
fn mended(beside: &Operand, sort: Sort, (_, literal, _): (&Expr, &Operand, &Type)) -> Option<String> {
    let Operand::Literal(value) = literal else { return None };
    match (sort, value) {
        (Sort::Number, Value::Text(text)) => {
            text.trim().parse::<model::Decimal>().ok().map(|number| number.to_string())
        }
        (Sort::Date | Sort::Time, Value::Text(text)) => {
            model::zone::parse_date(text).map(|date| date.to_string())
        }
        (Sort::Duration, Value::Text(text)) => {
            text.parse::<model::Length>().ok().map(|length| length.to_string())
        }
        (Sort::Duration, Value::Number(number)) => Some(format!("{number} days")),
        (Sort::YesNo, Value::Text(text)) => yes_or_no(text).map(str::to_owned),
        (Sort::Text, Value::Number(number)) => Some(quote(&number.to_string())),
        (Sort::Text, Value::Date(date)) => Some(quote(&date.to_string())),
        (Sort::Text, Value::YesNo(yes)) => Some(quote(if *yes { "true" } else { "false" })),
        (Sort::Number, Value::Length(length))
            if matches!(beside, Operand::DaysSince(_))
                && *length == (model::Length { days: length.days, ..model::Length::ZERO }) =>
        {
            Some(length.days.to_string())
        }
        _ => None,
    }
}
