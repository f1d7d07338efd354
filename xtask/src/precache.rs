//! `cargo xtask precache`: Trunk's only hook after a build.
//!
//! It works in Trunk's staging folder, before that becomes `dist`: it writes the list of all
//! files with their content hashes and the version made of them into the service worker, and
//! puts a brotli and a gzip twin beside every file that gains by it.

use crate::bundle;
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const WORKER: &str = "sw.js";
const FILES: &str = "/*__FILES__*/[]";
const VERSION: &str = "__VERSION__";
/// Endings of files that shrink; pictures are compressed already.
const TEXTUAL: [&str; 10] = ["html", "js", "mjs", "css", "wasm", "json", "webmanifest", "svg", "txt", "xml"];
const VERSION_DIGITS: usize = 16;

/// Entry point: Trunk tells the folder.
pub fn run() -> Result<()> {
    let folder = env::var_os("TRUNK_STAGING_DIR")
        .context("precache is Trunk's hook: Trunk sets TRUNK_STAGING_DIR, run `cargo xtask serve` instead")?;
    let staging = PathBuf::from(folder);
    bundle::run(&staging)?;
    let version = fill_worker(&staging)?;
    let (count, saved) = compress_all(&staging)?;
    println!("precache: version {version}, {count} files compressed, {} KB saved", saved / 1024);
    Ok(())
}

/// Puts the file list and the version into the service worker; returns the version.
pub fn fill_worker(folder: &Path) -> Result<String> {
    let worker = folder.join(WORKER);
    let template = fs::read_to_string(&worker)
        .context("the build has no sw.js at its root: index.html must copy public/sw.js there")?;
    for placeholder in [FILES, VERSION] {
        if template.matches(placeholder).count() != 1 {
            bail!("sw.js must hold {placeholder} exactly once");
        }
    }
    let mut list: Vec<(String, String)> = Vec::new();
    for file in files(folder)? {
        let url = url(folder, &file)?;
        if is_cached(&url) {
            list.push((url, hash(&fs::read(&file)?)));
        }
    }
    list.sort();
    // The worker's own text counts too: a new worker with old files is a new version.
    let seal = list.iter().fold(hash(template.as_bytes()), |seal, (url, hash)| seal + url + hash);
    let version: String = hash(seal.as_bytes()).chars().take(VERSION_DIGITS).collect();
    let json: Vec<_> = list.iter().map(|(url, hash)| json!({ "url": url, "hash": hash })).collect();
    let text = template.replace(FILES, &serde_json::to_string(&json)?).replace(VERSION, &version);
    fs::write(&worker, text)?;
    Ok(version)
}

/// Writes the compressed twins; returns how many files got one and the bytes brotli saved.
pub fn compress_all(folder: &Path) -> Result<(usize, usize)> {
    let (mut count, mut saved) = (0, 0);
    for file in files(folder)? {
        let ending = file.extension().unwrap_or_default().to_string_lossy().into_owned();
        if !TEXTUAL.contains(&ending.as_str()) {
            continue;
        }
        let bytes = fs::read(&file)?;
        let small = brotli_of(&bytes)?;
        if small.len() >= bytes.len() {
            continue;
        }
        count += 1;
        saved += bytes.len() - small.len();
        fs::write(twin(&file, "br"), small)?;
        fs::write(twin(&file, "gz"), gzip_of(&bytes)?)?;
    }
    Ok((count, saved))
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All files below a folder, or the file itself; an absent path has none.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            found.extend(files(&entry?.path())?);
        }
    }
    found.sort();
    Ok(found)
}

/// A file's compressed twin.
pub fn twin(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn is_cached(url: &str) -> bool {
    url != "/sw.js" && ![".map", ".br", ".gz"].iter().any(|ending| url.ends_with(ending))
}

fn url(folder: &Path, file: &Path) -> Result<String> {
    let inside = file.strip_prefix(folder)?;
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Ok(format!("/{}", parts.join("/")))
}

fn brotli_of(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut small = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut small, &settings)?;
    Ok(small)
}

fn gzip_of(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::{compress_all, fill_worker, hash};
    use std::env;
    use std::fs;
    use std::io::Read;
    use std::path::PathBuf;

    fn staging(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("rounds-precache-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("icons")).unwrap();
        fs::write(folder.join("sw.js"), "const VERSION = \"__VERSION__\";\nconst FILES = /*__FILES__*/[];\n")
            .unwrap();
        fs::write(folder.join("index.html"), "<p>checks</p>".repeat(50)).unwrap();
        fs::write(folder.join("icons/a.png"), [1, 2, 3]).unwrap();
        fs::write(folder.join("app.js.map"), "{}").unwrap();
        folder
    }

    fn list(folder: &std::path::Path) -> serde_json::Value {
        let worker = fs::read_to_string(folder.join("sw.js")).unwrap();
        let line = worker.lines().nth(1).unwrap();
        serde_json::from_str(line.strip_prefix("const FILES = ").unwrap().strip_suffix(';').unwrap()).unwrap()
    }

    #[test]
    fn the_worker_gets_every_file_but_itself_and_the_maps() {
        let folder = staging("list");
        let version = fill_worker(&folder).unwrap();
        let expected = serde_json::json!([
            { "url": "/icons/a.png", "hash": hash(&[1, 2, 3]) },
            { "url": "/index.html", "hash": hash("<p>checks</p>".repeat(50).as_bytes()) },
        ]);
        assert_eq!(list(&folder), expected);
        assert!(fs::read_to_string(folder.join("sw.js")).unwrap().contains(&version));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn another_byte_is_another_version_and_the_same_bytes_are_the_same() {
        let (one, same, other) = (staging("one"), staging("same"), staging("other"));
        fs::write(other.join("icons/a.png"), [1, 2, 4]).unwrap();
        let version = fill_worker(&one).unwrap();
        assert_eq!(version, fill_worker(&same).unwrap());
        assert_ne!(version, fill_worker(&other).unwrap());
        for folder in [one, same, other] {
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_worker_without_its_placeholder_is_refused() {
        let folder = staging("refused");
        fs::write(folder.join("sw.js"), "const VERSION = \"__VERSION__\";").unwrap();
        assert!(fill_worker(&folder).unwrap_err().to_string().contains("__FILES__"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn twins_open_to_the_same_bytes_and_pictures_get_none() {
        let folder = staging("twins");
        let (count, _) = compress_all(&folder).unwrap();
        assert_eq!(count, 1, "only index.html gains");
        let plain = fs::read(folder.join("index.html")).unwrap();
        let (mut gunzipped, mut unbrotlied) = (Vec::new(), Vec::new());
        let gz = fs::File::open(folder.join("index.html.gz")).unwrap();
        flate2::read::GzDecoder::new(gz).read_to_end(&mut gunzipped).unwrap();
        let mut br = fs::File::open(folder.join("index.html.br")).unwrap();
        brotli::BrotliDecompress(&mut br, &mut unbrotlied).unwrap();
        assert_eq!((&gunzipped, &unbrotlied), (&plain, &plain));
        assert!(!folder.join("icons/a.png.br").exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
