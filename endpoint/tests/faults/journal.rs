//! The recorder's log as events, each with the log's length once it was written.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

/// A file that a process holds open.
pub type Handle = (i64, i64);

#[derive(Clone, Debug)]
pub enum Event {
    Open {
        file: Handle,
        flags: i64,
        path: PathBuf,
    },
    Copy {
        from: Handle,
        to: Handle,
    },
    Close(Handle),
    Write {
        file: Handle,
        at: u64,
        bytes: Rc<[u8]>,
    },
    Truncate {
        file: Handle,
        len: u64,
    },
    /// `fsync` and `fdatasync`, of files and of folders.
    Sync(Handle),
    MakeFolder(PathBuf),
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Link {
        from: PathBuf,
        to: PathBuf,
    },
    Unlink(PathBuf),
}

/// An event and the length of the log that holds it whole.
#[derive(Clone)]
pub struct Entry {
    pub end: u64,
    pub event: Event,
}

/// Builds the recorder into a folder.
pub fn recorder(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/power/record.c");
    let built = folder.join("record.so");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut command = Command::new(&compiler);
    command.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&built).arg(source).arg("-lpthread");
    let done = command.status().unwrap_or_else(|error| panic!("a C compiler is needed; {compiler}: {error}"));
    assert!(done.success(), "the recorder does not compile");
    built
}

/// What makes a program be recorded.
pub fn variables(recorder: &Path, root: &Path, log: &Path) -> Vec<(String, String)> {
    [("LD_PRELOAD", recorder), ("ROUNDS_RECORD_ROOT", root), ("ROUNDS_RECORD_LOG", log)]
        .map(|(name, path)| (name.to_owned(), path.to_str().unwrap().to_owned()))
        .to_vec()
}

/// Reads a log whole; a program killed in the middle of a line leaves none behind.
pub fn read(log: &Path) -> Vec<Entry> {
    let bytes = std::fs::read(log).unwrap();
    let (mut rest, mut entries) = (bytes.as_slice(), Vec::new());
    while let Some((event, after)) = one(rest) {
        rest = after;
        entries.push(Entry { end: (bytes.len() - rest.len()) as u64, event });
    }
    entries
}

fn one(bytes: &[u8]) -> Option<(Event, &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (a, rest) = number(rest)?;
    let (b, rest) = number(rest)?;
    let (process, rest) = number(rest)?;
    let (lengths, rest) = rest.split_first_chunk::<8>()?;
    let length = |at: usize| u32::from_le_bytes(lengths[at..at + 4].try_into().unwrap()) as usize;
    let (first, rest) = rest.split_at_checked(length(0))?;
    let (second, rest) = rest.split_at_checked(length(4))?;
    let path = |bytes: &[u8]| PathBuf::from(String::from_utf8(bytes.to_vec()).unwrap());
    let file = (process, a);
    let event = match kind {
        b'o' => Event::Open { file, flags: b, path: path(first) },
        b'd' => Event::Copy { from: file, to: (process, b) },
        b'c' => Event::Close(file),
        b'w' => Event::Write { file, at: b as u64, bytes: first.into() },
        b't' => Event::Truncate { file, len: b as u64 },
        b's' => Event::Sync(file),
        b'm' => Event::MakeFolder(path(first)),
        b'r' => Event::Rename { from: path(first), to: path(second) },
        b'l' => Event::Link { from: path(first), to: path(second) },
        b'u' => Event::Unlink(path(first)),
        other => {
            panic!(
                "the program changes files in a way the log cannot tell: {} {:?}",
                *other as char,
                path(first)
            )
        }
    };
    Some((event, rest))
}

fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (eight, rest) = bytes.split_first_chunk::<8>()?;
    Some((i64::from_le_bytes(*eight), rest))
}
