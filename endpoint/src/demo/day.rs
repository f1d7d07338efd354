//! Today's tasks, made from whatever the pack holds: clauses by department, place and procedure.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use rounds::domain::clause::{Clause, Department, Sample, SubjectKind};
use rounds::domain::estate::PlaceKind;
use rounds::domain::procedure::ProcedureKind;
use rounds::domain::standard::Standard;
use rounds::domain::task::{Subject, Task, TaskItem};
use rounds::domain::text::Text;

use super::{SITE, estate};

/// What the ids of the day's tasks begin with; the date follows.
pub(super) const ID_PREFIX: &str = "day-";

/// At most so many subjects of one clause in a day.
const SUBJECTS: usize = 2;

/// One stop of the day: which clauses are checked there, and until when.
struct Stop {
    zh: &'static str,
    en: &'static str,
    department: Department,
    takes: fn(&Clause) -> bool,
    items: usize,
    due: Option<u16>,
}

const STOPS: [Stop; 10] = [
    Stop {
        zh: "地下车库与设备房",
        en: "Garage and plant rooms",
        department: Department::Engineering,
        takes: in_plant_room,
        items: 8,
        due: Some(9 * 60 + 30),
    },
    Stop {
        zh: "设备房上墙文件",
        en: "Plant room documents",
        department: Department::Engineering,
        takes: in_plant_room,
        items: 6,
        due: Some(10 * 60),
    },
    Stop {
        zh: "服务中心",
        en: "Service centre",
        department: Department::CustomerService,
        takes: in_service_centre,
        items: 6,
        due: Some(10 * 60 + 30),
    },
    Stop {
        zh: "前台接待",
        en: "Reception",
        department: Department::CustomerService,
        takes: is_role_play,
        items: 6,
        due: Some(11 * 60 + 30),
    },
    Stop {
        zh: "园区巡视与帮助",
        en: "Patrol and help",
        department: Department::CustomerService,
        takes: is_asked_of_staff,
        items: 8,
        due: Some(14 * 60 + 30),
    },
    Stop {
        zh: "车道、公告栏与楼栋",
        en: "Drives, boards, buildings",
        department: Department::CustomerService,
        takes: is_not_staff,
        items: 6,
        due: Some(15 * 60),
    },
    Stop {
        zh: "消防点与训练",
        en: "Fire points and drill",
        department: Department::Safety,
        takes: anything,
        items: 5,
        due: Some(15 * 60 + 30),
    },
    Stop {
        zh: "园林与保洁",
        en: "Garden and cleaning",
        department: Department::Environment,
        takes: anything,
        items: 6,
        due: Some(16 * 60),
    },
    Stop {
        zh: "案场迎宾",
        en: "Sales site welcome",
        department: Department::SalesSite,
        takes: anything,
        items: 8,
        due: Some(17 * 60),
    },
    Stop {
        zh: "对标参观",
        en: "Benchmark visit",
        department: Department::Benchmark,
        takes: anything,
        items: 5,
        due: None,
    },
];

/// The tasks of one day: the same for everybody, with subjects that move on from day to day.
pub fn tasks(date: NaiveDate) -> Vec<Task> {
    let mut taken = HashSet::new();
    STOPS.iter().enumerate().map(|(index, stop)| task(stop, index + 1, date, &mut taken)).collect()
}

fn task(stop: &Stop, number: usize, date: NaiveDate, taken: &mut HashSet<&'static str>) -> Task {
    let id = format!("{ID_PREFIX}{}-{number:02}", date.format("%Y%m%d"));
    let mut items = Vec::new();
    for (standard, clause) in clauses() {
        let fits = clause.department == stop.department && (stop.takes)(clause);
        if !fits || items.len() >= stop.items || !taken.insert(clause.code.as_str()) {
            continue;
        }
        for subject in subjects(clause, date) {
            let item_id = format!("{id}-{:02}", items.len() + 1);
            items.push(item(item_id, standard, clause, subject));
        }
    }
    let title = Text::new(stop.zh, stop.en);
    Task {
        id,
        site: SITE.to_owned(),
        date,
        place: title.clone(),
        title,
        department: stop.department,
        due_minute: stop.due,
        items,
    }
}

/// Every clause of the pack with its standard.
pub(super) fn clauses() -> impl Iterator<Item = (&'static Standard, &'static Clause)> {
    rounds::standards::pack()
        .iter()
        .flat_map(|standard| standard.clauses.iter().map(move |clause| (standard, clause)))
}

pub(super) fn item(id: String, standard: &Standard, clause: &Clause, subject: Subject) -> TaskItem {
    TaskItem {
        id,
        standard: standard.id.clone(),
        edition: standard.edition.clone(),
        clause: clause.code.clone(),
        subject,
    }
}

