//! Version 1: the eight tables of the first release.

use super::{Migration, Step};

pub(super) const MIGRATION: Migration = Migration {
    version: 1,
    title: "the eight tables",
    steps: &[
        Step::Table("meta"),
        Step::Table("reference"),
        Step::Table("tasks"),
        Step::Table("progress"),
        Step::Table("drafts"),
        Step::Table("outbox"),
        Step::Table("photos"),
        Step::Table("photo_bytes"),
    ],
};
