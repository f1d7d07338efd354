//! Wordings of the custody ladder: where each record and photo stands, what is left, room, files.

use super::{Msg, kilobytes, pick, problem, say, store_problem, tr};
use crate::domain::record::TASK_FINISH;
use crate::store::custody::{Line, PhotoLine, Unfinished};
use crate::store::outbox::{Counts, Origin, OutboxRecord, RecordState};
use crate::store::photos::PhotoState;
use crate::store::room::{LONGEST_DAYS, RoomLeft};
use crate::sync::export::Exported;
use crate::sync::import::{Fault, ImportError, Summary, Why};
use crate::ui::platform::clock;
use crate::ui::state::delivery::ImportNote;

/// How many of a task's records the company has.
pub fn received_of(done: u64, total: u64) -> String {
    pick(format!("公司已收到 {done} / {total}"), format!("Received {done} of {total}"))
}

/// The way to rows not listed.
pub fn more_waiting(count: u64) -> String {
    pick(format!("再列出 {count} 条"), format!("List {count} more"))
}

/// A large number in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What to call a record under its task.
pub fn record_title(record: &OutboxRecord) -> String {
    match record.kind.as_str() {
        TASK_FINISH => tr(Msg::TaskFinished).to_owned(),
        _ => say(&record.title),
    }
}

/// When, as what, or why: what is to be said of a record beside its rung.
pub fn record_words(line: &Line, now_ms: u64) -> String {
    let record = &line.entry.record;
    let captured = clock::short_moment(&record.captured.at);
    match (line.entry.state, &record.receipt, &record.problem) {
        (RecordState::Received, Some(receipt), _) => {
            let (at, number) = (clock::short_moment(&receipt.received_at), receipt.server_seq);
            let store = tail(&receipt.store_id);
            pick(
                format!("{at} · 编号 {number} · 存档 {store}"),
                format!("{at} · no. {number} · archive {store}"),
            )
        }
        (RecordState::Blocked, _, Some(said)) => problem(said),
        (RecordState::Blocked, _, None) => pick(
            "这条记录在手机上读不全。请导出，交给项目经理。".to_owned(),
            "This record cannot be read whole. Export it and hand it to your manager.".to_owned(),
        ),
        (RecordState::Later, _, Some(_)) if record.not_before_ms > now_ms => {
            let next = clock::hour_minute(record.not_before_ms);
            pick(format!("{captured} 记录 · {next} 再试"), format!("Made {captured} · next try {next}"))
        }
        _ => pick(format!("{captured} 记录"), format!("Made {captured}")),
    }
}

/// What is to be said of a photo beside its rung; `sent` is its percentage while it is on its way.
pub fn photo_words(photo: &PhotoLine, sent: Option<u64>, now_ms: u64) -> String {
    let size = kilobytes(photo.len);
    match (photo.state, sent, &photo.problem) {
        (PhotoState::Blocked, _, Some(said)) => problem(said),
        (PhotoState::Later, None, Some(_)) if photo.not_before_ms > now_ms => {
            let next = clock::hour_minute(photo.not_before_ms);
            pick(format!("{size} · {next} 再试"), format!("{size} · next try {next}"))
        }
        (_, Some(percent), _) => format!("{size} · {percent}%"),
        _ => size,
    }
}

/// The phone that a record came from.
pub fn from_phone(origin: &Origin) -> String {
    let mark = tail(origin.device_id.as_deref().unwrap_or(&origin.install_id));
    match mark.is_empty() {
        true => pick("来自另一台手机".to_owned(), "From another phone".to_owned()),
        false => pick(format!("来自另一台手机 …{mark}"), format!("From another phone …{mark}")),
    }
}

