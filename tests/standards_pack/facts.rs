//! The table of facts in `tests/fixtures/fact-ids.txt`, line by line.

use std::collections::BTreeSet;

use rounds::domain::clause::{Clause, Department, Frequency, Sample};
use rounds::domain::measure::{Limit, Tolerance};
use rounds::domain::procedure::{Measure, Procedure};
use rounds::domain::quantity::Unit;
use rounds::standards;

use crate::{clause, clauses};

const TABLE: &str = include_str!("../fixtures/fact-ids.txt");

struct Fact {
    id: &'static str,
    frequency: &'static str,
    sample: &'static str,
    methods: &'static str,
    reasons: &'static str,
    figures: &'static str,
}

impl Fact {
    fn clauses(&self) -> Vec<&'static Clause> {
        clauses().filter(|clause| clause.facts.iter().any(|fact| fact == self.id)).collect()
    }
}

fn facts() -> Vec<Fact> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [id, frequency, sample, methods, reasons, figures] = columns[..] else {
                panic!("not six columns: {line}");
            };
            Fact { id, frequency, sample, methods, reasons, figures }
        })
        .collect()
}

#[test]
fn every_fact_is_covered_and_no_unknown_one_is_named() {
    let known: BTreeSet<&str> = facts().iter().map(|fact| fact.id).collect();
    assert_eq!(known.len(), 73);
    let practices = standards::pack().iter().flat_map(|s| &s.practices).flat_map(|p| &p.facts);
    let covered: BTreeSet<&str> =
        clauses().flat_map(|clause| &clause.facts).chain(practices).map(String::as_str).collect();
    let missing: Vec<_> = known.difference(&covered).collect();
    let unknown: Vec<_> = covered.difference(&known).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:?}, unknown {unknown:?}");
    assert!(clauses().all(|clause| !clause.facts.is_empty() && !clause.source.is_empty()));
}

#[test]
fn frequencies_and_samples_are_the_sources() {
    for fact in facts() {
        for clause in fact.clauses() {
            let frequency = clause.frequency.map_or("-", |frequency| match frequency {
                Frequency::Weekly => "weekly",
                Frequency::Monthly => "monthly",
                Frequency::Quarterly => "quarterly",
                Frequency::Yearly => "yearly",
            });
            assert_eq!(frequency, fact.frequency, "{}", clause.code);
            let sample = match clause.sample {
                Sample::Count(n) => n.to_string(),
                Sample::Percent(p) => format!("{p}%"),
            };
            // Where the source names no sample, ours is one or all.
            let expected = if fact.sample == "-" { &["1", "100%"][..] } else { &[fact.sample] };
            assert!(expected.contains(&sample.as_str()), "{}: {sample}", clause.code);
        }
    }
}

#[test]
fn methods_and_failing_reasons_are_the_sources() {
    for fact in facts() {
        let clauses = fact.clauses();
        if fact.methods != "-" {
            let procedures = clauses.iter().flat_map(|clause| &clause.procedures);
            let methods: BTreeSet<&str> = procedures.map(|p| p.kind().token()).collect();
            assert_eq!(methods, fact.methods.split('|').collect(), "{}", fact.id);
        }
        if fact.reasons != "-" {
            let reasons: Vec<&str> =
                clauses.iter().flat_map(|c| &c.reasons).map(|r| r.text.zh.as_str()).collect();
            assert_eq!(reasons, fact.reasons.split('|').collect::<Vec<_>>(), "{}", fact.id);
        }
    }
}

#[test]
fn every_figure_of_the_sources_is_there_as_a_number() {
    let mut checked = 0;
    for fact in facts().iter().filter(|fact| fact.figures != "-") {
        for figure in fact.figures.split("; ") {
            let (code, figure) = figure.split_once(' ').unwrap();
            let held = match figure.strip_prefix("says ") {
                Some(words) => wording(code).contains(words),
                None => figures(clause(code)).iter().any(|held| held == figure),
            };
            assert!(held, "{}: {code} lacks {figure:?}", fact.id);
            checked += 1;
        }
    }
    assert_eq!(checked, 29, "the table lost figures");
}

#[test]
fn a_tolerance_of_ours_is_marked_as_assumed_and_a_figure_of_the_sources_is_not() {
    for clause in clauses() {
        for measure in measures(clause) {
            let ours = match measure.limit {
                Limit::Target { tolerance, .. } | Limit::EqualToOther { tolerance } => {
                    tolerance != Tolerance::Exact
                }
                Limit::Range { .. } => false,
            };
            assert_eq!(measure.tolerance_assumed, ours, "{}", clause.code);
            let angle = matches!(measure.limit, Limit::Target { tolerance: Tolerance::Angle, .. });
            assert_eq!(angle, measure.unit == Unit::Degree, "{}", clause.code);
        }
    }
}

#[test]
fn every_department_and_method_occurs_and_only_fire_equipment_is_critical() {
    let departments: BTreeSet<Department> = clauses().map(|clause| clause.department).collect();
    assert!(Department::ALL.iter().all(|department| departments.contains(department)));
    let procedures = clauses().flat_map(|clause| &clause.procedures);
    let kinds: BTreeSet<&str> = procedures.map(|p| p.kind().token()).collect();
    assert_eq!(kinds.len(), 5);
    let critical: Vec<_> = clauses().filter(|clause| clause.critical).map(|c| &c.code).collect();
    assert_eq!(critical, ["G7"]);
    assert!(clauses().all(|clause| (1..=3).contains(&clause.weight)));
}

#[test]
fn what_has_a_length_to_measure_has_a_drawing() {
    for clause in clauses() {
        let drawn = measures(clause).any(|m| m.unit.is_length() || m.unit == Unit::Degree);
        assert!(!drawn || clause.drawing.is_some(), "{}", clause.code);
    }
}

fn measures(clause: &Clause) -> impl Iterator<Item = &Measure> {
    clause.procedures.iter().filter_map(|procedure| match procedure {
        Procedure::Measure(measure) => Some(measure),
        _ => None,
    })
}

/// Every figure a clause holds, in the words of the table.
fn figures(clause: &Clause) -> Vec<String> {
    let mut found: Vec<String> = clause
        .procedures
        .iter()
        .map(|procedure| match procedure {
            Procedure::Ask(ask) => format!("{} points", ask.points.len()),
            Procedure::Check(check) => format!("{} lines", check.lines.len()),
            Procedure::Look(look) => format!("{} sights", look.sights.len()),
            Procedure::RolePlay(play) => format!("{} steps", play.steps.len()),
            Procedure::Measure(measure) => limit(measure),
        })
        .collect();
    if let Sample::Percent(p) = clause.sample {
        found.push(format!("{p} %"));
    }
    found
}

fn limit(measure: &Measure) -> String {
    let base = match measure.unit {
        Unit::Millimetre | Unit::Centimetre | Unit::Metre => "mm",
        Unit::Degree => "degree",
        Unit::Second | Unit::Minute => "second",
        Unit::Count => "count",
    };
    match measure.limit {
        Limit::Target { value, tolerance } => {
            format!("{value} {base} ±{}", tolerance.around(value))
        }
        Limit::Range { min, max } => format!("{min}-{max} {base}"),
        Limit::EqualToOther { .. } => "= other".to_owned(),
    }
}

/// All that a clause or practice says, as one text to search in.
fn wording(code: &str) -> String {
    let practice = standards::pack().iter().flat_map(|s| &s.practices).find(|p| p.code == code);
    let written = match practice {
        Some(practice) => serde_json::to_string(practice),
        None => serde_json::to_string(clause(code)),
    };
    written.expect("plain data becomes JSON")
}
