//! The byte budget: what a phone fetches to open the app for the first time, as brotli.

use crate::{paths, precache};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The whole first load, standards in both languages included. The bar is 300 KiB; custody, alarms,
/// carrying by hand and the device lock took it half as much above. This guards what is reached, and
/// comes down with every saving.
const BUDGET: u64 = 465 * 1024;

/// Checks `dist`; the words list the parts.
pub fn check() -> Result<String> {
    measure(&paths::dist(), BUDGET)
}

fn measure(dist: &Path, budget: u64) -> Result<String> {
    let page = fs::read_to_string(dist.join("index.html")).context("dist has no index.html")?;
    let mut names = BTreeSet::from(["index.html".to_owned()]);
    names.extend(mentioned(&page).into_iter().filter(|name| dist.join(name).is_file()));
    // Fetched by the start script and by the loader, so the page does not name them.
    for file in precache::files(dist)? {
        let name = file.strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
        if name == "sw.js" || name.starts_with("snippets/") && name.ends_with(".js") {
            names.insert(name);
        }
    }
    let mut parts: Vec<(u64, String)> = Vec::new();
    for name in names {
        let file = dist.join(&name);
        let small = precache::twin(&file, "br");
        let bytes = fs::metadata(if small.is_file() { &small } else { &file })?.len();
        parts.push((bytes, name));
    }
    parts.sort_by(|one, other| other.cmp(one));
    let total: u64 = parts.iter().map(|(bytes, _)| bytes).sum();
    let list: Vec<String> = parts.iter().map(|(bytes, name)| format!("{name} {bytes}")).collect();
    let words = format!("{total} of {budget} bytes: {}", list.join(", "));
    if !parts.iter().any(|(_, name)| name.ends_with(".wasm")) {
        bail!("index.html names no wasm file, so this is not the first load: {words}");
    }
    if total > budget {
        bail!("the first load is too big: {words}");
    }
    Ok(words)
}

/// Paths of this site in the page's attributes, without the leading slash.
fn mentioned(page: &str) -> Vec<String> {
    let attributes = ["href=\"", "src=\"", "data-module=\"", "data-wasm=\""];
    let mut found = Vec::new();
    for attribute in attributes {
        for rest in page.split(attribute).skip(1) {
            let value = rest.split('"').next().unwrap_or_default();
            found.extend(value.strip_prefix('/').map(str::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::measure;
    use std::fs;

    #[test]
    fn the_first_load_is_what_the_page_names_and_the_twin_counts() {
        let dist = std::env::temp_dir().join(format!("rounds-budget-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        let page = r#"<link href="/a.css"><script src="/boot.js" data-wasm="/app.wasm"></script>"#;
        for (name, bytes) in [
            ("index.html", page.len()),
            ("a.css", 50),
            ("boot.js", 7),
            ("app.wasm", 900),
            ("app.wasm.br", 300),
            ("icon-512.png", 9000),
        ] {
            fs::write(
                dist.join(name),
                if name == "index.html" { page.to_owned() } else { "x".repeat(bytes) },
            )
            .unwrap();
        }
        let total = page.len() as u64 + 50 + 7 + 300;
        assert!(measure(&dist, total).unwrap().starts_with(&format!("{total} of {total} bytes")));
        assert!(measure(&dist, total - 1).unwrap_err().to_string().contains("too big"));
        fs::remove_file(dist.join("app.wasm")).unwrap();
        assert!(measure(&dist, total).unwrap_err().to_string().contains("no wasm"));
        fs::remove_dir_all(dist).unwrap();
    }
}
