//! Words for the kinds of things that the domain names.

use super::{Msg, lang, pick, say, tr};
use crate::domain::clause::{Clause, Department, Evidence, Frequency, Sample, SubjectKind};
use crate::domain::estate::{PlaceKind, Role};
use crate::domain::measure::{Limit, Reading, Tolerance};
use crate::domain::procedure::{Measure, ProcedureKind, Requirement};
use crate::domain::quantity::{QuantityError, Unit};
use crate::domain::task::Task;
use crate::domain::text::Lang;
use crate::domain::verdict::Verdict;

/// Chooses one of two fixed wordings.
fn one(zh: &'static str, en: &'static str) -> &'static str {
    match lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// One sign for a kind of procedure.
pub fn kind_letter(kind: ProcedureKind) -> &'static str {
    match kind {
        ProcedureKind::Ask => one("问", "Ask"),
        ProcedureKind::Check => one("查", "Check"),
        ProcedureKind::Look => one("看", "Look"),
        ProcedureKind::RolePlay => one("演", "Play"),
        ProcedureKind::Measure => one("量", "Measure"),
    }
}

/// The signs of a clause's procedures.
pub fn kinds_of(clause: &Clause) -> String {
    let signs: Vec<&str> = clause.procedures.iter().map(|p| kind_letter(p.kind())).collect();
    signs.join(" ")
}

/// A department's name.
pub fn department(department: Department) -> &'static str {
    match department {
        Department::CustomerService => one("客服", "Service"),
        Department::Safety => one("安全", "Safety"),
        Department::Engineering => one("工程", "Engineering"),
        Department::Environment => one("环境", "Environment"),
        Department::SalesSite => one("案场", "Sales site"),
        Department::Benchmark => one("对标", "Benchmark"),
    }
}

/// Where a task is done and whose work it checks; the place is left out where the title says it.
pub fn where_and_whose(task: &Task) -> String {
    let department = department(task.department);
    if task.place == task.title {
        department.to_owned()
    } else {
        format!("{} · {department}", say(&task.place))
    }
}

/// How often.
pub fn frequency(frequency: Option<Frequency>) -> String {
    match frequency {
        Some(Frequency::Weekly) => one("每周", "Weekly"),
        Some(Frequency::Monthly) => one("月度", "Monthly"),
        Some(Frequency::Quarterly) => one("季度", "Quarterly"),
        Some(Frequency::Yearly) => one("年度", "Yearly"),
        None => one("未规定", "Not stated"),
    }
    .to_owned()
}

/// How many.
pub fn sample(sample: Sample) -> String {
    match sample {
        Sample::Count(n) => pick(format!("抽 {n} 个"), format!("{n} drawn")),
        Sample::Percent(p) => format!("{p}%"),
    }
}

/// On whom or what.
pub fn subject_kind(subject: &SubjectKind) -> String {
    let names: Vec<&str> = match subject {
        SubjectKind::Site => return one("整个项目", "The whole site").to_owned(),
        SubjectKind::Staff(roles) if roles.is_empty() => return one("全体人员", "All staff").to_owned(),
        SubjectKind::Staff(roles) => roles.iter().map(|role| staff_role(*role)).collect(),
        SubjectKind::Places(kinds) => kinds.iter().map(|kind| place_kind(*kind)).collect(),
    };
    names.join(one("、", ", "))
}

/// A role on site.
pub fn staff_role(role: Role) -> &'static str {
    match role {
        Role::Manager => one("项目经理", "Manager"),
        Role::Inspector => one("品质检查员", "Inspector"),
        Role::Butler => one("客服管家", "Butler"),
        Role::FrontDesk => one("客服前台", "Front desk"),
        Role::Cashier => one("收费员", "Cashier"),
        Role::Guard => one("秩序维护员", "Guard"),
        Role::Repairer => one("维修工", "Repairer"),
        Role::Cleaner => one("保洁员", "Cleaner"),
        Role::Gardener => one("绿化工", "Gardener"),
        Role::SalesHost => one("案场礼宾", "Sales host"),
    }
}

/// A kind of place.
pub fn place_kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Building => one("楼栋", "Building"),
        PlaceKind::Garage => one("地下车库", "Garage"),
        PlaceKind::PlantRoom => one("设备房", "Plant room"),
        PlaceKind::ServiceCentre => one("服务中心", "Service centre"),
        PlaceKind::Gate => one("大门", "Gate"),
        PlaceKind::Lobby => one("大堂", "Lobby"),
        PlaceKind::Drive => one("车道", "Drive"),
        PlaceKind::NoticeBoard => one("公告栏", "Notice board"),
        PlaceKind::Garden => one("园林", "Garden"),
        PlaceKind::FirePoint => one("消防点", "Fire point"),
        PlaceKind::SalesDoor => one("案场大门", "Sales door"),
        PlaceKind::SalesPost => one("案场岗位", "Sales post"),
        PlaceKind::SalesBar => one("案场吧台", "Sales bar"),
        PlaceKind::Office => one("办公室", "Office"),
        PlaceKind::Home => one("住户", "Home"),
    }
}