/// What a manager needs to find out why a record was set aside.
pub fn for_manager(line: &Line) -> Vec<(Msg, String)> {
    let record = &line.entry.record;
    let mut facts = vec![
        (Msg::RecordId, record.item_id.clone()),
        (Msg::RecordKind, format!("{} · {}", record.kind, line.entry.seq)),
        (Msg::RecordAuthor, record.author.clone()),
        (Msg::RecordMade, record.captured.at.clone()),
    ];
    if let Some(said) = &record.problem {
        facts.push((Msg::ProblemCode, format!("{} ({})", said.code, said.status)));
        facts.push((Msg::ProblemWords, said.detail.clone()));
    }
    facts
}

/// Records and photos that are still to be sent, a line each.
pub fn left_to_send(counts: &Counts, photo_bytes: u64, damaged: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (records, photos, aside) = (counts.pending_records(), counts.pending_photos(), counts.blocked());
    if records > 0 {
        lines.push(pick(
            format!("{records} 条记录还没送到公司"),
            format!("Records not received yet: {records}"),
        ));
    }
    if photos > 0 {
        let size = size(photo_bytes);
        lines.push(pick(
            format!("{photos} 张照片还没送到公司，还有 {size}"),
            format!("Photos not received yet: {photos}, {size} left"),
        ));
    }
    if aside > 0 {
        lines.push(pick(
            format!("其中 {aside} 条公司没有收，已搁置：原因和办法写在下面那一条里"),
            format!("Set aside, of these: {aside}. Each says below why, and what to do"),
        ));
    }
    if damaged > 0 {
        lines.push(pick(
            format!("{damaged} 条记录读不出来，原文还在手机里。请导出，交给项目经理。"),
            format!(
                "Records that cannot be read: {damaged}. Their text is kept; export it for your manager."
            ),
        ));
    }
    lines
}

/// A task begun and not finished.
pub fn unfinished(task: &Unfinished) -> String {
    let name = task.title.as_ref().map_or_else(|| task.task.clone(), say);
    let n = task.answers;
    if task.is_amendment {
        return pick(
            format!("“{name}”有 {n} 处更正没存完，先存为更正"),
            format!("“{name}”: {n} unsaved amendments. Save them first"),
        );
    }
    let photos = match task.photos {
        0 => String::new(),
        p => pick(format!("、{p} 张照片"), format!(", {p} photos")),
    };
    pick(
        format!("还没完成：“{name}”里 {n} 项回答{photos}，先完成它"),
        format!("Not finished: “{name}”, answers so far: {n}{photos}. Finish it first"),
    )
}

/// How long the room lasts.
pub fn room_left(left: RoomLeft) -> String {
    match left {
        RoomLeft::Unknown => pick(
            "浏览器没有说还剩多少空间。".to_owned(),
            "The browser does not say how much room is left.".to_owned(),
        ),
        RoomLeft::NoPace { free } => {
            let free = size(free);
            pick(
                format!("手机空间还剩约 {free}；做过检查后才知道够用几天。"),
                format!("About {free} of room left; how many days it lasts shows once checks were made."),
            )
        }
        RoomLeft::Days { days, free } => {
            let free = size(free);
            match days >= LONGEST_DAYS {
                true => pick(
                    format!("按你最近的用量，空间够用两年以上（还剩约 {free}）。"),
                    format!("Room for more than two years at your pace (about {free} left)."),
                ),
                false => pick(
                    format!("按你最近的用量，空间约够用 {days} 天（还剩约 {free}）。"),
                    format!("Room for about {days} days at your pace (about {free} left)."),
                ),
            }
        }
    }
}

/// What an export came to.
pub fn exported(told: &Exported) -> String {
    let (records, photos, answers) = (told.records, told.photos, told.answers);
    let unreadable = match told.unreadable {
        0 => String::new(),
        n => pick(
            format!("有 {n} 条读不出来，原文也在文件里。"),
            format!(" Unreadable: {n}; their text is in the file too."),
        ),
    };
    pick(
        format!(
            "已导出 {records} 条记录、{photos} 张照片、{answers} 项没完成的回答。都还在手机里。{unreadable}"
        ),
        format!(
            "Exported: records {records}, photos {photos}, unfinished answers {answers}. All are still on the phone.{unreadable}"
        ),
    )
}

