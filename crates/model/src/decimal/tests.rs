//! Decimals: exact in, shortest out, half to even.

use proptest::prelude::*;

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn what_is_read_is_exact_and_written_shortest() {
    for (text, micros, shown) in [
        ("1.38", 1_380_000, "1.38"),
        ("-5", -5_000_000, "-5"),
        ("+3", 3_000_000, "3"),
        ("0.000001", 1, "0.000001"),
        ("-0.5", -500_000, "-0.5"),
        (".5", 500_000, "0.5"),
        ("-0", 0, "0"),
        ("007.10", 7_100_000, "7.1"),
        ("1.5000000000", 1_500_000, "1.5"),
        ("9223372036854.775807", i64::MAX, "9223372036854.775807"),
        ("-9223372036854.775808", i64::MIN, "-9223372036854.775808"),
    ] {
        assert_eq!(decimal(text).micros(), micros, "{text}");
        assert_eq!(decimal(text).to_string(), shown, "{text}");
    }
}

#[test]
fn what_is_no_decimal_says_why() {
    for (text, why) in [
        ("0.0000001", DecimalError::TooManyPlaces),
        ("9223372036854.775808", DecimalError::OutOfRange),
        ("-9223372036854.775809", DecimalError::OutOfRange),
        (&"9".repeat(1000), DecimalError::OutOfRange),
        ("", DecimalError::NotANumber),
        ("+", DecimalError::NotANumber),
        (".", DecimalError::NotANumber),
        ("1.", DecimalError::NotANumber),
        ("1e3", DecimalError::NotANumber),
        ("1,000", DecimalError::NotANumber),
        ("1.2.3", DecimalError::NotANumber),
        ("--1", DecimalError::NotANumber),
        ("１", DecimalError::NotANumber),
        (" 1", DecimalError::NotANumber),
    ] {
        assert_eq!(text.parse::<Decimal>(), Err(why), "{text}");
    }
}

#[test]
fn products_and_quotients_round_half_to_even() {
    let product = |a: &str, b: &str| decimal(a).checked_mul(decimal(b)).map(|d| d.to_string());
    assert_eq!(product("0.000001", "0.5").as_deref(), Some("0"));
    assert_eq!(product("0.000003", "0.5").as_deref(), Some("0.000002"));
    assert_eq!(product("-0.000003", "0.5").as_deref(), Some("-0.000002"));
    assert_eq!(product("-0.000005", "0.5").as_deref(), Some("-0.000002"));
    assert_eq!(product("1.1", "1.1").as_deref(), Some("1.21"));
    assert_eq!(product("9000000000000", "2"), None);
    let quotient = |a: &str, b: &str| decimal(a).checked_div(decimal(b)).map(|d| d.to_string());
    assert_eq!(quotient("1", "3").as_deref(), Some("0.333333"));
    assert_eq!(quotient("-2", "3").as_deref(), Some("-0.666667"));
    assert_eq!(quotient("0.000001", "2").as_deref(), Some("0"));
    assert_eq!(quotient("0.000003", "-2").as_deref(), Some("-0.000002"));
    assert_eq!(quotient("1", "0"), None);
}

#[test]
fn sums_stop_at_the_range() {
    assert_eq!(Decimal::MAX.checked_add(decimal("0.000001")), None);
    assert_eq!(Decimal::MIN.checked_sub(decimal("0.000001")), None);
    assert_eq!(decimal("0.1").checked_add(decimal("0.2")), Some(decimal("0.3")));
    assert_eq!(Decimal::MIN.checked_neg(), None);
    assert_eq!(Decimal::from_int(i64::MAX), None);
}

#[test]
fn doubles_are_rounded_to_six_places() {
    assert_eq!(Decimal::from_f64(0.1 + 0.2), Some(decimal("0.3")));
    assert_eq!(Decimal::from_f64(f64::NAN), None);
    assert_eq!(Decimal::from_f64(1e13), None);
}

proptest! {
    #[test]
    fn a_decimal_reads_back_from_its_text(micros: i64) {
        let number = Decimal::from_micros(micros);
        prop_assert_eq!(number.to_string().parse(), Ok(number));
    }

    #[test]
    fn a_decimal_reads_back_from_json(micros in -2_000_000_000_000_000_i64..2_000_000_000_000_000) {
        let number = Decimal::from_micros(micros);
        let json = serde_json::to_string(&number).unwrap();
        prop_assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), number);
    }

    #[test]
    fn dividing_undoes_multiplying_by_a_whole_number(micros in -1_000_000_000_i64..1_000_000_000, by in 1_i32..1000) {
        let (number, by) = (Decimal::from_micros(micros), Decimal::from(by));
        prop_assert_eq!(number.checked_mul(by).and_then(|product| product.checked_div(by)), Some(number));
    }
}
