//! What was promised to people, written down by a witness who sees every phone and the endpoint
//! and takes no part: the laws are judged by it.

use std::collections::{BTreeMap, BTreeSet};

use rounds::domain::answer::Answer;
use rounds::store::draft::Draft;
use rounds::store::outbox::{KEEP_MS, OutboxRecord, RecordState};
use rounds::store::{Row, Store, Table};

use crate::disk::{Disk, now};
use crate::law::{Broken, Law};
use crate::office::Shelf;
use crate::person::Kept;

/// The witness's book.
#[derive(Debug, Default)]
pub struct Ledger {
    records: BTreeMap<String, Made>,
    /// By phone and row: what the draft may say, `None` for no draft. More than one where a write
    /// ended unknown.
    drafts: BTreeMap<(usize, String), Vec<Option<Answer>>>,
    /// Photos that a phone called kept.
    photos: BTreeSet<(usize, String)>,
    /// Records that the endpoint receipted, and must hold.
    owed: BTreeSet<String>,
    /// Photos that the endpoint called whole, and must hold.
    owed_photos: BTreeSet<String>,
    /// Records and photos that the endpoint ever receipted, whatever became of it since, and when on
    /// its own clock; photos have no time.
    ever: BTreeMap<String, u64>,
    /// Records that are in a backup with their photos.
    backed_up: BTreeSet<String>,
    /// The latest moment on the endpoint's clock, milliseconds since 1970.
    latest_ms: u64,
}

/// A record as it was when it was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// On which phone.
    pub phone: usize,
    /// Its number there.
    pub seq: u64,
    /// All that must never change.
    pub record: OutboxRecord,
    /// True once it rightly left its phone.
    pub is_let_go: bool,
}

impl Ledger {
    /// Every record ever made.
    pub fn records(&self) -> &BTreeMap<String, Made> {
        &self.records
    }

    /// How many records the endpoint owes.
    pub fn owed(&self) -> usize {
        self.owed.len()
    }

    /// The screen called a draft saved; or, not knowing, showed an error.
    pub fn drafted(&mut self, phone: usize, kept: Kept, is_saved: bool) {
        let may_say = self.drafts.entry((phone, kept.key)).or_insert_with(|| vec![None]);
        if is_saved {
            may_say.clear();
        }
        may_say.push(Some(kept.answer));
    }

    /// A file may bring a phone answers to items that have none on it, and to no other.
    pub fn may_be_given(&mut self, phone: usize) {
        self.drafts.retain(|(owner, _), may_say| *owner != phone || !may_say.contains(&None));
    }

    /// The screen called a photo kept.
    pub fn photographed(&mut self, phone: usize, sha256: String) {
        self.photos.insert((phone, sha256));
    }

    /// The endpoint told a phone that it holds a record.
    pub fn receipted(&mut self, item_id: &str, received_ms: u64) {
        self.owed.insert(item_id.to_owned());
        let first = self.ever.entry(item_id.to_owned()).or_insert(received_ms);
        *first = received_ms.min(*first);
        self.latest_ms = self.latest_ms.max(received_ms);
    }

    /// The endpoint told a phone that it holds a photo.
    pub fn photo_receipted(&mut self, sha256: &str) {
        self.owed_photos.insert(sha256.to_owned());
        self.ever.insert(sha256.to_owned(), 0);
    }

    /// The endpoint was put back: it owes only what it holds now.
    pub fn restored(&mut self, shelf: &Shelf<'_>) {
        let held: BTreeSet<&str> = shelf.items.iter().map(|item| &*item.item_id).collect();
        self.owed.retain(|id| held.contains(id.as_str()));
        self.owed_photos.retain(|sha256| (shelf.has_photo)(sha256));
    }

    /// A backup is taken. Returns up to which number it is complete: records with all their photos.
    pub fn backed_up(&mut self, shelf: &Shelf<'_>) -> u64 {
        let lacks = |id: &str| {
            let blobs = self.records.get(id).map(|made| &made.record.blobs);
            blobs.is_some_and(|blobs| blobs.iter().any(|blob| !(shelf.has_photo)(&blob.sha256)))
        };
        let waiting = shelf.items.iter().filter(|item| lacks(&item.item_id)).map(|item| item.server_seq);
        let newest = shelf.items.iter().map(|item| item.server_seq).max().unwrap_or(0);
        let complete_to = waiting.min().map_or(newest, |first| first - 1);
        let safe = shelf.items.iter().filter(|item| item.server_seq <= complete_to);
        self.backed_up.extend(safe.map(|item| item.item_id.clone()));
        complete_to
    }

