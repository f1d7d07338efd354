//! What a person does on a phone, by the app's own functions and in the app's own order.

use rounds::domain::answer::Answer;
use rounds::domain::hash::sha256_hex;
use rounds::domain::verdict::Verdict;
use rounds::store::draft::{self, Draft, Stamp, draft_key};
use rounds::store::finish::{self, Act, FinishError};
use rounds::store::photos::{self, NewPhoto, PhotoState};
use rounds::store::{Batch, Store, StoreError, outbox};

use crate::dice::Dice;
use crate::disk::Disk;
use crate::tasks::{Work, work};

/// Someone with a phone in the hand.
pub struct Person<'a> {
    /// The phone's storage.
    pub disk: &'a Disk,
    /// Who it is.
    pub author: String,
    /// What the phone's clock says.
    pub now_ms: u64,
    /// For new ids.
    pub dice: &'a mut Dice,
}

/// A draft as it was, or would have been, kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its row.
    pub key: String,
    /// What it says.
    pub answer: Answer,
}

/// What came of changing an answer.
#[derive(Debug)]
pub struct Change {
    /// What the screen showed.
    pub kept: Kept,
    /// Whether the screen called it saved.
    pub saved: Result<(), StoreError>,
}

impl Person<'_> {
    /// Takes a photo, and keeps the draft that names it.
    pub async fn photograph(
        &mut self,
        task: u8,
        item: u8,
        bytes: Vec<u8>,
    ) -> Result<(String, Change), StoreError> {
        let work = work(task);
        let key = draft_key(&work.task.id, &item_of(work, item).0.id);
        let sha256 = sha256_hex(&bytes);
        let new = NewPhoto {
            bytes,
            mime: "image/jpeg".to_owned(),
            width: 4,
            height: 3,
            taken_at: self.stamp().at,
            draft: key,
        };
        let photo = photos::add_photo(self.disk, new).await?;
        let change = self.change(task, item, |answer| {
            if !answer.photos.contains(&photo) {
                answer.photos.push(photo.clone());
            }
        });
        Ok((sha256, change.await?))
    }

    /// Judges an item, in words that no other answer has.
    pub async fn judge(&mut self, task: u8, item: u8, fails: bool) -> Result<Change, StoreError> {
        let note = format!("“{}” 无异常\n", self.dice.any());
        self.change(task, item, |answer| {
            answer.state(if fails { Verdict::Nonconforming } else { Verdict::Conforming });
            answer.note.clone_from(&note);
        })
        .await
    }

    /// Takes the photos out of an answer, and off the phone where nothing else has them.
    pub async fn take_photos_out(&mut self, task: u8, item: u8) -> Result<Change, StoreError> {
        let work = work(task);
        let key = draft_key(&work.task.id, &item_of(work, item).0.id);
        let mut taken = Vec::new();
        let change = self.change(task, item, |answer| taken = std::mem::take(&mut answer.photos)).await?;
        // The draft that no longer names them is on disk before they go.
        if change.saved.is_ok() {
            for photo in taken {
                // One that stays for want of storage is kept with nothing that shows it: no loss.
                let _ = photos::remove_photo(self.disk, &photo.sha256, &key).await;
            }
        }
        Ok(change)
    }

    /// Presses the finish button.
    pub async fn finish(&mut self, task: u8) -> Result<(), FinishError> {
        let work = work(task);
        let act = self.act();
        let why = Some("来不及".to_owned());
        finish::finish(self.disk, &work.task, &work.clauses, why, &act).await
    }

    /// Records the correction of a finished item.
    pub async fn amend(&mut self, task: u8, item: u8) -> Result<(), FinishError> {
        let work = work(task);
        let (item, clause) = item_of(work, item);
        let act = self.act();
        finish::amend(self.disk, &work.task, item, clause, &act).await
    }

    /// Taps "send again" on each thing that was set aside.
    pub async fn send_again(&mut self) -> Result<u64, StoreError> {
        let mut tapped = 0;
        for entry in outbox::queue(self.disk, 0).await?.entries {
            if entry.state == outbox::RecordState::Blocked {
                outbox::retry_blocked(self.disk, &entry.record.item_id).await?;
                tapped += 1;
            }
        }
        for photo in photos::photos_in(self.disk, PhotoState::Blocked, outbox::ALL).await? {
            photos::retry_blocked_photo(self.disk, &photo.sha256).await?;
            tapped += 1;
        }
        Ok(tapped)
    }

    /// Changes an answer as the task's page does: the draft and the task's counts in one transaction.
    async fn change(
        &mut self,
        task: u8,
        item: u8,
        change: impl FnOnce(&mut Answer),
    ) -> Result<Change, StoreError> {
        let work = work(task);
        let (item, clause) = item_of(work, item);
        let drafts = draft::drafts_of(self.disk, &work.task.id).await?;
        let progress = draft::progress_of(self.disk, &work.task.id).await?;
        let found = drafts.into_iter().find_map(|(id, kept)| (id == item.id).then_some(kept));
        let (mut draft, rev) = match found {
            Some(kept) => (kept.value, kept.rev),
            None => {
                let id = self.dice.id(self.now_ms);
                (Draft::new(id, self.stamp(), Answer::blank(clause)), 0)
            }
        };
        let is_recorded = draft.recorded.as_ref().is_some_and(|done| done.record_id == draft.record_id);
        if is_recorded {
            draft.record_id = self.dice.id(self.now_ms);
        }
        if progress.value.finished.is_some() {
            draft.amend_reason = "看错了".to_owned();
        }
        change(&mut draft.answer);
        draft.changed = self.stamp();
        let kept = Kept { key: draft_key(&work.task.id, &item.id), answer: draft.answer.clone() };
        let batch = draft::put_draft(Batch::new(), &work.task.id, &item.id, &draft, rev);
        let batch = draft::put_progress(batch, &work.task, &progress.value, progress.rev);
        let saved = self.disk.commit(batch).await.map(|_| ());
        Ok(Change { kept, saved })
    }

    fn act(&mut self) -> Act {
        Act {
            author: self.author.clone(),
            stamp: self.stamp(),
            now_ms: self.now_ms,
            record_id: self.dice.id(self.now_ms),
        }
    }

    fn stamp(&self) -> Stamp {
        let ms = i64::try_from(self.now_ms).unwrap_or(i64::MAX);
        let at = chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
        Stamp {
            at: at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            tz: "Asia/Shanghai".to_owned(),
            boot_id: "boot".to_owned(),
            mono_ms: 5_000,
        }
    }
}

fn item_of(
    work: &'static Work,
    nth: u8,
) -> (&'static rounds::domain::task::TaskItem, &'static rounds::domain::clause::Clause) {
    let at = usize::from(nth) % work.task.items.len();
    (&work.task.items[at], &work.clauses[at])
}

/// The bytes of a picture: those of a JPEG at its beginning, like no other picture's after it.
pub fn picture(nth: u16, len: u32) -> Vec<u8> {
    let mut dice = Dice::new(u64::from(nth) << 32 | u64::from(len));
    let mut bytes = vec![0xFF, 0xD8, 0xFF];
    while bytes.len() < len as usize {
        bytes.extend(dice.any().to_le_bytes());
    }
    bytes.truncate((len as usize).max(11));
    bytes
}
