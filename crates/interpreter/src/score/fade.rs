//! How points fade: 2^(−age / half-life), the same on every machine.

/// 1/n! for the series of e^z; beyond 17 terms nothing is left of a number below ln 2.
const SERIES: [f64; 18] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
    1.0 / 87_178_291_200.0,
    1.0 / 1_307_674_368_000.0,
    1.0 / 20_922_789_888_000.0,
    1.0 / 355_687_428_096_000.0,
];

/// What is left of 1 after so many half-lives, for x ≥ 0: by additions and multiplications only, which are
/// the same on every machine; the functions of its mathematics library need not be.
pub(super) fn half_to_the(x: f64) -> f64 {
    if x >= 1_000.0 {
        return 0.0;
    }
    let whole = x.floor();
    let z = -(x - whole) * std::f64::consts::LN_2;
    let fraction = SERIES.iter().rev().fold(0.0, |sum, term| sum * z + term);
    // 2^−n is a number whose exponent is −n: nothing is rounded.
    fraction * f64::from_bits((1023 - whole as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact_and_the_rest_is_right_to_fifteen_places() {
        for halves in 0..1000_i32 {
            assert_eq!(half_to_the(f64::from(halves)), 0.5_f64.powi(halves));
        }
        for thousandth in 0..100_000 {
            let x = f64::from(thousandth) / 1000.0;
            let (is, right) = (half_to_the(x), (-x).exp2());
            assert!((is - right).abs() <= right * 1e-15, "{x}: {is} {right}");
        }
        assert_eq!(half_to_the(f64::INFINITY), 0.0);
    }
}
