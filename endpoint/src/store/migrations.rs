//! The numbered migrations, embedded. One that has been released is never edited.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

const FIRST: &str = include_str!("../../migrations/0001_first.sql");
const TOKEN_STAGE: &str = include_str!("../../migrations/0002_token_stage.sql");

/// The number of the newest migration.
pub fn newest() -> i64 {
    all().iter().map(|migration| migration.version).max().unwrap_or_default()
}

pub(super) fn all() -> Migrator {
    Migrator::with_migrations(vec![
        Migration::new(1, "first".into(), MigrationType::Simple, FIRST.into_sql_str(), false),
        Migration::new(2, "token stage".into(), MigrationType::Simple, TOKEN_STAGE.into_sql_str(), false),
    ])
}
