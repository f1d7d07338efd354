//! 量: the figure against its bounds, with a gauge; a slip of unit is asked about before judging.

use crate::ui::prelude::*;

use crate::domain::answer::ProcedureAnswer;
use crate::domain::measure::Reading;
use crate::domain::procedure::Measure;
use crate::domain::quantity::QuantityError;
use crate::ui::components::drawing::Drawing;
use crate::ui::components::icon::Icon;
use crate::ui::i18n::{self, Msg, say, tr};
use crate::ui::icons;
use crate::ui::state::desk::{ItemDesk, TaskDesk};

/// 量: drawing, input, gauge, what it means.
#[component]
pub fn MeasureScreen(desk: TaskDesk, item: ItemDesk, at: usize, measure: Measure) -> impl IntoView {
    let unit = measure.unit;
    let given = Memo::new(move |_| item.answer.with(|answer| values(answer.procedures.get(at))));
    let limit = StoredValue::new(measure.limit.clone());
    let reading = Memo::new(move |_| {
        let (value, other, confirmed) = given.get();
        limit.with_value(|limit| limit.read(value, other, confirmed))
    });
    let problem = RwSignal::new(None::<QuantityError>);
    let enter = move |typed: String, second: bool| {
        let parsed = match unit.parse(&typed) {
            Ok(value) => Some(value),
            Err(QuantityError::Empty) => None,
            Err(error) => return problem.set(Some(error)),
        };
        problem.set(None);
        desk.change(item, |answer| {
            if let Some(ProcedureAnswer::Measure { value, other, confirmed }) = answer.procedures.get_mut(at)
            {
                *(if second { other } else { value }) = parsed;
                *confirmed = false;
            }
        });
    };
    let stand_by = move |_| {
        desk.change(item, |answer| {
            if let Some(ProcedureAnswer::Measure { confirmed, .. }) = answer.procedures.get_mut(at) {
                *confirmed = true;
            }
        });
    };
    let take = move |meant: i64| {
        desk.change(item, |answer| {
            if let Some(ProcedureAnswer::Measure { value, .. }) = answer.procedures.get_mut(at) {
                *value = Some(meant);
            }
        });
    };
    let drawing = item.clause().drawing;
    let quantity = StoredValue::new(say(&measure.quantity));
    let id = item.item().id;
    let other = measure.other.clone().map(|label| {
        view! { <Figure id=format!("{id}-o{at}") label=say(&label) unit test_id="measure-other"
        value=Signal::derive(move || given.get().1) enter=Callback::new(move |typed| enter(typed, true)) /> }
    });
    view! {
        <div class="measure">
            {drawing.map(|drawing| view! {
                <Drawing drawing measured=Signal::derive(move || {
                    given.get().0.map(|v| format!("{} {}", quantity.get_value(), i18n::figure(v, unit)))
                }) />
            })}
            <Figure id=format!("{id}-m{at}") label=say(&measure.quantity) unit test_id="measure-input"
                value=Signal::derive(move || given.get().0) enter=Callback::new(move |typed| enter(typed, false)) />
            {other}
            <p class="target">{i18n::target(&measure)}</p>
            {move || problem.get().map(|error| view! {
                <p class="field-problem" role="alert">{i18n::quantity_problem(&error)}</p>
            })}
            <div class="gauge" data-testid="measure-gauge" data-state=move || reading.get().token() role="status">
                <svg class="gauge-bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="gauge-track" x="0" y="4" width="1000" height="4" />
                    <rect class="gauge-band" x="350" y="2" width="300" height="8" />
                    {move || limit.with_value(|limit| {
                        let (value, other, _) = given.get();
                        let (min, max) = limit.bounds(other)?;
                        needle_at(value?, min, max)
                    }).map(|x| view! { <rect class="gauge-needle" x=x y="0" width="16" height="12" /> })}
                </svg>
                <p class="gauge-words">{move || i18n::reading(reading.get(), unit)}</p>
            </div>
            {move || match reading.get() {
                Reading::Suspect { meant } => Some(view! {
                    <div class="suspect" role="alert">
                        <p>{i18n::slip_question(given.get().0.unwrap_or_default(), meant, unit)}</p>
                        <button type="button" class="button primary" data-testid="measure-fix" on:click=move |_| take(meant)>
                            {i18n::take_value(meant, unit)}
                        </button>
                        <button type="button" class="button quiet" data-testid="measure-confirm" on:click=stand_by>
                            {tr(Msg::StandByValue)}
                        </button>
                    </div>
                }),
                _ => None,
            }}
            {measure.tolerance_assumed.then(|| view! {
                <p class="hint"><Icon paths=icons::RULER />{tr(Msg::ToleranceAssumed)}</p>
            })}
        </div>
    }
}

/// One number with its unit.
#[component]
fn Figure(
    id: String,
    label: String,
    unit: crate::domain::quantity::Unit,
    test_id: &'static str,
    value: Signal<Option<i64>>,
    enter: Callback<String>,
) -> impl IntoView {
    // What is typed stays as typed; only a change from elsewhere (a slip corrected) rewrites it.
    let typed = RwSignal::new(value.get_untracked().map(|v| unit.format(v)).unwrap_or_default());
    Effect::new(move |_| {
        let value = value.get();
        if typed.with_untracked(|text| unit.parse(text).ok() != value)
            && let Some(value) = value
        {
            typed.set(unit.format(value));
        }
    });
    view! {
        <div class="figure-field">
            <label class="field-label" for=id.clone()>{label}</label>
            <span class="figure-input">
                <input
                    id=id
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    data-testid=test_id
                    prop:value=move || typed.get()
                    on:input:target=move |event| {
                        let text = event.target().value();
                        typed.set(text.clone());
                        enter.run(text);
                    }
                />
                <span class="unit">{unit.sign()}</span>
            </span>
        </div>
    }
}

fn values(procedure: Option<&ProcedureAnswer>) -> (Option<i64>, Option<i64>, bool) {
    match procedure {
        Some(ProcedureAnswer::Measure { value, other, confirmed }) => (*value, *other, *confirmed),
        _ => (None, None, false),
    }
}

/// Where the needle stands on the bar, whose middle 300 of 1000 are the bounds.
fn needle_at(value: i64, min: i64, max: i64) -> Option<i64> {
    let width = (max - min).max(1);
    Some((350 + (value - min) * 300 / width).clamp(10, 980))
}