    /// Judges what a phone wrote since the last time.
    pub fn look_at_phone(&mut self, phone: usize, disk: &Disk) -> Result<(), Broken> {
        let touched: BTreeSet<(Table, String)> = disk.take_touched().into_iter().collect();
        for (table, key) in touched {
            let row = now(disk.rows.get(table, &key)).expect("the rows themselves never fail");
            match table {
                Table::Outbox => self.look_at_record(phone, &key, row)?,
                Table::Drafts => {
                    self.look_at_draft(phone, &key, row.as_ref())?;
                    self.brought(phone, key, row.as_ref());
                }
                Table::Photos => self.is_receipted(Law::Photos, row.as_ref())?,
                Table::PhotoBytes if row.is_none() => self.photo_left(phone, &key)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Judges all of a phone, written lately or not.
    pub fn look_at_all_of(&mut self, phone: usize, disk: &Disk) -> Result<(), Broken> {
        let get = |table, key: &str| now(disk.rows.get(table, key)).expect("the rows themselves never fail");
        for (id, made) in &self.records {
            if made.phone == phone && !made.is_let_go {
                let row = get(Table::Outbox, id).ok_or_else(|| Law::Saved.broken(format!("{id} is gone")))?;
                made.is_same(&row)?;
            }
        }
        for ((owner, key), _) in self.drafts.range((phone, String::new())..(phone + 1, String::new())) {
            debug_assert_eq!(*owner, phone);
            self.look_at_draft(phone, key, get(Table::Drafts, key).as_ref())?;
        }
        for (_, sha256) in self.photos.range((phone, String::new())..(phone + 1, String::new())) {
            let row = get(Table::PhotoBytes, sha256);
            let is_whole = row
                .and_then(|row| row.bytes)
                .is_some_and(|bytes| rounds::domain::hash::sha256_hex(&bytes) == *sha256);
            if !is_whole && self.is_photo_needed(phone, sha256) {
                return Err(Law::Photos.broken(format!("photo {sha256} is not on phone {phone}")));
            }
        }
        Ok(())
    }

    /// Judges what the endpoint holds.
    pub fn look_at_office(&self, shelf: &Shelf<'_>) -> Result<(), Broken> {
        let mut held = BTreeSet::new();
        for item in shelf.items {
            let id = &*item.item_id;
            let made = self.records.get(id);
            let made = made.ok_or_else(|| Law::Nobody.broken(format!("nobody made {id}")))?;
            if !held.insert(id) {
                return Err(Law::Receipted.broken(format!("{id} is there twice")));
            }
            let record = &made.record;
            if item.body != record.body || item.body_sha256 != record.body_sha256 {
                return Err(Law::Receipted.broken(format!("{id} arrived with other bytes")));
            }
            if item.author != record.author {
                let words = format!("{id} by {} arrived as by {}", record.author, item.author);
                return Err(Law::Author.broken(words));
            }
            if item.seq != made.seq {
                return Err(Law::Gap.broken(format!("{id}, number {}, arrived as {}", made.seq, item.seq)));
            }
        }
        if let Some(id) = self.owed.iter().find(|id| !held.contains(id.as_str())) {
            return Err(Law::Receipted.broken(format!("{id} was receipted and is not there")));
        }
        match self.owed_photos.iter().find(|sha256| !(shelf.has_photo)(sha256)) {
            Some(sha256) => Err(Law::Photos.broken(format!("photo {sha256} was receipted and is not there"))),
            None => Ok(()),
        }
    }

    /// Judges, once all is quiet, that everything came through.
    pub fn look_at_end(&self, shelf: &Shelf<'_>) -> Result<(), Broken> {
        let held: BTreeSet<&str> = shelf.items.iter().map(|item| &*item.item_id).collect();
        for (id, made) in &self.records {
            // What rightly left its phone may be missing from a store that another took the place of.
            let is_excused = made.is_let_go && shelf.is_another;
            if !held.contains(id.as_str()) && !is_excused {
                return Err(Law::Receipted.broken(format!("{id} never arrived")));
            }
            for blob in &made.record.blobs {
                let was_kept = self.photos.contains(&(made.phone, blob.sha256.clone()));
                if held.contains(id.as_str()) && was_kept && !(shelf.has_photo)(&blob.sha256) {
                    let words = format!("photo {} of {id} is not whole", blob.sha256);
                    return Err(Law::Photos.broken(words));
                }
            }
        }
        Ok(())
    }

    /// The numbers of a phone that the endpoint's own data show as missing: given by the phone (it
    /// told its next one), not waiting on it (it told how many are), and not there.
    pub fn missing_numbers(shelf: &Shelf<'_>, install_id: &str, next_seq: u64) -> Vec<u64> {
        let there: BTreeSet<u64> =
            shelf.items.iter().filter(|item| item.install_id == install_id).map(|item| item.seq).collect();
        (1..next_seq).filter(|seq| !there.contains(seq)).collect()
    }

    fn look_at_record(&mut self, phone: usize, id: &str, row: Option<Row>) -> Result<(), Broken> {
        let Some(row) = row else { return self.record_left(phone, id) };
        self.is_receipted(Law::Receipted, Some(&row))?;
        if let Some(made) = self.records.get(id) {
            return made.is_same(&row);
        }
        let record: OutboxRecord = serde_json::from_str(&row.json)
            .map_err(|error| Law::Saved.broken(format!("{id} cannot be read: {error}")))?;
        let seq = row.seq.ok_or_else(|| Law::Gap.broken(format!("{id} has no number")))?;
        if record.origin.is_some() {
            return Err(Law::Nobody.broken(format!("{id} came in a file, and no phone made it")));
        }
        if self.records.values().any(|other| other.phone == phone && other.seq == seq) {
            return Err(Law::Gap.broken(format!("the number {seq} was given twice")));
        }
        let made = Made { phone, seq, record, is_let_go: false };
        self.records.insert(id.to_owned(), made);
        Ok(())
    }

    fn record_left(&mut self, phone: usize, id: &str) -> Result<(), Broken> {
        let Some(made) = self.records.get_mut(id) else { return Ok(()) };
        let is_old = self.ever.get(id).is_some_and(|received| received + KEEP_MS <= self.latest_ms);
        if !self.backed_up.contains(id) || !is_old {
            return Err(Law::Saved.broken(format!("{id} left its phone too early")));
        }
        // A copy that came in a file may go and the record stay where it was made.
        made.is_let_go |= made.phone == phone;
        Ok(())
    }

    /// What a phone takes for received was receipted.
    fn is_receipted(&self, law: Law, row: Option<&Row>) -> Result<(), Broken> {
        match row {
            // Records and photos call this state the same.
            Some(row) if row.group == RecordState::Received.group() && !self.ever.contains_key(&row.key) => {
                Err(law.broken(format!("{} is taken for received, and nobody receipted it", row.key)))
            }
            _ => Ok(()),
        }
    }

    /// A draft that nobody wrote on this phone came in a file; from now on it is kept like any other.
    fn brought(&mut self, phone: usize, key: String, row: Option<&Row>) {
        if let Some(draft) = row.and_then(|row| serde_json::from_str::<Draft>(&row.json).ok()) {
            self.drafts.entry((phone, key)).or_insert_with(|| vec![Some(draft.answer)]);
        }
    }

    fn look_at_draft(&self, phone: usize, key: &str, row: Option<&Row>) -> Result<(), Broken> {
        let Some(may_say) = self.drafts.get(&(phone, key.to_owned())) else { return Ok(()) };
        let says = match row {
            None => None,
            Some(row) => Some(
                serde_json::from_str::<Draft>(&row.json)
                    .map_err(|error| Law::Saved.broken(format!("the draft {key} cannot be read: {error}")))?,
            ),
        };
        if may_say.contains(&says.map(|draft| draft.answer)) {
            return Ok(());
        }
        Err(Law::Saved.broken(format!("the draft {key} is not as it was saved")))
    }

    fn photo_left(&self, phone: usize, sha256: &str) -> Result<(), Broken> {
        let was_kept = self.photos.contains(&(phone, sha256.to_owned()));
        if was_kept && self.is_photo_needed(phone, sha256) {
            return Err(Law::Photos.broken(format!("photo {sha256} left phone {phone} too early")));
        }
        Ok(())
    }

    fn is_photo_needed(&self, phone: usize, sha256: &str) -> bool {
        let names = |answer: &Option<Answer>| {
            answer.as_ref().is_some_and(|answer| answer.photos.iter().any(|photo| photo.sha256 == sha256))
        };
        let drafts = self.drafts.range((phone, String::new())..(phone + 1, String::new()));
        let in_draft = drafts.into_iter().any(|(_, may_say)| may_say.iter().all(names));
        let in_record = self.records.values().any(|made| {
            let is_here = made.phone == phone && !made.is_let_go;
            is_here && made.record.blobs.iter().any(|blob| blob.sha256 == sha256)
        });
        in_draft || in_record
    }
}

impl Made {
    /// Its row still says what it said.
    fn is_same(&self, row: &Row) -> Result<(), Broken> {
        let (was, id) = (&self.record, &self.record.item_id);
        let is: OutboxRecord = serde_json::from_str(&row.json)
            .map_err(|error| Law::Saved.broken(format!("{id} cannot be read: {error}")))?;
        if is.author != was.author {
            return Err(Law::Author.broken(format!("{id} by {} became one by {}", was.author, is.author)));
        }
        let same = is.body == was.body
            && is.body_sha256 == was.body_sha256
            && is.blobs == was.blobs
            && is.supersedes == was.supersedes
            && is.captured == was.captured
            && (&is.kind, is.schema) == (&was.kind, was.schema);
        if !same {
            return Err(Law::Saved.broken(format!("{id} was changed on its phone")));
        }
        if row.seq != Some(self.seq) {
            return Err(Law::Gap.broken(format!("{id} lost its number")));
        }
        Ok(())
    }
}
