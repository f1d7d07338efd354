//! How each procedure is judged (truth tables), the laws that hold for every clause and answer
//! (property tests), and that every clause of the real pack can be passed and failed.

mod laws;
mod pack;
mod truth_tables;
mod weaknesses;

use rounds::domain::answer::{Answer, ProcedureAnswer};
use rounds::domain::clause::{Clause, Department, Evidence, Reason, Sample, SubjectKind};
use rounds::domain::measure::{Limit, Tolerance};
use rounds::domain::procedure::{
    Ask, Check, CheckLine, Look, Measure, Point, Procedure, Requirement, RolePlay, Sight, Step,
};
use rounds::domain::quantity::Unit;
use rounds::domain::text::Text;

/// The reasons of every clause built here, in the clause's order.
const REASONS: [&str; 4] = ["r0", "r1", "r2", "r3"];

fn text() -> Text {
    Text::new("字", "words")
}

fn clause(procedures: Vec<Procedure>) -> Clause {
    Clause {
        code: "T1".to_owned(),
        facts: Vec::new(),
        department: Department::CustomerService,
        group: text(),
        wording: text(),
        frequency: None,
        sample: Sample::Count(1),
        subject: SubjectKind::Site,
        procedures,
        reasons: REASONS.map(|code| Reason { code: code.to_owned(), text: text() }).to_vec(),
        evidence: Evidence::None,
        weight: 1,
        critical: false,
        drawing: None,
        source: "test".to_owned(),
    }
}

/// Points, each needed or not.
fn ask(needed: &[bool], fails_as: &str) -> Procedure {
    let point = |&needed: &bool| Point { text: text(), words: None, needed };
    let points = needed.iter().map(point).collect();
    Procedure::Ask(Ask { question: text(), points, fails_as: fails_as.to_owned() })
}

/// One line for each reason.
fn check(reasons: &[&str]) -> Procedure {
    let line = |reason: &&str| CheckLine {
        text: text(),
        must_be: Requirement::Present,
        fails_as: (*reason).to_owned(),
    };
    Procedure::Check(Check { lines: reasons.iter().map(line).collect() })
}

/// One sight for each reason.
fn look(reasons: &[&str]) -> Procedure {
    let sight = |reason: &&str| Sight { text: text(), fails_as: (*reason).to_owned() };
    Procedure::Look(Look { sights: reasons.iter().map(sight).collect() })
}

fn role_play(steps: usize, fails_as: &str) -> Procedure {
    let steps = vec![Step { text: text(), words: None }; steps];
    Procedure::RolePlay(RolePlay { scene: text(), steps, fails_as: fails_as.to_owned() })
}

fn measure(limit: Limit, fails_as: &str) -> Procedure {
    let other = matches!(limit, Limit::EqualToOther { .. }).then(text);
    Procedure::Measure(Measure {
        quantity: text(),
        unit: Unit::Centimetre,
        limit,
        other,
        tolerance_assumed: true,
        fails_as: fails_as.to_owned(),
    })
}

/// 50 cm with this project's tolerance: 490 to 510 mm.
const HALF_A_METRE: Limit = Limit::Target { value: 500, tolerance: Tolerance::Length };
const AS_WIDE: Limit = Limit::EqualToOther { tolerance: Tolerance::Length };

fn said(words: &str, recorded: bool, points: &[Option<bool>]) -> ProcedureAnswer {
    ProcedureAnswer::Ask { said: words.to_owned(), recorded, points: points.to_vec() }
}

fn measured(value: Option<i64>, other: Option<i64>, confirmed: bool) -> ProcedureAnswer {
    ProcedureAnswer::Measure { value, other, confirmed }
}

fn answer(procedures: Vec<ProcedureAnswer>) -> Answer {
    Answer { procedures, ..Answer::default() }
}

/// Short for the three states of a tick.
const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);
const NOT_YET: Option<bool> = None;