/// What taking in a file came to.
pub fn import_note(note: &ImportNote) -> String {
    match note {
        ImportNote::Unreadable => pick(
            "这个文件读不了。请换一个再选。".to_owned(),
            "The file cannot be read. Choose another.".to_owned(),
        ),
        ImportNote::Refused(error) => import_error(error),
        ImportNote::Done(summary) => counted(summary),
        ImportNote::BrokenOff(summary, error) => {
            let (so_far, why) = (counted(summary), store_problem(error));
            pick(
                format!("{why}到这里为止：{so_far}再选一次同一个文件，会接着做。"),
                format!("{why} Until then: {so_far} Choose the same file again to go on."),
            )
        }
    }
}

/// Why a part of a file was not taken in.
pub fn import_fault(fault: &Fault) -> String {
    let what = &fault.what;
    let (zh, en) = match fault.why {
        Why::RecordShape(_) => ("这条记录缺内容，没有接收", "the record lacks something; not taken in"),
        Why::RecordDamaged => (
            "这条记录在文件里损坏，没有接收。请重新导出",
            "the record is damaged in the file; not taken in. Export it again",
        ),
        Why::RecordDiffers => (
            "手机上已有同号但内容不同的记录，两边都没动。请告诉项目经理",
            "this phone has another record under the same number; both stay. Tell your manager",
        ),
        Why::PhotoDamaged => (
            "照片在文件里损坏，文字已接收。请重新导出",
            "the photo is damaged in the file; the text was taken in. Export it again",
        ),
        Why::PhotoMissing => {
            ("照片不在文件里，文字已接收", "the photo is not in the file; the text was taken in")
        }
        Why::AnswerDamaged => ("这项没完成的回答读不出来", "the unfinished answer cannot be read"),
        Why::AmendmentLeft => {
            ("没存完的更正留在原来的手机上", "an unsaved amendment stays with its own phone")
        }
    };
    let what = what.get(..13).filter(|_| what.len() > 24).unwrap_or(what);
    pick(format!("{what}：{zh}"), format!("{what}: {en}"))
}

fn counted(summary: &Summary) -> String {
    let Summary { taken, known, photos, answers, faults } = summary;
    let bad = faults.len();
    let zh = format!(
        "接收了 {taken} 条记录、{photos} 张照片、{answers} 项没完成的回答；{known} 条这里已有；{bad} 处没能接收。"
    );
    let en = format!(
        "Taken in: records {taken}, photos {photos}, unfinished answers {answers}. Already here: {known}. Not taken in: {bad}."
    );
    pick(zh, en)
}

fn import_error(error: &ImportError) -> String {
    let (zh, en) = match error {
        ImportError::Truncated => (
            "文件不完整，后面断了。请重新拷贝或重新导出。",
            "The file is cut off. Copy it again, or export it again.",
        ),
        ImportError::WrongFormat => (
            "这不是巡检本导出的文件。请选“导出未送”得到的那个文件。",
            "This is no file exported by Rounds. Choose the one that “Export unsent” made.",
        ),
        ImportError::NewerVersion { .. } => (
            "文件是更新的版本导出的。请先更新这台手机上的巡检本。",
            "A newer version exported the file. Update Rounds on this phone first.",
        ),
        ImportError::SamePhone => (
            "这个文件就是这台手机导出的，内容都在手机里，不用接收。",
            "This very phone exported the file; all of it is here already.",
        ),
    };
    pick(zh.to_owned(), en.to_owned())
}

/// Bytes as a person reads them.
fn size(bytes: u64) -> String {
    const MB: u64 = 1024 * 1024;
    match bytes {
        0..MB => kilobytes(bytes),
        _ if bytes < 1024 * MB => format!("{}.{} MB", bytes / MB, bytes % MB * 10 / MB),
        _ => format!("{} GB", bytes / (1024 * MB)),
    }
}

/// The end of an id: enough to tell two apart.
fn tail(id: &str) -> String {
    let skip = id.chars().count().saturating_sub(6);
    id.chars().skip(skip).collect()
}
