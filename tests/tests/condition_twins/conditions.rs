//! Random typed conditions in their canonical form: what is printed of them reads back to the same.

mod operands;

use crate::dice::Dice;
use crate::people::{BANDS, CUSTOMER, GRADES, TIERS, WORKFLOWS, amount, date, one_of};
use dsl::condition::{Op, Operand, Path, Root, ScoreWord, Test, Within};
use jiff::Timestamp;
use model::{Decimal, Length, Medium, Type, Value, WorkflowId};
use operands::{literal_birthday, literal_length};
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
        (Root::Customer | Root::Entity(_) | Root::Owner | Root::Step(_) | Root::Answer(_), _) => {
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
}
