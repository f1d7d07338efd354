//! The person's preferences as one signal: kept, applied to the page, and read by the screens.

use leptos::prelude::*;

use crate::domain::text::Lang;
use crate::ui::i18n;
use crate::ui::platform::prefs::{self, Prefs};

/// The person's preferences.
#[derive(Clone, Copy)]
pub struct Settings(RwSignal<Prefs>);

/// Loads, applies and provides the preferences.
pub fn provide_settings() -> Settings {
    let loaded = prefs::load();
    prefs::apply(loaded);
    i18n::set_lang(loaded.lang);
    let settings = Settings(RwSignal::new(loaded));
    provide_context(settings);
    settings
}

/// The preferences provided above.
pub fn use_settings() -> Settings {
    use_context().expect("settings are provided before any screen is built")
}

impl Settings {
    /// All of them.
    pub fn get(&self) -> Prefs {
        self.0.get()
    }

    /// The language alone: screens are built anew only when it changes.
    pub fn lang(&self) -> Memo<Lang> {
        let signal = self.0;
        Memo::new(move |_| signal.get().lang)
    }

    /// Changes, keeps and applies them.
    pub fn change(&self, change: impl FnOnce(&mut Prefs)) {
        let mut prefs = self.0.get_untracked();
        change(&mut prefs);
        prefs::apply(prefs);
        prefs::save(prefs);
        i18n::set_lang(prefs.lang);
        self.0.set(prefs);
    }
}
