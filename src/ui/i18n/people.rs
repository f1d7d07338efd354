//! Wordings about whose something is, and of changing the person who uses the phone.

use super::{Msg, pick, say, staff_role, tr};
use crate::domain::estate::Staff;
use crate::store::custody::Unfinished;

/// A person of the roster.
pub fn name_and_role(person: &Staff) -> String {
    format!("{} · {}", say(&person.name), staff_role(person.role))
}

/// What a list of things left begins with.
pub fn left_on_phone() -> String {
    pick("手机上还有：".to_owned(), "Still on this phone:".to_owned())
}

/// Records of one author that are not received.
pub fn records_of(name: &str, count: u64) -> String {
    pick(format!("{name}：{count} 条记录没送到"), format!("{name}: records not received yet: {count}"))
}

/// Photos that are not received.
pub fn photos_waiting(count: u64) -> String {
    pick(format!("{count} 张照片没送到"), format!("Photos not received yet: {count}"))
}

/// A task half done, by whom.
pub fn begun_by(task: &Unfinished, names: &[String]) -> String {
    let title = task.title.as_ref().map_or_else(|| task.task.clone(), say);
    let n = task.answers;
    let names = match names {
        [] => tr(Msg::SomebodyUnnamed).to_owned(),
        names => names.join(&pick("、".to_owned(), ", ".to_owned())),
    };
    pick(
        format!("“{title}”做了一半：{n} 项回答（{names}）"),
        format!("“{title}” is half done. Answers: {n}, by {names}"),
    )
}

/// How many answers of a task are whose.
pub fn others_answers(others: &[(String, usize)]) -> String {
    let each: Vec<String> = others
        .iter()
        .map(|(name, count)| pick(format!("{name}（{count} 项）"), format!("{count} by {name}")))
        .collect();
    pick(
        format!(
            "这个任务里有别人的回答：{}。完成后仍记在他们名下；你改哪一项，哪一项就记在你名下。",
            each.join("、")
        ),
        format!(
            "Answers of others are in this task: {}. They stay in their names when you finish; one that you change becomes yours.",
            each.join(", ")
        ),
    )
}

/// Who answered an item.
pub fn answered_by(name: &str) -> String {
    pick(format!("{name} 答的"), format!("by {name}"))
}

/// Unsent work would go to another company's store.
pub fn another_store(unsent: u64) -> String {
    pick(
        format!(
            "这是另一家公司（或另一套系统）的登记码。手机上还有 {unsent} 条给原来公司的记录和照片没送到；登记后会送到新的一家。先导出，或找项目经理。"
        ),
        format!(
            "This code is for another company, or another system. {unsent} records and photos meant for the first one are not received; connected here, they would go to the new one. Export them first, or see your manager."
        ),
    )
}
