//! Wordings of the alarms: what is the matter, what it means, and the next steps.

use super::{lang, pick};
use crate::domain::alarm::{Alarm, Step};
use crate::domain::clock::ClockFault;
use crate::domain::text::Lang;

/// What is the matter, in a few words.
pub fn alarm_title(alarm: Alarm) -> &'static str {
    let (zh, en) = match alarm {
        Alarm::Lost { .. } => ("手机里的数据被清掉了", "This phone’s data was wiped"),
        Alarm::Unreadable => ("手机里的数据打不开", "The data on this phone cannot be opened"),
        Alarm::Stopped => ("手机存储没有回应", "The phone’s storage does not answer"),
        Alarm::Full => ("手机满了，有东西没存下", "The phone is full: something was not kept"),
        Alarm::Tight { .. } => ("手机空间不多了", "The phone is running out of room"),
        Alarm::Revoked => ("公司停用了这台手机", "The company revoked this phone"),
        Alarm::OlderThanData => ("数据是更新的版本写的", "A newer version wrote this data"),
        Alarm::OlderThanOffice => ("要换上新版本才能送", "A new version is needed to send"),
        Alarm::Forbidden => ("浏览器不让保存数据", "The browser keeps no data"),
        Alarm::Blocked => ("另一个页面还开着旧版本", "Another page runs an older version"),
        Alarm::EnrolmentEnded => ("这台手机要重新登记", "Connect this phone again"),
        Alarm::SetAside { .. } => ("有记录公司没有收", "Some records were not accepted"),
        Alarm::Clock(ClockFault::Jumped { .. }) => ("手机的时间刚才变了", "The phone’s clock was changed"),
        Alarm::Clock(ClockFault::Off { .. }) => ("手机的时间不准", "The phone’s clock is wrong"),
        Alarm::OtherPage => ("另一个页面也开着巡检本", "Rounds is open on another page too"),
        Alarm::MaybePrivate => ("这里可能是无痕窗口", "This may be a private window"),
        Alarm::PersistRefused { .. } => {
            ("浏览器没有答应长期保留数据", "The browser has not promised to keep the data")
        }
        Alarm::SettingsLost => ("浏览器清掉了一些设置", "The browser wiped some settings"),
        Alarm::Crashed => ("巡检本刚才出错，已重新打开", "Rounds broke down and was started again"),
    };
    one(zh, en)
}

