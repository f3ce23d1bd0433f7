//! Passwords: hashed so slowly, and with so much memory, that guessing costs; a few at a time, beside the work of others.

use crate::error::EngineError;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Letters that a password has at least, and at most.
pub const LETTERS: std::ops::RangeInclusive<usize> = 12..=200;
/// Memory in KiB, passes, lanes: what OWASP asks of argon2id.
const COST: (u32, u32, u32) = (19 * 1_024, 2, 1);
/// Bytes of a salt.
const SALT: usize = 16;
/// Passwords looked at at one time.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const WAIT: Duration = Duration::from_secs(10);
/// Stands in for the hash of a user whom there is not: of the same cost, and no password is known that has it.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUuLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// What passwords that we make are written with: 32 letters, none of which is taken for another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Looks at passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    room: Arc<Semaphore>,
    wait: Duration,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(AT_ONCE)), wait: WAIT }
    }
}

impl Passwords {
    /// The hash of a password as it is kept: a PHC string with its salt and its cost.
    pub async fn hash(&self, password: String) -> Result<String, EngineError> {
        self.slowly(move || hash(&password)).await
    }

    /// Whether a password is the one of this hash. `None`: there is no such user; it takes as long, and is not.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, EngineError> {
        self.slowly(move || fits(&password, hash.as_deref())).await
    }

    async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let turn = tokio::time::timeout(self.wait, Arc::clone(&self.room).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(EngineError::TooManyPasswords) };
        let done = tokio::task::spawn_blocking(move || {
            // Until it is done, also where nobody waits for it any more.
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| EngineError::Password(error.to_string()))?
    }
}

/// A password that nobody has to think of: 100 bits.
pub fn make() -> Result<String, EngineError> {
    let bytes: [u8; 20] = drawn()?;
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).map(|letter| char::from(*letter));
    let groups: Vec<String> =
        bytes.chunks(5).map(|group| group.iter().filter_map(letter).collect()).collect();
    Ok(groups.join("-"))
}

/// Whether a password is as long as it must be.
pub fn is_long_enough(password: &str) -> bool {
    LETTERS.contains(&password.chars().count())
}

fn hash(password: &str) -> Result<String, EngineError> {
    let salt: [u8; SALT] = drawn()?;
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(wrong)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(wrong)?.to_string())
}

fn fits(password: &str, hash: Option<&str>) -> Result<bool, EngineError> {
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODYS)).map_err(wrong)?;
    match Argon2::default().verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(hash.is_some()),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(wrong(error)),
    }
}

fn wrong(error: impl ToString) -> EngineError {
    EngineError::Password(error.to_string())
}

fn drawn<const N: usize>() -> Result<[u8; N], EngineError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Random(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("correct horse battery", Some(&kept)).unwrap());
        assert!(!fits("correct horse batterY", Some(&kept)).unwrap());
        assert_ne!(kept, hash("correct horse battery").unwrap(), "each has its own salt");
        assert!(fits("x", Some("no hash")).is_err());
    }

    #[test]
    fn a_user_whom_there_is_not_costs_as_much_and_never_fits() {
        let (kept, nobodys) = (hash("correct horse battery").unwrap(), PasswordHash::new(NOBODYS).unwrap());
        let kept = PasswordHash::new(&kept).unwrap();
        assert_eq!((nobodys.algorithm, nobodys.version), (kept.algorithm, kept.version));
        assert_eq!(nobodys.params, kept.params);
        let length = |hash: &PasswordHash| {
            (hash.salt.unwrap().as_ref().len(), hash.hash.as_ref().unwrap().as_bytes().len())
        };
        assert_eq!(length(&nobodys), length(&kept));
        for password in ["", "nobody", "correct horse battery"] {
            assert!(!fits(password, None).unwrap());
        }
    }

    #[test]
    fn a_password_that_we_make_is_long_enough_and_new_each_time() {
        let (one, other) = (make().unwrap(), make().unwrap());
        assert_eq!(one.len(), 23);
        assert!(is_long_enough(&one) && one != other, "{one} {other}");
        assert!(
            !is_long_enough("elf letters")
                && is_long_enough("十二个汉字当密码也是够长")
                && !is_long_enough(&"x".repeat(201))
        );
    }

    #[tokio::test]
    async fn who_has_to_wait_too_long_is_told_to_come_again() {
        let passwords = Passwords { room: Arc::new(Semaphore::new(0)), wait: Duration::from_millis(1) };
        let refused = passwords.fits("x".to_owned(), None).await.unwrap_err();
        assert!(matches!(refused, EngineError::TooManyPasswords) && refused.retry());
    }
}
