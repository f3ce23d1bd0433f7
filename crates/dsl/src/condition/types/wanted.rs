//! Fields of an answer of another system: nobody declares them, so each is read as what is wanted where it is
//! used: beside a number as a number, by itself as yes or no, in `set` as the attribute is.

use super::{Sort, Typer};
use crate::condition::parse::Expr;
use crate::condition::{Operand, Path, Root};
use crate::diagnostic::Report;
use model::Type;

impl Typer<'_> {
    /// Whether a value is a field of an answer whose type is not settled yet.
    pub(super) fn is_open(&self, operand: &Operand) -> bool {
        let Operand::Name(Path { root: Root::Step(id), field, .. }) = operand else { return false };
        let results = self.scope.steps.get(&**id);
        results.is_some_and(|results| results.answer && !results.fields.contains_key(&**field))
    }

    /// The same value read as a type, where that is not settled yet.
    pub(super) fn wanted(&self, operand: Operand, ty: Type, wanted: &Type) -> (Operand, Type) {
        let Operand::Name(Path { root: Root::Step(id), field, hop, .. }) = &operand else {
            return (operand, ty);
        };
        if !self.is_open(&operand) {
            return (operand, ty);
        }
        // An amount is read as any number.
        let wanted = if *wanted == Type::Money { &Type::Number } else { wanted };
        let root = Root::Answer(id.clone());
        let path = Path { root, field: field.clone(), hop: hop.clone(), ty: wanted.clone() };
        (Operand::Name(path), wanted.clone())
    }

    /// Two values beside each other, each read as the other is; two of an answer as `otherwise`.
    pub(super) fn both(
        &self,
        (a, a_type): (Operand, Type),
        (b, b_type): (Operand, Type),
        otherwise: &Type,
    ) -> ((Operand, Type), (Operand, Type)) {
        let (open_a, open_b) = (self.is_open(&a), self.is_open(&b));
        let wanted_a = if open_b { otherwise.clone() } else { b_type.clone() };
        let wanted_b = if open_a { otherwise.clone() } else { a_type.clone() };
        (self.wanted(a, a_type, &wanted_a), self.wanted(b, b_type, &wanted_b))
    }

    /// A value beside others: read as the first of them whose type is settled.
    pub(super) fn as_those<'e>(
        &self,
        (operand, ty): (Operand, Type),
        among: impl IntoIterator<Item = &'e Expr>,
        otherwise: &Type,
    ) -> (Operand, Type) {
        if !self.is_open(&operand) {
            return (operand, ty);
        }
        let settled = among.into_iter().find_map(|expr| self.settled(expr));
        self.wanted(operand, ty, &settled.unwrap_or_else(|| otherwise.clone()))
    }

    /// The type of an expression; its mistakes are said where it is typed itself.
    fn settled(&self, expr: &Expr) -> Option<Type> {
        let mut unheard = Report::new();
        let mut typer = Typer::new(self.text, self.at, self.scope, self.library, &mut unheard);
        typer.candidate.clone_from(&self.candidate);
        let (operand, ty) = typer.operand(expr)?;
        (!typer.is_open(&operand)).then_some(ty)
    }
}

/// What an answer is read as where it is added to a value, or taken from it or it from the answer.
pub(super) fn beside_sum(other: &Type, is_right: bool) -> Type {
    match Sort::of(other) {
        Sort::Date | Sort::Time if is_right => Type::Duration,
        Sort::Duration if !is_right => Type::Time,
        Sort::Duration => Type::Duration,
        Sort::Text | Sort::Number | Sort::YesNo | Sort::Date | Sort::Time | Sort::List | Sort::Birthday => {
            Type::Number
        }
    }
}
