//! The keys that sign mails: made of their secrets when they are first needed, and kept.

use crate::speak::Secrets;
use channels::email::{Letter, Signer};
use dsl::library::{Dkim, Library};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Signs mails for senders that say how.
pub(crate) struct Signing {
    secrets: Arc<Secrets>,
    made: Mutex<BTreeMap<Dkim, Arc<Signer>>>,
}

impl Signing {
    pub(crate) fn new(secrets: Arc<Secrets>) -> Self {
        Self { secrets, made: Mutex::default() }
    }

    /// The letter with the sender's signature. Errors: why there is none, for an operator; an unsigned mail would
    /// be judged as a forged one, so the letter has to wait.
    pub(crate) fn sign(&self, letter: &Letter, dkim: &Dkim, at: Timestamp) -> Result<Letter, String> {
        self.signer(dkim)?.sign(letter, at).map_err(|error| error.to_string())
    }

    /// Who signs so. Errors: as above.
    pub(crate) fn signer(&self, dkim: &Dkim) -> Result<Arc<Signer>, String> {
        // A map is whole after each statement.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = made.get(dkim) {
            return Ok(Arc::clone(signer));
        }
        let name = &dkim.key;
        let pem = (self.secrets)(name).ok_or_else(|| format!("the secret {name} is not set"))?;
        let signer = Signer::new(&dkim.domain, &dkim.selector, &pem);
        let signer = Arc::new(signer.map_err(|error| format!("the secret {name}: {error}"))?);
        made.insert(dkim.clone(), Arc::clone(&signer));
        Ok(signer)
    }

    /// The first sender whose key is missing or wrong: its name and why.
    pub(crate) fn missing(&self, library: &Library) -> Option<(String, String)> {
        library.senders.iter().find_map(|sender| {
            let why = self.signer(sender.dkim.as_ref()?).err()?;
            Some((sender.id.clone(), why))
        })
    }
}
