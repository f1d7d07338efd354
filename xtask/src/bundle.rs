//! After Trunk has built: the style sheets become one, and the page learns the program's length.
//!
//! Sheets are written apart, one a kind of screen; a phone on a slow line wants one request. The
//! length lets the page show true progress although the answer is compressed.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

const LINK: &str = "<link rel=\"stylesheet\" href=\"/";
const WASM: &str = "data-wasm=\"/";

/// Rewrites `index.html` in `folder`; the sheets it linked are gone afterwards.
pub fn run(folder: &Path) -> Result<()> {
    let page = folder.join("index.html");
    let html = fs::read_to_string(&page).context("the build has no index.html")?;
    let html = one_sheet(folder, &html)?;
    let html = with_length(folder, &html)?;
    fs::write(&page, html)?;
    Ok(())
}

fn one_sheet(folder: &Path, html: &str) -> Result<String> {
    let (mut css, mut lines) = (String::new(), Vec::new());
    let mut place = None;
    for line in html.lines() {
        match line.trim_start().strip_prefix(LINK).and_then(|rest| rest.split('"').next()) {
            Some(name) => {
                let sheet = folder.join(name);
                css += &without_comments(&fs::read_to_string(&sheet).context("a linked sheet is not there")?);
                fs::remove_file(sheet)?;
                place.get_or_insert(lines.len());
            }
            None => lines.push(line.to_owned()),
        }
    }
    if let Some(place) = place {
        let hash = Sha256::digest(css.as_bytes());
        let name = format!("app-{}.css", hash.iter().take(8).map(|b| format!("{b:02x}")).collect::<String>());
        fs::write(folder.join(&name), css)?;
        lines.insert(place, format!("    {LINK}{name}\">"));
    }
    Ok(lines.join("\n") + "\n")
}

fn with_length(folder: &Path, html: &str) -> Result<String> {
    let Some((before, rest)) = html.split_once(WASM) else { return Ok(html.to_owned()) };
    let name = rest.split('"').next().unwrap_or_default();
    let length = fs::metadata(folder.join(name)).context("the program the page names is not there")?.len();
    Ok(format!("{before}data-bytes=\"{length}\" {WASM}{rest}"))
}

/// The sheet without its comments and the space at the ends of its lines.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out += rest;
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_become_one_in_their_order_and_the_length_is_told() {
        let folder = std::env::temp_dir().join(format!("rounds-bundle-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a-1.css"), "/* first */\na { b: c }\n").unwrap();
        fs::write(folder.join("b-2.css"), "d { e: f } /* end */\n").unwrap();
        fs::write(folder.join("p-3.wasm"), [0; 7]).unwrap();
        let html = "<head>\n  <link rel=\"stylesheet\" href=\"/a-1.css\"/>\n  \
            <link rel=\"stylesheet\" href=\"/b-2.css\"/>\n<script data-wasm=\"/p-3.wasm\"></script>\n";
        fs::write(folder.join("index.html"), html).unwrap();
        run(&folder).unwrap();

        let html = fs::read_to_string(folder.join("index.html")).unwrap();
        assert_eq!(html.matches("stylesheet").count(), 1);
        assert!(html.contains("data-bytes=\"7\" data-wasm=\"/p-3.wasm\""));
        let sheets: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "css"))
            .collect();
        assert_eq!(sheets.len(), 1);
        assert_eq!(fs::read_to_string(&sheets[0]).unwrap(), "a { b: c }\nd { e: f }\n");
        fs::remove_dir_all(folder).unwrap();
    }
}
