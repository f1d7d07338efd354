//! Parts that several screens are made of.

pub mod alarm;
pub mod check_item;
pub mod chip;
pub mod drawing;
pub mod enrol;
pub mod finish;
pub mod frame;
pub mod icon;
pub mod lock;
pub mod notice;
pub mod person;
pub mod room;
pub mod task_card;
pub mod thumbnail;
