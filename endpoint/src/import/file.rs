//! Reading an export file, whole or damaged: what can still be read of it is read.
//!
//! Knows nothing of the store. The file is written by the app in one fixed order, so the records of
//! a file that was cut off or changed in its middle can be found one by one.

use rounds::sync::export::{FORMAT, VERSION};
use serde::Deserialize;
use serde_json::Value;

/// What a file says.
#[derive(Debug, Default, Deserialize)]
pub struct File {
    format: String,
    version: u32,
    /// The install that wrote it; empty when the phone had lost its id.
    pub install_id: String,
    /// The endpoint's name for the phone.
    #[serde(default)]
    pub device_id: Option<String>,
    /// Records as pushed.
    #[serde(default)]
    pub records: Vec<Value>,
    /// Answers not finished, by task: for another phone.
    #[serde(default)]
    pub drafts: Vec<Value>,
    /// Photos with their bytes.
    #[serde(default)]
    pub photos: Vec<Value>,
    /// Rows that the phone itself could not read.
    #[serde(default)]
    pub unreadable: Vec<String>,
    /// True when the file is not as it was written.
    #[serde(skip)]
    pub is_damaged: bool,
}

/// The file cannot be taken at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Something else, or its beginning is gone.
    #[error("this is no export file of Rounds, or its beginning is gone. Nothing was taken")]
    NotAnExport,
    /// Written by another version of the app.
    #[error(
        "the file is of version {0}, and this program reads version {VERSION}. Nothing was taken; update \
         rounds-endpoint"
    )]
    OtherVersion(u32),
}

impl File {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FileError`] when not even its beginning can be read.
    pub fn read(bytes: &[u8]) -> Result<Self, FileError> {
        let text = String::from_utf8_lossy(bytes);
        let is_text = matches!(text, std::borrow::Cow::Borrowed(_));
        let file = match serde_json::from_str::<Self>(&text) {
            Ok(file) => Self { is_damaged: !is_text, ..file },
            Err(_) => Self::salvage(&text)?,
        };
        if file.format != FORMAT {
            return Err(FileError::NotAnExport);
        }
        // Where the name of the phone itself was damaged, its numbers count for nobody.
        let install_id = Some(&file.install_id).filter(|id| !id.contains('\u{FFFD}')).cloned();
        let file = Self { install_id: install_id.unwrap_or_default(), ..file };
        if file.version != VERSION {
            return Err(FileError::OtherVersion(file.version));
        }
        Ok(file)
    }

    /// The beginning, then every record and photo that is whole.
    fn salvage(text: &str) -> Result<Self, FileError> {
        let begin = text.find("\"records\":[").unwrap_or(text.len());
        let head = text[..begin].trim_end().trim_end_matches(',');
        let head: Self = serde_json::from_str(&format!("{head}}}")).map_err(|_| FileError::NotAnExport)?;
        let mut file = Self { is_damaged: true, ..head };
        let mut rest = &text[begin..];
        while let Some((at, is_record)) = next_start(rest) {
            rest = &rest[at..];
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let Some(Ok(value)) = values.next() else {
                rest = &rest[1..];
                continue;
            };
            let is_photo = value.get("base64").is_some();
            rest = &rest[values.byte_offset()..];
            if is_record {
                file.records.push(value);
            } else if is_photo {
                file.photos.push(value);
            }
        }
        Ok(file)
    }
}

/// Where the next record or photo begins, and which of the two it is. Quotes within a body stand
/// behind a backslash, so a record never seems to begin inside another.
fn next_start(text: &str) -> Option<(usize, bool)> {
    let record = text.find("{\"item_id\":").map(|at| (at, true));
    let photo = text.find("{\"sha256\":").map(|at| (at, false));
    record.into_iter().chain(photo).min()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn export(records: usize, photos: usize) -> String {
        let record =
            |n| format!(r#"{{"item_id":"r{n}","body":"{{\"item_id\":1}}","blobs":[{{"sha256":"b{n}"}}]}}"#);
        let photo = |n| format!(r#"{{"sha256":"p{n}","base64":"AAAA"}}"#);
        let all = |count, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(",");
        format!(
            r#"{{"format":"rounds-export","version":1,"install_id":"i","exported_at":"t","records":[{}],"photos":[{}],"unreadable":["x"]}}"#,
            all(records, &record),
            all(photos, &photo)
        )
    }

    #[test]
    fn a_file_cut_anywhere_gives_every_record_that_is_whole() {
        let text = export(3, 2);
        let whole = File::read(text.as_bytes()).unwrap();
        assert_eq!((whole.records.len(), whole.photos.len(), whole.is_damaged), (3, 2, false));
        let (mut last, mut read) = ((0, 0), 0);
        for end in 0..text.len() {
            let Ok(cut) = File::read(&text.as_bytes()[..end]) else { continue };
            let now = (cut.records.len(), cut.photos.len());
            assert!(cut.is_damaged && now >= last, "{end}: {now:?} after {last:?}");
            assert_eq!(now.0, text[..end].matches("\"}]}").count().min(3), "{end}");
            (last, read) = (now, read + 1);
        }
        assert_eq!(last, (3, 2));
        assert!(read > text.len() / 2);
    }

    #[test]
    fn a_hole_in_the_middle_costs_the_record_it_is_in() {
        let mut bytes = export(3, 2).into_bytes();
        let at = String::from_utf8_lossy(&bytes).find("\"r1\"").unwrap();
        bytes[at..at + 4].copy_from_slice(b"\xFF{{\"");
        let file = File::read(&bytes).unwrap();
        assert!(file.is_damaged);
        let ids: Vec<&str> = file.records.iter().filter_map(|record| record["item_id"].as_str()).collect();
        assert_eq!((ids, file.photos.len()), (vec!["r0", "r2"], 2));
    }

    #[test]
    fn other_files_and_other_versions_are_told_apart() {
        for text in [
            "",
            "{}",
            "[1]",
            "<!doctype html>",
            "{\"format\":\"rounds-backup\",\"version\":1,\"install_id\":\"\"}",
        ] {
            assert_eq!(File::read(text.as_bytes()).unwrap_err(), FileError::NotAnExport, "{text}");
        }
        let newer = export(1, 0).replace("\"version\":1", "\"version\":2");
        assert_eq!(File::read(newer.as_bytes()).unwrap_err(), FileError::OtherVersion(2));
    }
}
