//! What a round says that it did: names and counts.

use std::collections::BTreeMap;
use std::fmt;

const MARK: &str = "trust: {";

/// Counts by name, such as `kills`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures(BTreeMap<String, u64>);

impl Figures {
    /// Adds up every line of an output that tells figures.
    pub fn of_output(text: &str) -> Self {
        let mut total = Self::default();
        for line in text.lines() {
            let Some(at) = line.find(MARK) else { continue };
            // Other words may follow on the line, so only the first value is read.
            let json = &line[at + MARK.len() - 1..];
            let mut values = serde_json::Deserializer::from_str(json).into_iter::<BTreeMap<String, u64>>();
            if let Some(Ok(figures)) = values.next() {
                total.add(&Self(figures));
            }
        }
        total
    }

    pub fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }

    pub fn get(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!(self.0)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(|(name, count)| format!("{name} {count}")).collect();
        out.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn figures_of_all_lines_are_added_and_other_lines_are_passed_over() {
        let text =
            "running\n  trust: {\"kills\": 3, \"lost\": 0} ok\ntrust: {broken\ntrust: {\"kills\": 4}\n";
        let figures = Figures::of_output(text);
        assert_eq!(
            (figures.get("kills"), figures.get("lost"), figures.get("doubled")),
            (Some(7), Some(0), None)
        );
        assert!(Figures::of_output("nothing").is_empty());
    }
}
