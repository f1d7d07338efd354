//! The embedded pack against the source articles: every fact, figure, frequency, sample, method,
//! failing reason and prescribed word; and that its checker finds what is wrong with a standard.

mod facts;
mod faults;
mod language;

use rounds::domain::clause::Clause;
use rounds::standards;

/// Every clause of the pack, in the order of the book.
fn clauses() -> impl Iterator<Item = &'static Clause> {
    standards::pack().iter().flat_map(|standard| &standard.clauses)
}

/// The clause with this code, whichever standard it stands in.
fn clause(code: &str) -> &'static Clause {
    clauses().find(|clause| clause.code == code).unwrap_or_else(|| panic!("no clause {code}"))
}

#[test]
fn the_pack_is_whole_and_its_codes_are_unique() {
    for standard in standards::pack() {
        assert_eq!(standards::validate(standard), [], "{}", standard.id);
    }
    let practices = standards::pack().iter().flat_map(|s| s.practices.iter().map(|p| &p.code));
    let mut codes: Vec<&String> = clauses().map(|clause| &clause.code).chain(practices).collect();
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all, "a code stands in two standards");
}

#[test]
fn a_clause_is_found_in_its_own_standard_and_edition_only() {
    for standard in standards::pack() {
        for clause in &standard.clauses {
            let found = standards::find(&standard.id, &standard.edition, &clause.code);
            assert_eq!(found, Some(clause));
        }
    }
    assert_eq!(standards::find("service-details", "2023.1", "G8.1"), None);
    assert_eq!(standards::find("service-details", "1999.1", "H1.1"), None);
    assert_eq!(standards::find("no-such-standard", "2023.1", "H1.1"), None);
}

#[test]
fn every_file_of_the_pack_is_embedded_and_together_they_stay_small() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/standards/pack");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), standards::pack().len());
    let bytes: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes < 90_000, "{bytes} bytes ship inside the app");
}
