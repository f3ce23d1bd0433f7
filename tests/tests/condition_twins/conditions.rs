//! Random typed conditions in their canonical form: what is printed of them reads back to the same.

use crate::dice::Dice;
use crate::people::{
    BANDS, CATEGORIES, CITIES, COMPANIES, CUSTOMER, GRADES, STAGES, TAGS, TIERS, WORKFLOWS, amount, date,
    instant, one_of,
};
use dsl::condition::{Aggregate, AggregateKind, Op, Operand, Over, Path, Root, ScoreWord, Test, Within};
use jiff::Timestamp;
use model::{Decimal, Length, Medium, Type, Value, WorkflowId};
use std::sync::Arc;

/// Where a condition stands: what names it may use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// The customer.
    Customer,
    /// The customer and a deal.
    Deal,
    /// Inside a `where` over orders.
    Order,
}

/// How what only a walk knows is written: by its name, or as the value it has in the walk of all these tests.
/// Both from the same dice are the same condition, once for the evaluator and once for the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// `entry.amount`, `since entry`.
    Named,
    /// `0.5`, `last 40 days`, so many milliseconds back to the entry.
    Frozen(i64),
}

pub struct Author<'a> {
    pub dice: Dice,
    pub nows: &'a [Timestamp],
    /// `None`: outside walks.
    pub walk: Option<Walk>,
    /// Inside a test that stands as a value.
    pub in_truth: bool,
}

/// What a name of the walk has as its value.
pub fn walk_value(root: &Root, field: &str, entered_at: Timestamp) -> Value {
    match (root, field) {
        (Root::Entry | Root::Event, "amount") => Value::Number(Decimal::from_micros(500_000)),
        (Root::Entry | Root::Event, _) => Value::Instant(entered_at),
        (Root::Vars, _) => Value::from("上海"),
        (Root::Inputs, _) => Value::Number(Decimal::from(1)),
        (Root::Customer | Root::Entity(_) | Root::Owner | Root::Step(_), _) => {
            Value::Number(Decimal::from(2))
        }
    }
}

fn hop(root: Root, field: &str, hop: &str, ty: Type) -> Operand {
    Operand::Name(Path { root, field: Arc::from(field), hop: Some(Arc::from(hop)), ty })
}

/// When the walk of these tests began.
pub fn entered_at(nows: &[Timestamp]) -> Timestamp {
    let first = nows.iter().min().expect("some").as_millisecond();
    Timestamp::from_millisecond(first - 40 * 86_400_000).expect("in range")
}

fn name(root: Root, field: &str, ty: Type) -> Operand {
    Operand::Name(Path { root, field: Arc::from(field), hop: None, ty })
}

fn literal(value: impl Into<Value>) -> Operand {
    Operand::Literal(value.into())
}

