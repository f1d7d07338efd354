//! `gaps`: what phones made and the office never got.

use super::{Database, Failure, say};
use crate::store::InstallLine;

pub(super) async fn run(database: &Database) -> Result<(), Failure> {
    let opened = database.existing().await?;
    let installs = opened.store.installs().await.map_err(opened.failed())?;
    let devices = opened.store.devices().await.map_err(opened.failed())?;
    opened.store.close().await;
    let mut all_there = true;
    for install in &installs {
        let Some(gap) = Gap::of(install) else { continue };
        all_there = false;
        let device = devices.iter().find(|device| Some(&device.device_id) == install.device_id.as_ref());
        let name = device.map_or("known from a file only", |device| device.name.as_str());
        println!("install {}  ({name})  last seen {}", install.install_id, say::moment(install.seen_ms));
        println!("    missing: {}", say::ranges(&gap.missing));
        if !install.refused.is_empty() {
            println!("    refused and kept whole: {}", say::ranges(&install.refused));
        }
        println!("    {}", gap.verdict());
    }
    if all_there {
        println!("Nothing is missing: every record that a phone has numbered is here.");
    }
    Ok(())
}

/// What is missing of an install, and how much of it the phone said it still held.
#[derive(Debug, PartialEq, Eq)]
struct Gap {
    missing: Vec<u64>,
    on_phone: u64,
}

impl Gap {
    /// `None` when nothing is missing.
    fn of(install: &InstallLine) -> Option<Self> {
        let highest = install.received.iter().chain(&install.refused).max().copied().unwrap_or(0);
        let next = install.next_seq.unwrap_or(0).max(highest + 1);
        let here = |seq: &u64| install.received.binary_search(seq).is_ok() || install.refused.contains(seq);
        // A phone that lies about its next number must not fill the screen.
        let missing: Vec<u64> = (1..next).filter(|seq| !here(seq)).take(10_000).collect();
        if missing.is_empty() {
            return None;
        }
        let on_phone = install.pending.min(missing.len() as u64);
        Some(Self { missing, on_phone })
    }

    fn verdict(&self) -> String {
        let lost = self.missing.len() as u64 - self.on_phone;
        if lost == 0 {
            return format!("{} on the phone, as it said: they come when it has signal", self.on_phone);
        }
        format!(
            "{} on the phone, as it said; {lost} NOT ACCOUNTED FOR: ask for the phone, or for its export file",
            self.on_phone
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn install(next_seq: Option<u64>, pending: u64, received: &[u64], refused: &[u64]) -> InstallLine {
        InstallLine {
            device_id: None,
            install_id: "i".to_owned(),
            next_seq,
            pending,
            seen_ms: None,
            received: received.to_vec(),
            refused: refused.to_vec(),
        }
    }

    #[test]
    fn what_is_neither_here_nor_on_the_phone_is_said() {
        let gap = Gap::of(&install(Some(8), 2, &[1, 3, 4], &[5])).unwrap();
        assert_eq!((gap.missing.as_slice(), gap.on_phone), (&[2, 6, 7][..], 2));
        assert!(gap.verdict().contains("1 NOT ACCOUNTED FOR"));
        let told = Gap::of(&install(Some(5), 3, &[1, 3], &[])).unwrap();
        assert!(!told.verdict().contains("NOT"));
    }

    #[test]
    fn an_install_without_gaps_is_no_news_and_one_known_from_a_file_counts_to_its_highest() {
        assert_eq!(Gap::of(&install(Some(4), 0, &[1, 2, 3], &[])), None);
        assert_eq!(Gap::of(&install(Some(1), 0, &[], &[])), None);
        assert_eq!(Gap::of(&install(None, 0, &[2, 4], &[])).unwrap().missing, [1, 3]);
        let liar = Gap::of(&install(Some(1 << 50), 0, &[], &[])).unwrap();
        assert_eq!(liar.missing.len(), 10_000);
    }
}
