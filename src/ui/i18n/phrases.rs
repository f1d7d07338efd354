//! Wordings with figures in them.

use chrono::{Datelike, NaiveDate};

use super::{Msg, lang, pick, tr};
use crate::domain::caveat::Caveat;
use crate::domain::text::Lang;
use crate::domain::violation::Violation;
use crate::store::StoreError;
use crate::store::finish::FinishError;
use crate::ui::components::check_item::evidence::Failure;
use crate::ui::platform::photo::PhotoError;

/// A date with its weekday.
pub fn date(date: NaiveDate) -> String {
    let day = date.weekday().num_days_from_monday() as usize;
    match lang() {
        Lang::Zh => {
            let names = ["一", "二", "三", "四", "五", "六", "日"];
            format!("{}月{}日 星期{}", date.month(), date.day(), names[day])
        }
        Lang::En => {
            let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
            let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            format!("{}, {} {}", days[day], date.day(), months[date.month0() as usize])
        }
    }
}

/// A minute of the day, such as `09:30`.
pub fn minute_of_day(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Until when a task should be done.
pub fn due_by(minute: u16) -> String {
    let at = minute_of_day(minute);
    pick(format!("{at} 前完成"), format!("Due by {at}"))
}

/// So many of so many.
pub fn done_of(done: u32, total: u32) -> String {
    pick(format!("已做 {done} / {total}"), format!("{done} of {total} done"))
}

/// A task's state in a few words.
pub fn task_state(finished: bool, late: bool, done: u32, total: u32, failed: u32) -> String {
    let failed = match (failed, lang()) {
        (0, _) => String::new(),
        (n, Lang::Zh) => format!(" · {n} 项不合格"),
        (n, Lang::En) => format!(" · {n} failed"),
    };
    let state = match (finished, late, done) {
        (true, ..) => tr(Msg::Finished).to_owned(),
        (_, true, 0) => pick(format!("已过时 · 共 {total} 项"), format!("Late · {total} items")),
        (_, true, _) => pick(format!("已过时 · 已做 {done}/{total}"), format!("Late · {done} of {total}")),
        (_, _, 0) => pick(format!("共 {total} 项"), format!("{total} items")),
        _ => pick(format!("已做 {done}/{total}"), format!("{done} of {total}")),
    };
    state + &failed
}

/// Milliseconds as whole seconds.
pub fn seconds(ms: u64) -> String {
    let s = ms / 1_000;
    pick(format!("{s} 秒"), format!("{s} s"))
}

/// How far the photos are.
pub fn photo_progress(done: usize, of: usize) -> String {
    pick(format!("正在处理照片 {}/{of}", done + 1), format!("Preparing photo {} of {of}", done + 1))
}

/// Why a file is not among the photos.
pub fn photo_failure(name: &str, why: &Failure) -> String {
    match why {
        Failure::Picture(PhotoError::NotAnImage) => pick(
            format!("「{name}」不是能读的图片，没有加上。请换一张照片。"),
            format!("“{name}” is not a picture this phone can read; it was not added. Choose another photo."),
        ),
        Failure::Picture(PhotoError::NotShrunk) => pick(
            format!("「{name}」处理不了，没有加上。关掉别的应用再试一次。"),
            format!("“{name}” could not be prepared; it was not added. Close other apps and try again."),
        ),
        Failure::Storage(error) => pick(
            format!("照片没存上，文字都在。{}", store_problem(error)),
            format!("The photo was not kept; the words are. {}", store_problem(error)),
        ),
    }
}

/// What storage trouble means and what to do.
pub fn store_problem(error: &StoreError) -> String {
    let (zh, en) = match error {
        StoreError::Full => (
            "手机存储已满。删掉一些照片或应用，再试一次。",
            "The phone's storage is full. Remove some photos or apps, then try again.",
        ),
        StoreError::Conflict { .. } => (
            "另一个页面先改了。请看一下现在的内容再改。",
            "Another page changed it first. Look at what is there now, then change it.",
        ),
        StoreError::Blocked => (
            "另一个页面还开着旧版本。请关掉其他巡检本页面，再打开。",
            "Another page still runs an older version. Close other Rounds pages, then open again.",
        ),
        StoreError::TooNew => (
            "这台手机上的数据是更新的版本写的。请连上网重新打开，换到新版本。",
            "The data on this phone was written by a newer version. Connect and reopen to update.",
        ),
        StoreError::Absent(_) => (
            "这个浏览器不让保存数据（可能是无痕模式）。请用普通窗口打开。",
            "This browser keeps no data (perhaps a private window). Open Rounds in an ordinary window.",
        ),
        StoreError::Lost(_) => (
            "和手机存储的连接断了。请关掉巡检本再打开，已存的都还在。",
            "The connection to the phone's storage was lost. Close Rounds and open it again; what was saved is still there.",
        ),
        StoreError::Damaged(_) => (
            "有一条记录读不出来，其余不受影响。请导出记录并告诉项目经理。",
            "One record cannot be read; the others are not affected. Export the records and tell your manager.",
        ),
        StoreError::Locked => (
            "另一个页面给这台手机上了锁。请记下刚才的改动，重新打开巡检本，开锁后再填。",
            "Another page has locked this phone. Note your last change, open Rounds again, unlock it and enter the change.",
        ),
        StoreError::Other(_) => (
            "手机没能存下。请再试一次；还不行就关掉再打开。",
            "The phone could not store it. Try again; if that fails, close and reopen.",
        ),
    };
    pick(zh.to_owned(), en.to_owned())
}

/// A change that is on the screen only.
pub fn not_saved(error: &StoreError) -> String {
    pick(
        format!("刚才的改动还没存到手机，先别离开这一页。{}", store_problem(error)),
        format!("Your last change is not on the phone yet; stay on this page. {}", store_problem(error)),
    )
}

/// What is in the way of finishing an item.
pub fn violation(violation: Violation) -> String {
    let (zh, en) = match violation {
        Violation::Undecided => ("还没有结论", "No verdict yet"),
        Violation::ReasonMissing => ("选一个不合格原因，或写备注", "Pick a reason or write a note"),
        Violation::SuspectFigure => ("确认数值", "Confirm the figure"),
        Violation::PhotoMissing => ("要有照片", "A photo is needed"),
    };
    pick(zh.to_owned(), en.to_owned())
}

/// How many items are in the way.
pub fn still_open(open: usize, flawed: usize) -> String {
    match (open, flawed) {
        (0, f) => pick(format!("还有 {f} 项要补全"), format!("{f} to complete")),
        (o, 0) => pick(format!("还有 {o} 项未做"), format!("{o} still open")),
        (o, f) => pick(format!("还有 {o} 项未做，{f} 项要补全"), format!("{o} still open, {f} to complete")),
    }
}

/// How many verdicts share a weakness.
pub fn caveat_count(caveat: Caveat, count: usize) -> String {
    match caveat {
        Caveat::WordsNotRecorded => {
            pick(format!("{count} 项没有记下原话"), format!("{count} without recorded words"))
        }
        Caveat::StepsNotTicked => {
            pick(format!("{count} 项没有逐条核对"), format!("{count} not gone through point by point"))
        }
        Caveat::NotMeasured => {
            pick(format!("{count} 项没有量数"), format!("{count} judged by eye, not measured"))
        }
        Caveat::NoPhotoOfFailing => {
            pick(format!("{count} 项不合格没有照片"), format!("{count} failed without a photo"))
        }
    }
}

/// Why finishing or amending did not go through.
pub fn finish_problem(error: &FinishError) -> String {
    match error {
        FinishError::AlreadyFinished => pick(
            "这个任务已经在另一个页面完成，没有重复提交。".to_owned(),
            "This task was finished on another page already; nothing was doubled.".to_owned(),
        ),
        FinishError::NotSaved => pick(
            "还有改动没存到手机，存好再完成。".to_owned(),
            "Some changes are not on the phone yet; finish once they are.".to_owned(),
        ),
        FinishError::ReasonNeeded => pick("请写明原因。".to_owned(), "Please give a reason.".to_owned()),
        FinishError::Incomplete => {
            pick("这一项还没填完整。".to_owned(), "This item is not complete yet.".to_owned())
        }
        FinishError::Unchanged => pick(
            "内容没有变，不用更正。".to_owned(),
            "Nothing changed, so there is nothing to amend.".to_owned(),
        ),
        FinishError::Store(error) => store_problem(error),
    }
}

/// Bytes as kilobytes.
pub fn kilobytes(bytes: u64) -> String {
    format!("{} KB", bytes.div_ceil(1024))
}

/// Room in use.
pub fn room(used: u64, quota: u64) -> String {
    let mb = |bytes: u64| bytes / (1024 * 1024);
    pick(
        format!("已用 {} MB,浏览器最多给 {} MB", mb(used), mb(quota)),
        format!("{} MB used of {} MB the browser gives", mb(used), mb(quota)),
    )
}

/// How many were found.
pub fn found(count: usize) -> String {
    pick(format!("共 {count} 条"), format!("{count} found"))
}

/// Where a clause comes from.
pub fn source(standard: &str, edition: &str, source: &str) -> String {
    pick(
        format!("《{standard}》{edition} 版 · {source}"),
        format!("{standard}, edition {edition} · {source}"),
    )
}
