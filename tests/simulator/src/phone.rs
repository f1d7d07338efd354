//! One phone of a world: its storage, its engine, its clock, and the passes that are under way.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use rounds::sync::transport::Request;
use rounds::sync::{Driver, Edge, SyncStatus, Wake};

use crate::dice::Dice;
use crate::disk::Disk;
use crate::wire::{Reply, Wire};

/// A phone.
pub struct Phone {
    /// Its storage.
    pub disk: Disk,
    /// Its clock and its chance.
    pub edge: PhoneEdge,
    /// Who is signed in.
    pub author: String,
    /// For ids and words.
    pub dice: Dice,
    /// Made once.
    pub install_id: String,
    /// The first page's pass that is under way.
    pub first: Option<Flight>,
    /// The second page's.
    pub second: Option<Flight>,
    /// When its own timer rings, in the world's time.
    pub rings_at: Option<u64>,
    /// True from its death until someone opens the app.
    pub is_closed: bool,
    /// The engine between passes.
    driver: Driver,
}

/// What only the edge of the program has.
#[derive(Clone)]
pub struct PhoneEdge {
    world_ms: Rc<Cell<u64>>,
    skew_ms: Rc<Cell<i64>>,
    dice: Rc<RefCell<Dice>>,
}

/// A pass under way.
pub struct Flight {
    /// Its connection.
    pub wire: Wire,
    /// What the network holds of it.
    pub held: Option<Held>,
    /// How many requests it sent.
    pub sent: u8,
    pass: Pin<Box<dyn Future<Output = Landed>>>,
}

/// What is held back.
pub enum Held {
    /// A request, not yet handled.
    Request(Request),
    /// An answer, on its way back.
    Answer(Reply),
}

/// A pass that is over: its engine, and when it wants to be woken.
pub type Landed = (Driver, Option<u64>);

impl Edge for PhoneEdge {
    fn now_ms(&self) -> u64 {
        // A clock never shows a time before 1970, nor one that a date cannot hold.
        self.world_ms.get().saturating_add_signed(self.skew_ms.get()).min(32_503_680_000_000)
    }

    fn random(&self) -> u64 {
        self.dice.borrow_mut().any()
    }
}

impl Phone {
    /// The nth phone of a world, fresh from its box.
    pub fn new(nth: usize, seed: u64, world_ms: &Rc<Cell<u64>>) -> Self {
        let purpose = 1000 + 2 * nth as u64;
        let edge = PhoneEdge {
            world_ms: Rc::clone(world_ms),
            skew_ms: Rc::default(),
            dice: Rc::new(RefCell::new(Dice::of(seed, purpose))),
        };
        Self {
            disk: Disk::default(),
            edge,
            author: format!("butler-{nth}"),
            dice: Dice::of(seed, purpose + 1),
            install_id: format!("install-{nth:04}"),
            first: None,
            second: None,
            rings_at: None,
            is_closed: true,
            driver: Driver::new(),
        }
    }

    /// What its clock shows.
    pub fn now_ms(&self) -> u64 {
        self.edge.now_ms()
    }

    /// Its clock jumps.
    pub fn jump(&self, ms: i64) {
        self.edge.skew_ms.set(self.edge.skew_ms.get().saturating_add(ms));
    }

    /// What its screen says of delivery.
    pub fn status(&self) -> &SyncStatus {
        self.driver.status()
    }

    /// Begins a pass; the engine is away until it lands.
    pub fn take_off(&mut self, wake: Wake, second_page: bool) -> Flight {
        let wire = Wire::default();
        let mut driver = if second_page { Driver::new() } else { std::mem::take(&mut self.driver) };
        let (disk, line, edge) = (self.disk.clone(), wire.clone(), self.edge.clone());
        let pass = Box::pin(async move {
            let next = driver.run_pass(&disk, &line, &edge, wake, &|_| ()).await;
            (driver, next)
        });
        Flight { wire, held: None, sent: 0, pass }
    }

    /// A pass of the first page is over.
    pub fn land(&mut self, (driver, next): Landed) {
        self.driver = driver;
        // The page sets a timer by the clock as it stands; what the clock does after moves no timer.
        let now = self.now_ms();
        let world = self.edge.world_ms.get();
        self.rings_at = next.map(|at| world + at.saturating_sub(now));
    }

    /// The app ends where it stands; what is on disk stays.
    pub fn die(&mut self) {
        (self.first, self.second) = (None, None);
        self.driver = Driver::new();
        self.disk = self.disk.revived();
        (self.rings_at, self.is_closed) = (None, true);
    }
}

impl Flight {
    /// Goes on until it is over, or waits for an answer.
    pub fn go_on(&mut self) -> Poll<Landed> {
        self.pass.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }
}