fn subjects(clause: &Clause, date: NaiveDate) -> Vec<Subject> {
    let candidates: Vec<Subject> = match &clause.subject {
        SubjectKind::Site => return vec![Subject::Site],
        SubjectKind::Staff(roles) => estate::staff()
            .into_iter()
            .filter(|staff| roles.is_empty() || roles.contains(&staff.role))
            .map(|staff| Subject::Staff { id: staff.id, name: staff.name })
            .collect(),
        SubjectKind::Places(kinds) => estate::places()
            .into_iter()
            .filter(|place| kinds.contains(&place.kind))
            .map(|place| Subject::Place { id: place.id, name: place.name })
            .collect(),
    };
    let wanted = match (&clause.sample, &clause.subject) {
        (Sample::Count(count), _) => usize::try_from(*count).unwrap_or(SUBJECTS).min(SUBJECTS),
        (Sample::Percent(_), SubjectKind::Staff(_)) => SUBJECTS,
        (Sample::Percent(_), _) => 1,
    };
    let first = usize::try_from(date.ordinal()).unwrap_or_default();
    let count = candidates.len();
    (0..wanted.min(count)).map(|step| candidates[(first + step) % count].clone()).collect()
}

fn in_plant_room(clause: &Clause) -> bool {
    is_at(clause, &[PlaceKind::PlantRoom, PlaceKind::Garage])
}

fn in_service_centre(clause: &Clause) -> bool {
    is_at(clause, &[PlaceKind::ServiceCentre])
}

fn is_at(clause: &Clause, wanted: &[PlaceKind]) -> bool {
    matches!(&clause.subject, SubjectKind::Places(kinds) if kinds.iter().any(|kind| wanted.contains(kind)))
}

fn is_role_play(clause: &Clause) -> bool {
    is_staff(clause) && clause.procedures.iter().any(|procedure| procedure.kind() == ProcedureKind::RolePlay)
}

fn is_asked_of_staff(clause: &Clause) -> bool {
    is_staff(clause) && clause.procedures.iter().any(|procedure| procedure.kind() == ProcedureKind::Ask)
}

fn is_not_staff(clause: &Clause) -> bool {
    !is_staff(clause)
}

fn is_staff(clause: &Clause) -> bool {
    matches!(clause.subject, SubjectKind::Staff(_))
}

fn anything(_: &Clause) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date")
    }

    #[test]
    fn the_day_touches_every_department_and_every_kind_of_procedure_with_forty_items_or_more() {
        let tasks = tasks(today());
        let departments: HashSet<_> = tasks.iter().map(|task| task.department).collect();
        assert_eq!(departments.len(), Department::ALL.len());
        assert!(tasks.iter().all(|task| !task.items.is_empty()), "no stop is empty");
        let items: Vec<_> = tasks.iter().flat_map(|task| &task.items).collect();
        assert!(items.len() >= 40, "{} items", items.len());
        assert!(items.len() <= 80, "a day's work, not a year's: {} items", items.len());
        let kinds: HashSet<_> = items
            .iter()
            .filter_map(|item| rounds::standards::find(&item.standard, &item.edition, &item.clause))
            .flat_map(|clause| clause.procedures.iter().map(|procedure| procedure.kind()))
            .collect();
        assert_eq!(kinds.len(), 5);
        assert!(tasks.iter().filter(|task| task.due_minute.is_some()).count() > tasks.len() / 2);
    }

    #[test]
    fn people_are_sampled_two_by_two_and_item_ids_are_unique() {
        let tasks = tasks(today());
        let items: Vec<_> = tasks.iter().flat_map(|task| &task.items).collect();
        let ids: HashSet<_> = items.iter().map(|item| &item.id).collect();
        assert_eq!(ids.len(), items.len());
        let asked = items.iter().filter(|item| item.clause == "H1.1");
        let asked: HashSet<_> = asked.map(|item| format!("{:?}", item.subject)).collect();
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn another_day_is_another_days_work_on_others() {
        let tomorrow = today().succ_opt().expect("a date");
        let (one, two) = (tasks(today()), tasks(tomorrow));
        assert!(one.iter().zip(&two).all(|(a, b)| a.id != b.id && a.date < b.date));
        assert_ne!(one[4].items[0].subject, two[4].items[0].subject);
    }

    #[test]
    fn the_estate_has_somebody_of_each_role_and_somewhere_of_each_kind() {
        let roles: HashSet<_> = estate::staff().into_iter().map(|staff| staff.role).collect();
        let kinds: HashSet<_> = estate::places().into_iter().map(|place| place.kind).collect();
        assert_eq!((roles.len(), kinds.len()), (10, 15));
    }
}
