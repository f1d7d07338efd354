//! The numbered migrations, embedded. One that has been released is never edited.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

const FIRST: &str = include_str!("../../migrations/0001_first.sql");

pub(super) fn all() -> Migrator {
    let first = Migration::new(1, "first".into(), MigrationType::Simple, FIRST.into_sql_str(), false);
    Migrator::with_migrations(vec![first])
}
