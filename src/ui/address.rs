//! The address: which screen it names, and where links lead. The router's location follows links
//! and the history; its route components would cost a twentieth of the app to choose one of six
//! screens. Must know nothing of what a screen shows.

use leptos::prelude::*;
use leptos_router::location::{BrowserUrl, LocationProvider, Url};

/// A screen, with what its address says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// `/`
    Today,
    /// `/tasks/:id`
    Task(String),
    /// `/standards`
    Standards,
    /// `/standards/:code`
    Clause(String),
    /// `/sync`
    Sync,
    /// `/me`
    Me,
    /// Any other address.
    Unknown,
}

/// Where the app is; follows links and the history while its owner lives.
#[derive(Clone)]
pub struct Address {
    browser: BrowserUrl,
    /// Without a slash at its end, so `/` is empty.
    path: Memo<String>,
}

/// The path in the screens' context.
#[derive(Clone, Copy)]
struct Path(Memo<String>);

/// Begins to follow links and the history; the screens below find the address in their context.
pub fn provide_address() -> Address {
    let browser = BrowserUrl::new().expect("a page has an address");
    browser.init(None);
    let url = browser.as_url().clone();
    let path = Memo::new(move |_| url.with(|url| Url::unescape(url.path().trim_end_matches('/'))));
    provide_context(Path(path));
    Address { browser, path }
}

/// What `aria-current` says on a link: whether its page, or one below it, is shown.
pub fn current(href: &'static str) -> impl Fn() -> Option<&'static str> + Copy + Send {
    let Path(path) = use_context().expect("the address is provided before any link is built");
    move || path.with(|path| is_within(path, href)).then_some("page")
}

impl Address {
    /// The screen to show; tracked.
    pub fn screen(&self) -> Memo<Screen> {
        let path = self.path;
        Memo::new(move |_| path.with(|path| screen_at(path)))
    }

    /// The screen is built: the address bar, the history and the scrolling may follow.
    pub fn arrived(&self) {
        self.browser.ready_to_complete();
    }
}

fn screen_at(path: &str) -> Screen {
    match path {
        "" => Screen::Today,
        "/standards" => Screen::Standards,
        "/sync" => Screen::Sync,
        "/me" => Screen::Me,
        _ => {
            let below =
                |folder| path.strip_prefix(folder).filter(|rest| !rest.contains('/')).map(str::to_owned);
            below("/tasks/")
                .map(Screen::Task)
                .or_else(|| below("/standards/").map(Screen::Clause))
                .unwrap_or(Screen::Unknown)
        }
    }
}

/// Everything lies below `/`, so that link is current on its own page only.
fn is_within(path: &str, href: &str) -> bool {
    match path.strip_prefix(href.trim_end_matches('/')) {
        Some("") => true,
        Some(rest) => href != "/" && rest.starts_with('/'),
        None => false,
    }
}
