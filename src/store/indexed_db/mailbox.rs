//! The bridge from the browser's events to futures. Knows nothing of databases.
//!
//! A message sent from an event wakes the waiting task in that event's own microtask, which is
//! what keeps an IndexedDB transaction alive from one request to the next.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Event;

/// Messages from event handlers to one waiting task, in order.
pub(super) struct Mailbox<T> {
    slot: Rc<RefCell<Slot<T>>>,
}

struct Slot<T> {
    messages: VecDeque<T>,
    waiting: Option<Waker>,
}

impl<T: 'static> Mailbox<T> {
    pub(super) fn new() -> Self {
        let slot = Slot { messages: VecDeque::new(), waiting: None };
        Self { slot: Rc::new(RefCell::new(slot)) }
    }

    /// Puts a message in and wakes the task.
    pub(super) fn send(&self, message: T) {
        let waiting = {
            let mut slot = self.slot.borrow_mut();
            slot.messages.push_back(message);
            slot.waiting.take()
        };
        if let Some(task) = waiting {
            task.wake();
        }
    }

    /// The next message, waiting for it if need be.
    pub(super) async fn next(&self) -> T {
        poll_fn(|context| {
            let mut slot = self.slot.borrow_mut();
            match slot.messages.pop_front() {
                Some(message) => Poll::Ready(message),
                None => {
                    slot.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Another way into the same mailbox.
    pub(super) fn sender(&self) -> Self {
        Self { slot: Rc::clone(&self.slot) }
    }

    /// A handler that sends what `read` makes of each event.
    pub(super) fn handler(&self, read: impl Fn(Event) -> T + 'static) -> Handler {
        let mailbox = self.sender();
        Handler::new(move |event| mailbox.send(read(event)))
    }
}

/// A Rust closure as an event handler. Take it off its target before dropping it.
pub(super) struct Handler(Closure<dyn FnMut(Event)>);

impl Handler {
    pub(super) fn new(handle: impl FnMut(Event) + 'static) -> Self {
        Self(Closure::new(handle))
    }

    pub(super) fn function(&self) -> &js_sys::Function {
        self.0.as_ref().unchecked_ref()
    }
}
