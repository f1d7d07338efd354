//! Each fault planted in a sound standard is found, alone and together with others.

use rounds::domain::clause::{Clause, Sample, SubjectKind};
use rounds::domain::measure::{Limit, Tolerance};
use rounds::domain::procedure::{Measure, Procedure};
use rounds::domain::standard::Standard;
use rounds::domain::text::Text;
use rounds::standards::{self, Fault, PackProblem, validate};

/// `H1.1` asks, `G8.2c` compares two measures, `G14` measures, checks and looks.
fn sound() -> Standard {
    let pack = standards::pack();
    let mut standard = pack[1].clone();
    standard.clauses.retain(|clause| ["G8.2c", "G14"].contains(&clause.code.as_str()));
    standard.clauses.insert(0, pack[0].clauses[0].clone());
    standard
}

fn measure(clause: &mut Clause) -> &mut Measure {
    let found = clause.procedures.iter_mut().find_map(|procedure| match procedure {
        Procedure::Measure(measure) => Some(measure),
        _ => None,
    });
    found.expect("a measured clause")
}

/// Plants one fault and expects exactly it, at `at`.
fn planted(at: &str, fault: Fault, plant: impl FnOnce(&mut Standard)) {
    let mut standard = sound();
    assert_eq!(validate(&standard), []);
    plant(&mut standard);
    assert_eq!(validate(&standard), [PackProblem { at: at.to_owned(), fault }]);
}

#[test]
fn a_missing_language_is_found_wherever_it_is() {
    let only = || Text::new("只有中文", " ");
    let fault = || Fault::LanguageMissing("只有中文 ".to_owned());
    planted("quality-details", fault(), |s| s.title = only());
    planted("H1.1", fault(), |s| s.clauses[0].wording = only());
    planted("H1.1", fault(), |s| s.clauses[0].group = only());
    planted("H1.1", fault(), |s| s.clauses[0].reasons[0].text = only());
    planted("G8.2c", fault(), |s| measure(&mut s.clauses[1]).quantity = only());
    planted("G8.2c", fault(), |s| measure(&mut s.clauses[1]).other = Some(only()));
    planted("P1", fault(), |s| s.practices[0].name = only());
    planted("P1", fault(), |s| s.practices[0].figures = vec![only()]);
    planted("H1.1", fault(), |s| {
        let Procedure::Ask(ask) = &mut s.clauses[0].procedures[0] else { panic!("asks") };
        ask.points[1].words = Some(only());
    });
}

#[test]
fn doubled_and_blank_codes_are_found() {
    planted("H1.1", Fault::DuplicateCode, |s| s.clauses[1].code = "H1.1".to_owned());
    planted("H1.1", Fault::DuplicateCode, |s| s.practices[0].code = "H1.1".to_owned());
    planted("", Fault::Blank, |s| s.clauses[2].code.clear());
    planted("quality-details", Fault::Blank, |s| s.edition = " ".to_owned());
}

#[test]
fn reasons_that_are_doubled_unknown_or_absent_are_found() {
    planted("G14", Fault::DuplicateReason("no_relief".to_owned()), |s| {
        let again = s.clauses[2].reasons[1].clone();
        s.clauses[2].reasons.push(again);
    });
    planted("G8.2c", Fault::UnknownReason("nowhere".to_owned()), |s| {
        measure(&mut s.clauses[1]).fails_as = "nowhere".to_owned();
    });
    let mut standard = sound();
    standard.clauses[0].reasons.clear();
    let faults: Vec<Fault> = validate(&standard).into_iter().map(|problem| problem.fault).collect();
    assert_eq!(faults, [Fault::NoReasons, Fault::UnknownReason("not_known".to_owned())]);
}

#[test]
fn procedures_that_cannot_be_carried_out_are_found() {
    planted("H1.1", Fault::NoProcedures, |s| s.clauses[0].procedures.clear());
    planted("H1.1", Fault::EmptyProcedure(0), |s| {
        let Procedure::Ask(ask) = &mut s.clauses[0].procedures[0] else { panic!("asks") };
        ask.points.clear();
    });
    planted("G14", Fault::EmptyProcedure(1), |s| {
        let Procedure::Check(check) = &mut s.clauses[2].procedures[1] else { panic!("checks") };
        check.lines.clear();
    });
    planted("G14", Fault::EmptyProcedure(2), |s| {
        let Procedure::Look(look) = &mut s.clauses[2].procedures[2] else { panic!("looks") };
        look.sights.clear();
    });
    planted("G14", Fault::SeveralMeasures, |s| {
        let again = s.clauses[2].procedures[0].clone();
        s.clauses[2].procedures.push(again);
    });
}

#[test]
fn figures_that_make_no_sense_are_found() {
    planted("G8.2c", Fault::OtherMissing, |s| measure(&mut s.clauses[1]).other = None);
    planted("G14", Fault::OtherUnused, |s| {
        measure(&mut s.clauses[2]).other = Some(Text::new("门宽", "Door"));
    });
    for limit in [
        Limit::Target { value: 0, tolerance: Tolerance::Exact },
        Limit::Target { value: 5, tolerance: Tolerance::Within(-1) },
        Limit::Range { min: 7, max: 7 },
        Limit::Range { min: -1, max: 7 },
    ] {
        planted("G14", Fault::BadFigure, |s| measure(&mut s.clauses[2]).limit = limit);
    }
}

#[test]
fn samples_subjects_and_weights_of_nothing_are_found() {
    planted("G14", Fault::SampleZero, |s| s.clauses[2].sample = Sample::Count(0));
    for percent in [0, 101] {
        planted("G14", Fault::PercentOutOfRange(percent), |s| {
            s.clauses[2].sample = Sample::Percent(percent);
        });
    }
    planted("G14", Fault::NoPlaces, |s| s.clauses[2].subject = SubjectKind::Places(Vec::new()));
    planted("G14", Fault::WeightZero, |s| s.clauses[2].weight = 0);
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_book() {
    let mut standard = sound();
    standard.id.clear();
    standard.clauses[0].weight = 0;
    standard.clauses[0].sample = Sample::Count(0);
    measure(&mut standard.clauses[1]).other = None;
    let told: Vec<String> = validate(&standard).iter().map(PackProblem::to_string).collect();
    assert_eq!(
        told,
        [
            ": an id, edition or code is blank",
            "H1.1: the sample is empty",
            "H1.1: the weight is zero",
            "G8.2c: the other measure is not named",
        ]
    );
}
