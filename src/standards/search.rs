//! Searching the book: a plain substring, upper and lower case alike, in both languages at once.

use crate::domain::clause::Clause;
use crate::domain::standard::Standard;
use crate::domain::text::{Lang, Text};

/// A clause that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The standard it stands in.
    pub standard: &'a Standard,
    /// The clause.
    pub clause: &'a Clause,
    /// The code, wording, group or reason that held the query, in the asked language where that
    /// one does; shown so that a hit in a reason is understood.
    pub found_in: &'a str,
}

/// Every clause whose code, wording, group or reasons hold `query` in either language, in the
/// order of the book. A blank query finds every clause.
pub fn search<'a>(standards: &'a [Standard], query: &str, lang: Lang) -> Vec<Match<'a>> {
    // Only English has cases here; those of all scripts would add tables of letters to the app.
    let query = query.trim().to_ascii_lowercase();
    let hits = |text: &str| text.to_ascii_lowercase().contains(&query);
    standards
        .iter()
        .flat_map(|standard| standard.clauses.iter().map(move |clause| (standard, clause)))
        .filter_map(|(standard, clause)| {
            let found_in = searched(clause, lang).find(|text| hits(text))?;
            Some(Match { standard, clause, found_in })
        })
        .collect()
}

/// The searched texts of a clause: all of them in `lang` first, then in the other language.
fn searched(clause: &Clause, lang: Lang) -> impl Iterator<Item = &str> {
    let other = match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    };
    let in_lang = move |lang: Lang| texts(clause).map(move |text| text.get(lang));
    std::iter::once(clause.code.as_str()).chain(in_lang(lang)).chain(in_lang(other))
}

fn texts(clause: &Clause) -> impl Iterator<Item = &Text> {
    [&clause.wording, &clause.group].into_iter().chain(clause.reasons.iter().map(|r| &r.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standards::pack;

    fn codes(query: &str, lang: Lang) -> Vec<&'static str> {
        search(pack(), query, lang).into_iter().map(|m| m.clause.code.as_str()).collect()
    }

    #[test]
    fn both_languages_and_the_code_are_searched_whatever_language_is_shown() {
        for lang in [Lang::Zh, Lang::En] {
            assert_eq!(codes("轮椅", lang), ["H2.4"]);
            assert_eq!(codes("wheelCHAIR", lang), ["H2.4"]);
            assert_eq!(codes(" g8.2A ", lang), ["G8.2a"]);
            assert_eq!(codes("功能不正常", lang), ["H2.1"]);
        }
    }

    #[test]
    fn matches_come_in_the_order_of_the_book() {
        assert_eq!(
            codes("挡鼠板", Lang::Zh),
            ["G8.1", "G8.2a", "G8.2b", "G8.2c", "G8.2d", "G8.3", "G8.4", "G8.5"]
        );
        let all: usize = pack().iter().map(|standard| standard.clauses.len()).sum();
        assert_eq!(codes("  ", Lang::En).len(), all);
        assert!(codes("\u{1f9ff}", Lang::Zh).is_empty());
    }

    #[test]
    fn a_match_shows_the_words_that_held_the_query() {
        let found = search(pack(), "功能", Lang::En);
        assert_eq!(found[0].found_in, "功能不正常");
        assert_eq!(found[0].standard.id, "service-details");
        assert_eq!(
            search(pack(), "rat guard", Lang::Zh)[0].found_in,
            "A rat guard is fitted at the plant-room door"
        );
    }
}
