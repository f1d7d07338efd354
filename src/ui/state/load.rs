//! Reading from the phone for a screen: `None` until it is there, read again when what it tracks
//! changes. One small mechanism rather than a resource a type: resources cost a tenth of the app.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

/// Something being read, as a screen sees it.
pub struct Loaded<T: 'static> {
    changed: Trigger,
    value: StoredValue<Option<Rc<T>>, LocalStorage>,
}

impl<T> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loaded<T> {}

/// Reads now, and again whenever a signal that `read` touches changes. One reading at a time: what
/// changes meanwhile is read once more at its end, so that many changes neither pile up readings nor
/// keep the first from ever being shown.
pub fn load<T: 'static, F: Future<Output = T> + 'static>(read: impl Fn() -> F + 'static) -> Loaded<T> {
    let loaded = Loaded { changed: Trigger::new(), value: StoredValue::new_local(None) };
    let keep = move |value: T| {
        // The screen may be gone by the time the reading is done.
        if loaded.value.try_set_value(Some(Rc::new(value))).is_none() {
            loaded.changed.notify();
        }
    };
    run(Rc::new(move || {
        let reading = read();
        Box::pin(async move {
            let value = reading.await;
            Box::new(move || keep(value)) as Box<dyn FnOnce()>
        })
    }));
    loaded
}

type Reading = Pin<Box<dyn Future<Output = Box<dyn FnOnce()>>>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Resting,
    Reading,
    /// Something changed meanwhile.
    Outdated,
}

fn run(read: Rc<dyn Fn() -> Reading>) {
    let stage = StoredValue::new(Stage::Resting);
    let again = Trigger::new();
    Effect::new(move |_| {
        again.track();
        // Made in any case, for what it touches; without being polled it reads nothing.
        let reading = read();
        if stage.get_value() != Stage::Resting {
            stage.set_value(Stage::Outdated);
            return;
        }
        stage.set_value(Stage::Reading);
        spawn_local(async move {
            let keep = reading.await;
            let Some(ended) = stage.try_get_value() else { return };
            stage.set_value(Stage::Resting);
            keep();
            if ended == Stage::Outdated {
                again.notify();
            }
        });
    });
}

impl<T> Loaded<T> {
    /// What was read; tracks later readings.
    pub fn get(&self) -> Option<Rc<T>> {
        self.changed.track();
        self.value.get_value()
    }
}
