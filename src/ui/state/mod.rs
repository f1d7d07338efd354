//! What the screens share: the phone's store, preferences, delivery, the task on the desk.

pub mod alarms;
pub mod book;
pub mod custody;
pub mod delivery;
pub mod desk;
pub mod load;
pub mod lock;
pub mod people;
pub mod phone;
pub mod settings;