/// What it means and what to do.
pub fn alarm_text(alarm: Alarm) -> String {
    let (zh, en) = match alarm {
        Alarm::Lost { numbers, unsent } => return lost(numbers, unsent),
        Alarm::Tight { megabytes, days } => return tight(megabytes, days),
        Alarm::SetAside { count } => {
            return pick(
                format!("有 {count} 条搁置在手机里，一条没丢。到“同步”看原因和怎么办。"),
                format!(
                    "Set aside on the phone: {count}. None is lost. See why, and what to do, under Sync."
                ),
            );
        }
        Alarm::Clock(fault) => return clock(fault),
        Alarm::Unreadable => (
            "没有重建，也没有删掉任何东西。先导出还读得出的，再重新打开；还不行，请把手机交给项目经理。",
            "Nothing was made anew and nothing deleted. Export what can still be read, then open again; if that fails, hand the phone to your manager.",
        ),
        Alarm::Stopped => (
            "说过存好的都在。这一页上没存好的先抄下来，再试一次；还不行就重新打开。",
            "What was called saved is there. Copy down what this page has not saved, then try again; if that fails, start again.",
        ),
        Alarm::Full => (
            "文字先存，照片会压得更小；存不下的会当场说明。请先把记录送出，再删掉手机里别的照片或应用。",
            "Text goes first and photos are kept smaller; what does not fit is said on the spot. Send the records, then remove other photos or apps from the phone.",
        ),
        Alarm::Revoked => (
            "记录都留在手机里，一条不少，只是公司不再收。请导出后交给项目经理，或要一个新的登记码。",
            "Every record is still on the phone, but the company takes none from it. Export them for your manager, or ask for a new code.",
        ),
        Alarm::OlderThanData => (
            "这个版本看不懂，所以没有动它，什么都没丢。连上网换到新版本就能打开；也可以先导出。",
            "This version cannot read it, so it was left alone and nothing is lost. Connect and take the new version; you can export first.",
        ),
        Alarm::OlderThanOffice => (
            "公司的系统换了新的通信方式，这个版本送不进去。记录都在手机里，可以接着做；换上新版本后自动送。",
            "The company’s system speaks a newer language than this version. Every record is on the phone and work can go on; all is sent once the new version is in.",
        ),
        Alarm::Forbidden => (
            "可能是无痕窗口，或设置里禁止了网站存数据。没有存储就不能保证记录不丢，请换普通窗口，再重新打开。",
            "This may be a private window, or site data is switched off. Without storage nothing could be kept safe: use an ordinary window, then open again.",
        ),
        Alarm::Blocked => (
            "什么都没丢。请关掉其他巡检本页面，再重新打开。",
            "Nothing is lost. Close the other Rounds pages, then open again.",
        ),
        Alarm::EnrolmentEnded => (
            "记录都在手机里，一条不少。请向项目经理要登记码，重新登记后自动送。",
            "Every record is still on the phone. Ask your manager for a code; all is sent once the phone is connected again.",
        ),
        Alarm::OtherPage => (
            "看没关系。同一项两边都改时，先存的算数，另一边会得到提示。最好只用一个页面。",
            "Looking is fine. If both pages change the same item, the first one saved stands and the other is told. One page is best.",
        ),
        Alarm::MaybePrivate => (
            "浏览器不肯明说，但看样子关掉窗口数据就没了。请用普通窗口，或装到主屏幕；在这里做的请马上送出或导出。",
            "No browser says so outright, but it looks as if closing this window would wipe the data. Use an ordinary window or the home screen app; send or export what was done here at once.",
        ),
        Alarm::PersistRefused { .. } => (
            "空间紧张时，浏览器可能清掉没送出的记录（无痕窗口一关也会清掉）。请装到主屏幕，记录当天送出或导出。",
            "Short of space, the browser may wipe what is unsent (and a private window does when it closes). Install Rounds on the home screen, and send or export the same day.",
        ),
        Alarm::SettingsLost => (
            "语言、字号这些要重新选。记录都在，一条不少。",
            "Language, text size and the like are to be chosen again. Every record is still there.",
        ),
        Alarm::Crashed => (
            "说过存好的都在，可以接着做。出错记录里没有个人信息，可以导出交给维护的人。",
            "What was called saved is there and work can go on. The crash journal holds nothing personal; save it for whoever looks after the app.",
        ),
    };
    one(zh, en).to_owned()
}

/// A next step's button. `alarm` is whose step it is; `can_pull`: the phone is enrolled.
pub fn alarm_step(alarm: Alarm, step: Step, can_pull: bool) -> &'static str {
    let (zh, en) = match step {
        Step::PullAgain if can_pull => ("重新取任务", "Fetch tasks again"),
        Step::PullAgain | Step::Enrol => ("重新登记", "Connect again"),
        Step::Export if alarm == Alarm::Unreadable => ("导出读得出的", "Export what is readable"),
        Step::Export => ("导出未送", "Export unsent"),
        Step::Reload => ("重新打开", "Start again"),
        Step::TryStorage => ("再试一次", "Try again"),
        Step::OpenSync => ("看原因", "See why"),
        Step::SendNow => ("现在送", "Send now"),
        Step::Update => ("找新版本", "Get the new version"),
        Step::CheckClock => ("改好了，再核对", "Set: check again"),
        Step::UseThis => ("就用这一页", "Use this page"),
        Step::RestThis => ("去用另一页", "Use the other"),
        Step::Install => ("装到主屏幕", "Install"),
        Step::AskToKeep => ("再问一次", "Ask again"),
        Step::Hush => ("7 天内不提", "Not for 7 days"),
        Step::SaveJournal => ("导出出错记录", "Save the journal"),
        Step::Understood if matches!(alarm, Alarm::Lost { .. }) => ("已告诉经理", "Manager told"),
        Step::Understood => ("知道了", "Understood"),
    };
    one(zh, en)
}

/// The browser refused again.
pub fn still_not_kept() -> String {
    let (zh, en) = (
        "浏览器还是没有答应。装到主屏幕、多用几次后会再问。",
        "The browser still refuses. It is asked again once the app is installed or used more.",
    );
    one(zh, en).to_owned()
}

