//! The standards that ship inside the program. Each file is parsed once, on its first use.

use std::sync::OnceLock;

use crate::domain::clause::Clause;
use crate::domain::standard::Standard;

/// One file of the pack. Its id and edition stand here too, so that looking one up parses no other.
struct Embedded {
    id: &'static str,
    edition: &'static str,
    json: &'static str,
    parsed: OnceLock<Standard>,
}

/// In the order of the book.
static FILES: [Embedded; 4] = [
    Embedded::new("service-details", "2023.1", include_str!("pack/service-details.json")),
    Embedded::new("quality-details", "2023.1", include_str!("pack/quality-details.json")),
    Embedded::new("detail-management", "2023.1", include_str!("pack/detail-management.json")),
    Embedded::new("benchmark-visit", "2023.1", include_str!("pack/benchmark-visit.json")),
];

/// Every standard of the pack, in the order of the book.
///
/// Parses what is not parsed yet; where one clause is wanted, [`find`] does less.
pub fn pack() -> &'static [Standard] {
    static PACK: OnceLock<Vec<Standard>> = OnceLock::new();
    // A copy costs far less than parsing again, and gives callers the plain slice they also have
    // for standards that came from the endpoint.
    PACK.get_or_init(|| FILES.iter().map(|file| file.standard().clone()).collect())
}

/// The embedded standard with this id in exactly this edition.
pub fn find_standard(standard_id: &str, edition: &str) -> Option<&'static Standard> {
    listed(&FILES, standard_id, edition).map(Embedded::standard)
}

/// The clause `code` of the embedded standard with this id in exactly this edition.
pub fn find(standard_id: &str, edition: &str, code: &str) -> Option<&'static Clause> {
    find_standard(standard_id, edition)?.clauses.iter().find(|clause| clause.code == code)
}

fn listed<'a>(files: &'a [Embedded], id: &str, edition: &str) -> Option<&'a Embedded> {
    files.iter().find(|file| file.id == id && file.edition == edition)
}

impl Embedded {
    const fn new(id: &'static str, edition: &'static str, json: &'static str) -> Self {
        Self { id, edition, json, parsed: OnceLock::new() }
    }

    fn standard(&self) -> &Standard {
        self.parsed
            .get_or_init(|| crate::json::read(self.json).expect("a test parses every embedded standard"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_is_listed_under_its_own_id_and_edition() {
        for file in &FILES {
            let standard = file.standard();
            assert_eq!((file.id, file.edition), (standard.id.as_str(), standard.edition.as_str()));
        }
    }

    #[test]
    fn finding_a_clause_parses_its_own_standard_only() {
        // Fresh cells: other tests of this process use the shared ones.
        let fresh = FILES.each_ref().map(|file| Embedded::new(file.id, file.edition, file.json));
        let found = listed(&fresh, "detail-management", "2023.1").expect("it is in the pack");
        assert_eq!(found.standard().id, "detail-management");
        let parsed = fresh.each_ref().map(|file| file.parsed.get().is_some());
        assert_eq!(parsed, [false, false, true, false]);
    }
}
