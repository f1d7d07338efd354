//! One clause or practice of the book: wording, figures, reasons, drawing, where it comes from.

use crate::ui::prelude::*;

use crate::domain::clause::Clause;
use crate::domain::procedure::Procedure;
use crate::domain::standard::{Practice, Standard};
use crate::standards;
use crate::ui::components::drawing::Drawing;
use crate::ui::components::frame::Page;
use crate::ui::i18n::{self, Msg, say, tr};

/// A clause or practice by the code in the address.
#[component]
pub fn ClausePage(code: String) -> impl IntoView {
    match look_up(&code) {
        Some((standard, Entry::Clause(clause))) => clause_view(standard, clause),
        Some((standard, Entry::Practice(practice))) => practice_view(standard, practice),
        None => view! {
            <Page title=code back="/standards">
                <div class="empty"><p>{tr(Msg::ClauseUnknown)}</p></div>
            </Page>
        },
    }
}

enum Entry {
    Clause(&'static Clause),
    Practice(&'static Practice),
}

fn look_up(code: &str) -> Option<(&'static Standard, Entry)> {
    standards::pack().iter().find_map(|standard| {
        let clause = standard.clauses.iter().find(|c| c.code == code).map(Entry::Clause);
        let entry =
            clause.or_else(|| standard.practices.iter().find(|p| p.code == code).map(Entry::Practice))?;
        Some((standard, entry))
    })
}

fn clause_view(standard: &'static Standard, clause: &'static Clause) -> AnyView {
    let fact = |word: Msg, value: String| {
        view! { <div class="fact"><dt>{tr(word)}</dt><dd>{value}</dd></div> }
    };
    let reasons: Vec<_> = clause
        .reasons
        .iter()
        .map(|reason| view! { <li class="reason-text">{say(&reason.text)}</li> })
        .collect();
    let procedures: Vec<_> = clause.procedures.iter().map(procedure_view).collect();
    view! {
        <Page title=clause.code.clone() subtitle=format!("{} · {}", i18n::department(clause.department), say(&clause.group)) back="/standards" class="clause-page">
            <article class="clause" data-testid="clause-page" data-code=clause.code.clone()>
                <h2 class="clause-wording">{say(&clause.wording)}</h2>
                {clause.critical.then(|| view! { <p class="critical-mark">{tr(Msg::CriticalExplained)}</p> })}
                {clause.drawing.map(|drawing| view! { <Drawing drawing measured=Signal::derive(|| None) /> })}
                <dl class="facts">
                    {fact(Msg::Frequency, i18n::frequency(clause.frequency))}
                    {fact(Msg::Sample, i18n::sample(clause.sample))}
                    {fact(Msg::Subject, i18n::subject_kind(&clause.subject))}
                    {fact(Msg::EvidenceAsked, i18n::evidence(clause.evidence))}
                </dl>
                <h3>{tr(Msg::HowChecked)}</h3>
                {procedures}
                <h3>{tr(Msg::FailsWhen)}</h3>
                <ul class="reason-list">{reasons}</ul>
                <p class="source">{i18n::source(&say(&standard.title), &standard.edition, &clause.source)}</p>
            </article>
        </Page>
    }
}

fn procedure_view(procedure: &Procedure) -> AnyView {
    let lines: Vec<(String, Option<String>)> = match procedure {
        Procedure::Ask(ask) => std::iter::once((say(&ask.question), None))
            .chain(ask.points.iter().map(|p| (say(&p.text), p.words.as_ref().map(|w| w.zh.clone()))))
            .collect(),
        Procedure::Check(check) => {
            check.lines.iter().map(|l| (i18n::requirement(&say(&l.text), l.must_be), None)).collect()
        }
        Procedure::Look(look) => look.sights.iter().map(|s| (say(&s.text), None)).collect(),
        Procedure::RolePlay(play) => std::iter::once((say(&play.scene), None))
            .chain(play.steps.iter().map(|s| (say(&s.text), s.words.as_ref().map(|w| w.zh.clone()))))
            .collect(),
        Procedure::Measure(measure) => {
            vec![(format!("{} — {}", say(&measure.quantity), i18n::target(measure)), None)]
        }
    };
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(text, words)| {
            view! {
                <li>
                    {text}
                    {words.map(|words| view! { <q class="prescribed" lang="zh-CN">{words}</q> })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="procedure" data-kind=procedure.kind().token()>
            <span class="kind-badge">{i18n::kind_letter(procedure.kind())}</span>
            <ul>{rows}</ul>
        </section>
    }
}

fn practice_view(standard: &'static Standard, practice: &'static Practice) -> AnyView {
    let figures: Vec<_> = practice.figures.iter().map(|figure| view! { <li>{say(figure)}</li> }).collect();
    view! {
        <Page title=practice.code.clone() subtitle=i18n::department(practice.department) back="/standards" class="clause-page">
            <article class="clause" data-testid="clause-page" data-code=practice.code.clone()>
                <p class="practice-mark">{tr(Msg::PracticeExplained)}</p>
                <h2 class="clause-wording">{say(&practice.name)}</h2>
                <p>{say(&practice.wording)}</p>
                {(!figures.is_empty()).then(|| view! { <ul class="reason-list">{figures}</ul> })}
                <p class="source">{i18n::source(&say(&standard.title), &standard.edition, &practice.source)}</p>
            </article>
        </Page>
    }
}