impl Author<'_> {
    /// A condition of some depth.
    pub fn test(&mut self, depth: u32, sight: Sight) -> Test {
        if depth > 0 && self.dice.one_in(2) {
            let count = 2 + self.dice.below(2);
            return match self.dice.below(3) {
                0 => Test::all((0..count).map(|_| self.test(depth - 1, sight)).collect::<Vec<_>>()),
                1 => Test::any((0..count).map(|_| self.test(depth - 1, sight)).collect::<Vec<_>>()),
                _ => Test::negate(self.test(depth - 1, sight)),
            };
        }
        match self.dice.below(20) {
            0..=4 => {
                let op = self.op();
                Test::Compare { left: self.number(2, sight), op, right: self.number(1, sight) }
            }
            5 | 6 => {
                let (left, right, op) = (self.time(sight), self.time(sight), self.op());
                Test::Compare { left, op, right }
            }
            7 => {
                let (left, right, op) = (self.date(sight), self.date(sight), self.op());
                Test::Compare { left, op, right }
            }
            8 => self.day_of_instant(sight),
            9 => self.days_since(sight),
            10 => Test::Compare { left: self.text(sight), op: Op::Equal, right: self.text(sight) },
            11 => self.one_of(sight),
            12 => {
                let (value, low, high) =
                    (self.number(1, sight), self.number(0, sight), self.number(0, sight));
                Test::Between { value, low, high }
            }
            13 => {
                if self.dice.one_in(4) {
                    return Test::Shares { list: self.list(sight), with: self.list(sight) };
                }
                let count = 1 + self.dice.below(2);
                Test::Has { list: self.list(sight), any_of: (0..count).map(|_| self.tag(sight)).collect() }
            }
            14 => {
                let (text, part) = (self.text(sight), self.part());
                if self.dice.one_in(2) {
                    Test::Contains { text, part }
                } else {
                    Test::StartsWith { text, part }
                }
            }
            15 | 16 => Test::Known(self.anything(sight)),
            17 => Test::Holds(self.yes_no(sight)),
            18 => match self.dice.below(4) {
                0 => Test::InSegment(self.dice.pick(&["shanghai", "not_shanghai", "dormant"]).to_owned()),
                1 => Test::EnrolledIn(WorkflowId::new(self.dice.pick(&WORKFLOWS))),
                _ => Test::May(self.dice.pick(&[Medium::Email, Medium::Sms, Medium::Message])),
            },
            _ => match self.dice.below(4) {
                0 => Test::Always(self.dice.one_in(2)),
                1 => {
                    let birthday = name(Root::Customer, "birthday", Type::Birthday);
                    let written = model::Birthday::from(date(&mut self.dice));
                    let right = literal_birthday(written);
                    Test::Compare { left: birthday, op: Op::Equal, right }
                }
                2 => {
                    let op = self.dice.pick(&[Op::Equal, Op::Equal]);
                    let left = self.yes_no(sight);
                    Test::Compare { left, op, right: literal(self.dice.one_in(2)) }
                }
                _ => Test::Compare {
                    left: name(Root::Customer, "tier", one_of(&TIERS)),
                    op: Op::Equal,
                    right: literal(self.dice.pick(&TIERS)),
                },
            },
        }
    }

    /// A condition with something in it that only the evaluator knows.
    pub fn beyond(&mut self, depth: u32, sight: Sight) -> Test {
        let op = self.op();
        let band = |word, all: &[&str], is: &str| {
            let words = all.iter().map(|word| (*word).to_owned()).collect();
            let left = Operand::ScoreWord { score: "interest".to_owned(), word, words };
            Test::Compare { left, op: Op::Equal, right: literal(is) }
        };
        let beyond = match self.dice.below(6) {
            0 => {
                let left = Operand::Gap {
                    event: "order.paid".to_owned(),
                    last: self.dice.pick(&[None, Some(2), Some(3)]),
                };
                Test::Compare { left, op, right: literal_length(Length::from_days(7)) }
            }
            1 => {
                let left = Operand::Score("interest".to_owned());
                Test::Compare { left, op, right: literal(amount(&mut self.dice)) }
            }
            2 => band(ScoreWord::Band, &BANDS, self.dice.pick(&BANDS)),
            3 => band(ScoreWord::Grade, &GRADES, self.dice.pick(&GRADES)),
            4 => Test::Holds(name(Root::Owner, "away", Type::YesNo)),
            _ => {
                let left = name(Root::Owner, "team", Type::Text);
                Test::Compare { left, op: Op::Equal, right: literal("inside_sales") }
            }
        };
        let other = self.test(depth, sight);
        let both = if self.dice.one_in(2) { [beyond, other] } else { [other, beyond] };
        if self.dice.one_in(2) { Test::all(both) } else { Test::any(both) }
    }

    /// What a walk knows; `otherwise` outside walks.
    fn of_walk(&mut self, root: Root, field: &str, ty: Type, otherwise: Operand) -> Operand {
        match self.walk {
            None => otherwise,
            Some(Walk::Named) => name(root, field, ty),
            Some(Walk::Frozen(_)) => Operand::Literal(walk_value(&root, field, entered_at(self.nows))),
        }
    }

    fn since_entry(&self) -> Option<Within> {
        match self.walk {
            None => None,
            Some(Walk::Named) => Some(Within::SinceEntry),
            Some(Walk::Frozen(ms)) => Some(Within::Last(Length::from_ms(ms))),
        }
    }

    fn op(&mut self) -> Op {
        self.dice.pick(&[Op::Equal, Op::Less, Op::AtMost, Op::Greater, Op::AtLeast])
    }

    /// An instant beside a date: one of the two hangs on no row.
    fn day_of_instant(&mut self, sight: Sight) -> Test {
        let (instant, date) = if self.dice.one_in(2) {
            (self.time(sight), self.fixed_date())
        } else {
            (self.fixed_time(), self.date(sight))
        };
        let op = self.op();
        if self.dice.one_in(4) {
            let (low, high) = (self.fixed_date(), self.fixed_date());
            return Test::Between { value: self.time(sight), low, high };
        }
        if self.dice.one_in(2) {
            Test::Compare { left: instant, op, right: date }
        } else {
            Test::Compare { left: date, op, right: instant }
        }
    }

    fn days_since(&mut self, sight: Sight) -> Test {
        let since = |of| Operand::DaysSince(Box::new(of));
        let days = |author: &mut Self| {
            let days = author.dice.pick(&[0_i64, 1, 2, 7, 30, 90, 365, -1]) * 1_000_000;
            literal(Decimal::from_micros(if author.dice.one_in(4) { days + 500_000 } else { days }))
        };
        let of = since(self.time(sight));
        let op = self.op();
        match self.dice.below(4) {
            0 => Test::Compare { left: days(self), op, right: of },
            1 => Test::Between { value: of, low: days(self), high: days(self) },
            2 => Test::OneOf { value: of, among: vec![days(self), days(self)] },
            _ => Test::Compare { left: of, op, right: days(self) },
        }
    }

    fn one_of(&mut self, sight: Sight) -> Test {
        let count = 1 + self.dice.below(3);
        match self.dice.below(4) {
            0 => {
                let value = name(Root::Customer, "tier", one_of(&TIERS));
                Test::OneOf { value, among: (0..count).map(|_| literal(self.dice.pick(&TIERS))).collect() }
            }
            1 => {
                let value = self.number(1, sight);
                Test::OneOf { value, among: (0..count).map(|_| self.number(0, sight)).collect() }
            }
            2 => {
                let value = self.time(sight);
                Test::OneOf { value, among: (0..count).map(|_| self.fixed_date()).collect() }
            }
            _ => {
                let value = self.text(sight);
                Test::OneOf { value, among: (0..count).map(|_| self.text(sight)).collect() }
            }
        }
    }

    fn anything(&mut self, sight: Sight) -> Operand {
        match self.dice.below(8) {
            0 => self.number(2, sight),
            1 => self.time(sight),
            2 => self.date(sight),
            3 => self.text(sight),
            4 => self.list(sight),
            5 => self.yes_no(sight),
            6 => name(Root::Customer, "birthday", Type::Birthday),
            _ => {
                let (field, ty) = self.dice.pick(&CUSTOMER);
                name(Root::Customer, field, ty)
            }
        }
    }

    fn number(&mut self, depth: u32, sight: Sight) -> Operand {
        if depth > 0 && self.dice.one_in(4) {
            let (left, right) =
                (Box::new(self.number(depth - 1, sight)), Box::new(self.number(depth - 1, sight)));
            return match self.dice.below(5) {
                0 => Operand::Plus(left, right),
                1 => Operand::Minus(left, right),
                2 => {
                    let by = Decimal::from(self.dice.pick(&[2_i32, -3, 1_000_000, 0]));
                    Operand::Scale { value: left, by, divide: false }
                }
                3 => Operand::FirstKnown(vec![*left, *right]),
                _ => Operand::NumberOf(vec![self.test(0, sight), self.test(0, sight)]),
            };
        }
        match self.dice.below(15) {
            0..=2 => literal(amount(&mut self.dice)),
            12 => {
                let (of, ty) = self.dice.pick(&[
                    ("orders", Type::Number),
                    ("visits", Type::Number),
                    ("spend", Type::Money),
                    ("paid", Type::Number),
                ]);
                hop(Root::Customer, "invited_by", of, ty)
            }
            13 | 14 => {
                let (root, field) = self.dice.pick(&[
                    (Root::Entry, "amount"),
                    (Root::Event, "amount"),
                    (Root::Inputs, "n"),
                    (Root::Step(Arc::from("call")), "status"),
                ]);
                // Inside `where` the event is the candidate.
                let root = if sight == Sight::Order && root == Root::Event { Root::Entry } else { root };
                let otherwise = literal(amount(&mut self.dice));
                self.of_walk(root, field, Type::Number, otherwise)
            }
            3 | 4 if sight != Sight::Order => self.numeric_aggregate(),
            3 | 4 => name(Root::Event, "amount", Type::Number),
            5 => Operand::Age(Box::new(self.date(sight))),
            6 => Operand::DaysSince(Box::new(self.date(sight))),
            7 => Operand::Name(Path {
                root: Root::Customer,
                field: Arc::from("company"),
                hop: Some(Arc::from("employees")),
                ty: Type::Number,
            }),
            8 if sight == Sight::Deal => {
                let deal = Root::Entity(Arc::from("deal"));
                match self.dice.below(3) {
                    0 => hop(deal, "introducer", "visits", Type::Number),
                    1 => hop(deal, "partner", "employees", Type::Number),
                    _ => name(deal, "amount", Type::Number),
                }
            }
            _ => {
                let (field, ty) = self.dice.pick(&[
                    ("spend", Type::Money),
                    ("orders", Type::Number),
                    ("visits", Type::Number),
                    ("big", Type::Number),
                    ("paid", Type::Number),
                    ("turnover", Type::Number),
                ]);
                name(Root::Customer, field, ty)
            }
        }
    }

    fn aggregate(&mut self, kind: AggregateKind, field: Option<&str>, ty: Type) -> Operand {
        let window = match self.dice.below(5) {
            0 => Some(Within::Last(self.dice.pick(&[
                Length::from_days(7),
                Length::from_days(90),
                Length::from_hours(24),
                Length::from_months(1),
                Length::from_months(12),
            ]))),
            1 => self.since_entry(),
            _ => None,
        };
        let filter = self.dice.one_in(3).then(|| self.order_test());
        let of = Over::Events(Arc::from("order.paid"));
        let field = field.map(Arc::from);
        Operand::Aggregate(Box::new(Aggregate { kind, of, field, window, filter, machines: true, ty }))
    }

    fn order_test(&mut self) -> Test {
        match self.dice.below(5) {
            0 => Test::Holds(name(Root::Event, "gift", Type::YesNo)),
            1 => Test::Compare {
                left: name(Root::Event, "category", Type::Text),
                op: Op::Equal,
                right: literal(self.dice.pick(&CATEGORIES)),
            },
            2 => {
                let list = name(Root::Event, "items", Type::List);
                Test::Has { list, any_of: vec![self.tag(Sight::Order)] }
            }
            3 => {
                let (left, op) = (name(Root::Event, "at", Type::Time), self.op());
                Test::Compare { left, op, right: self.fixed_date() }
            }
            _ => self.test(1, Sight::Order),
        }
    }

    fn numeric_aggregate(&mut self) -> Operand {
        match self.dice.below(9) {
            8 => self.aggregate(AggregateKind::Max, Some("amount"), Type::Number),
            0 | 1 => self.aggregate(AggregateKind::Count, None, Type::Number),
            2 | 3 => self.aggregate(AggregateKind::Sum, Some("amount"), Type::Number),
            4 => self.aggregate(AggregateKind::Min, Some("amount"), Type::Number),
            5 => {
                let kind = self.dice.pick(&[AggregateKind::First, AggregateKind::Last]);
                self.aggregate(kind, Some("amount"), Type::Number)
            }
            6 => {
                // Clicks, with those of machines only where the filter asks for them.
                let human = name(Root::Event, "human", Type::YesNo);
                let asks = self.dice.one_in(2);
                let filter =
                    asks.then(|| Test::Compare { left: human, op: Op::Equal, right: literal(false) });
                Operand::Aggregate(Box::new(Aggregate {
                    kind: AggregateKind::Count,
                    of: Over::Events(Arc::from("email.clicked")),
                    field: None,
                    window: None,
                    filter,
                    machines: asks,
                    ty: Type::Number,
                }))
            }
            _ => {
                let kind = self.dice.pick(&[
                    AggregateKind::Sum,
                    AggregateKind::Count,
                    AggregateKind::Min,
                    AggregateKind::Max,
                    AggregateKind::First,
                    AggregateKind::Last,
                ]);
                let filter = match self.dice.below(4) {
                    3 => Some(Test::Compare {
                        left: hop(Root::Entity(Arc::from("deal")), "partner", "employees", Type::Number),
                        op: self.op(),
                        right: literal(Decimal::from(5)),
                    }),
                    0 => None,
                    1 => Some(Test::Compare {
                        left: name(Root::Entity(Arc::from("deal")), "stage", one_of(&STAGES)),
                        op: Op::Equal,
                        right: literal(self.dice.pick(&STAGES)),
                    }),
                    _ => Some(Test::Holds(name(Root::Entity(Arc::from("deal")), "hot", Type::YesNo))),
                };
                let window = match self.dice.below(4) {
                    0 => Some(Within::Last(Length::from_days(30))),
                    1 => self.since_entry(),
                    _ => None,
                };
                Operand::Aggregate(Box::new(Aggregate {
                    kind,
                    of: Over::Entities(Arc::from("deal")),
                    field: (kind != AggregateKind::Count).then(|| Arc::from("amount")),
                    window,
                    filter,
                    machines: true,
                    ty: Type::Number,
                }))
            }
        }
    }

    fn fixed_time(&mut self) -> Operand {
        let length = self.dice.pick(&[
            Length::from_days(1),
            Length::from_days(90),
            Length::from_months(1),
            Length::from_months(24),
            Length::from_hours(3),
            Length { days: 2, exact_ms: 5_400_000, ..Length::ZERO },
        ]);
        match self.dice.below(4) {
            0 => Operand::Now,
            1 => literal(instant(&mut self.dice, self.nows)),
            _ => {
                let back = !self.dice.one_in(4);
                Operand::Shift { of: Box::new(Operand::Now), by: Box::new(literal_length(length)), back }
            }
        }
    }

    fn time(&mut self, sight: Sight) -> Operand {
        match self.dice.below(10) {
            8 => hop(Root::Customer, "invited_by", "created_at", Type::Time),
            9 => {
                let otherwise = self.fixed_time();
                self.of_walk(Root::Entry, "at", Type::Time, otherwise)
            }
            0 | 1 => self.fixed_time(),
            2 if sight != Sight::Order => {
                let kind = self.dice.pick(&[AggregateKind::First, AggregateKind::Last]);
                self.aggregate(kind, None, Type::Time)
            }
            3 if sight != Sight::Order => self.aggregate(AggregateKind::Max, Some("seen_at"), Type::Time),
            2 | 3 => name(Root::Event, "seen_at", Type::Time),
            4 => {
                let by = literal_length(Length { days: 30, exact_ms: 1, ..Length::ZERO });
                let of = name(Root::Customer, "last_order_at", Type::Time);
                Operand::Shift { of: Box::new(of), by: Box::new(by), back: self.dice.one_in(2) }
            }
            5 => name(Root::Customer, "created_at", Type::Time),
            _ => name(Root::Customer, "last_order_at", Type::Time),
        }
    }

    fn fixed_date(&mut self) -> Operand {
        match self.dice.below(3) {
            0 => literal(date(&mut self.dice)),
            1 => Operand::Today,
            _ => {
                let by =
                    self.dice.pick(&[Length::from_days(28), Length::from_months(1), Length::from_months(24)]);
                let back = self.dice.one_in(2);
                Operand::Shift { of: Box::new(Operand::Today), by: Box::new(literal_length(by)), back }
            }
        }
    }

    fn date(&mut self, sight: Sight) -> Operand {
        match self.dice.below(8) {
            0..=2 => self.fixed_date(),
            3 if sight != Sight::Order => self.aggregate(AggregateKind::Max, Some("due_on"), Type::Date),
            3 => name(Root::Event, "due_on", Type::Date),
            4 => {
                let of = name(Root::Customer, "renews_on", Type::Date);
                let by = literal_length(Length::from_days(30));
                Operand::Shift { of: Box::new(of), by: Box::new(by), back: self.dice.one_in(2) }
            }
            5 if sight == Sight::Deal => name(Root::Entity(Arc::from("deal")), "closes_on", Type::Date),
            _ => name(Root::Customer, "renews_on", Type::Date),
        }
    }

    fn text(&mut self, sight: Sight) -> Operand {
        match self.dice.below(12) {
            0 | 1 => literal(self.dice.pick(&CITIES)),
            8 => {
                let (of, ty) = self.dice.pick(&[
                    ("city", Type::Text),
                    ("owner", Type::Text),
                    ("nickname", Type::Text),
                    ("external_id", Type::Text),
                    ("rank", one_of(&TIERS)),
                ]);
                let friend = hop(Root::Customer, "invited_by", of, ty);
                if of == "rank" { text_of(friend) } else { friend }
            }
            9 => {
                let otherwise = literal(self.dice.pick(&CITIES));
                self.of_walk(Root::Vars, "offer", Type::Text, otherwise)
            }
            2 => {
                let key = if sight == Sight::Order {
                    name(Root::Event, "category", Type::Text)
                } else {
                    self.aggregate(AggregateKind::Last, Some("category"), Type::Text)
                };
                Operand::Lookup { table: "next_category".to_owned(), key: Box::new(key) }
            }
            3 if sight != Sight::Order => self.aggregate(AggregateKind::First, Some("category"), Type::Text),
            3 => name(Root::Event, "category", Type::Text),
            4 => {
                let all = [("nickname", Type::Text), ("城市", Type::Text)];
                let all = all.map(|(field, ty)| name(Root::Customer, field, ty));
                Operand::FirstKnown(all.into_iter().skip(self.dice.below(2) as usize).collect())
            }
            5 => Operand::Name(Path {
                root: Root::Customer,
                field: Arc::from("company"),
                hop: Some(Arc::from("name")),
                ty: Type::Text,
            }),
            6 if sight == Sight::Deal => {
                let deal = Root::Entity(Arc::from("deal"));
                match self.dice.below(3) {
                    0 => name(deal, "owner", Type::Text),
                    1 => name(deal, "id", Type::Text),
                    _ => Operand::Name(Path {
                        root: deal,
                        field: Arc::from("partner"),
                        hop: Some(Arc::from("name")),
                        ty: Type::Text,
                    }),
                }
            }
            7 => literal(self.dice.pick(&COMPANIES)),
            _ => {
                let (field, ty) = self.dice.pick(&[
                    ("city", Type::Text),
                    ("城市", Type::Text),
                    ("email", Type::Email),
                    ("owner", Type::Text),
                    ("stage", Type::Text),
                    ("nickname", Type::Text),
                    ("external_id", Type::Text),
                    ("company", Type::Reference("company".to_owned())),
                    ("rank", one_of(&TIERS)),
                ]);
                // Beside a literal that it cannot be, a one-of is an error.
                if field == "rank" {
                    text_of(name(Root::Customer, field, ty))
                } else {
                    name(Root::Customer, field, ty)
                }
            }
        }
    }

    fn part(&mut self) -> Operand {
        literal(self.dice.pick(&["上", "海", "", "\"", "\\", "York", "a"]))
    }

    fn tag(&mut self, sight: Sight) -> Operand {
        if self.dice.one_in(5) { self.text(sight) } else { literal(self.dice.pick(&TAGS)) }
    }

    fn list(&mut self, sight: Sight) -> Operand {
        match self.dice.below(4) {
            0 if sight != Sight::Order => self.aggregate(AggregateKind::Last, Some("items"), Type::List),
            0 => name(Root::Event, "items", Type::List),
            1 => name(Root::Customer, "兴趣", Type::List),
            _ => name(Root::Customer, "tags", Type::List),
        }
    }

    fn yes_no(&mut self, sight: Sight) -> Operand {
        match self.dice.below(7) {
            5 => hop(Root::Customer, "invited_by", "newsletter", Type::YesNo),
            // As in `= customer.orders > 3`; never inside another.
            6 if !self.in_truth => {
                self.in_truth = true;
                let test = self.test(0, sight);
                self.in_truth = false;
                Operand::Truth(Box::new(test))
            }
            0 if sight != Sight::Order => self.aggregate(AggregateKind::Last, Some("gift"), Type::YesNo),
            0 => name(Root::Event, "gift", Type::YesNo),
            1 => name(Root::Customer, "newsletter", Type::YesNo),
            2 => {
                let all = [("vip", Type::YesNo), ("newsletter", Type::YesNo)];
                Operand::FirstKnown(all.map(|(field, ty)| name(Root::Customer, field, ty)).to_vec())
            }
            _ => name(Root::Customer, "vip", Type::YesNo),
        }
    }
}

/// A one-of in the company of plain text, so that any text may stand beside it.
fn text_of(operand: Operand) -> Operand {
    Operand::FirstKnown(vec![name(Root::Customer, "nickname", Type::Text), operand])
}

fn literal_length(length: Length) -> Operand {
    Operand::Literal(Value::Length(length))
}

fn literal_birthday(birthday: model::Birthday) -> Operand {
    Operand::Literal(Value::Birthday(birthday))
}