/// Which evidence is asked for.
pub fn evidence(evidence: Evidence) -> String {
    match evidence {
        Evidence::None => one("文字", "Words"),
        Evidence::PhotoOnFail => one("不合格时拍照", "Photo on failing"),
        Evidence::PhotoAlways => one("必须拍照", "Photo always"),
    }
    .to_owned()
}

/// A thing and what must hold of it.
pub fn requirement(thing: &str, requirement: Requirement) -> String {
    let word = tr(match requirement {
        Requirement::Present => Msg::Present,
        Requirement::Works => Msg::Works,
        Requirement::Complete => Msg::Complete,
        Requirement::Done => Msg::Done,
    });
    format!("{thing} — {word}")
}

/// A verdict's word.
pub fn verdict_word(verdict: Option<Verdict>) -> &'static str {
    tr(match verdict {
        Some(Verdict::Conforming) => Msg::Pass,
        Some(Verdict::Nonconforming) => Msg::Fail,
        Some(Verdict::NotApplicable) => Msg::NotApplicable,
        None => Msg::NotDoneYet,
    })
}

/// What an enrolled person may do.
pub fn device_role(role: &str) -> String {
    match role {
        "butler" => staff_role(Role::Butler).to_owned(),
        "inspector" => staff_role(Role::Inspector).to_owned(),
        "manager" => staff_role(Role::Manager).to_owned(),
        other => other.to_owned(),
    }
}

/// A value with its unit's sign.
pub fn figure(value: i64, unit: Unit) -> String {
    let sign = unit.sign();
    let gap = if matches!(unit, Unit::Degree | Unit::Count) { "" } else { " " };
    format!("{}{gap}{sign}", unit.format(value))
}

/// What must be measured, such as 「50 cm ± 1 cm」.
pub fn target(measure: &Measure) -> String {
    let unit = measure.unit;
    match measure.limit {
        Limit::Target { value, tolerance } => {
            let about = if tolerance == Tolerance::About { one("约 ", "about ") } else { "" };
            match tolerance.around(value) {
                0 => format!("{about}{}", figure(value, unit)),
                off => format!("{about}{} ± {}", figure(value, unit), figure(off, unit)),
            }
        }
        Limit::Range { min, max } => format!("{} – {}", unit.format(min), figure(max, unit)),
        Limit::EqualToOther { .. } => match &measure.other {
            Some(other) => pick(format!("与{}相等", other.zh), format!("equal to: {}", other.en)),
            None => String::new(),
        },
    }
}

/// What a gauge says.
pub fn reading(reading: Reading, unit: Unit) -> String {
    match reading {
        Reading::Empty => one("量好后填数", "Measure, then enter the figure").to_owned(),
        Reading::Within { margin } => pick(
            format!("在范围内，离边界还有 {}", figure(margin, unit)),
            format!("Within, {} to spare", figure(margin, unit)),
        ),
        Reading::Outside { excess } => pick(
            format!("超出 {}，不合格", figure(excess, unit)),
            format!("Outside by {}: fails", figure(excess, unit)),
        ),
        Reading::Suspect { .. } => one("先确认数值", "Confirm the figure first").to_owned(),
    }
}

/// Asks about a value that looks like a slip of unit.
pub fn slip_question(value: i64, meant: i64, unit: Unit) -> String {
    pick(
        format!("填的是 {}，是不是 {}？", figure(value, unit), figure(meant, unit)),
        format!("You entered {}. Did you mean {}？", figure(value, unit), figure(meant, unit)),
    )
}

/// The button that takes the value that was probably meant.
pub fn take_value(meant: i64, unit: Unit) -> String {
    pick(format!("改成 {}", figure(meant, unit)), format!("Change to {}", figure(meant, unit)))
}

/// Why a typed figure was not understood.
pub fn quantity_problem(error: &QuantityError) -> &'static str {
    match error {
        QuantityError::Empty => "",
        QuantityError::NotANumber(_) => one("只填数字，例如 50.5", "Digits only, such as 50.5"),
        QuantityError::Negative => one("数值不能小于 0", "A figure cannot be below 0"),
        QuantityError::TooLarge => one("数值太大，请看一下单位", "The figure is too large; check the unit"),
    }
}
