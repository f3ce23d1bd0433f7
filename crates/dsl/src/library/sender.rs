//! What makes a sender believed: its signature, and mails that grow in number from day to day.

use jiff::civil::Date;
use model::Decimal;

/// How its mails are signed (DKIM).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dkim {
    /// The domain that signs: that of the sender's address, or one above it.
    pub domain: String,
    /// Which of the domain's keys: `s1` of `s1._domainkey.example.cn`.
    pub selector: String,
    /// The secret's name that holds the private key, in PEM.
    pub key: String,
}

/// How many mails a new sender may send: so many on the first day, and each day so many times more. Mailbox providers
/// take a sender that they do not know for spam when it begins with thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// The first day.
    pub from: Date,
    /// How many mails on that day, and on each before it. At least 1.
    pub first_day: u32,
    /// How many times more each day. More than 1.
    pub grow: Decimal,
}

/// After so many days a sender is known, however slowly it grew.
const DAYS: i32 = 60;

impl WarmUp {
    /// At most so many mails on this day; `None`: it is over.
    pub fn most_on(&self, day: Date) -> Option<u32> {
        let days = i64::from(day.duration_since(self.from).as_hours() as i32 / 24).max(0);
        if days >= i64::from(DAYS) {
            return None;
        }
        let mut most = Decimal::from_int(i64::from(self.first_day))?;
        for _ in 0..days {
            most = most.checked_mul(self.grow)?;
        }
        u32::try_from(most.micros().div_euclid(1_000_000)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_new_sender_sends_more_from_day_to_day_until_it_is_known() {
        let grow = Decimal::from_micros(1_500_000);
        let warm = WarmUp { from: date(2026, 12, 1), first_day: 50, grow };
        let most = |day| warm.most_on(day);
        assert_eq!(most(date(2026, 11, 1)), Some(50));
        assert_eq!(most(date(2026, 12, 1)), Some(50));
        assert_eq!(most(date(2026, 12, 2)), Some(75));
        assert_eq!(most(date(2026, 12, 3)), Some(112));
        assert_eq!(most(date(2026, 12, 11)), Some(2_883));
        assert_eq!(most(date(2027, 1, 30)), None, "60 days");
        let steep = WarmUp { grow: Decimal::from_int(1000).unwrap(), ..warm };
        assert_eq!(steep.most_on(date(2027, 1, 1)), None, "beyond all numbers");
    }
}
