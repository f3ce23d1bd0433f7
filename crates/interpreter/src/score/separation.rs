//! How well a score tells those who did something later from those who did not.

use model::Decimal;

/// A customer's score at an instant of the past, and whether what one hopes for came after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The score.
    pub score: Decimal,
    /// The band; `None`: below all of them.
    pub band: Option<String>,
    /// It came within the time.
    pub came: bool,
}

/// The chance that of two customers, one with it and one without, the one with it has the higher score; ties
/// count half. 0.5: no better than a coin; 1: perfect. `None`: all of them did, or none.
pub fn auc(trials: &[Trial]) -> Option<f64> {
    let mut sorted: Vec<(Decimal, bool)> = trials.iter().map(|trial| (trial.score, trial.came)).collect();
    sorted.sort();
    let (mut below, mut pairs, mut came) = (0_u64, 0.0, 0_u64);
    for same in sorted.chunk_by(|one, other| one.0 == other.0) {
        let with = same.iter().filter(|(_, came)| *came).count() as u64;
        let without = same.len() as u64 - with;
        pairs += with as f64 * (below as f64 + without as f64 / 2.0);
        below += without;
        came += with;
    }
    (came > 0 && below > 0).then(|| pairs / (came as f64 * below as f64))
}

/// A band, or a tenth of the customers, and how many of them did it.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The band's name; for tenths `1` (the highest) to `10`.
    pub name: String,
    /// Customers.
    pub all: u64,
    /// Those of them with it.
    pub came: u64,
    /// How many times the share of all customers; 1: as everybody. `None`: nobody did it at all.
    pub lift: Option<f64>,
}

/// The bands from high to low, and those below all bands under an empty name.
pub fn by_band(trials: &[Trial], bands: &[(String, Decimal)]) -> Vec<Part> {
    let names = bands.iter().rev().map(|(name, _)| Some(name.as_str())).chain([None]);
    let parts = names.map(|name| {
        let of: Vec<&Trial> = trials.iter().filter(|trial| trial.band.as_deref() == name).collect();
        part(name.unwrap_or_default(), &of, trials)
    });
    parts.filter(|part| part.all > 0 || !part.name.is_empty()).collect()
}

/// Ten parts of as nearly as possible the same size, the highest scores first.
pub fn by_tenth(trials: &[Trial]) -> Vec<Part> {
    let mut sorted: Vec<&Trial> = trials.iter().collect();
    sorted.sort_by_key(|trial| std::cmp::Reverse(trial.score));
    (0..10)
        .map(|tenth| {
            let at = |tenth: usize| sorted.len() * tenth / 10;
            let of = sorted.get(at(tenth)..at(tenth + 1)).unwrap_or_default();
            part(&(tenth + 1).to_string(), of, trials)
        })
        .collect()
}

fn part(name: &str, of: &[&Trial], all: &[Trial]) -> Part {
    let share = |came: usize, of: usize| if of == 0 { 0.0 } else { came as f64 / of as f64 };
    let came = of.iter().filter(|trial| trial.came).count();
    let everybody = share(all.iter().filter(|trial| trial.came).count(), all.len());
    let lift = (everybody > 0.0 && !of.is_empty()).then(|| share(came, of.len()) / everybody);
    Part { name: name.to_owned(), all: of.len() as u64, came: came as u64, lift }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(of: &[(i32, bool)]) -> Vec<Trial> {
        of.iter()
            .map(|(score, came)| Trial { score: Decimal::from(*score), band: None, came: *came })
            .collect()
    }

    #[test]
    fn a_perfect_score_is_one_a_coin_a_half_and_the_wrong_way_round_nothing() {
        assert_eq!(auc(&trials(&[(1, false), (2, false), (3, true)])), Some(1.0));
        assert_eq!(auc(&trials(&[(3, false), (3, true)])), Some(0.5));
        assert_eq!(auc(&trials(&[(3, false), (1, true)])), Some(0.0));
        // Of four pairs three stand right, one is a tie.
        assert_eq!(auc(&trials(&[(1, false), (2, true), (2, false), (3, true)])), Some(0.875));
        assert_eq!(auc(&trials(&[(3, true)])), None);
    }

    #[test]
    fn lift_is_the_share_of_a_part_beside_that_of_all() {
        let mut all = trials(&[(80, true), (70, true), (10, false), (5, true), (1, false), (0, false)]);
        for (place, trial) in all.iter_mut().enumerate() {
            trial.band = (place < 2).then(|| "hot".to_owned());
        }
        let parts = by_band(&all, &[("hot".to_owned(), Decimal::from(60))]);
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].all, parts[0].came, parts[0].lift), (2, 2, Some(2.0)));
        assert_eq!((parts[1].all, parts[1].came), (4, 1));
        assert_eq!(by_tenth(&all).iter().map(|part| part.all).sum::<u64>(), 6);
    }
}
