//! Operands of random conditions: numbers, instants, dates, texts, lists.

use super::{Author, Sight, hop, literal, name};
use crate::people::{CATEGORIES, CITIES, COMPANIES, STAGES, TAGS, TIERS, amount, date, instant, one_of};
use dsl::condition::{Aggregate, AggregateKind, Op, Operand, Over, Path, Root, Test, Within};
use model::{Decimal, Length, Type, Value};
use std::sync::Arc;

impl Author<'_> {
    pub(super) fn number(&mut self, depth: u32, sight: Sight) -> Operand {
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
                    (Root::Answer(Arc::from("call")), "credit"),
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

    pub(super) fn aggregate(&mut self, kind: AggregateKind, field: Option<&str>, ty: Type) -> Operand {
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

    pub(super) fn order_test(&mut self) -> Test {
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

    pub(super) fn numeric_aggregate(&mut self) -> Operand {
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

    pub(super) fn fixed_time(&mut self) -> Operand {
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

    pub(super) fn time(&mut self, sight: Sight) -> Operand {
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

    pub(super) fn fixed_date(&mut self) -> Operand {
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

    pub(super) fn date(&mut self, sight: Sight) -> Operand {
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

    pub(super) fn text(&mut self, sight: Sight) -> Operand {
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

    pub(super) fn part(&mut self) -> Operand {
        literal(self.dice.pick(&["上", "海", "", "\"", "\\", "York", "a"]))
    }

    pub(super) fn tag(&mut self, sight: Sight) -> Operand {
        if self.dice.one_in(5) { self.text(sight) } else { literal(self.dice.pick(&TAGS)) }
    }

    pub(super) fn list(&mut self, sight: Sight) -> Operand {
        match self.dice.below(4) {
            0 if sight != Sight::Order => self.aggregate(AggregateKind::Last, Some("items"), Type::List),
            0 => name(Root::Event, "items", Type::List),
            1 => name(Root::Customer, "兴趣", Type::List),
            _ => name(Root::Customer, "tags", Type::List),
        }
    }

    pub(super) fn yes_no(&mut self, sight: Sight) -> Operand {
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

pub(super) fn literal_length(length: Length) -> Operand {
    Operand::Literal(Value::Length(length))
}

pub(super) fn literal_birthday(birthday: model::Birthday) -> Operand {
    Operand::Literal(Value::Birthday(birthday))
}
