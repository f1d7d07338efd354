//! Preferences, and the copy of the install's id and numbers that tells a wiped database from a new
//! phone.
//!
//! localStorage holds nothing else. It may be full or forbidden: then preferences last until the
//! app closes, and checks go on saving.

use gloo_storage::{LocalStorage, Storage};
use serde::{Deserialize, Serialize};

use crate::domain::text::Lang;
use crate::store::mirror::Mirror;

const PREFS: &str = "rounds.prefs";
const INSTALL_ID: &str = "rounds.install_id";
const MIRROR: &str = "rounds.mirror";

/// What a person may choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// The language of the screens.
    pub lang: Lang,
    /// Light, dark, or as the phone.
    pub theme: Theme,
    /// Text size.
    pub text: TextSize,
}

/// Light, dark, or as the phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the phone.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Text size beyond the phone's own setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    /// As the phone.
    #[default]
    Normal,
    /// A step larger.
    Large,
    /// Two steps larger.
    Larger,
}

/// The stored preferences, or the defaults (the browser's language where it is English).
pub fn load() -> Prefs {
    read(PREFS).unwrap_or_else(|| Prefs { lang: browser_lang(), ..Prefs::default() })
}

/// Keeps the preferences; false when localStorage would not take them.
pub fn save(prefs: Prefs) -> bool {
    is_there() && LocalStorage::set(PREFS, prefs).is_ok()
}

/// Puts the preferences on the root element, where the style sheets look for them.
pub fn apply(prefs: Prefs) {
    let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) else {
        return;
    };
    let put = |name: &str, value: Option<&str>| {
        // Setting or removing a well-named attribute cannot fail.
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    };
    put("lang", Some(if prefs.lang == Lang::Zh { "zh-CN" } else { "en" }));
    put(
        "data-theme",
        match prefs.theme {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        },
    );
    put(
        "data-text",
        match prefs.text {
            TextSize::Normal => None,
            TextSize::Large => Some("large"),
            TextSize::Larger => Some("larger"),
        },
    );
}

/// The copy of the install's id outside the database.
pub fn install_id() -> Option<String> {
    read(INSTALL_ID)
}

/// Keeps the copy of the install's id; a full localStorage only loses the alarm.
pub fn keep_install_id(id: &str) {
    if is_there() {
        let _ = LocalStorage::set(INSTALL_ID, id);
    }
}

/// The copy of how far the database had come.
pub fn mirror() -> Mirror {
    read(MIRROR).unwrap_or_default()
}

/// Changes the copy of how far the database had come.
pub fn keep_mirror(change: impl FnOnce(&mut Mirror)) {
    let before = mirror();
    let mut after = before.clone();
    change(&mut after);
    if is_there() && after != before {
        let _ = LocalStorage::set(MIRROR, after);
    }
}

fn read<T: serde::de::DeserializeOwned>(key: &str) -> Option<T> {
    // Not gloo's own `get`, which would bring a second reader of JSON.
    let text = if is_there() { LocalStorage::raw().get_item(key).ok()?? } else { return None };
    crate::json::read(&text).ok()
}

/// Asked first every time: where site data is switched off, the very look at localStorage throws,
/// and gloo-storage takes that for a fault of the program.
fn is_there() -> bool {
    web_sys::window().is_some_and(|window| matches!(window.local_storage(), Ok(Some(_))))
}

fn browser_lang() -> Lang {
    let first = web_sys::window().and_then(|w| w.navigator().language()).unwrap_or_default();
    if first.is_empty() || first.starts_with("zh") { Lang::Zh } else { Lang::En }
}
