//! Checks a standard before anybody inspects by it. Says all that is wrong, never only the first.

use std::collections::HashSet;

use crate::domain::clause::{Clause, Sample, SubjectKind};
use crate::domain::measure::{Limit, Tolerance};
use crate::domain::procedure::{Measure, Procedure, ProcedureKind};
use crate::domain::standard::{Practice, Standard};
use crate::domain::text::Text;

use super::fault::{Fault, PackProblem};

/// Everything that is wrong with `standard`, in the order of the book; empty when nothing is.
pub fn validate(standard: &Standard) -> Vec<PackProblem> {
    let mut faults = Vec::new();
    blank(&standard.id, &mut faults);
    blank(&standard.edition, &mut faults);
    languages(&standard.title, &mut faults);
    let mut problems = at(&standard.id, faults);

    let mut seen = HashSet::new();
    for clause in &standard.clauses {
        let mut faults = Vec::new();
        code(&clause.code, &mut seen, &mut faults);
        clause_faults(clause, &mut faults);
        problems.extend(at(&clause.code, faults));
    }
    for practice in &standard.practices {
        let mut faults = Vec::new();
        code(&practice.code, &mut seen, &mut faults);
        practice_texts(practice).for_each(|text| languages(text, &mut faults));
        problems.extend(at(&practice.code, faults));
    }
    problems
}

fn clause_faults(clause: &Clause, faults: &mut Vec<Fault>) {
    clause_texts(clause).into_iter().for_each(|text| languages(text, faults));
    match clause.sample {
        Sample::Count(0) => faults.push(Fault::SampleZero),
        Sample::Percent(p) if !(1..=100).contains(&p) => faults.push(Fault::PercentOutOfRange(p)),
        Sample::Count(_) | Sample::Percent(_) => {}
    }
    if matches!(&clause.subject, SubjectKind::Places(kinds) if kinds.is_empty()) {
        faults.push(Fault::NoPlaces);
    }
    if clause.weight == 0 {
        faults.push(Fault::WeightZero);
    }
    reason_faults(clause, faults);
    procedure_faults(clause, faults);
}

fn reason_faults(clause: &Clause, faults: &mut Vec<Fault>) {
    if clause.reasons.is_empty() {
        faults.push(Fault::NoReasons);
    }
    let mut seen = HashSet::new();
    for reason in &clause.reasons {
        blank(&reason.code, faults);
        if !seen.insert(&reason.code) {
            faults.push(Fault::DuplicateReason(reason.code.clone()));
        }
    }
    let mut unknown: Vec<&str> = Vec::new();
    for code in clause.procedures.iter().flat_map(Procedure::reason_codes) {
        if clause.reason(code).is_none() && !unknown.contains(&code) {
            unknown.push(code);
        }
    }
    faults.extend(unknown.into_iter().map(|code| Fault::UnknownReason(code.to_owned())));
}

fn procedure_faults(clause: &Clause, faults: &mut Vec<Fault>) {
    if clause.procedures.is_empty() {
        faults.push(Fault::NoProcedures);
    }
    if clause.procedures.iter().filter(|p| p.kind() == ProcedureKind::Measure).count() > 1 {
        faults.push(Fault::SeveralMeasures);
    }
    for (index, procedure) in clause.procedures.iter().enumerate() {
        let empty = match procedure {
            Procedure::Ask(ask) => ask.points.is_empty(),
            Procedure::Check(check) => check.lines.is_empty(),
            Procedure::Look(look) => look.sights.is_empty(),
            Procedure::RolePlay(play) => play.steps.is_empty(),
            Procedure::Measure(measure) => {
                measure_faults(measure, faults);
                false
            }
        };
        if empty {
            faults.push(Fault::EmptyProcedure(index));
        }
    }
}

fn measure_faults(measure: &Measure, faults: &mut Vec<Fault>) {
    let compares = matches!(measure.limit, Limit::EqualToOther { .. });
    match (compares, &measure.other) {
        (true, None) => faults.push(Fault::OtherMissing),
        (false, Some(_)) => faults.push(Fault::OtherUnused),
        _ => {}
    }
    let below_zero = |tolerance| matches!(tolerance, Tolerance::Within(plus_minus) if plus_minus < 0);
    let bad = match measure.limit {
        Limit::Target { value, tolerance } => value <= 0 || below_zero(tolerance),
        Limit::Range { min, max } => min < 0 || max <= min,
        Limit::EqualToOther { tolerance } => below_zero(tolerance),
    };
    if bad {
        faults.push(Fault::BadFigure);
    }
}

/// Every text of a clause that a person may read.
fn clause_texts(clause: &Clause) -> Vec<&Text> {
    let mut texts = vec![&clause.group, &clause.wording];
    for procedure in &clause.procedures {
        match procedure {
            Procedure::Ask(ask) => {
                texts.push(&ask.question);
                texts.extend(ask.points.iter().flat_map(|p| std::iter::once(&p.text).chain(&p.words)));
            }
            Procedure::Check(check) => texts.extend(check.lines.iter().map(|line| &line.text)),
            Procedure::Look(look) => texts.extend(look.sights.iter().map(|sight| &sight.text)),
            Procedure::RolePlay(play) => {
                texts.push(&play.scene);
                texts.extend(play.steps.iter().flat_map(|s| std::iter::once(&s.text).chain(&s.words)));
            }
            Procedure::Measure(measure) => {
                texts.push(&measure.quantity);
                texts.extend(&measure.other);
            }
        }
    }
    texts.extend(clause.reasons.iter().map(|reason| &reason.text));
    texts
}

fn practice_texts(practice: &Practice) -> impl Iterator<Item = &Text> {
    [&practice.name, &practice.wording].into_iter().chain(&practice.figures)
}

fn code<'a>(code: &'a str, seen: &mut HashSet<&'a str>, faults: &mut Vec<Fault>) {
    blank(code, faults);
    if !seen.insert(code) {
        faults.push(Fault::DuplicateCode);
    }
}

fn blank(word: &str, faults: &mut Vec<Fault>) {
    if word.trim().is_empty() {
        faults.push(Fault::Blank);
    }
}

fn languages(text: &Text, faults: &mut Vec<Fault>) {
    if text.is_incomplete() {
        faults.push(Fault::LanguageMissing(format!("{}{}", text.zh, text.en)));
    }
}

fn at(code: &str, faults: Vec<Fault>) -> Vec<PackProblem> {
    faults.into_iter().map(|fault| PackProblem { at: code.to_owned(), fault }).collect()
}