/// There is no newer version to take.
pub fn no_new_version() -> String {
    let (zh, en) = (
        "现在还没有新版本，或连不上网。记录都在，过一会儿再试。",
        "There is no new version yet, or no connection. Everything is kept; try again later.",
    );
    one(zh, en).to_owned()
}

/// So many alarms came while the page was read.
pub fn late_alarms(count: usize) -> String {
    pick(format!("{count} 条新提醒"), format!("New alerts: {count}"))
}

/// This page rests: what it says and its button.
pub fn resting() -> [&'static str; 3] {
    [
        one("正在另一个页面里用巡检本", "Rounds is in use on another page"),
        one(
            "这一页先歇着，什么都没丢，可以关掉。",
            "This page rests. Nothing is lost, and it may be closed.",
        ),
        one("在这一页用", "Use it here"),
    ]
}

fn lost(numbers: u64, unsent: u64) -> String {
    let (zh, en) = match (numbers, unsent) {
        (0, _) => ("没送出的记录可能丢了。".to_owned(), "Records not yet sent may be lost.".to_owned()),
        (n, 0) => (
            format!("少了 {n} 个编号，这些记录公司都已收到；没做完的可能丢了。"),
            format!(
                "Numbers gone: {n}, and the company has all of those records. Unfinished work may be lost."
            ),
        ),
        (n, u) => (
            format!("少了 {n} 个编号，其中 {u} 条还没送到公司，可能丢了。"),
            format!("Numbers gone: {n}. Of these, {u} had not reached the company and may be lost."),
        ),
    };
    pick(
        format!("是浏览器清掉的。{zh}公司那边也看得到缺号。请重新取任务接着做，并告诉项目经理。"),
        format!(
            "The browser did it. {en} The office sees the gap too. Fetch the tasks again, go on working, and tell your manager."
        ),
    )
}

fn tight(megabytes: Option<u64>, days: Option<u64>) -> String {
    let left = match (days, megabytes) {
        (Some(0), _) => pick("按现在的用法今天就会用完。".into(), "At this pace it is used up today.".into()),
        (Some(days), _) => {
            pick(format!("按现在的用法还够 {days} 天。"), format!("At this pace it lasts for days: {days}."))
        }
        (None, Some(mb)) => {
            pick(format!("还剩不到 {} MB。", mb + 10), format!("Less than {} MB is left.", mb + 10))
        }
        (None, None) => String::new(),
    };
    pick(
        format!("{left}照片会压得更小。请先把记录送出，再删掉手机里用不着的东西。"),
        format!(
            "{left} Photos are kept smaller. Send the records, then remove what the phone does not need."
        ),
    )
}

fn clock(fault: ClockFault) -> String {
    let by = span(fault.by_ms().unsigned_abs());
    let ahead = fault.by_ms() > 0;
    let what = match (fault, ahead) {
        (ClockFault::Jumped { .. }, true) => {
            pick(format!("往后跳了约 {by}。"), format!("It jumped ahead by about {by}."))
        }
        (ClockFault::Jumped { .. }, false) => {
            pick(format!("往回跳了约 {by}。"), format!("It jumped back by about {by}."))
        }
        (ClockFault::Off { .. }, true) => {
            pick(format!("比公司快约 {by}。"), format!("It is ahead of the company’s by about {by}."))
        }
        (ClockFault::Off { .. }, false) => {
            pick(format!("比公司慢约 {by}。"), format!("It is behind the company’s by about {by}."))
        }
    };
    pick(
        format!("{what}记录照样能存、能送，公司会另记收到的时间。请在手机设置里打开“自动设置时间”。"),
        format!(
            "{what} Records are kept and sent all the same; the company notes its own time of arrival. Turn on automatic time in the phone’s settings."
        ),
    )
}

/// A length of time in its largest fitting unit.
fn span(ms: u64) -> String {
    let minutes = (ms + 30_000) / 60_000;
    let (number, zh, en) = match minutes {
        0..120 => (minutes, "分钟", "min"),
        120..2_880 => (minutes / 60, "小时", "h"),
        2_880..1_051_200 => (minutes / 1_440, "天", "days"),
        _ => (minutes / 525_600, "年", "years"),
    };
    format!("{number} {}", one(zh, en))
}

fn one(zh: &'static str, en: &'static str) -> &'static str {
    match lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
