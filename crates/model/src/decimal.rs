//! Decimal numbers of at most six places, exact, held as whole micro-units.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MICROS: i64 = 1_000_000;

/// An exact decimal: `1.38` is 1,380,000 micro-units. Both databases hold the same whole number, so
/// sums agree everywhere. Range about ± 9.2 million million, six places.
///
/// As JSON it is a whole number where it has no fraction, else the nearest double, which reads back
/// to the same decimal below 2 thousand million. Where exactness beyond that matters (the
/// database), [`Decimal::micros`] is written instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

/// Why a text is not a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The seventh place after the point is not zero.
    #[error("more than 6 places after the point")]
    TooManyPlaces,
    /// Beyond ± 9,223,372,036,854.775807.
    #[error("number out of range")]
    OutOfRange,
    /// Not digits with at most one point and a sign in front.
    #[error("not a number")]
    NotANumber,
}

impl DecimalError {
    /// The stable key of this mistake in the catalogue of words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooManyPlaces => "number-too-many-places",
            Self::OutOfRange => "number-out-of-range",
            Self::NotANumber => "number-not-a-number",
        }
    }
}

impl Decimal {
    /// Nothing: 0.
    pub const ZERO: Self = Self(0);
    /// The largest decimal.
    pub const MAX: Self = Self(i64::MAX);
    /// The smallest decimal.
    pub const MIN: Self = Self(i64::MIN);

    /// Takes a number of millionths, as the databases hold it.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Takes a whole number. `None`: beyond the range.
    pub const fn from_int(whole: i64) -> Option<Self> {
        match whole.checked_mul(MICROS) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// Takes a double, rounded half to even at six places. `None`: not finite or out of range.
    pub fn from_f64(number: f64) -> Option<Self> {
        if !number.is_finite() || number.abs() >= 9.3e12 {
            return None;
        }
        format!("{number:.6}").parse().ok()
    }

    /// The number in millionths.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The nearest double, for charts and scores; never for sums.
    pub fn to_f64(self) -> f64 {
        let (whole, rest) = (self.0 / MICROS, self.0 % MICROS);
        if self.0.unsigned_abs() < (1 << 53) {
            self.0 as f64 / MICROS as f64
        } else {
            whole as f64 + rest as f64 / MICROS as f64
        }
    }

    /// The whole number, where there is no fraction.
    pub const fn to_int(self) -> Option<i64> {
        if self.0 % MICROS == 0 { Some(self.0 / MICROS) } else { None }
    }

    /// Whether it is exactly 0.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum. `None`: beyond the range.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// The difference. `None`: beyond the range.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }

    /// The product, rounded half to even at six places. `None`: beyond the range.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        divide_half_even(i128::from(self.0) * i128::from(other.0), i128::from(MICROS))
    }

    /// The quotient, rounded half to even at six places. `None`: divided by 0, or beyond the range.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if other.0 == 0 {
            return None;
        }
        divide_half_even(i128::from(self.0) * i128::from(MICROS), i128::from(other.0))
    }

    /// The number with its sign turned. `None`: the smallest decimal.
    pub const fn checked_neg(self) -> Option<Self> {
        match self.0.checked_neg() {
            Some(micros) => Some(Self(micros)),
            None => None,
        }
    }
}

/// Half to even, so that many roundings do not drift upward.
fn divide_half_even(dividend: i128, divisor: i128) -> Option<Decimal> {
    let quotient = dividend / divisor;
    let twice_rest = (dividend % divisor).unsigned_abs() * 2;
    let away = match twice_rest.cmp(&divisor.unsigned_abs()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    let step = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
    i64::try_from(if away { quotient + step } else { quotient }).ok().map(Decimal)
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `1.38`, `-5`, `+3`, `.5`; no exponent, no thousands separator.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(DecimalError::NotANumber),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalError::NotANumber);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 6 {
            return Err(DecimalError::TooManyPlaces);
        }
        let mut micros: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', 6 - fraction.len()))
        {
            micros = micros * 10 + i128::from(byte - b'0');
            // Checked in the loop: a text of a thousand digits must not wrap around.
            if micros > i128::from(i64::MAX) + 1 {
                return Err(DecimalError::OutOfRange);
            }
        }
        i64::try_from(if negative { -micros } else { micros }).map(Self).map_err(|_| DecimalError::OutOfRange)
    }
}

impl fmt::Display for Decimal {
    /// The shortest text: no trailing zeros, no point without a place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let (whole, rest) = (size / MICROS.unsigned_abs(), size % MICROS.unsigned_abs());
        let text = if rest == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{rest:06}").trim_end_matches('0').to_owned()
        };
        f.pad_integral(self.0 >= 0, "", &text)
    }
}

impl From<i32> for Decimal {
    fn from(whole: i32) -> Self {
        Self(i64::from(whole) * MICROS)
    }
}

impl From<u32> for Decimal {
    fn from(whole: u32) -> Self {
        Self(i64::from(whole) * MICROS)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_int() {
            Some(whole) => serializer.serialize_i64(whole),
            None => serializer.serialize_f64(self.to_f64()),
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at most 6 places")
            }

            fn visit_i64<E: serde::de::Error>(self, whole: i64) -> Result<Decimal, E> {
                Decimal::from_int(whole).ok_or_else(|| E::custom(DecimalError::OutOfRange))
            }

            fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Decimal, E> {
                let whole = i64::try_from(whole).map_err(|_| E::custom(DecimalError::OutOfRange))?;
                self.visit_i64(whole)
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Decimal, E> {
                Decimal::from_f64(number).ok_or_else(|| E::custom(DecimalError::OutOfRange))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests;
