//! Searching the practices: what is done rather than inspected.

use crate::domain::standard::{Practice, Standard};

/// Every practice whose code, name or wording holds `query` in either language, in the order of
/// the book. A blank query finds every practice.
pub fn search_practices<'a>(standards: &'a [Standard], query: &str) -> Vec<&'a Practice> {
    let query = query.trim().to_ascii_lowercase();
    standards
        .iter()
        .flat_map(|standard| &standard.practices)
        .filter(|practice| {
            let texts = [&practice.name, &practice.wording];
            let mut words =
                texts.into_iter().flat_map(|t| [&t.zh, &t.en]).chain(std::iter::once(&practice.code));
            words.any(|text| text.to_ascii_lowercase().contains(&query))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::pack;

    #[test]
    fn a_blank_query_finds_all_and_a_code_finds_its_own() {
        let all = search_practices(pack(), " ");
        let in_pack: usize = pack().iter().map(|s| s.practices.len()).sum();
        assert_eq!(all.len(), in_pack);
        let first = all.first().expect("the pack has practices");
        assert!(search_practices(pack(), &first.code).contains(first));
        assert!(search_practices(pack(), "no such words anywhere").is_empty());
    }

    #[test]
    fn names_and_wordings_are_searched_in_both_languages() {
        let codes = |query: &str| -> Vec<&str> {
            search_practices(pack(), query).into_iter().map(|p| p.code.as_str()).collect()
        };
        assert_eq!(codes("LITTER clock"), ["P3"]);
        assert_eq!(codes("札记"), ["P4"]);
        assert!(codes("挡鼠板").is_empty());
    }
}
