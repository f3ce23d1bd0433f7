//! Types of `+ - * /`: numbers with numbers, lengths of time with dates, instants and lengths.

use super::wanted::beside_sum;
use super::{Sort, Typed, Typer};
use crate::condition::Operand;
use crate::condition::parse::{Arithmetic, Expr};
use crate::diagnostic::Code;
use model::{Type, Value};

impl Typer<'_> {
    /// `+ - * /`
    pub(super) fn calculate(
        &mut self,
        expr: &Expr,
        left: &Expr,
        sign: Arithmetic,
        right: &Expr,
    ) -> Option<Typed> {
        let (a, b) = (self.operand(left), self.operand(right));
        let ((a, a_type), (b, b_type)) = (a?, b?);
        // An answer is a number beside a number, a length of time beside a date.
        let (wanted_a, wanted_b) = match sign {
            Arithmetic::Plus | Arithmetic::Minus => (beside_sum(&b_type, false), beside_sum(&a_type, true)),
            Arithmetic::Times | Arithmetic::Over => (Type::Number, Type::Number),
        };
        let (a, a_type) = self.wanted(a, a_type, &wanted_a);
        let (b, b_type) = self.wanted(b, b_type, &wanted_b);
        let (sorts, back) = ((Sort::of(&a_type), Sort::of(&b_type)), sign == Arithmetic::Minus);
        let (a, b) = (Box::new(a), Box::new(b));
        let made = match (sign, sorts) {
            (Arithmetic::Times | Arithmetic::Over, _) => {
                return self.scale(expr, (*a, a_type), sign, (*b, b_type));
            }
            (Arithmetic::Plus, (Sort::Number, Sort::Number) | (Sort::Duration, Sort::Duration)) => {
                (Operand::Plus(a, b), a_type)
            }
            (Arithmetic::Minus, (Sort::Number, Sort::Number) | (Sort::Duration, Sort::Duration)) => {
                (Operand::Minus(a, b), a_type)
            }
            (_, (Sort::Time | Sort::Date, Sort::Duration)) => (Operand::Shift { of: a, by: b, back }, a_type),
            (Arithmetic::Plus, (Sort::Duration, Sort::Time | Sort::Date)) => {
                (Operand::Shift { of: b, by: a, back }, b_type)
            }
            (_, (Sort::Time | Sort::Date, Sort::Number)) if matches!(*b, Operand::Literal(_)) => {
                let found = self.slice(right);
                let meant = format!("{found} days");
                let fix = self.fix(right.start, right.end, meant.clone());
                let diagnostic = self.error(Code::E0409, right).message("E0409-none").arg("found", found);
                diagnostic.did_you_mean(Some(meant)).help("E0409-help");
                diagnostic.fix_where_known(fix);
                return None;
            }
            (Arithmetic::Plus | Arithmetic::Minus, (one, other)) => {
                let sign = if back { "-" } else { "+" };
                let is_time = |sort| matches!(sort, Sort::Time | Sort::Date);
                let help = match (one, other) {
                    (one, other) if is_time(one) && is_time(other) => Some("E0414-help-time"),
                    (Sort::Text, _) | (_, Sort::Text) => Some("E0414-help-text"),
                    _ => None,
                };
                let diagnostic = self.error(Code::E0414, expr);
                diagnostic.arg("sign", sign).arg_word("left", one.key()).arg_word("right", other.key());
                if let Some(help) = help {
                    diagnostic.help(help);
                }
                return None;
            }
        };
        Some(Typed::Value(made.0, made.1))
    }

    /// `* /` by a plain number.
    fn scale(
        &mut self,
        expr: &Expr,
        left: (Operand, Type),
        sign: Arithmetic,
        right: (Operand, Type),
    ) -> Option<Typed> {
        let divide = sign == Arithmetic::Over;
        let scalable = |ty: &Type| matches!(Sort::of(ty), Sort::Number | Sort::Duration);
        let (value, ty, by) = match (left, right) {
            ((value, ty), (Operand::Literal(Value::Number(by)), _)) if scalable(&ty) => (value, ty, by),
            ((Operand::Literal(Value::Number(by)), _), (value, ty)) if !divide && scalable(&ty) => {
                (value, ty, by)
            }
            ((_, one), (_, other)) => {
                let sign = if divide { "/" } else { "*" };
                let (one, other) = (Sort::of(&one).key(), Sort::of(&other).key());
                let diagnostic = self.error(Code::E0414, expr).arg("sign", sign);
                diagnostic.arg_word("left", one).arg_word("right", other).help("E0414-help-scale");
                return None;
            }
        };
        if divide && by.is_zero() {
            self.error(Code::E0414, expr).message("E0414-zero");
            return None;
        }
        Some(Typed::Value(Operand::Scale { value: Box::new(value), by, divide }, ty))
    }
}
