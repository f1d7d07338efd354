//! The names behind the ids of authors, for the screens that show whose something is.

use leptos::prelude::*;

use super::delivery::use_delivery;
use super::load::{Loaded, load};
use super::phone::use_phone;
use crate::domain::estate::Staff;
use crate::store::{Store, Table};
use crate::ui::i18n::{Msg, say, tr};

/// The roster as the phone has it.
#[derive(Clone, Copy)]
pub struct People {
    staff: Loaded<Vec<Staff>>,
}

/// Reads the roster for the screens below.
pub fn provide_people() -> People {
    let delivery = use_delivery();
    let staff = load(move || {
        delivery.news.track();
        let store = use_phone().store;
        async move {
            let rows = store.group(Table::Reference, "staff", usize::MAX).await.unwrap_or_default();
            // One that cannot be read is left out of the list, not deleted.
            rows.iter().filter_map(|row| crate::json::read(&row.json).ok()).collect()
        }
    });
    let people = People { staff };
    provide_context(people);
    people
}

/// The roster provided above.
pub fn use_people() -> People {
    use_context().expect("the roster is read before it is asked")
}

impl People {
    /// Everybody on the roster; empty until it is read.
    pub fn staff(&self) -> Vec<Staff> {
        self.staff.get().map(|staff| (*staff).clone()).unwrap_or_default()
    }

    /// The name of an author: a person, else whoever used the phone without saying who; tracked.
    pub fn name(&self, id: &str) -> String {
        let found = self.staff.get().and_then(|staff| staff.iter().find(|one| one.id == id).cloned());
        match found {
            Some(person) => say(&person.name),
            None => tr(Msg::SomebodyUnnamed).to_owned(),
        }
    }
}
