//! Rows of customers, reps, consents and suppressions against what is known of them.

use std::collections::{BTreeMap, BTreeSet};

use dsl::library::team::team_of;
use jiff::Timestamp;
use model::event::names;
use model::{Consent, Customer, CustomerId, Event, Medium, Proof, RepId, Suppression, Value};

use super::super::batch::{GivenConsent, Known, Target, is_mailable};
use super::super::ids::{change_id, consent_id, id_key};
use super::super::record::{ConsentWord, CustomerRow, RepRow, SuppressionRow, Whom};
use super::super::say::{BadRow, Duplicate, Finding};
use super::{Loader, PRETENDED_ADDRESSES, marketing_topics};

impl Loader<'_> {
    pub(super) async fn take_customers<T: Target>(
        &mut self,
        rows: Vec<CustomerRow>,
        shared: &BTreeSet<u64>,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let ids: Vec<CustomerId> = rows.iter().map(|row| row.id.clone()).collect();
        let mut known = target.customers(&ids).await?;
        let mut new: Vec<CustomerId> = ids.iter().filter(|id| !known.contains_key(*id)).cloned().collect();
        new.extend(rows.iter().flat_map(|row| self.friends(None, &row.attributes)));
        // Whoever was merged away is known under the id that was kept: an old row changes nothing of theirs.
        let merged = target.merged(&new).await?;
        let before = rows.len();
        let rows: Vec<CustomerRow> = rows.into_iter().filter(|row| !merged.contains_key(&row.id)).collect();
        self.report.same += (before - rows.len()) as u64;
        let forgotten = forgotten_addresses(&rows, &known, target).await?;
        self.flag_addresses(&rows, shared, target).await?;
        let named = rows.iter().map(|row| (row.line, row.id.as_str(), &row.attributes));
        self.look_after(None, named, target).await?;
        let topics = marketing_topics(self.library);
        for mut row in rows {
            self.lead(None, &mut row.attributes, &merged);
            let was = known.remove(&row.id);
            if was.as_ref().is_some_and(is_forgotten) {
                self.report.bad_row(forgotten_customer(row.line, &row.id));
                continue;
            }
            let of_forgotten = |name: &&str| {
                row.attributes
                    .get(*name)
                    .and_then(Value::as_text)
                    .is_some_and(|address| forgotten.contains(address))
            };
            if let Some(column) = ["email", "phone"].into_iter().find(of_forgotten).filter(|_| was.is_none())
            {
                let finding = Finding::new("import-address-forgotten", &[]);
                self.report.bad_row(BadRow::cell(row.line, column, finding));
                continue;
            }
            let (mut now_known, is_new) = match was {
                Some(known) => (known, false),
                None => (self.unknown(&row), true),
            };
            let mut changed = is_new;
            if is_new {
                let declared = &self.library.model.customer;
                self.look_at_wanted("customers", Some(declared), &now_known.customer.attributes);
                self.owned(&row.id, None, now_known.customer.owner());
            } else {
                changed = self.change(&mut now_known.customer, row.attributes);
            }
            if changed {
                self.batch.customers.push(now_known.customer.clone());
            }
            for word in self.with_consent_for_all(row.consents) {
                if row.cautious && would_lift(&now_known, &word) {
                    continue;
                }
                changed |= self.consent(&mut now_known, &row.id, word);
            }
            if let Some((reason, at)) = row.suppressed {
                changed |= self.suppressed(&mut now_known, &row.id, reason, at);
            }
            match (is_new, changed) {
                (true, _) => self.report.new += 1,
                (false, true) => self.report.changed += 1,
                (false, false) => self.report.same += 1,
            }
            if is_mailable(&now_known, &topics, self.settings.now) {
                self.report.mailable = Some(self.report.mailable.unwrap_or(0) + 1);
            }
        }
        Ok(())
    }

    /// A customer of whom nothing was known: from the earliest of what the row says and now.
    fn unknown(&self, row: &CustomerRow) -> Known {
        let mut customer = Customer::new(row.id.clone());
        customer.attributes.clone_from(&row.attributes);
        let created_at = customer.created_at().map_or(self.settings.now, |at| at.min(self.settings.now));
        customer.attributes.insert("created_at".to_owned(), Value::Instant(created_at));
        Known { customer, consents: model::Consents::default(), suppressions: Vec::new() }
    }

    /// What comes with an owner starts the clock of their team, as every assignment does.
    pub(super) fn owned(
        &mut self,
        customer: &CustomerId,
        entity: Option<(String, model::EntityId)>,
        rep: Option<RepId>,
    ) {
        let Some(rep) = rep else { return };
        let Some((team, rules)) = team_of(&self.library.teams, &rep) else { return };
        if !rules.has_clock() {
            return;
        }
        let of = entity.as_ref().map(|(kind, id)| format!("{kind}/{id}")).unwrap_or_default();
        let id = change_id("owner", customer.as_str(), &of, rep.as_str(), self.settings.now);
        let properties = [("rep", Value::from(rep.as_str())), ("team", Value::from(team.as_str()))];
        let event =
            self.event(id, names::REP_ASSIGNED.to_owned(), customer.clone(), self.settings.now, properties);
        self.put(Event { entity, ..event });
    }

    /// Takes a row's attributes over; what changes is an event as well. Returns whether anything did.
    fn change(&mut self, customer: &mut Customer, attributes: BTreeMap<String, Value>) -> bool {
        let mut changed = false;
        for (name, value) in attributes {
            let before = customer.attributes.get(&name);
            if before == Some(&value) {
                continue;
            }
            if name == "created_at" {
                // It only ever becomes earlier, and is no change of the customer.
                if customer
                    .created_at()
                    .is_some_and(|known| value.as_instant().is_none_or(|says| says >= known))
                {
                    continue;
                }
            } else if let ("tags", Value::List(after)) = (name.as_str(), &value) {
                let before = before.and_then(Value::as_list).unwrap_or_default().to_vec();
                let gone = before.iter().filter(|tag| !after.contains(tag)).map(|tag| (tag, false));
                let come = after.iter().filter(|tag| !before.contains(tag)).map(|tag| (tag, true));
                let changes: Vec<(String, bool)> =
                    gone.chain(come).map(|(tag, present)| (tag.clone(), present)).collect();
                for (tag, present) in changes {
                    let to = format!("{tag} {present}");
                    let properties = [("tag", Value::Text(tag)), ("present", Value::YesNo(present))];
                    self.changed(&customer.id, names::TAG_CHANGED, "tags", &to, properties);
                }
            } else {
                let mut properties = vec![("attribute", Value::Text(name.clone())), ("to", value.clone())];
                properties.extend(before.map(|before| ("from", before.clone())));
                self.changed(&customer.id, names::CUSTOMER_CHANGED, &name, &value.to_string(), properties);
            }
            changed = true;
            customer.attributes.insert(name, value);
        }
        changed
    }

    /// Records that a customer changed, now.
    fn changed(
        &mut self,
        customer: &CustomerId,
        name: &str,
        attribute: &str,
        to: &str,
        properties: impl IntoIterator<Item = (&'static str, Value)>,
    ) {
        let id = change_id("customer", customer.as_str(), attribute, to, self.settings.now);
        let event = self.event(id, name.to_owned(), customer.clone(), self.settings.now, properties);
        self.put(event);
    }

    pub(super) fn event(
        &self,
        id: model::EventId,
        name: String,
        customer: CustomerId,
        at: Timestamp,
        properties: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Event {
        Event {
            id,
            source: self.settings.source.clone(),
            name,
            customer,
            entity: None,
            at,
            received_at: self.settings.now,
            properties: properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            chain: 0,
        }
    }

    /// The row's words of consent and, where they are silent, the word for everybody.
    fn with_consent_for_all(&self, mut words: Vec<ConsentWord>) -> Vec<ConsentWord> {
        if let Some(all) = &self.settings.consent
            && !words.iter().any(|word| word.topic == all.topic)
        {
            words.push(ConsentWord {
                topic: all.topic.clone(),
                medium: None,
                granted: true,
                at: Some(all.at),
                source: None,
                basis: Some(all.basis.clone()),
            });
        }
        words
    }

    /// Takes a word of consent in. Returns whether it says anything new.
    fn consent(&mut self, known: &mut Known, customer: &CustomerId, word: ConsentWord) -> bool {
        let ConsentWord { topic, medium, granted, at, source, basis } = word;
        let latest = known.consents.0.get(&(topic.clone(), medium)).copied();
        let at = match at {
            Some(at) => at,
            // Without a date it counts from now, once: the next import of the same file says nothing new.
            None if latest.is_some_and(|(known, _)| known == granted) => return false,
            None => self.settings.now,
        };
        let source = source.unwrap_or_else(|| self.settings.source.clone());
        let consent = Consent { topic, medium, granted, at, source, proof: Proof::of_basis(basis) };
        let before = known.consents.clone();
        known.consents.apply(&consent);
        let is_news = known.consents != before;
        // The table of consents is their history. An event as well where something may follow from it: a
        // withdrawal stops what is on its way, a fresh word may start a workflow.
        let old = at < self.settings.now.saturating_sub(super::FRESH).unwrap_or(Timestamp::MIN);
        if is_news && (!granted || !old || self.settings.start) {
            let name = if granted { names::CONSENT_GRANTED } else { names::CONSENT_WITHDRAWN };
            let channel = medium.map_or("", Medium::as_str);
            let id = consent_id(customer, &consent.topic, channel, granted, at);
            let mut properties = vec![
                ("topic", Value::from(consent.topic.as_str())),
                ("source", Value::from(consent.source.as_str())),
            ];
            properties.extend(medium.map(|medium| ("channel", Value::from(medium.as_str()))));
            properties.extend(consent.proof.basis.as_deref().map(|basis| ("basis", Value::from(basis))));
            let event = self.event(id, name.to_owned(), customer.clone(), at, properties);
            self.put(event);
        }
        // An older word changes nothing today, and still belongs to the record.
        if is_news || latest.is_some_and(|(_, known_at)| at < known_at) {
            self.batch.consents.push(GivenConsent { customer: customer.clone(), consent });
        }
        is_news
    }

    /// Takes in that a customer must not be written to by e-mail. Returns whether that is new.
    fn suppressed(
        &mut self,
        known: &mut Known,
        customer: &CustomerId,
        reason: &str,
        at: Option<Timestamp>,
    ) -> bool {
        let same = |word: &Suppression| {
            word.medium == Some(Medium::Email) && word.reason == reason && word.until.is_none()
        };
        if known.suppressions.iter().any(same) {
            return false;
        }
        let at = at.unwrap_or(self.settings.now);
        let word = Suppression {
            medium: Some(Medium::Email),
            topic: None,
            reason: reason.to_owned(),
            at,
            until: None,
        };
        known.suppressions.push(word.clone());
        self.batch.suppressions.push((customer.clone(), word));
        true
    }

    /// Flags addresses that two customers give: one in the database already, or an earlier row of this file.
    async fn flag_addresses<T: Target>(
        &mut self,
        rows: &[CustomerRow],
        shared: &BTreeSet<u64>,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let email_of =
            |row: &CustomerRow| row.attributes.get("email").and_then(Value::as_text).map(str::to_owned);
        let emails: Vec<String> = rows.iter().filter_map(email_of).collect();
        if emails.is_empty() {
            return Ok(());
        }
        let holders = target.holders(&emails).await?;
        for row in rows {
            let Some(email) = email_of(row) else { continue };
            let key = id_key(&email.to_lowercase());
            let first = match holders.get(&email) {
                Some(holder) => holder.clone(),
                None if shared.contains(&row.line) => match self.first_with.get(&key) {
                    Some(first) => first.clone(),
                    None if self.first_with.len() < PRETENDED_ADDRESSES => {
                        self.first_with.insert(key, row.id.clone());
                        continue;
                    }
                    None => continue,
                },
                None => continue,
            };
            if first != row.id {
                self.report.duplicate(Duplicate { email, first, second: row.id.clone() });
            }
        }
        Ok(())
    }

    pub(super) async fn take_reps<T: Target>(
        &mut self,
        rows: Vec<RepRow>,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
        let known = target.reps(&ids).await?;
        for row in rows {
            let before = known.get(&row.id);
            let mut after = row.over(before);
            // Who is away is today's news, in the console; a file brings it for new reps only.
            if let Some(before) = before {
                after.away = before.away;
            }
            match before {
                Some(before) if *before == after => {
                    self.report.same += 1;
                    continue;
                }
                Some(_) => self.report.changed += 1,
                None => self.report.new += 1,
            }
            self.batch.reps.push((row.id, after));
        }
        Ok(())
    }

    pub(super) async fn take_consents<T: Target>(
        &mut self,
        rows: Vec<(u64, CustomerId, ConsentWord)>,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let ids: Vec<CustomerId> = rows.iter().map(|(_, id, _)| id.clone()).collect();
        let who = target.resolve(&ids).await?;
        let resolved: Vec<CustomerId> = who.values().cloned().collect();
        let mut known = target.customers(&resolved).await?;
        for (line, id, word) in rows {
            let Some((id, mut before)) = who.get(&id).and_then(|id| known.remove_entry(id)) else {
                self.report.bad_row(unknown_customer(line, &id));
                continue;
            };
            if is_forgotten(&before) {
                self.report.bad_row(forgotten_customer(line, &id));
                known.insert(id, before);
                continue;
            }
            if self.consent(&mut before, &id, word) {
                self.report.new += 1;
            } else {
                self.report.same += 1;
            }
            known.insert(id, before);
        }
        Ok(())
    }

    pub(super) async fn take_suppressions<T: Target>(
        &mut self,
        rows: Vec<(u64, SuppressionRow)>,
        target: &mut T,
    ) -> Result<(), T::Error> {
        let (mut ids, mut emails) = (Vec::new(), Vec::new());
        for (_, row) in &rows {
            match &row.whom {
                Whom::Customer(id) => ids.push(id.clone()),
                Whom::Email(email) => emails.push(email.clone()),
            }
        }
        let who = target.resolve(&ids).await?;
        let holders = target.holders(&emails).await?;
        let all: Vec<CustomerId> = who.values().chain(holders.values()).cloned().collect();
        let mut known = target.customers(&all).await?;
        for (line, row) in rows {
            let id = match &row.whom {
                Whom::Customer(id) => who.get(id).ok_or_else(|| unknown_customer(line, id)),
                Whom::Email(email) => holders
                    .get(email)
                    .ok_or_else(|| BadRow::cell(line, "email", Finding::new("import-email-unknown", &[]))),
            };
            let found = id.and_then(|id| {
                known.get_mut(id).map(|known| (id.clone(), known)).ok_or_else(|| unknown_customer(line, id))
            });
            let (id, before) = match found {
                Ok(found) => found,
                Err(bad) => {
                    self.report.bad_row(bad);
                    continue;
                }
            };
            let same = |word: &&mut Suppression| {
                word.medium == row.medium
                    && word.topic == row.topic
                    && word.reason == row.reason
                    && row.at.is_none_or(|at| at == word.at)
            };
            match before.suppressions.iter_mut().find(same) {
                Some(word) if word.until == row.until => {
                    self.report.same += 1;
                    continue;
                }
                Some(word) => {
                    word.until = row.until;
                    self.report.changed += 1;
                    self.batch.suppressions.push((id, word.clone()));
                }
                None => {
                    let at = row.at.unwrap_or(self.settings.now);
                    let (medium, topic, reason) = (row.medium, row.topic, row.reason);
                    let word = Suppression { medium, topic, reason, at, until: row.until };
                    before.suppressions.push(word.clone());
                    self.report.new += 1;
                    self.batch.suppressions.push((id, word));
                }
            }
        }
        Ok(())
    }
}

/// Addresses in rows of new customers that belonged to somebody who was forgotten.
async fn forgotten_addresses<T: Target>(
    rows: &[CustomerRow],
    known: &BTreeMap<CustomerId, Known>,
    target: &mut T,
) -> Result<BTreeSet<String>, T::Error> {
    let of = |name: &str| -> Vec<String> {
        let new = rows.iter().filter(|row| !known.contains_key(&row.id));
        new.filter_map(|row| row.attributes.get(name)?.as_text().map(str::to_owned)).collect()
    };
    let (emails, phones) = (of("email"), of("phone"));
    if emails.is_empty() && phones.is_empty() {
        return Ok(BTreeSet::new());
    }
    target.forgotten(&emails, &phones).await
}

/// Whether a word without a date would lift what somebody withdrew.
fn would_lift(known: &Known, word: &ConsentWord) -> bool {
    let said = known.consents.0.get(&(word.topic.clone(), word.medium));
    word.granted && word.at.is_none() && said.is_some_and(|(granted, _)| !granted)
}

pub(super) fn unknown_customer(line: u64, id: &CustomerId) -> BadRow {
    BadRow::cell(line, "customer", Finding::new("import-customer-unknown", &[("customer", id.as_str())]))
}

/// Whether the tombstone of a forgotten customer stands: a file does not bring them back.
fn is_forgotten(known: &Known) -> bool {
    known.suppressions.iter().any(Suppression::is_tombstone)
}

fn forgotten_customer(line: u64, id: &CustomerId) -> BadRow {
    BadRow::cell(line, "customer", Finding::new("import-customer-forgotten", &[("customer", id.as_str())]))
}
