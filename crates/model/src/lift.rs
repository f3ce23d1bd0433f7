//! Lift: how much more often those treated reach the goal than those left alone, with its interval.

/// So many standard deviations hold 95 % of a normal curve.
const Z: f64 = 1.959_963_984_540_054;

/// How many of some people reached a goal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those who did, each once; at most `of`.
    pub reached: u64,
    /// All of them.
    pub of: u64,
}

impl Share {
    /// The rate, 0 to 1. `None`: nobody is there.
    pub fn rate(self) -> Option<f64> {
        (self.of > 0).then(|| self.reached.min(self.of) as f64 / self.of as f64)
    }

    /// Where the true rate lies with 95 % confidence: Wilson's score interval, without correction for
    /// continuity. It never leaves 0 to 1, and holds for few people too. `None`: nobody is there.
    pub fn interval(self) -> Option<(f64, f64)> {
        let rate = self.rate()?;
        let of = self.of as f64;
        let squared = Z * Z;
        let middle = rate + squared / (2.0 * of);
        let reach = Z * (rate * (1.0 - rate) / of + squared / (4.0 * of * of)).sqrt();
        let whole = 1.0 + squared / of;
        Some((((middle - reach) / whole).max(0.0), ((middle + reach) / whole).min(1.0)))
    }
}

/// How two rates differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lift {
    /// The difference of the rates, −1 to 1; above 0: the treated do better.
    pub difference: f64,
    /// The interval's lower end: with 95 % confidence the difference is at least this.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The difference as a part of the rate of those left alone, 0.5 is half as much again; `None`: none of
    /// them reached the goal.
    pub relative: Option<f64>,
}

impl Lift {
    /// Whether 0 lies outside the interval: more than chance, at 95 %.
    pub fn is_sure(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// The lift of those treated over those left alone, with a 95 % interval by Newcombe's hybrid score method
/// (the differences of the two Wilson intervals, squared and added; Newcombe 1998, method 10). `None`: one
/// side has nobody.
pub fn lift(treated: Share, alone: Share) -> Option<Lift> {
    let (with, without) = (treated.rate()?, alone.rate()?);
    let ((with_low, with_high), (without_low, without_high)) = (treated.interval()?, alone.interval()?);
    let difference = with - without;
    let down = ((with - with_low).powi(2) + (without_high - without).powi(2)).sqrt();
    let up = ((with_high - with).powi(2) + (without - without_low).powi(2)).sqrt();
    Some(Lift {
        difference,
        low: (difference - down).max(-1.0),
        high: (difference + up).min(1.0),
        relative: (without > 0.0).then(|| difference / without),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(reached: u64, of: u64) -> Share {
        Share { reached, of }
    }

    /// To four places, as the article prints them.
    fn printed(lift: Lift) -> (f64, f64) {
        let places = |value: f64| (value * 10_000.0).round() / 10_000.0;
        (places(lift.low), places(lift.high))
    }

    /// Newcombe, Interval estimation for the difference between independent proportions (1998), table II,
    /// method 10.
    #[test]
    fn the_intervals_are_those_of_the_article() {
        for (treated, alone, expected) in [
            (share(56, 70), share(48, 80), (0.0524, 0.3339)),
            (share(9, 10), share(3, 10), (0.1705, 0.8090)),
            (share(6, 7), share(2, 7), (0.0582, 0.8062)),
            (share(5, 56), share(0, 29), (-0.0381, 0.1926)),
            (share(0, 10), share(0, 20), (-0.1611, 0.2775)),
            (share(10, 10), share(0, 20), (0.6791, 1.0)),
        ] {
            assert_eq!(printed(lift(treated, alone).unwrap()), expected, "{treated:?} {alone:?}");
        }
    }

    #[test]
    fn a_rate_has_wilsons_interval() {
        let (low, high) = share(81, 263).interval().unwrap();
        assert_eq!(((low * 10_000.0).round(), (high * 10_000.0).round()), (2553.0, 3662.0));
        assert_eq!(share(0, 0).interval(), None);
    }

    #[test]
    fn a_lift_is_sure_where_nothing_lies_outside_its_interval() {
        assert!(lift(share(56, 70), share(48, 80)).unwrap().is_sure());
        assert!(!lift(share(5, 56), share(0, 29)).unwrap().is_sure());
        assert!(lift(share(10, 1000), share(80, 1000)).unwrap().is_sure(), "worse is sure, too");
    }

    #[test]
    fn without_people_there_is_none_and_without_buyers_no_relative_one() {
        assert_eq!(lift(share(1, 2), share(0, 0)), None);
        assert_eq!(lift(share(0, 0), share(1, 2)), None);
        assert_eq!(lift(share(5, 56), share(0, 29)).unwrap().relative, None);
        let half_as_much_again = lift(share(30, 100), share(20, 100)).unwrap().relative.unwrap();
        assert!((half_as_much_again - 0.5).abs() < 1e-12);
    }
}
