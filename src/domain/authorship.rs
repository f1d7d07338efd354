//! Whose answer an answer is, when several people use one phone.
//!
//! Who changes an answer last has answered it, and the record names that person for ever. Looking
//! at an answer, opening its camera, leaving the phone to a colleague, or pressing the task's finish
//! button changes nobody's answer: the finish itself is a record of its own, by who pressed it.

/// The author of an answer after `person` did something with it; `before` is empty for an answer
/// that nobody has begun, or that was begun before authors were kept.
pub fn after_change(before: &str, is_changed: bool, person: &str) -> String {
    if is_changed || before.is_empty() { person.to_owned() } else { before.to_owned() }
}

/// Whom the record of an answer names, when `finisher` finishes or amends.
pub fn of_record<'a>(author: &'a str, finisher: &'a str) -> &'a str {
    if author.is_empty() { finisher } else { author }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_changes_it_has_answered_it() {
        assert_eq!(after_change("", true, "butler-01"), "butler-01");
        assert_eq!(after_change("butler-01", true, "butler-02"), "butler-02");
    }

    #[test]
    fn looking_at_it_takes_it_from_nobody() {
        assert_eq!(after_change("butler-01", false, "butler-02"), "butler-01");
        assert_eq!(after_change("", false, "butler-02"), "butler-02");
    }

    #[test]
    fn a_record_is_by_who_answered_not_by_who_finished() {
        assert_eq!(of_record("butler-01", "butler-02"), "butler-01");
        assert_eq!(of_record("", "butler-02"), "butler-02", "a draft of before authors were kept");
    }
}
