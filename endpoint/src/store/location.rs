//! Where the database is: a file of SQLite, or a Postgres by its address.

use std::fmt;
use std::path::PathBuf;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite.
    File(PathBuf),
    /// The address of a Postgres; it may hold a password, so it is never shown whole.
    Postgres(String),
}

/// An address that is none of a database we know.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database's address must begin with postgres:// as in postgres://user:password@host/database; \
     for SQLite, leave DATABASE_URL out and name a file with --db"
)]
pub struct UnknownAddress;

impl Location {
    /// The address of a Postgres, as `DATABASE_URL` holds it.
    pub fn of_url(url: &str) -> Result<Self, UnknownAddress> {
        let url = url.trim();
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if is_postgres { Ok(Self::Postgres(url.to_owned())) } else { Err(UnknownAddress) }
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// The address without its password and its options, which may hold one too.
fn without_secrets(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return String::new() };
    // A password may hold an @ of its own: the last one before the path ends it.
    let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
    match user.split(':').next().unwrap_or_default() {
        "" => format!("{scheme}://{place}"),
        user => format!("{scheme}://{user}@{place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://rounds:secret@db.example:5432/rounds",
            "postgresql://rounds:se@cret@db.example:5432/rounds?sslmode=require",
            "postgres://rounds@db.example:5432/rounds?password=secret",
        ] {
            let location = Location::of_url(url).expect("it is one");
            for shown in [location.to_string(), format!("{location:?}")] {
                assert!(!shown.contains("cret"), "{shown}");
                assert!(shown.contains("rounds@db.example:5432/rounds"), "{shown}");
            }
        }
    }

    #[test]
    fn only_postgres_has_an_address() {
        for url in ["", "mysql://localhost/rounds", "rounds.sqlite", "sqlite://rounds.sqlite"] {
            assert!(Location::of_url(url).is_err(), "{url}");
        }
    }
}
